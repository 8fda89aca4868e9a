//! Step 8 of the ladder: what a socket does not take.
//!
//! Adds: the delivery thread never waits for a socket. What one does not take at once goes into a backlog, and a late thread
//! of its own writes that until the client has caught up, or is too late and is cut.
//! Its fault: the last words are lost. Whoever leaves while late is cut off with its backlog, and Ctrl-C cuts everyone.
//! Step 9 mends it.
//!
//! Run: `cargo run --example s08_late`, and in other terminals `cargo run --bin chat`.
#![allow(clippy::disallowed_types, reason = "std and crossbeam-channel alone: its Mutex")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who left")]

use std::collections::HashMap;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use chatroom::limits::{BACKLOG_BYTES, BATCH_BYTES, LATE_PATIENCE, LATE_PIECE_BYTES, MESSAGE_BYTES, QUEUE_PARCELS};
use chatroom::protocol::{DISCONNECTED, IN_GROUP, refused};
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Refusal, Text};
use chatroom::wire::{Framing, Incoming, MessageReader};
use crossbeam_channel::{Receiver, Sender, bounded};

use self::members::{Members, delete};
use self::session::session;

#[path = "s06_original/members.rs"]
mod members;
#[path = "s06_original/session.rs"]
mod session;

/// A socket that takes nothing for so long belongs to somebody who is late. So long all others wait for it, once.
const PATIENCE: Duration = Duration::from_millis(1);

/// What all threads share: who is here, under its one lock, and the one queue.
struct Chat {
    members: Mutex<Members>,
    queue: Sender<Parcel>,
}

/// What the delivery thread is to do.
enum Parcel {
    Connected(Arc<Connection>),
    Listens(u64, bool),
    ToOne(u64, String),
    ToAll(String),
    Close(u64),
}

/// The map. A thread that panics under the lock would poison it: nobody may do that.
fn lock(chat: &Chat) -> MutexGuard<'_, Members> {
    chat.members.lock().expect("nothing panics under the lock")
}

/// What waits for a socket that did not take it.
#[derive(Default)]
struct Backlog {
    /// A late thread writes this socket, and the delivery thread only appends.
    late: bool,
    bytes: Vec<u8>,
}

/// One connection: its client's thread reads it. The delivery thread writes it or, while it is late, its late thread.
struct Connection {
    id: u64,
    stream: TcpStream,
    backlog: Mutex<Backlog>,
    /// Was cut: it did not read what it was sent.
    too_late: AtomicBool,
}

impl Connection {
    fn new(id: u64, stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { id, stream, backlog: Mutex::default(), too_late: AtomicBool::new(false) })
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().expect("nothing panics under the lock")
    }

    /// Ends it: it did not read what it was sent.
    fn cut(&self) {
        self.too_late.store(true, Ordering::Relaxed);
        self.shutdown();
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

    /// One line to this client.
    fn send(&self, line: &str) {
        self.chat.send(&self.connection, line);
    }
}

impl Chat {
    /// Puts a parcel on the queue; waits while that is full. The delivery thread ends with the process.
    fn post(&self, parcel: Parcel) {
        self.queue.send(parcel).expect("the delivery thread runs");
    }

    /// One line to one client.
    fn send(&self, to: &Connection, line: &str) {
        self.post(Parcel::ToOne(to.id, format!("{line}\n")));
    }

    /// One line to all who listen. Posted under the lock, so that the queue has the order in which things were decided.
    fn send_to_broadcast(&self, _members: &Members, line: &str) {
        self.post(Parcel::ToAll(format!("{line}\n")));
    }

    /// From "You in group" on a client hears the group; with false no longer.
    fn listens(&self, connection: &Connection, listens: bool) {
        self.post(Parcel::Listens(connection.id, listens));
    }
}

/// A connection as the delivery thread sees it. Who listens is this thread's own state: there is no lock.
struct Place {
    connection: Arc<Connection>,
    /// Is in the group, and hears what is said there.
    listens: bool,
    /// What is to be written next.
    waiting: String,
    closing: bool,
}

