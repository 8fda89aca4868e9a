//! Step 7 of the ladder: the queue and the one delivery thread.
//!
//! Adds: whoever speaks puts a parcel on a bounded queue. One thread takes all that waits there, puts it together, and
//! writes once to each. The order of the queue is the order for all, and nobody writes under the lock any more.
//! Its fault: it stands still too, for one: the delivery thread waits for a reader who has stopped. Step 8 mends it.
//!
//! Run: `cargo run --example s07_queue`, and in other terminals `cargo run --bin chat`.
#![allow(clippy::disallowed_types, reason = "std and crossbeam-channel alone: its Mutex")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who left")]

use std::io::{self};
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use chatroom::limits::{MESSAGE_BYTES, QUEUE_PARCELS};
use chatroom::protocol::{DISCONNECTED, refused};
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Refusal, Text};
use chatroom::wire::{Framing, Incoming, MessageReader};
use crossbeam_channel::{Sender, bounded};

use self::delivery::{Connection, Parcel, deliver};
use self::members::{Members, delete};
use self::session::session;

mod delivery;
#[path = "../s06_original/members.rs"]
mod members;
#[path = "../s06_original/session.rs"]
mod session;

/// What all threads share: who is here, under its one lock, and the one queue.
struct Chat {
    members: Mutex<Members>,
    queue: Sender<Parcel>,
}

/// The map. A thread that panics under the lock would poison it: nobody may do that.
fn lock(chat: &Chat) -> MutexGuard<'_, Members> {
    chat.members.lock().expect("nothing panics under the lock")
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

    /// One line to this client.
    fn send(&self, line: &str) {
        self.chat.send(&self.connection, line);
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
    client.chat.post(Parcel::Close(client.connection.id));
    let name = client.nickname.as_ref().map_or("somebody", |nickname| nickname.as_str());
    eprintln!("{name} left: {leave}");
}

/// Accepts, and starts a thread for each client.
fn start_server(listener: &TcpListener) -> io::Result<()> {
    let (queue, parcels) = bounded(QUEUE_PARCELS);
    thread::Builder::new().name("delivery".into()).spawn(move || deliver(&parcels))?;
    let chat = Arc::new(Chat { members: Mutex::default(), queue });
    for (id, stream) in (1..).zip(listener.incoming()) {
        let connection = Arc::new(Connection::new(id, stream?)?);
        chat.post(Parcel::Connected(Arc::clone(&connection)));
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
