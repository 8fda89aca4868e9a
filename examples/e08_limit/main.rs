//! Exercise 8.4: a server with room for so many, that says so to the next one. You edit `mine.rs`; this file checks it
//! from outside, over TCP, as a client would.
//!
//! Run: `cargo run --example e08_limit`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

mod mine;
mod solution;

const LIMIT: usize = 2;

fn main() -> io::Result<()> {
    let solved = std::env::args().nth(1).as_deref() == Some("solution");
    let serve = if solved { solution::serve } else { mine::serve };
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
    assert_eq!(all(&mut connect(server)?)?, "full\n", "the third client should read this line, and then the end");
    assert_eq!(echo(&mut first, "again")?, "again", "those who are in should not notice");
    drop(second);
    // When a place is free again is for the server to find out: its thread has to read the end first.
    for _ in 0..200 {
        let mut late = connect(server)?;
        if echo(&mut late, "vera")? == "vera" {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the second client has left, and its place did not become free");
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

/// All that comes until the end.
fn all(client: &mut TcpStream) -> io::Result<String> {
    let mut text = String::new();
    client.read_to_string(&mut text)?;
    Ok(text)
}