/// The delivery thread: takes all that waits, puts it together, and writes once to each. It never takes the lock: others
/// hold it while they wait for the queue.
fn deliver(queue: &Receiver<Parcel>) {
    let mut places = HashMap::new();
    for parcel in queue {
        let mut bytes = take(&mut places, parcel);
        while bytes < BATCH_BYTES {
            let Ok(parcel) = queue.try_recv() else { break };
            bytes += take(&mut places, parcel);
        }
        places.retain(|_, place| {
            write(&place.connection, &std::mem::take(&mut place.waiting));
            if place.closing {
                place.connection.shutdown();
            }
            !place.closing
        });
    }
}

/// Does what a parcel means, but writes nothing. Gives how many bytes there are to write for it.
fn take(places: &mut HashMap<u64, Place>, parcel: Parcel) -> usize {
    let mut bytes = 0;
    let mut add = |place: &mut Place, line: &str| {
        place.waiting += line;
        bytes += line.len();
    };
    match parcel {
        Parcel::Connected(connection) => {
            let place = Place { connection, listens: false, waiting: String::new(), closing: false };
            places.insert(place.connection.id, place);
        }
        Parcel::Listens(id, listens) => {
            if let Some(place) = places.get_mut(&id) {
                place.listens = listens;
                if listens {
                    add(place, &format!("{IN_GROUP}\n"));
                }
            }
        }
        Parcel::ToOne(id, line) => places.get_mut(&id).into_iter().for_each(|place| add(place, &line)),
        Parcel::ToAll(line) => {
            places.values_mut().filter(|place| place.listens).for_each(|place| add(place, &line));
        }
        Parcel::Close(id) => places.get_mut(&id).into_iter().for_each(|place| place.closing = true),
    }
    bytes
}

/// All that one client is sent at once. Does not wait: what the socket does not take goes into the backlog.
fn write(to: &Arc<Connection>, text: &str) {
    if text.is_empty() || to.too_late.load(Ordering::Relaxed) {
        return;
    }
    let taken = if to.backlog().late { Ok(0) } else { (&to.stream).write(text.as_bytes()) };
    let taken = match taken {
        Ok(taken) => taken,
        Err(error) if is_again(&error) => 0,
        Err(_) => return to.shutdown(),
    };
    let mut backlog = to.backlog();
    backlog.bytes.extend(text.bytes().skip(taken));
    let (waits, was_late) = (backlog.bytes.len(), backlog.late);
    backlog.late |= waits > 0;
    drop(backlog);
    if waits > BACKLOG_BYTES {
        to.cut();
    } else if waits > 0 && !was_late {
        let its_connection = Arc::clone(to);
        let started = thread::Builder::new().name("late".into()).spawn(move || late(&its_connection));
        started.map_or_else(|_| to.cut(), drop);
    }
}

/// Nothing is wrong: the socket is full.
fn is_again(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// A late thread: writes until nothing waits, or the client is too late.
fn late(to: &Connection) {
    eprintln!("client {} is late", to.id);
    let mut piece = Vec::new();
    let mut last_taken = Instant::now();
    loop {
        if piece.is_empty() {
            let mut backlog = to.backlog();
            backlog.late = !backlog.bytes.is_empty();
            if !backlog.late {
                return;
            }
            let count = backlog.bytes.len().min(LATE_PIECE_BYTES);
            piece = backlog.bytes.drain(..count).collect();
        }
        match (&to.stream).write(&piece) {
            Ok(taken) => {
                piece.drain(..taken);
                last_taken = Instant::now();
            }
            Err(error) if is_again(&error) && last_taken.elapsed() < LATE_PATIENCE => {}
            Err(error) if is_again(&error) => return to.cut(),
            Err(_) => return to.shutdown(),
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
        eprintln!("{nickname} left: {leave}");
        delete(&client.chat, &client.connection, nickname, leave);
    }
    leave.reason().into_iter().for_each(|reason| client.send(&reason));
    client.send(DISCONNECTED);
    client.chat.post(Parcel::Close(client.connection.id));
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
