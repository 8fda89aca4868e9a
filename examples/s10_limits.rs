//! Step 10 of the ladder: limits, pace, faults survived.
//!
//! Adds: so many clients and no more, so many of one address, so long for a nickname, so many lines a second. A panic ends
//! one session; whoever finds the lock poisoned goes on with what is under it; without a thread or a descriptor left for a
//! newcomer the server goes on.
//! What a thousand users still add is in `src/server/`. (The line `/bug` is still there.)
//!
//! Run: `cargo run --example s10_limits`, and in other terminals `cargo run --bin chat`. `RATE`, `LOGIN_TIMEOUT`,
//! `MAX_CLIENTS` and `PER_ADDRESS` in the environment set the limits; `RATE=off` lets everyone flood.
#![allow(clippy::disallowed_types, reason = "std and crossbeam-channel alone: its Mutex")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a step says where it listens, and who left")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chatroom::limits::{
    ACCEPT_PAUSE_MIN, CLIENT_STACK, LINGER, LINGER_SLICE, MESSAGE_BYTES, QUEUE_PARCELS, RATE_BURST, RATE_PER_SECOND,
    RATE_SLICE, STOP_TOTAL,
};
use chatroom::protocol::{DISCONNECTED, refused};
use chatroom::server::Stop;
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Refusal, Text};
use chatroom::wire::{Framing, Incoming, MessageReader};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use self::delivery::{Connection, Parcel, deliver, is_again};
use self::members::{Members, delete};
use self::session::session;

#[path = "s09_stop/delivery.rs"]
mod delivery;
#[path = "s06_original/members.rs"]
mod members;
#[path = "s06_original/session.rs"]
mod session;

/// What the environment may change.
struct Limits {
    /// Time that one line costs, after a burst.
    line: Duration,
    login: Duration,
    clients: usize,
    per_address: usize,
}

impl Limits {
    fn from_env() -> io::Result<Self> {
        let number = |name: &str, default: u32| match std::env::var(name) {
            Ok(value) => value.parse().map_err(|_| io::Error::other(format!("{name} is {value}: give a number"))),
            Err(_) => Ok(default),
        };
        let is_off = std::env::var("RATE").is_ok_and(|rate| rate == "off");
        let rate = if is_off { 0 } else { number("RATE", RATE_PER_SECOND)? };
        Ok(Limits {
            line: Duration::from_secs(1).checked_div(rate).unwrap_or_default(),
            login: Duration::from_secs(number("LOGIN_TIMEOUT", 60)?.into()),
            clients: number("MAX_CLIENTS", 1000)? as usize,
            per_address: number("PER_ADDRESS", u32::MAX)? as usize,
        })
    }
}

/// What all threads share: who is here, under its one lock, and the one queue.
struct Chat {
    limits: Limits,
    /// How many are connected from where, with a nickname or without.
    places: Mutex<HashMap<IpAddr, usize>>,
    members: Mutex<Members>,
    queue: Sender<Parcel>,
    stop: Stop,
}

/// A place for one more client; or why there is none.
fn take_place(chat: &Chat, address: IpAddr) -> Result<(), &'static str> {
    let mut places = chat.places.lock().unwrap_or_else(PoisonError::into_inner);
    if places.values().sum::<usize>() >= chat.limits.clients {
        return Err("too many clients are here");
    }
    let here = places.entry(address).or_default();
    if *here >= chat.limits.per_address {
        return Err("too many clients are here from your address");
    }
    *here += 1;
    Ok(())
}

/// The map. A thread that panicked under the lock has poisoned it: every step under it leaves the map whole, so go on.
fn lock(chat: &Chat) -> MutexGuard<'_, Members> {
    chat.members.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One client, as its own thread sees it.
struct Client {
    chat: Arc<Chat>,
    connection: Arc<Connection>,
    reader: MessageReader,
    nickname: Option<Nickname>,
    /// Why the session ended. Until that is known, only a panic ends it.
    leave: Leave,
    address: IpAddr,
    /// When the lines so far are paid for.
    paid: Instant,
    was_told: bool,
    /// The nickname has to be there by then.
    login_until: Instant,
    /// By then it was read once more.
    was_last: bool,
}

