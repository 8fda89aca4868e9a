//! Step 6 of the ladder: the whole original, mended.
//!
//! Adds: `choose_for_one`, the private `chat`, `word`: the conversation has a file of its own, `session.rs`, and who is
//! here another, `members.rs`. What a line, a name and a word may be comes from the product's pure files: `text`,
//! `protocol` and `wire`. Sockets, threads and the lock are here, and std alone.
//! Its fault: one reader stops, and all stand still: whoever speaks writes to every socket. Steps 7 and 8 mend it.
//!
//! Run: `cargo run --example s06_original`, and in other terminals `cargo run --bin chat`.
#![allow(clippy::disallowed_types, reason = "std alone: its Mutex")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who left")]

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use chatroom::limits::MESSAGE_BYTES;
use chatroom::protocol::{DISCONNECTED, IN_GROUP, refused};
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Refusal, Text};
use chatroom::wire::{Framing, Incoming, MessageReader, is_timeout};

use self::members::{Members, delete};
use self::session::session;

mod members;
mod session;

/// A socket that takes nothing for so long belongs to somebody who is too late. So long all others wait for it.
const PATIENCE: Duration = Duration::from_millis(300);

/// What all threads share: who is here, under its one lock.
#[derive(Default)]
struct Chat {
    members: Mutex<Members>,
}

/// The map. A thread that panics under the lock would poison it: nobody may do that.
fn lock(chat: &Chat) -> MutexGuard<'_, Members> {
    chat.members.lock().expect("nothing panics under the lock")
}

/// One connection, shared by all who write to it.
struct Connection {
    stream: TcpStream,
    /// Is in the group, and hears what is said there.
    listens: AtomicBool,
    /// Was cut: it did not read what it was sent.
    too_late: AtomicBool,
}

impl Connection {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { stream, listens: AtomicBool::new(false), too_late: AtomicBool::new(false) })
    }

    /// Ends it: whoever reads it leaves by itself.
    fn shutdown(&self) {
        self.stream.shutdown(Shutdown::Both).unwrap_or_default();
    }
}

/// One client, as its own thread sees it.
struct Client {
    chat: Arc<Chat>,
    connection: Arc<Connection>,
    reader: MessageReader,
    nickname: Option<Nickname>,
}

impl Client {
    /// One line from the client. `None`: it cannot be taken, which was answered.
    fn read_line(&mut self) -> Result<Option<Text>, Leave> {
        let line = match self.read()? {
            Incoming::Line(line) => Text::parse(line),
            Incoming::Refused(refusal) => Err(refusal),
            Incoming::Overflow => return Err(Leave::Overflow),
            Incoming::End => {
                if self.reader.finish() {
                    self.send(&refused(&Refusal::NoEnd));
                }
                return Err(Leave::End);
            }
        };
        Ok(line.map_err(|refusal| self.send(&refused(&refusal))).ok())
    }

    /// What comes next: of what was read before, or of the socket.
    fn read(&mut self) -> Result<Incoming, Leave> {
        loop {
            if let Some(incoming) = self.reader.take() {
                return Ok(incoming);
            }
            self.reader.fill(&self.connection.stream).map_err(|error| Leave::Broken(error.kind()))?;
        }
    }

    /// One line to this client. Nobody else writes meanwhile: the lock is held.
    fn send(&self, line: &str) {
        let _alone = lock(&self.chat);
        self.chat.send(&self.connection, line);
    }
}

impl Chat {
    /// One line to one client, under the lock. Blocks as long as its socket is full.
    fn send(&self, to: &Connection, line: &str) {
        if to.too_late.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = (&to.stream).write_all(format!("{line}\n").as_bytes()) {
            to.too_late.store(is_timeout(&error), Ordering::Relaxed);
            to.shutdown();
        }
    }

    /// One line to all who listen, under the lock.
    fn send_to_broadcast(&self, members: &Members, line: &str) {
        let everyone = members.values().map(|member| &member.who.connection);
        everyone.filter(|connection| connection.listens.load(Ordering::Relaxed)).for_each(|to| self.send(to, line));
    }

    /// From "You in group" on a client hears the group; with false no longer.
    fn listens(&self, connection: &Connection, listens: bool) {
        connection.listens.store(listens, Ordering::Relaxed);
        if listens {
            self.send(connection, IN_GROUP);
        }
    }
}

/// One client, from its first line to its last.
fn client_thread(mut client: Client) {
    let mut leave = session(&mut client);
    if client.connection.too_late.load(Ordering::Relaxed) {
        leave = Leave::TooLate;
    }
    if let Some(nickname) = &client.nickname {
        delete(&client.chat, &client.connection, nickname, leave);
    }
    leave.reason().into_iter().for_each(|reason| client.send(&reason));
    client.send(DISCONNECTED);
    client.connection.shutdown();
    let name = client.nickname.as_ref().map_or("somebody", |nickname| nickname.as_str());
    eprintln!("{name} left: {leave}");
}

/// Accepts, and starts a thread for each client.
fn start_server(listener: &TcpListener) -> io::Result<()> {
    let chat = Arc::new(Chat::default());
    for stream in listener.incoming() {
        let connection = Arc::new(Connection::new(stream?)?);
        let reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
        let client = Client { chat: Arc::clone(&chat), connection, reader, nickname: None };
        thread::Builder::new().name("client".into()).spawn(move || client_thread(client))?;
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
