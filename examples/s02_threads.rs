//! Step 2 of the ladder: a thread for each.
//!
//! Adds: the accept loop does nothing but accept and spawn; each client has a thread of its own.
//! Its fault: a message is what one `read` gives. Two that come together are one, and a letter may be cut in two. Step 3
//! mends it.
//!
//! Run: `cargo run --example s02_threads`, and in another terminal `printf 'ab\ncd\n' | nc -N 127.0.0.1 12345`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who broke off")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

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

/// Accepts, and starts a thread for each client.
fn start_server(listener: &TcpListener) -> io::Result<()> {
    for client in listener.incoming() {
        let client = client?;
        thread::Builder::new().name("client".into()).spawn(move || session(&client))?;
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
