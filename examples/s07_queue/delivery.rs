//! The queue of step 7, and the thread that delivers: the only one that writes to a socket. The queue is the order.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chatroom::protocol::IN_GROUP;
use chatroom::wire::is_timeout;
use crossbeam_channel::Receiver;

use super::Chat;
use super::members::Members;

/// A socket that takes nothing for so long belongs to somebody who is too late. So long all others wait for it.
const PATIENCE: Duration = Duration::from_millis(300);

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

/// One connection: its client's thread reads it, the delivery thread writes it.
pub(crate) struct Connection {
    pub(crate) id: u64,
    pub(crate) stream: TcpStream,
    /// Was cut: it did not read what it was sent.
    pub(crate) too_late: AtomicBool,
}

impl Connection {
    pub(crate) fn new(id: u64, stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { id, stream, too_late: AtomicBool::new(false) })
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

/// All that one client is sent at once. Blocks as long as its socket is full.
fn write(to: &Connection, text: &str) {
    if to.too_late.load(Ordering::Relaxed) {
        return;
    }
    if let Err(error) = (&to.stream).write_all(text.as_bytes()) {
        to.too_late.store(is_timeout(&error), Ordering::Relaxed);
        to.shutdown();
    }
}
