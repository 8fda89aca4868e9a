//! Robust: how many may be here at once (the connection limit): places for clients, and spare threads beside them.
//! Touches one small lock, and by `ask_to_leave` the connection that has to make room.
//!
//! # Locks
//! `taken`: who holds how many places, and who has no nickname yet. Nothing but counting happens under it. Who has to
//! make room is chosen, and its place taken, in one step: whoever gets its nickname in that same instant either keeps its
//! place or has lost it, never both.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::connection::{ClientId, Connection};
use super::leave::{Full, Leave};
use super::origin::Origin;

/// A bounded number of places, and a bound for each address.
#[derive(Debug)]
pub(crate) struct Places {
    in_all: usize,
    per_address: Option<usize>,
    /// For the thread of whoever made room: it ends a moment later than its place.
    spares: Arc<Spares>,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by_origin: HashMap<Origin, usize>,
    /// Who has no nickname yet, in order of coming.
    nameless: BTreeMap<ClientId, Arc<Connection>>,
    /// Who made room, and is still on its way out.
    leaving: HashMap<ClientId, Spare>,
}

/// One place, given back when dropped: however a thread ends, its place is free again.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    id: ClientId,
    origin: Origin,
}

impl Places {
    /// `in_all` places, of which one address may hold `per_address`. Where that is not said, it is half of them, and this
    /// computer's own addresses may hold all.
    pub(crate) fn new(in_all: usize, per_address: Option<usize>, spares: Arc<Spares>) -> Arc<Self> {
        Arc::new(Places { in_all, per_address, spares, taken: Mutex::default() })
    }

    /// A place for a new connection. Where all are taken and `may_push` is true, it gets that of the one who has been
    /// here longest without a nickname; that one's own thread then says goodbye.
    ///
    /// # Errors
    /// All are taken, or all that this address may have.
    pub(crate) fn take(self: &Arc<Self>, connection: &Arc<Connection>, may_push: bool) -> Result<Place, Full> {
        let (id, origin) = (connection.id, connection.origin());
        let mut taken = self.taken.lock();
        let here = taken.by_origin.get(&origin).copied().unwrap_or_default();
        if self.at_most(origin).is_some_and(|most| here >= most) {
            return Err(Full::PerAddress);
        }
        let mut pushed = None;
        if taken.in_all >= self.in_all {
            pushed = if may_push { taken.push_out(&self.spares) } else { None };
            if pushed.is_none() {
                return Err(Full::InAll);
            }
        }
        taken.in_all += 1;
        *taken.by_origin.entry(origin).or_default() += 1;
        taken.nameless.insert(id, Arc::clone(connection));
        drop(taken);
        if let Some(pushed) = pushed {
            pushed.ask_to_leave(Leave::GaveWay);
        }
        Ok(Place { places: Arc::clone(self), id, origin })
    }

    /// A thread without a place, if one is left.
    pub(crate) fn spare_thread(&self) -> Option<Spare> {
        self.spares.take()
    }

    /// The bound of an address, where it has one that is tighter than all places.
    fn at_most(&self, origin: Origin) -> Option<usize> {
        let half = (!origin.is_loopback()).then_some((self.in_all / 2).max(1));
        self.per_address.or(half).filter(|&most| most < self.in_all)
    }
}

impl Taken {
    /// Takes the place of the oldest without a nickname. `None`: all have one, or too many are on their way out already.
    fn push_out(&mut self, spares: &Arc<Spares>) -> Option<Arc<Connection>> {
        let (&oldest, _) = self.nameless.first_key_value()?;
        let spare = spares.take()?;
        self.leaving.insert(oldest, spare);
        let pushed = self.nameless.remove(&oldest)?;
        self.give_back(pushed.origin());
        Some(pushed)
    }

    fn give_back(&mut self, origin: Origin) {
        self.in_all -= 1;
        let here = self.by_origin.get(&origin).copied().unwrap_or_default();
        if here > 1 {
            self.by_origin.insert(origin, here - 1);
        } else {
            self.by_origin.remove(&origin);
        }
    }
}

impl Place {
    /// Its client has a nickname now: nobody takes the place from it any more. False where somebody just has.
    pub(crate) fn keep(&self) -> bool {
        self.places.taken.lock().nameless.remove(&self.id).is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.nameless.remove(&self.id);
        if taken.leaving.remove(&self.id).is_none() {
            taken.give_back(self.origin);
        }
    }
}

/// Threads that may run beside one for each place: late threads, and those of whoever made room and says goodbye.
#[derive(Debug)]
pub(crate) struct Spares(AtomicUsize);

/// One spare thread, given back when dropped.
#[derive(Debug)]
pub(crate) struct Spare(Arc<Spares>);