impl Client {
    /// One line from the client. `None`: it cannot be taken, which was answered.
    fn read_line(&mut self) -> Result<Option<Text>, Leave> {
        let incoming = self.read()?;
        if !matches!(incoming, Incoming::End | Incoming::Overflow) {
            self.keep_pace()?;
        }
        let line = match incoming {
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

    /// What comes next: of what was read before, or of the socket. The patience for a nickname is one for all reads together;
    /// when it is over, what has arrived by then is read, once.
    fn read(&mut self) -> Result<Incoming, Leave> {
        loop {
            if let Some(incoming) = self.reader.take() {
                return Ok(incoming);
            }
            let patience = self.login_until.saturating_duration_since(Instant::now());
            let is_over = self.nickname.is_none() && patience.is_zero();
            if is_over && std::mem::replace(&mut self.was_last, true) {
                return Err(Leave::LoginTimeout);
            }
            let stream = &self.connection.stream;
            let patience = self.nickname.is_none().then_some(patience.max(Duration::from_millis(1)));
            match stream.set_read_timeout(patience).and_then(|()| self.reader.fill(stream)) {
                Err(error) if !is_again(&error) => return Err(Leave::Broken(error.kind())),
                _ => {}
            }
        }
    }

    /// Delays who floods, in pieces: after each it is looked whether it is still worth waiting. TCP pushes back meanwhile.
    fn keep_pace(&mut self) -> Result<(), Leave> {
        let (now, line) = (Instant::now(), self.chat.limits.line);
        self.paid = self.paid.max(now) + line;
        let until = self.paid.checked_sub(line * RATE_BURST).unwrap_or(now);
        if until > now && !self.was_told {
            self.was_told = true;
            self.send("You write faster than you may: nothing is lost, it is sent at the rate of this server");
        }
        while until > Instant::now() {
            self.chat.stop.wait(RATE_SLICE.min(until - Instant::now()));
            if self.chat.stop.is_stopped() || self.connection.too_late.load(Ordering::Relaxed) {
                return Err(Leave::End); // why, `drop` knows
            }
            if let Some(error) = self.connection.stream.take_error().unwrap_or_else(Some) {
                return Err(Leave::Broken(error.kind()));
            }
            if self.nickname.is_none() && self.login_until < Instant::now() {
                return Err(Leave::LoginTimeout);
            }
        }
        Ok(())
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
        let mut places = self.chat.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.entry(self.address).and_modify(|here| *here -= 1);
    }
}

/// One client, from its first line to its last. Nobody ever sends on `_alive`: it ends when all who hold it have ended.
fn client_thread(mut client: Client, _alive: &Sender<Infallible>) {
    let ended = panic::catch_unwind(AssertUnwindSafe(|| session(&mut client)));
    client.leave = ended.unwrap_or(Leave::Fault);
}

/// Accepts, and starts a thread for each client, until the stop. Then everyone is told, and waited for.
fn start_server(listener: &TcpListener, stop: Stop) -> io::Result<()> {
    let (queue, parcels) = bounded(QUEUE_PARCELS);
    let delivery = thread::Builder::new().name("delivery".into()).spawn(move || deliver(&parcels))?;
    let chat = Arc::new(Chat {
        limits: Limits::from_env()?,
        places: Mutex::default(),
        members: Mutex::default(),
        queue,
        stop,
    });
    let (alive, ended) = bounded(0);
    for (id, stream) in (1..).zip(listener.incoming()) {
        if chat.stop.is_stopped() {
            break;
        }
        if let Err(error) = stream.and_then(|stream| spawn(id, stream, &chat, alive.clone())) {
            // No descriptor or no thread is left. Who is here chats on, and somebody may leave.
            eprintln!("a client could not be taken: {error}");
            chat.stop.wait(ACCEPT_PAUSE_MIN);
        }
    }
    chat.post(Parcel::Stop);
    drop((chat, alive));
    if ended.recv_timeout(STOP_TOTAL) == Err(RecvTimeoutError::Timeout) {
        eprintln!("not every thread has ended in time");
        return Ok(());
    }
    delivery.join().map_err(|_| io::Error::other("the delivery thread panicked"))
}

/// One client, one thread; or a word to whom there is no place.
fn spawn(id: u64, stream: TcpStream, chat: &Arc<Chat>, alive: Sender<Infallible>) -> io::Result<()> {
    let address = stream.peer_addr()?.ip();
    let connection = Arc::new(Connection::new(id, stream)?);
    if let Err(why) = take_place(chat, address) {
        let goodbye = format!("The connection is closed: {why}; try again later\n{DISCONNECTED}\n");
        return (&connection.stream).write_all(goodbye.as_bytes());
    }
    chat.post(Parcel::Connected(Arc::clone(&connection)));
    let (paid, login_until) = (Instant::now(), Instant::now() + chat.limits.login);
    let reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
    let (chat, nickname, leave, was_told, was_last) = (Arc::clone(chat), None, Leave::Fault, false, false);
    let client = Client { chat, connection, reader, nickname, leave, address, paid, was_told, login_until, was_last };
    let builder = thread::Builder::new().name("client".into()).stack_size(CLIENT_STACK);
    builder.spawn(move || client_thread(client, &alive)).map(drop)
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
