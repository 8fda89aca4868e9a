//! Feature glass: the tap: where the chat tells what it does. Bounded; where it is full an event is counted instead of
//! kept, and nobody waits. While nobody looks, a hook costs one look at an atomic. Touches nothing but its own channel
//! and atomics.
//!
//! # Threads
//! Every thread of the chat calls it. `Teller` and `Outcomes` are the delivery thread's own: they gather what a parcel and
//! a batch come to, so that nothing is sent for each delivery.
//!
//! # A gap
//! After the first event that finds no room, all are dropped until the delivery thread, between two batches, tells who is
//! here (`Here`) and how many were missed. So what stands between two `Here` is always whole.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded, never};

use self::journal::Journal;
use super::Lab;
use super::event::{About, Event, Told, What};
use super::ledger::{Counts, Ledger, add};
use crate::server::parcel::Parcel;
use crate::server::robust::connection::ClientId;
use crate::server::robust::leave::Leave;
use crate::server::room::Room;
use crate::text::Nickname;

pub(super) mod journal;

/// Events that may wait to be taken out, ten times a second: more than a class makes, and a browser can still show them.
pub(super) const TAP_EVENTS: usize = 2048;
/// No client has this number.
const NOBODY: u64 = u64::MAX;

/// A handle on the tap, for every thread. The default one leads nowhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tap(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    /// Somebody looks, and nothing was missed since the last `Here`.
    is_open: AtomicBool,
    /// The next batch is to be followed by a `Here`.
    is_asked: AtomicBool,
    ring: Sender<Event>,
    events: Receiver<Event>,
    /// Wakes the delivery thread for a `Here` though nobody says anything.
    look: Sender<()>,
    looks: Receiver<()>,
    missed: AtomicU64,
    begun: Instant,
    show_text: bool,
    counts: Counts,
    /// The lab: whose socket is to take nothing, by nickname and then by number.
    stall: Option<String>,
    /// The lab: the accept thread runs the sessions itself, so the second client waits for the first.
    one_thread: bool,
    stalled: AtomicU64,
    /// Where the events go, for whoever wants to look.
    journal: OnceLock<Weak<Journal>>,
}

impl Tap {
    /// A tap at which nobody looks yet.
    pub(super) fn new(show_text: bool, lab: &Lab) -> Self {
        let ((ring, events), (look, looks)) = (bounded(TAP_EVENTS), bounded(1));
        Tap(Some(Arc::new(Inner {
            is_open: AtomicBool::new(false),
            is_asked: AtomicBool::new(false),
            ring,
            events,
            look,
            looks,
            missed: AtomicU64::new(0),
            begun: Instant::now(),
            show_text,
            counts: Counts::default(),
            stall: lab.stall.as_deref().map(str::to_lowercase),
            one_thread: lab.one_thread,
            stalled: AtomicU64::new(NOBODY),
            journal: OnceLock::new(),
        })))
    }

    /// The events go there.
    pub(super) fn leads_to(&self, journal: &Arc<Journal>) {
        if let Some(inner) = &self.0 {
            inner.journal.get_or_init(|| Arc::downgrade(journal));
        }
    }

    /// Where the events go, while the server runs.
    #[cfg(feature = "console")]
    pub(super) fn journal(&self) -> Option<Arc<Journal>> {
        self.0.as_ref()?.journal.get()?.upgrade()
    }

    /// Where somebody looks.
    fn open(&self) -> Option<&Inner> {
        self.0.as_deref().filter(|inner| inner.is_open.load(Ordering::Relaxed))
    }

    /// A client's thread is about to put a parcel into the queue, in which so many are.
    pub(crate) fn posted(&self, parcel: &Parcel, depth: usize) {
        if let Some(inner) = self.open() {
            inner.tell(What::Posted(About::of(parcel)), depth);
        }
    }

    /// Ready when somebody wants to know who is here.
    pub(crate) fn looks(&self) -> Receiver<()> {
        self.0.as_ref().map_or_else(never, |inner| inner.looks.clone())
    }

