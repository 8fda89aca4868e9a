//! Exercise 8.4: a server with room for so many, that says so to the next one. You edit `mine.rs`; this file checks it
//! from outside, over TCP, as a client would.
//!
//! Run: `cargo run --example e08_limit`, and with `solution` behind it to see the check pass. Where `PORT` is set it only
//! serves there, a hundred at most: `chat check --step 2 -- target/debug/examples/e08_limit`.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

pub(crate) type Serve = fn(listener: &TcpListener, limit: usize) -> io::Result<()>;

const LIMIT: usize = 2;

fn main() -> io::Result<()> {
    let serve: Serve = match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::serve
        }
        Some("solution") => solution::serve,
        Some(name) => other::named(name),
    };
    if let Some(port) = std::env::var("PORT").ok().and_then(|port| port.parse().ok()) {
        return serve(&TcpListener::bind(("127.0.0.1", port))?, 100);
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::Builder::new().name("server".into()).spawn(move || serve(&listener, LIMIT))?;
    // A server that has panicked cannot be checked; its message stands above.
    let checked = check(address);
    assert!(!server.is_finished(), "your server has ended, and a server should not");
    checked?;
    println!("e08_limit: every check passes");
    Ok(())
}

fn check(server: SocketAddr) -> io::Result<()> {
    let mut first = connect(server)?;
    let mut second = connect(server)?;
    assert_eq!(echo(&mut second, "boris")?, "boris", "the second client should be served while the first is silent");
    assert_eq!(echo(&mut first, "anna")?, "anna", "the first client should be served too");
    for _ in 0..3 {
        is_full(server, "those who are refused take no place and give none back")?;
    }
    assert_eq!(echo(&mut first, "again")?, "again", "those who are in should not notice");
    drop(second);
    let third = comes_in(server, "the second client has left")?;
    is_full(server, "one has left and one has come: there are two again")?;
    // Whoever closes and has not read all resets the connection: the server's `read` gives an error, no 0.
    drop(third);
    let mut fourth = comes_in(server, "the third client has reset its connection")?;
    is_full(server, "one has gone and one has come: there are two again")?;
    assert_eq!(echo(&mut first, "still")?, "still", "the first client is there all the time");
    fourth.read_exact(&mut [0; 4])?;
    drop((first, fourth));
    let _fifth = comes_in(server, "all have left")?;
    let _sixth = comes_in(server, "all have left, and one has come")?;
    is_full(server, "two have come again")
}

fn is_full(server: SocketAddr, why: &str) -> io::Result<()> {
    let (mut refused, mut told) = (connect(server)?, String::new());
    let has_ended = refused.read_to_string(&mut told).is_ok();
    let wanted = "this client is one too many and should read `full`, a newline, and then the end";
    assert!(told == "full\n" && has_ended, "{wanted}: {why}. It read {told:?}, the end: {has_ended}");
    Ok(())
}

/// When a place is free again is for the server to find out: its thread has to read the end first. The newcomer has been sent
/// `vera`, and has not read it yet.
fn comes_in(server: SocketAddr, why: &str) -> io::Result<TcpStream> {
    for _ in 0..200 {
        let mut late = connect(server)?;
        late.write_all(b"vera").unwrap_or_default();
        let mut begun = [0];
        if late.peek(&mut begun).is_ok() && begun == *b"v" {
            return Ok(late);
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{why}, and its place did not become free");
}

fn connect(server: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok(stream)
}

/// What comes back, as many bytes as were sent. An error of the write does not count: who is refused may be closed.
fn echo(client: &mut TcpStream, text: &str) -> io::Result<String> {
    client.write_all(text.as_bytes()).unwrap_or_default();
    let mut answer = vec![0; text.len()];
    let count = client.read(&mut answer).unwrap_or_default();
    Ok(String::from_utf8_lossy(&answer[..count]).into_owned())
}
