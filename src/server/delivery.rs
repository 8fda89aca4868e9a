//! Lesson: the one queue and the one thread that delivers. `send` and `send_to_broadcast` put parcels on the queue;
//! `deliver` takes all that waits, and writes once to each recipient. Touches the channel, the room, and sockets by
//! `late`.
//!
//! # How to use it
//! `Delivery::start` gives a handle; a clone for each thread that has something to say. `send` is a line to one client,
//! `send_to_broadcast` a message to the group, `send_private` one that says whether it arrived, `post` any other parcel.
//! Each may wait for room in the queue, none for a socket; all fail with `ServerStops` when nobody delivers any more.
//! What is posted first is heard first. Drop the last handle, and the thread ends.
//!
//! # Threads
//! Every client's own thread sends into the queue, and waits while it is full: TCP then pushes back on who floods. The
//! delivery thread owns the `Room`. It never waits for a socket, so it always comes back to the queue, and it never
//! sends into its own queue. The queue is the order: all see one and the same.
//!
//! # Locks
//! None but a backlog's. Nobody may send into the queue while holding a lock: it may wait.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, never, select, tick};

use super::parcel::{Line, Message, Parcel, Partner};
use super::robust::connection::ClientId;
use super::robust::late::Writer;
use super::robust::leave::Leave;
use super::robust::stop::Stop;
use super::room::Room;
use super::store::Store;
use super::tap::Tap;
use crate::limits::{GATHER_MAX, GATHER_MIN, GATHER_PART, LINGER_SLICE, QUEUE_PARCELS, SINGLE_STACK};

/// A handle on the queue; each client's thread has one.
#[derive(Debug, Clone)]
pub struct Delivery {
    queue: Sender<Parcel>,
    tap: Tap,
}

impl Delivery {
    /// Starts the delivery thread. It ends when every handle is dropped.
    ///
    /// # Errors
    /// No thread could be started.
    pub(super) fn start(
        writer: Writer,
        store: Option<Box<dyn Store>>,
        stop: Stop,
    ) -> io::Result<(Self, DeliveryThread)> {
        let (queue, parcels) = bounded(QUEUE_PARCELS);
        let broke = Arc::new(AtomicBool::new(false));
        let its_broke = Arc::clone(&broke);
        let builder = thread::Builder::new().name("delivery".into()).stack_size(SINGLE_STACK);
        let tap = writer.tap();
        let thread = builder.spawn(move || deliver(&parcels, writer, store, stop, its_broke))?;
        Ok((Delivery { queue, tap }, DeliveryThread { thread, broke }))
    }

    /// A handle on a queue that a test reads.
    #[cfg(test)]
    pub(super) fn with(queue: Sender<Parcel>) -> Self {
        Delivery { queue, tap: Tap::default() }
    }

    /// What is told to whoever looks on.
    pub(super) fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// One line to one client. Waits while the queue is full, never for a socket.
    ///
    /// # Errors
    /// `ServerStops`: the delivery thread is gone. The same holds for the calls below.
    pub fn send(&self, to: ClientId, line: impl Into<Line>) -> Result<(), Leave> {
        self.post(Parcel::ToOne(to, line.into()))
    }

    /// One message to all who listen. Waits while the queue is full.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn send_to_broadcast(&self, from: ClientId, message: Message) -> Result<(), Leave> {
        self.post(Parcel::ToAll(from, message))
    }

    /// One message to one session; waits until the delivery thread has had it, and says whether it arrived.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn send_private(&self, from: ClientId, to: &Partner, message: Message) -> Result<bool, Leave> {
        let (arrived, answer) = bounded(1);
        self.post(Parcel::Private { from, to: to.clone(), message, arrived })?;
        answer.recv().map_err(|_| Leave::ServerStops)
    }

    /// Waits until all that was sent so far is taken, and its batch is committed.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn wait_for_commit(&self) -> Result<(), Leave> {
        let (done, is_done) = bounded(0);
        self.post(Parcel::Committed(done))?;
        // Nobody sends: that it is dropped is the news, also where the delivery thread has gone.
        is_done.recv().unwrap_or_default();
        Ok(())
    }

    /// How many parcels wait for the delivery thread.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Any parcel. Waits while the queue is full.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn post(&self, parcel: Parcel) -> Result<(), Leave> {
        self.tap.posted(&parcel, self.queue.len());
        self.queue.send(parcel).map_err(|_| Leave::ServerStops)
    }
}