    /// The lab has one thread serve all.
    pub(crate) fn is_one_thread(&self) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.one_thread)
    }

    /// The lab has this one's socket take nothing.
    pub(crate) fn stalls(&self, id: ClientId) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.stalled.load(Ordering::Relaxed) == id.0)
    }

    /// A socket took so many bytes that had waited.
    pub(crate) fn delivered(&self, bytes: usize) {
        self.count(|counts| add(&counts.delivered, bytes));
    }

    /// So many bytes will never be written.
    pub(crate) fn dropped(&self, bytes: usize) {
        self.count(|counts| add(&counts.dropped, bytes));
    }

    /// A late thread wrote so many bytes; so many are left.
    pub(crate) fn late_wrote(&self, id: ClientId, bytes: usize, left: usize) {
        self.tell(|| What::Wrote { id, bytes, left });
    }

    /// A late thread has nothing left to write.
    pub(crate) fn caught_up(&self, id: ClientId) {
        self.tell(|| What::CaughtUp(id));
    }

    /// A connection was cut.
    pub(crate) fn cut(&self, id: ClientId, why: Leave) {
        self.tell(|| What::Cut { id, why: why.to_string() });
    }

    fn tell(&self, what: impl FnOnce() -> What) {
        if let Some(inner) = self.open() {
            inner.tell(what(), 0);
        }
    }

    fn count(&self, count: impl FnOnce(&Counts)) {
        if let Some(inner) = &self.0 {
            count(&inner.counts);
        }
    }

    /// Asks for a `Here`, from which on all is told. Does not wait for it.
    pub(super) fn ask(&self) {
        if let Some(inner) = &self.0 {
            inner.is_asked.store(true, Ordering::Relaxed);
            // Full is a wake that has not been taken yet: it is enough.
            inner.look.try_send(()).unwrap_or_default();
        }
    }

    /// Nobody looks any more.
    pub(super) fn close(&self) {
        if let Some(inner) = &self.0 {
            inner.is_open.store(false, Ordering::Relaxed);
        }
    }

    /// Something was missed, or nobody looks.
    pub(super) fn is_closed(&self) -> bool {
        self.open().is_none()
    }

    /// The events, in order.
    pub(super) fn events(&self) -> Receiver<Event> {
        self.0.as_ref().map_or_else(never, |inner| inner.events.clone())
    }

    /// Both sides of the accounts.
    pub(super) fn ledger(&self) -> Ledger {
        self.0.as_ref().map_or_else(|| Counts::default().ledger(), |inner| inner.counts.ledger())
    }

    /// For `/metrics`: the counters, and when the tap was made.
    pub(super) fn counts(&self) -> Option<&Counts> {
        self.0.as_deref().map(|inner| &inner.counts)
    }

    /// What is said is shown too.
    pub(super) fn shows_text(&self) -> bool {
        self.0.as_ref().is_some_and(|inner| inner.show_text)
    }
}

impl Inner {
    fn tell(&self, what: What, depth: usize) {
        let thread = thread::current();
        let thread = Arc::from(thread.name().unwrap_or("unnamed"));
        let event = Event { at: self.begun.elapsed(), thread, what, depth };
        if self.ring.try_send(event).is_err() {
            self.is_open.store(false, Ordering::Relaxed);
            self.missed.fetch_add(1, Ordering::Relaxed);
            add(&self.counts.missed, 1);
        }
    }

    /// Opens the tap with all who are here.
    fn here(&self, room: &Room, depth: usize) {
        let missed = self.missed.swap(0, Ordering::Relaxed);
        self.is_open.store(true, Ordering::Relaxed);
        self.tell(What::Here { missed, seats: room.seats() }, depth);
    }
}

/// What the parcel under way comes to. The room's own.
#[derive(Debug, Default)]
pub(crate) struct Teller {
    tap: Tap,
    /// Where the parcels come from, for its depth.
    queue: Option<Receiver<Parcel>>,
    about: Option<About>,
    told: Vec<Told>,
}

impl Teller {
    pub(crate) fn new(tap: Tap, queue: Receiver<Parcel>) -> Self {
        Teller { tap, queue: Some(queue), about: None, told: Vec::new() }
    }

    /// A parcel was taken out of the queue.
    pub(crate) fn sees(&mut self, parcel: &Parcel) {
        self.tap.count(|counts| {
            add(&counts.parcels, 1);
            match parcel {
                Parcel::ToAll(..) => add(&counts.to_all, 1),
                Parcel::Private { .. } => add(&counts.private, 1),
                _ => {}
            }
        });
        self.about = self.tap.open().map(|_| About::of(parcel));
    }

