//! Step 5 of the ladder: the group.
//!
//! Adds: `welcome`, who listens, and `send_to_broadcast`: whoever speaks writes to the sockets of all who listen, under the
//! lock. A line to oneself is written under it too, so that no line lands inside another.
//! Its fault: no private talk, and a word such as QUIT is one more message to all. Step 6 mends it.
//!
//! Run: `cargo run --example s05_group`, and in two other terminals `nc 127.0.0.1 12345`.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "std alone: its Mutex, and a second handle of a socket"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who broke off")]

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// One client: its socket, and what was read from it and is no whole line yet.
struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
    names: Arc<Names>,
}

/// Who is here: what all threads share, under its one lock.
type Names = Mutex<HashMap<String, Member>>;

/// Somebody who has a nickname.
struct Member {
    stream: TcpStream,
    /// Is in the group, and hears what is said there.
    listens: bool,
}

/// The map. A thread that panics under the lock would poison it: nobody may do that.
fn lock(names: &Names) -> MutexGuard<'_, HashMap<String, Member>> {
    names.lock().expect("nothing panics under the lock")
}

/// Asks until the nickname is free, and takes it. `None`: the client has gone.
fn authorization(client: &mut Client) -> io::Result<Option<String>> {
    loop {
        send(client, "Your nickname?")?;
        let Some(line) = recv(client)? else { return Ok(None) };
        let nickname = line.trim();
        if nickname.is_empty() {
            send(client, "Not sent: a nickname has a letter at least")?;
        } else if take(&client.names, nickname, client.stream.try_clone()?) {
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
        names.insert(nickname.to_owned(), Member { stream, listens: false });
    }
    is_free
}

/// Tells the room, greets, and asks the question until the client goes into the group.
fn welcome(client: &mut Client, nickname: &str) -> io::Result<()> {
    send_to_broadcast(&client.names, "General information", &format!("{nickname} has joined the Chat"));
    send(client, "process")?;
    send(client, &format!("Welcome to the chat room, {nickname}."))?;
    loop {
        send(client, "What do you want: 1. write to one user or 2. go into the group")?;
        match recv(client)?.as_deref().map(str::trim) {
            None => return Ok(()),
            Some("2") => return chat(client, nickname),
            Some("1") => send(client, "Not sent: nobody can be chosen yet")?,
            Some(_) => send(client, "Not sent: answer 1 or 2")?,
        }
    }
}

/// The conversation: every message goes to all who listen, the sender too, until the client closes.
fn chat(client: &mut Client, nickname: &str) -> io::Result<()> {
    listen_to_all(client, nickname)?;
    while let Some(message) = recv(client)? {
        send_to_broadcast(&client.names, nickname, &message);
    }
    Ok(())
}

/// From "You in group" on the client hears all that is said: so both are one step under the lock.
fn listen_to_all(client: &Client, nickname: &str) -> io::Result<()> {
    let mut names = lock(&client.names);
    names.get_mut(nickname).into_iter().for_each(|member| member.listens = true);
    (&client.stream).write_all(b"You in group\n")
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

/// One message to one client, as a line. Nobody else writes meanwhile: the lock is held.
fn send(client: &Client, message: &str) -> io::Result<()> {
    let _alone = lock(&client.names);
    (&client.stream).write_all(format!("{message}\n").as_bytes())
}

/// One message to all who listen. A socket that does not take it is closed: its own thread then leaves.
fn send_to_broadcast(names: &Names, nickname: &str, message: &str) {
    let line = format!("(broadcast) {nickname}: {message}\n");
    for member in lock(names).values().filter(|member| member.listens) {
        if (&member.stream).write_all(line.as_bytes()).is_err() {
            member.stream.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }
}

/// Forgets a client: first the room is told, then its nickname is free again.
fn delete(names: &Names, nickname: &str) {
    send_to_broadcast(names, "General information", &format!("{nickname} has left the Chat"));
    lock(names).remove(nickname);
}

/// One client, from its first message to its end. A broken connection ends nothing but itself.
fn session(stream: TcpStream, names: Arc<Names>) {
    let mut client = Client { stream, unread: Vec::new(), names };
    let ended = authorization(&mut client).and_then(|nickname| {
        let Some(nickname) = nickname else { return Ok(()) };
        let ended = welcome(&mut client, &nickname);
        delete(&client.names, &nickname);
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
        client.set_nodelay(true)?;
        thread::Builder::new().name("client".into()).spawn(move || session(client, names))?;
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
