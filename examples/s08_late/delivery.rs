//! The queue of step 8, and the thread that delivers. It never waits for a socket: what that does not take is a late thread's.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use chatroom::limits::{BACKLOG_BYTES, LATE_PATIENCE, LATE_PIECE_BYTES};
use chatroom::protocol::IN_GROUP;
use crossbeam_channel::Receiver;

use super::Chat;
use super::members::Members;

/// A socket that takes nothing for so long belongs to somebody who is late. So long all others wait for it, once.
const PATIENCE: Duration = Duration::from_millis(1);
/// Whoever takes nothing for so long does not read: then it is said.
const SOON: Duration = Duration::from_millis(100);

/// So much is put together before it is written. Each listener has a copy of it.
const BATCH_BYTES: usize = 64 * 1024;

/// What the delivery thread is to do.
pub(crate) enum Parcel {
    Connected(Arc<Connection>),
    Listens(u64, bool),
    ToOne(u64, String),
    ToAll(String),
    Close(u64),
}

/// What waits for a socket that did not take it.
#[derive(Default)]
pub(crate) struct Backlog {
    /// A late thread writes this socket, and the delivery thread only appends.
    late: bool,
    bytes: Vec<u8>,
}

/// One connection: its client's thread reads it. The delivery thread writes it or, while it is late, its late thread.
pub(crate) struct Connection {
    pub(crate) id: u64,
    pub(crate) stream: TcpStream,
    backlog: Mutex<Backlog>,
    /// Was cut: it did not read what it was sent.
    pub(crate) too_late: AtomicBool,
}

impl Connection {
    pub(crate) fn new(id: u64, stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { id, stream, backlog: Mutex::default(), too_late: AtomicBool::new(false) })
    }

    pub(crate) fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().expect("nothing panics under the lock")
    }

    /// Ends it: it did not read what it was sent.
    pub(crate) fn cut(&self) {
        self.too_late.store(true, Ordering::Relaxed);
        self.shutdown();
    }

    /// Ends it: whoever reads it leaves by itself.
    pub(crate) fn shutdown(&self) {
        self.stream.shutdown(Shutdown::Both).unwrap_or_default();
    }
}

impl Chat {
    /// Puts a parcel on the queue; waits while that is full. The delivery thread ends with the process.
    pub(crate) fn post(&self, parcel: Parcel) {
        self.queue.send(parcel).expect("the delivery thread runs");
    }

    /// One line to one client.
    pub(crate) fn send(&self, to: &Connection, line: &str) {
        self.post(Parcel::ToOne(to.id, format!("{line}\n")));
    }

    /// One line to all who listen. Posted under the lock, so that the queue has the order in which things were decided.
    pub(crate) fn send_to_broadcast(&self, _members: &Members, line: &str) {
        self.post(Parcel::ToAll(format!("{line}\n")));
    }

    /// From "You in group" on a client hears the group; with false no longer.
    pub(crate) fn listens(&self, connection: &Connection, listens: bool) {
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
pub(crate) fn deliver(queue: &Receiver<Parcel>) {
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

/// Does what a parcel means, but writes nothing. Gives how many bytes there are in it.
fn take(places: &mut HashMap<u64, Place>, parcel: Parcel) -> usize {
    match parcel {
        Parcel::Connected(connection) => {
            let place = Place { connection, listens: false, waiting: String::new(), closing: false };
            places.insert(place.connection.id, place);
        }
        Parcel::Listens(id, listens) => {
            if let Some(place) = places.get_mut(&id) {
                place.listens = listens;
                if listens {
                    place.waiting += &format!("{IN_GROUP}\n");
                }
            }
        }
        Parcel::ToOne(id, line) => {
            places.get_mut(&id).into_iter().for_each(|place| place.waiting += &line);
            return line.len();
        }
        Parcel::ToAll(line) => {
            places.values_mut().filter(|place| place.listens).for_each(|place| place.waiting += &line);
            return line.len();
        }
        Parcel::Close(id) => places.get_mut(&id).into_iter().for_each(|place| place.closing = true),
    }
    0
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
pub(crate) fn is_again(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// A late thread: writes until nothing waits, or the client is too late.
fn late(to: &Connection) {
    let (mut piece, mut last_taken, mut was_said) = (Vec::new(), Instant::now(), false);
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
            Err(error) if is_again(&error) && last_taken.elapsed() < LATE_PATIENCE => {
                if !was_said && last_taken.elapsed() > SOON {
                    was_said = true;
                    eprintln!("client {} is late: it takes nothing", to.id);
                }
            }
            Err(error) if is_again(&error) => return to.cut(),
            Err(_) => return to.shutdown(),
        }
    }
}
