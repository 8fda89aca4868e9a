//! The same echo server twice: one client after the other, and a thread for each.
//!
//! See: with one thread, a client that says nothing makes the next one wait, however long; with a thread for each, the
//! second is answered at once.
//!
//! Run: `cargo run --example 08_thread_each`. It prints what `docs/en/08_server.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Sends back what comes, until the client closes.
fn echo(mut client: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 64];
    loop {
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..count])?;
    }
}

/// The naive server: it talks to one, and meanwhile nobody is accepted.
fn one_at_a_time(listener: &TcpListener) -> io::Result<()> {
    for client in listener.incoming() {
        echo(client?)?;
    }
    Ok(())
}

/// The accept loop does nothing but accept and spawn.
fn thread_each(listener: &TcpListener) -> io::Result<()> {
    for client in listener.incoming() {
        let client = client?;
        thread::Builder::new().name("client".into()).spawn(move || echo(client))?;
    }
    Ok(())
}

/// Starts a server on a free port. It ends with the process.
fn start(serve: fn(&TcpListener) -> io::Result<()>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::Builder::new().name("accept".into()).spawn(move || serve(&listener))?;
    Ok(address)
}

/// What the second client reads while the first one is silent, and after it has left.
fn second_client(server: SocketAddr) -> io::Result<()> {
    let silent = TcpStream::connect(server)?;
    let mut second = TcpStream::connect(server)?;
    second.write_all(b"hello")?;
    second.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut answer = [0; 5];
    match second.read_exact(&mut answer) {
        Ok(()) => println!("  the second client is answered at once"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            println!("  the second client is connected, has sent, and is not answered");
            drop(silent);
            second.set_read_timeout(Some(Duration::from_secs(10)))?;
            second.read_exact(&mut answer)?;
            println!("  the first one leaves: now it is answered");
        }
        Err(error) => return Err(error),
    }
    assert_eq!(&answer, b"hello");
    Ok(())
}

fn main() -> io::Result<()> {
    println!("one client at a time:");
    second_client(start(one_at_a_time)?)?;
    println!("a thread for each:");
    second_client(start(thread_each)?)
}
