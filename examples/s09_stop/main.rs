//! Step 9 of the ladder: leaving and stopping in order.
//!
//! Adds: a goodbye is a parcel like any other: it waits for its turn, also in a backlog; then the server shuts its writing
//! side and reads on for a second. Whoever leaves is forgotten by a `Drop`, in whatever way. Ctrl-C tells everyone.
//! Its fault: one `panic` under the lock ends it for all, and one flood is everybody's flood. Step 10 mends it. (The line
//! `/bug` stands for a fault that nobody has found yet.)
//!
//! Run: `cargo run --example s09_stop`, and in other terminals `cargo run --bin chat`.
#![allow(clippy::disallowed_types, reason = "std and crossbeam-channel alone: its Mutex")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who left")]

use std::convert::Infallible;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use chatroom::limits::{LINGER, LINGER_SLICE, MESSAGE_BYTES, QUEUE_PARCELS, STOP_TOTAL};
use chatroom::protocol::{DISCONNECTED, refused};
use chatroom::server::Stop;
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Refusal, Text};
use chatroom::wire::{Framing, Incoming, MessageReader};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use self::delivery::{Connection, Parcel, deliver, is_again};
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
    stop: Stop,
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
    /// Why the session ended. Until that is known, only a panic ends it.
    leave: Leave,
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
        if line.as_ref().is_ok_and(|line| line.as_str() == "/bug") {
            let _members = lock(&self.chat);
            panic!("a bug, under the lock");
        }
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

    /// Reads on until the peer has closed too, or its second is up: closing with unread bytes would reset the connection, and
    /// destroy what is on the way.
    fn linger(&self) {
        let connection = &self.connection;
        connection.stream.set_read_timeout(Some(LINGER_SLICE)).unwrap_or_default();
        while connection.backlog().closed.is_none_or(|since| since.elapsed() < LINGER) {
            match (&connection.stream).read(&mut [0; 1024]) {
                Err(error) if is_again(&error) => {}
                Ok(count) if count > 0 => {}
                _ => break, // it has closed, but what was said to it may still wait for its turn
            }
        }
        drop(connection.ended.wait_while(connection.backlog(), |backlog| backlog.closed.is_none()));
        connection.shutdown();
    }

    /// One line to this client.
    fn send(&self, line: &str) {
        self.chat.send(&self.connection, line);
    }
}

/// A client leaves, however its session ended, by a panic too.
impl Drop for Client {
    fn drop(&mut self) {
        if self.chat.stop.is_stopped() {
            self.leave = Leave::ServerStops;
        } else if self.connection.too_late.load(Ordering::Relaxed) {
            self.leave = Leave::TooLate;
        }
        if let Some(nickname) = &self.nickname {
            delete(&self.chat, &self.connection, nickname, self.leave);
        }
        self.leave.reason().into_iter().for_each(|reason| self.send(&reason));
        self.send(DISCONNECTED);
        self.chat.post(Parcel::Close(self.connection.id));
        let name = self.nickname.as_ref().map_or("somebody", |nickname| nickname.as_str());
        eprintln!("{name} left: {}", self.leave);
        self.linger();
    }
}

/// One client, from its first line to its last. Nobody ever sends on `_alive`: it ends when all who hold it have ended.
fn client_thread(mut client: Client, _alive: &Sender<Infallible>) {
    client.leave = session(&mut client);
}

/// Accepts, and starts a thread for each client, until the stop. Then everyone is told, and waited for.
fn start_server(listener: &TcpListener, stop: Stop) -> io::Result<()> {
    let (queue, parcels) = bounded(QUEUE_PARCELS);
    let delivery = thread::Builder::new().name("delivery".into()).spawn(move || deliver(&parcels))?;
    let chat = Arc::new(Chat { members: Mutex::default(), queue, stop });
    let (alive, ended) = bounded(0);
    for (id, stream) in (1..).zip(listener.incoming()) {
        if chat.stop.is_stopped() {
            break;
        }
        let connection = Arc::new(Connection::new(id, stream?)?);
        chat.post(Parcel::Connected(Arc::clone(&connection)));
        let reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
        let client = Client { chat: Arc::clone(&chat), connection, reader, nickname: None, leave: Leave::Fault };
        let alive = alive.clone();
        thread::Builder::new().name("client".into()).spawn(move || client_thread(client, &alive))?;
    }
    chat.post(Parcel::Stop);
    drop((chat, alive));
    if ended.recv_timeout(STOP_TOTAL) == Err(RecvTimeoutError::Timeout) {
        eprintln!("not every thread has ended in time");
        return Ok(());
    }
    delivery.join().map_err(|_| io::Error::other("the delivery thread panicked"))
}

/// Waits for the stop, and wakes `accept` by a connection.
fn wake(address: SocketAddr, stop: &Stop) {
    while !stop.wait(Duration::from_secs(3600)) {}
    drop(TcpStream::connect(address));
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
    let (listener, stop) = (listen()?, Stop::new());
    #[cfg(feature = "signals")]
    chatroom::signals::stop_on_signals(&stop)?;
    let (address, its_stop) = (listener.local_addr()?, stop.clone());
    thread::Builder::new().name("wake".into()).spawn(move || wake(address, &its_stop))?;
    start_server(&listener, stop)
}
