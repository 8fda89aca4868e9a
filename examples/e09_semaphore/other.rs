//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::Places;

pub(crate) fn check(name: &str) {
    match name {
        "tickets" => crate::check::<Tickets>(),
        "rings_for_all" => crate::check::<Bell<RINGS_FOR_ALL>>(),
        "looks_once" => crate::check::<Bell<LOOKS_ONCE>>(),
        "never_rings" => crate::check::<Bell<NEVER_RINGS>>(),
        "rings_at_zero" => crate::check::<Bell<RINGS_AT_ZERO>>(),
        "spins" => crate::check::<Bell<SPINS>>(),
        "lets_all_in" => crate::check::<Bell<LETS_ALL_IN>>(),
        _ => panic!("nobody has answered {name}"),
    }
}

/// A channel that holds as many tickets as there are places.
struct Tickets(Sender<()>, Receiver<()>);

impl Places for Tickets {
    fn new(count: usize) -> Self {
        let (back, tickets) = bounded(count);
        (0..count).for_each(|_| back.send(()).expect("there is room for each"));
        Tickets(back, tickets)
    }

    fn enter(&self) {
        self.1.recv().expect("the other end is here too");
    }

    fn leave(&self) {
        self.0.send(()).expect("the other end is here too");
    }
}

// Right: whoever is woken and finds no place waits again.
const RINGS_FOR_ALL: u8 = 0;
// One mistake each.
const LOOKS_ONCE: u8 = 1;
const NEVER_RINGS: u8 = 2;
const RINGS_AT_ZERO: u8 = 3;
const SPINS: u8 = 4;
const LETS_ALL_IN: u8 = 5;

/// The fact under the lock, and the bell beside it.
struct Bell<const MISTAKE: u8> {
    left: Mutex<usize>,
    freed: Condvar,
}

impl<const MISTAKE: u8> Places for Bell<MISTAKE> {
    fn new(count: usize) -> Self {
        Bell { left: Mutex::new(count), freed: Condvar::new() }
    }

    fn enter(&self) {
        let mut left = self.left.lock();
        match MISTAKE {
            LETS_ALL_IN => {}
            LOOKS_ONCE if *left == 0 => self.freed.wait(&mut left),
            SPINS => {
                while *left == 0 {
                    MutexGuard::unlocked(&mut left, thread::yield_now);
                }
            }
            _ => {
                while *left == 0 {
                    self.freed.wait(&mut left);
                }
            }
        }
        *left = left.saturating_sub(1);
    }

    fn leave(&self) {
        let mut left = self.left.lock();
        let were_none = *left == 0;
        *left += 1;
        match MISTAKE {
            NEVER_RINGS => {}
            RINGS_AT_ZERO if !were_none => {}
            RINGS_FOR_ALL | LOOKS_ONCE => {
                self.freed.notify_all();
            }
            _ => {
                self.freed.notify_one();
            }
        }
    }
}
