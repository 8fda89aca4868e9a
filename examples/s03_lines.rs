//! Step 3 of the ladder: lines.
//!
//! Adds: a message is a line, however many reads it takes and however many lines one read brings.
//! Its fault: nobody has a name, or everyone may say to be anna. Step 4 mends it.
//!
//! Run: `cargo run --example s03_lines`, and in another terminal `nc 127.0.0.1 12345`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who broke off")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// One client: its socket, and what was read from it and is no whole line yet.
struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// The conversation: every message goes back, until the client closes.
fn chat(client: &mut Client) -> io::Result<()> {
    while let Some(message) = recv(client)? {
        send(client, &format!("You said: {message}"))?;
    }
    Ok(())
}

/// One message from one client: a line, without its line end. `None` at the end of the stream.
fn recv(client: &mut Client) -> io::Result<Option<String>> {
    let mut buffer = [0; 1024];
    loop {
        if let Some(newline) = client.unread.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = client.unread.drain(..=newline).collect();
            return Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()));
        }
        match client.stream.read(&mut buffer)? {
            0 if client.unread.is_empty() => return Ok(None),
            0 => return send(client, "Not sent: the line has no end; finish it with Enter").map(|()| None),
            count => client.unread.extend_from_slice(&buffer[..count]),
        }
    }
}

/// One message to one client, as a line.
fn send(client: &mut Client, message: &str) -> io::Result<()> {
    client.stream.write_all(format!("{message}\n").as_bytes())
}

/// One client, from its first message to its end. A broken connection ends nothing but itself.
fn session(stream: TcpStream) {
    let mut client = Client { stream, unread: Vec::new() };
    if let Err(error) = chat(&mut client) {
        eprintln!("a connection broke: {error}");
    }
}

/// Accepts, and starts a thread for each client.
fn start_server(listener: &TcpListener) -> io::Result<()> {
    for client in listener.incoming() {
        let client = client?;
        thread::Builder::new().name("client".into()).spawn(move || session(client))?;
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
