//! Exercise 11.4: a client that ends within a second, though its other thread waits in `read`. You edit `mine.rs`.
//!
//! Run: `cargo run --example e11_quit`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

mod mine;
mod solution;

/// What is checked: sends each line of `typed` to the server and shows what comes as it comes. Leaves at the line `q`,
/// which is not sent, or when the server closes.
type Run = fn(server: TcpStream, typed: crossbeam_channel::Receiver<String>, shown: Sender<u8>) -> io::Result<()>;

fn main() -> io::Result<()> {
    let solved = std::env::args().nth(1).as_deref() == Some("solution");
    check(if solved { solution::run } else { mine::run })?;
    println!("e11_quit: every check passes");
    Ok(())
}

fn check(run: Run) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    server.set_read_timeout(Some(PATIENCE))?;
    let (type_line, typed) = bounded(10);
    let (shown, screen) = bounded(100);
    let (ended, has_ended) = bounded(1);
    let client = thread::Builder::new().name("client".into()).spawn(move || {
        let result = run(client, typed, shown);
        ended.send(()).unwrap_or_default(); // the check may have given up
        result
    })?;

    server.write_all(b"hello")?;
    let hello: Vec<u8> = (0..5).map_while(|_| screen.recv_timeout(PATIENCE).ok()).collect();
    assert_eq!(hello, b"hello", "what the server sends should be shown, before anything is typed");
    type_line.send("hi".into()).map_err(io::Error::other)?;
    let mut line = [0; 3];
    server.read_exact(&mut line)?;
    assert_eq!(&line, b"hi\n", "what is typed should be sent, with its newline");
    // The server says nothing more: the receiving thread waits in `read`.
    type_line.send("q".into()).map_err(io::Error::other)?;
    let in_time = has_ended.recv_timeout(Duration::from_secs(1));
    assert!(in_time.is_ok(), "a second after `q` the client still runs: who wakes its other thread?");
    client.join().map_err(|_| io::Error::other("your client panicked"))??;
    assert_eq!(server.read(&mut [0; 8])?, 0, "the server should read the end, and no `q`");
    Ok(())
}
