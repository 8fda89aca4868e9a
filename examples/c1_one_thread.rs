//! The client of the ladder, step 1: one thread.
//!
//! Adds: connect, send what is typed, show what one `read` gives.
//! Its fault: it cannot hear while it types. The one thread waits for the keyboard, and what the others say comes after the
//! next Enter. `c2_two_threads` mends it.
//!
//! Run: a server, `cargo run --example s06_original`, and `cargo run --example c1_one_thread`.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// Shows what one `read` gives. False at the end of the stream.
fn recv(mut server: &TcpStream) -> io::Result<bool> {
    let mut buffer = [0; 1024];
    let count = server.read(&mut buffer)?;
    io::stdout().write_all(&buffer[..count])?;
    io::stdout().flush()?;
    Ok(count > 0)
}

/// Sends one line that is typed. False at the end of the input.
fn sent(mut server: &TcpStream) -> io::Result<bool> {
    let mut line = String::new();
    let count = io::stdin().read_line(&mut line)?;
    server.write_all(line.as_bytes())?;
    Ok(count > 0)
}

/// Connects to the port of the first argument, or of `PORT`.
fn connect() -> io::Result<TcpStream> {
    let port = std::env::args().nth(1).or_else(|| std::env::var("PORT").ok()).unwrap_or_else(|| "12345".into());
    let port: u16 = port.parse().map_err(|_| io::Error::other(format!("{port} is no port: give 1 to 65535")))?;
    TcpStream::connect(("127.0.0.1", port))
}

fn main() -> io::Result<()> {
    let server = connect()?;
    while recv(&server)? && sent(&server)? {}
    Ok(())
}