/// The delivery thread, for whoever waits for its end.
pub(super) struct DeliveryThread {
    thread: JoinHandle<()>,
    broke: Arc<AtomicBool>,
}

impl DeliveryThread {
    /// Waits for its end, where all others have ended: it is the last. Where not, it too may be left to the end of the
    /// process.
    ///
    /// # Errors
    /// It panicked, even where it still takes what the others put into the queue.
    pub(super) fn join(self, all_ended: bool) -> io::Result<()> {
        let has_panicked = (all_ended || self.thread.is_finished()) && self.thread.join().is_err();
        if has_panicked || self.broke.load(Ordering::Acquire) {
            return Err(io::Error::other("the delivery thread panicked; see the log"));
        }
        Ok(())
    }
}

/// The delivery thread: takes all that waits, has the store commit it, and only then writes, once to each recipient;
/// until every handle is dropped. After the stop parcel it looks now and then whose time is up.
///
/// It never waits for a socket; but after a parcel that comes into an empty queue it waits for others, a small part of the
/// time that it needed to write the last batch. Those who speak at the same time are microseconds apart: without that wait
/// the first of them would have a round to itself, and all the others would need a second one. Where something is in the
/// queue already, it was gathered while the last batch was written.
fn deliver(
    queue: &Receiver<Parcel>,
    mut writer: Writer,
    store: Option<Box<dyn Store>>,
    stop: Stop,
    broke: Arc<AtomicBool>,
) {
    let mut all = EndsAll { room: Room::new(store).watched(writer.tap(), queue.clone()), queue, stop, broke };
    let room = &mut all.room;
    let (mut looks, looked_at) = (never(), writer.tap().looks());
    let mut window = Duration::ZERO;
    loop {
        let was_stopping = room.is_stopping();
        let was_idle = queue.is_empty();
        select! {
            recv(queue) -> parcel => match parcel {
                Ok(parcel) => room.take(parcel),
                Err(_) => return,
            },
            recv(looks) -> _ => room.let_go(),
            recv(room.store_is_due()) -> _ => {}
            recv(looked_at) -> _ => {}
        }
        gather(room, queue, if was_idle { window } else { Duration::ZERO });
        let begun = Instant::now();
        room.commit();
        room.flush(|connection, bytes, closing| writer.write(connection, bytes, closing));
        writer.keep_bound();
        writer.outcomes.batch(queue.len(), room);
        window = gather_window(begun.elapsed());
        if room.is_stopping() && !was_stopping {
            looks = tick(LINGER_SLICE);
        }
    }
}

/// Takes what waits in the queue, and what comes within the window.
fn gather(room: &mut Room, queue: &Receiver<Parcel>, window: Duration) {
    let until = Instant::now() + window;
    while !room.is_full() {
        // Without a window not even a deadline that has passed: that would cost a look at the clock for each parcel.
        let next = if window.is_zero() { queue.try_recv().ok() } else { queue.recv_deadline(until).ok() };
        let Some(parcel) = next else { return };
        room.take(parcel);
    }
}

/// How long to gather for the next batch, where the last one took so long to write: what is gathered saves the time of
/// whole batches, and costs each of them a sixteenth. Where that is next to nothing, there is nothing to save either.
fn gather_window(last_batch: Duration) -> Duration {
    let window = last_batch / GATHER_PART;
    if window < GATHER_MIN { Duration::ZERO } else { window.min(GATHER_MAX) }
}

/// However the delivery thread ends, by a panic too: nobody can be written to after it, so every connection ends and
/// the server stops. Their threads wake from `read`, and from their wait for a commit. What they still put into the queue
/// is taken out of it and dropped until the last handle has gone: nobody waits for an answer that never comes.
struct EndsAll<'a> {
    room: Room,
    queue: &'a Receiver<Parcel>,
    stop: Stop,
    broke: Arc<AtomicBool>,
}

impl Drop for EndsAll<'_> {
    fn drop(&mut self) {
        // Before the stop, which has `start_server` look.
        self.broke.store(thread::panicking(), Ordering::Release);
        self.room.give_up();
        self.stop.stop();
        for parcel in self.queue {
            if let Parcel::Connected(connection) = parcel {
                connection.cut(Leave::ServerStops);
            }
        }
    }
}

#[cfg(test)]
mod tests;
