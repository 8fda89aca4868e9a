//! Every way in which a connection ends or a read gives nothing: each is made to happen, and each has a name of its own.
//!
//! See: the end of the stream is no error; a reset, a timeout and a refusal are three different errors; a panic ends one
//! thread and no other.
//!
//! Run: `cargo run --example 06_endings`. It prints what `docs/en/06_errors.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Both ends of one connection: the peer, and us.
fn connected() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let peer = TcpStream::connect(listener.local_addr()?)?;
    let (us, _) = listener.accept()?;
    Ok((peer, us))
}

fn show(what: &str, result: io::Result<usize>, expected: Result<usize, ErrorKind>) {
    let result = result.map_err(|error| error.kind());
    assert_eq!(result, expected, "{what}");
    println!("{what:34} {result:?}");
}

/// The four results of `read`, and one of `write`.
fn endings_of_a_connection() -> io::Result<()> {
    let mut buffer = [0; 16];
    let (peer, mut us) = connected()?;
    drop(peer);
    show("the peer closed", us.read(&mut buffer), Ok(0));

    let (mut peer, us) = connected()?;
    peer.write_all(b"this is never read")?;
    us.peek(&mut buffer)?; // it has arrived
    drop(us);
    show("the peer closed and had not read", peer.read(&mut buffer), Err(ErrorKind::ConnectionReset));

    let (_peer, mut us) = connected()?;
    us.set_read_timeout(Some(Duration::from_millis(20)))?;
    show("nothing came in time", us.read(&mut buffer), Err(ErrorKind::WouldBlock));

    let (mut peer, mut us) = connected()?;
    peer.write_all(b"hello")?;
    show("five bytes came", us.read(&mut buffer), Ok(5));
    us.shutdown(std::net::Shutdown::Write)?;
    show("we write after our own shutdown", us.write(b"more"), Err(ErrorKind::BrokenPipe));
    Ok(())
}

/// Before there is a connection.
fn no_connection() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    show("a second listener", TcpListener::bind(address).map(|_| 0), Err(ErrorKind::AddrInUse));
    drop(listener);
    show("nobody listens", TcpStream::connect(address).map(|_| 0), Err(ErrorKind::ConnectionRefused));
    Ok(())
}

fn main() -> io::Result<()> {
    endings_of_a_connection()?;
    no_connection()?;
    let half_a_letter = io::read_to_string(&[0xD0][..]);
    show("half a letter as text", half_a_letter.map(|text| text.len()), Err(ErrorKind::InvalidData));

    let panics = thread::Builder::new().name("client-1".into()).spawn(|| {
        std::panic::set_hook(Box::new(|_| ())); // the message would go to stderr
        panic!("a fault in one session")
    })?;
    let goes_on = thread::Builder::new().name("client-2".into()).spawn(|| "goes on")?;
    assert!(panics.join().is_err());
    println!("client-1 panicked; client-2 {}", goes_on.join().expect("nothing happened to it"));
    Ok(())
}