impl Spares {
    /// So many.
    pub(crate) fn new(count: usize) -> Arc<Self> {
        Arc::new(Spares(AtomicUsize::new(count)))
    }

    /// So many are left.
    pub(crate) fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// One of them, if one is left.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Spare> {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.is_ok().then(|| Spare(Arc::clone(self)))
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};

    use super::*;
    use crate::wire::Framing;

    const LOOPBACK: &str = "127.0.0.1";

    /// So many connections, as if from this address. Their sockets lead nowhere.
    fn from(address: &str, ids: std::ops::Range<u64>) -> Vec<Arc<Connection>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address: IpAddr = address.parse().expect("an address");
        let connection = |id| {
            let stream = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
            Arc::new(Connection::new(ClientId(id), stream, SocketAddr::new(address, 1), Framing::Lines))
        };
        ids.map(connection).collect()
    }

    fn places(in_all: usize, per_address: Option<usize>) -> Arc<Places> {
        Places::new(in_all, per_address, Spares::new(10))
    }

    fn take(places: &Arc<Places>, connections: &[Arc<Connection>]) -> Vec<Result<Place, Full>> {
        connections.iter().map(|connection| places.take(connection, true)).collect()
    }

    fn count(taken: &[Result<Place, Full>]) -> usize {
        taken.iter().filter(|place| place.is_ok()).count()
    }

    #[test]
    fn one_address_has_half_of_the_places_unless_it_is_said_otherwise_or_is_this_computer() {
        for (address, per_address, expected) in [
            (LOOPBACK, None, 10),
            ("::ffff:127.0.0.2", None, 10),
            ("::1", None, 10),
            ("192.0.2.7", None, 5),
            ("2001:db8::7", None, 5),
            ("192.0.2.7", Some(8), 8),
            (LOOPBACK, Some(3), 3),
        ] {
            let places = places(10, per_address);
            let taken = take(&places, &from(address, 0..10));
            assert_eq!(count(&taken), expected, "{address} {per_address:?}");
            assert!(taken.iter().filter_map(|place| place.as_ref().err()).all(|&why| why == Full::PerAddress));
            drop(taken);
            assert_eq!(count(&take(&places, &from(address, 0..10))), expected, "all are given back");
        }
        let places = places(10, None);
        let _taken = (take(&places, &from("2001:db8:0:1::1", 0..4)), take(&places, &from("2001:db8:0:1::2", 4..5)));
        assert_eq!(count(&take(&places, &from("2001:db8:0:1:2::3", 5..6))), 0, "they share a /64");
        assert_eq!(count(&take(&places, &from("2001:db8:0:2::1", 6..7))), 1, "the next one is another's");
    }

    #[test]
    fn where_all_places_are_taken_the_oldest_without_a_nickname_makes_room() {
        let places = places(3, None);
        let first = from(LOOPBACK, 0..3);
        let mut held: Vec<Place> = take(&places, &first).into_iter().map(|place| place.expect("it is free")).collect();
        assert!(held[0].keep(), "it has its nickname");
        let newcomers = from(LOOPBACK, 3..7);
        assert_eq!(places.take(&newcomers[0], false).err(), Some(Full::InAll), "who connects too often pushes nobody");
        held.push(places.take(&newcomers[0], true).expect("the second makes room"));
        let over = || first.iter().map(|connection| connection.why_ends()).collect::<Vec<_>>();
        assert_eq!(over(), [None, Some(Leave::GaveWay), None]);
        assert!(!held[1].keep(), "too late: its place is another's");
        held.push(places.take(&newcomers[1], true).expect("the third makes room"));
        assert_eq!(over(), [None, Some(Leave::GaveWay), Some(Leave::GaveWay)]);
        assert!(held[3].keep() && held[4].keep());
        assert_eq!(places.take(&newcomers[2], true).err(), Some(Full::InAll), "all have a nickname");
        // Who made room gives nothing back: its place is another's already.
        held.drain(1..3);
        assert_eq!(places.take(&newcomers[2], true).err(), Some(Full::InAll));
        held.clear();
        assert_eq!(count(&take(&places, &newcomers)), 4, "and the first of them made room for the last");
    }

    #[test]
    fn no_more_make_room_at_once_than_there_are_spare_threads() {
        let places = Places::new(2, None, Spares::new(1));
        let mut held: Vec<Place> = take(&places, &from(LOOPBACK, 0..3)).into_iter().flatten().collect();
        assert_eq!(held.len(), 3, "the first has made room, and is still there");
        let next = &from(LOOPBACK, 3..4)[0];
        assert_eq!(places.take(next, true).err(), Some(Full::InAll));
        held.remove(0);
        assert!(places.take(next, true).is_ok());
    }
}