    /// These bytes were rendered, for one or (`None`) for the group.
    pub(crate) fn told(&mut self, to: Option<ClientId>, bytes: &[u8]) {
        let Some(inner) = self.tap.open().filter(|_| !bytes.is_empty()) else { return };
        let text = inner.show_text.then(|| String::from_utf8_lossy(bytes).into_owned());
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
        self.told.push(Told { to, except: Vec::new(), bytes: bytes.len(), lines, text });
    }

    /// What was told to the group last does not go to these, who ignore its sender.
    pub(crate) fn but(&mut self, ignoring: &[ClientId]) {
        if let Some(last) = self.told.last_mut() {
            last.except = ignoring.to_vec();
        }
    }

    /// A session began.
    pub(crate) fn joined(&self, id: ClientId, nickname: &Nickname) {
        self.tap.count(|counts| add(&counts.joined, 1));
        if let Some(inner) = &self.tap.0 {
            if inner.stall.as_deref() == Some(nickname.folded().as_str()) {
                inner.stalled.store(id.0, Ordering::Relaxed);
            }
        }
    }

    /// A session ended.
    pub(crate) fn left(&self) {
        self.tap.count(|counts| add(&counts.left, 1));
    }

    /// What the parcel means is done; or what was rendered without one, for the store.
    pub(crate) fn done(&mut self) {
        let told = std::mem::take(&mut self.told);
        let about = self.about.take().or_else(|| (!told.is_empty()).then(|| About::nobodys("store")));
        if let (Some(inner), Some(about)) = (self.tap.open(), about) {
            let depth = self.queue.as_ref().map_or(0, Receiver::len);
            inner.tell(What::Taken { about, told }, depth);
        }
    }
}

/// How the writes of a batch came out. The writer's own.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    tap: Tap,
    parcels: u64,
    sockets: usize,
    bytes: usize,
    due: usize,
    delivered: usize,
    late: Vec<(ClientId, usize)>,
    appended: Vec<ClientId>,
    dropped: Vec<ClientId>,
}

impl Outcomes {
    pub(crate) fn new(tap: Tap) -> Self {
        Outcomes { tap, ..Outcomes::default() }
    }

    pub(crate) fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// A socket took all.
    pub(crate) fn written(&mut self, bytes: usize) {
        self.sockets += 1;
        self.bytes += bytes;
        self.due += bytes;
        self.delivered += bytes;
    }

    /// A socket took a part, and the rest waits.
    pub(crate) fn late(&mut self, id: ClientId, taken: usize, bytes: usize) {
        self.due += bytes;
        self.delivered += taken;
        self.late.push((id, taken));
    }

    /// All of it waits, behind what waited before. For one who was cut the backlog counts it as dropped.
    pub(crate) fn appended(&mut self, id: ClientId, bytes: usize, is_cut: bool) {
        self.due += bytes;
        if is_cut { self.dropped.push(id) } else { self.appended.push(id) }
    }

    /// The socket is broken.
    pub(crate) fn broke(&mut self, id: ClientId, bytes: usize) {
        self.due += bytes;
        self.tap.dropped(bytes);
        self.dropped.push(id);
    }

    /// The batch is written, and so many parcels wait in the queue. Between this one and the next, whoever asked is told
    /// who is here.
    pub(crate) fn batch(&mut self, depth: usize, room: &Room) {
        let (late, appended) = (std::mem::take(&mut self.late), std::mem::take(&mut self.appended));
        let Outcomes { sockets, bytes, .. } = *self;
        let dropped = std::mem::take(&mut self.dropped);
        let Some(inner) = self.tap.0.as_deref() else { return };
        let parcels = inner.counts.parcels.load(Ordering::Relaxed);
        let of_this_batch = usize::try_from(parcels - self.parcels).unwrap_or_default();
        if of_this_batch > 0 {
            add(&inner.counts.batches, 1);
            add(&inner.counts.due, self.due);
            add(&inner.counts.delivered, self.delivered);
        }
        inner.counts.depth.store(depth as u64, Ordering::Relaxed);
        if inner.is_open.load(Ordering::Relaxed) && (of_this_batch > 0 || sockets > 0) {
            inner.tell(What::Batch { parcels: of_this_batch, sockets, bytes, late, appended, dropped }, depth);
        }
        if inner.is_asked.swap(false, Ordering::Relaxed) {
            inner.here(room, depth);
        }
        (self.parcels, self.sockets, self.bytes, self.due, self.delivered) = (parcels, 0, 0, 0, 0);
    }
}
