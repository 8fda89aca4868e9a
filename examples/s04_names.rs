//! Step 4 of the ladder: names.
//!
//! Adds: `authorization`. A nickname is checked and taken in one step, in one `Mutex<HashMap<String, TcpStream>>`; `delete`
//! gives it back.
//! Its fault: nobody hears anybody. The sockets of all the others are in the map, and nobody writes to them. Step 5 mends it.
//!
//! Run: `cargo run --example s04_names`, and in two other terminals `nc 127.0.0.1 12345`.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "std alone: its Mutex, and a second handle of a socket"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who broke off")]

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// One client: its socket, and what was read from it and is no whole line yet.
struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// Who is here: what all threads share, under its one lock.
type Names = Mutex<HashMap<String, TcpStream>>;

/// The map. A thread that panics under the lock would poison it: nobody may do that.
fn lock(names: &Names) -> MutexGuard<'_, HashMap<String, TcpStream>> {
    names.lock().expect("nothing panics under the lock")
}

/// Asks until the nickname is free, and takes it. `None`: the client has gone.
fn authorization(client: &mut Client, names: &Names) -> io::Result<Option<String>> {
    loop {
        send(client, "Your nickname?")?;
        let Some(line) = recv(client)? else { return Ok(None) };
        let nickname = line.trim();
        if nickname.is_empty() {
            send(client, "Not sent: a nickname has a letter at least")?;
        } else if take(names, nickname, client.stream.try_clone()?) {
            send(client, "Successfully")?;
            return Ok(Some(nickname.to_owned()));
        } else {
            send(client, "This nickname already used")?;
        }
    }
}

/// To look and to take is one step under the lock: of two who ask at the same instant one gets it.
fn take(names: &Names, nickname: &str, stream: TcpStream) -> bool {
    let mut names = lock(names);
    let is_free = !names.contains_key(nickname);
    if is_free {
        names.insert(nickname.to_owned(), stream);
    }
    is_free
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

/// Forgets a client: its nickname is free again.
fn delete(names: &Names, nickname: &str) {
    lock(names).remove(nickname);
}

/// One client, from its first message to its end. A broken connection ends nothing but itself.
fn session(stream: TcpStream, names: &Names) {
    let mut client = Client { stream, unread: Vec::new() };
    let ended = authorization(&mut client, names).and_then(|nickname| {
        let Some(nickname) = nickname else { return Ok(()) };
        let ended = chat(&mut client);
        delete(names, &nickname);
        ended
    });
    if let Err(error) = ended {
        eprintln!("a connection broke: {error}");
    }
}

/// Accepts, and starts a thread for each client.
fn start_server(listener: &TcpListener) -> io::Result<()> {
    let names = Arc::new(Names::default());
    for client in listener.incoming() {
        let (client, names) = (client?, Arc::clone(&names));
        thread::Builder::new().name("client".into()).spawn(move || session(client, &names))?;
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
