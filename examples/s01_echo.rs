//! Step 1 of the ladder: a server that echoes, to one.
//!
//! Adds: a listener, `accept`, and a conversation of two calls, `recv` and `send`.
//! Its fault: the second client waits until the first one has gone. Step 2 mends it.
//!
//! Run: `cargo run --example s01_echo`, and in two other terminals `nc 127.0.0.1 12345`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who broke off")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The conversation: every message goes back, until the client closes.
fn chat(client: &TcpStream) -> io::Result<()> {
    while let Some(message) = recv(client)? {
        send(client, &format!("You said: {message}"))?;
    }
    Ok(())
}

/// One message from one client: what one `read` gives. `None` at the end of the stream.
fn recv(mut client: &TcpStream) -> io::Result<Option<String>> {
    let mut buffer = [0; 1024];
    let count = client.read(&mut buffer)?;
    let message = String::from_utf8_lossy(&buffer[..count]);
    Ok((count > 0).then(|| message.trim_end().to_owned()))
}

/// One message to one client, as a line.
fn send(mut client: &TcpStream, message: &str) -> io::Result<()> {
    client.write_all(format!("{message}\n").as_bytes())
}

/// One client, from its first message to its end. A broken connection ends nothing but itself.
fn session(client: &TcpStream) {
    if let Err(error) = chat(client) {
        eprintln!("a connection broke: {error}");
    }
}

/// Accepts a client, talks to it until it leaves, and then accepts the next.
fn start_server(listener: &TcpListener) -> io::Result<()> {
    for client in listener.incoming() {
        session(&client?);
    }
    Ok(())
}

/// Listens on the port of the first argument, or of `PORT`; with 0 the system chooses.
fn listen() -> io::Result<TcpListener> {
    let port = std::env::args().nth(1).or_else(|| std::env::var("PORT").ok()).unwrap_or_else(|| "12345".into());
    let port: u16 = port.parse().map_err(|_| io::Error::other(format!("{port} is no port: give 0 to 65535")))?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

fn main() -> io::Result<()> {
    start_server(&listen()?)
}
