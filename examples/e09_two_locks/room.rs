//! A room whose lock keeps watch: it knows in which order locks are asked for, and finds the deadlock that did not happen.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::{Deref, DerefMut};
use std::thread;

use parking_lot::{Mutex, MutexGuard};

/// Who is in a room.
pub(crate) struct Room {
    /// No two rooms have the same.
    pub(crate) number: u32,
    names: Mutex<Vec<&'static str>>,
}

/// The lock of a room in hand: as long as it lives, nobody else has it.
pub(crate) struct Names<'a> {
    number: u32,
    names: MutexGuard<'a, Vec<&'static str>>,
}

/// Which room was asked for with which other one in hand, by any thread.
static ASKED: Mutex<Option<HashSet<(u32, u32)>>> = Mutex::new(None);

thread_local! {
    /// The rooms whose locks this thread has.
    static IN_HAND: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

impl Room {
    pub(crate) fn new(number: u32, names: &[&'static str]) -> Self {
        Room { number, names: Mutex::new(names.to_vec()) }
    }

    /// Takes the lock; waits where another thread has it.
    pub(crate) fn lock(&self) -> Names<'_> {
        let number = self.number;
        // Whoever was let in before this line may look now: what is half done is seen.
        thread::yield_now();
        for held in IN_HAND.with_borrow(Clone::clone) {
            assert_ne!(held, number, "the lock of room {number} is asked for by who has it: it waits for itself");
            let mut asked = ASKED.lock();
            let asked = asked.get_or_insert_default();
            asked.insert((held, number));
            let other_way = asked.contains(&(number, held));
            assert!(!other_way, "room {held}, then room {number}; and elsewhere the other way round: a deadlock");
        }
        IN_HAND.with_borrow_mut(|held| held.push(number));
        Names { number, names: self.names.lock() }
    }

    /// Takes the lock where nobody has it. Who does not wait is part of no deadlock.
    pub(crate) fn try_lock(&self) -> Option<Names<'_>> {
        let names = self.names.try_lock()?;
        IN_HAND.with_borrow_mut(|held| held.push(self.number));
        Some(Names { number: self.number, names })
    }
}

impl Drop for Names<'_> {
    fn drop(&mut self) {
        IN_HAND.with_borrow_mut(|held| held.retain(|number| *number != self.number));
    }
}

impl Deref for Names<'_> {
    type Target = Vec<&'static str>;

    fn deref(&self) -> &Self::Target {
        &self.names
    }
}

impl DerefMut for Names<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.names
    }
}
