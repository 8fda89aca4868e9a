//! What others have answered; `tests/exercises.rs` says what becomes of each.

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::{Condvar, Mutex};

use crate::Places;

pub(crate) fn check(name: &str) {
    match name {
        "by_a_queue" => crate::check::<ByAQueue>(),
        "wakes_all" => crate::check::<WakesAll>(),
        "lets_all_in" => crate::check::<LetsAllIn>(),
        "rings_at_the_first" => crate::check::<RingsAtTheFirst>(),
        _ => panic!("nobody has answered {name}"),
    }
}

/// A queue with room for so many: who comes in puts something in, and waits where it is full.
struct ByAQueue(Sender<()>, Receiver<()>);

impl Places for ByAQueue {
    fn new(count: usize) -> Self {
        let (sender, receiver) = bounded(count);
        ByAQueue(sender, receiver)
    }

    fn enter(&self) {
        self.0.send(()).expect("both ends are here");
    }

    fn leave(&self) {
        self.1.recv().expect("both ends are here");
    }
}

struct WakesAll(Mutex<usize>, Condvar);

impl Places for WakesAll {
    fn new(count: usize) -> Self {
        WakesAll(Mutex::new(count), Condvar::new())
    }

    fn enter(&self) {
        let mut left = self.0.lock();
        self.1.wait_while(&mut left, |left| *left == 0);
        *left -= 1;
    }

    fn leave(&self) {
        *self.0.lock() += 1;
        self.1.notify_all();
    }
}

/// Counts, and does not wait.
struct LetsAllIn(Mutex<isize>);

impl Places for LetsAllIn {
    fn new(_: usize) -> Self {
        LetsAllIn(Mutex::new(0))
    }

    fn enter(&self) {
        *self.0.lock() -= 1;
    }

    fn leave(&self) {
        *self.0.lock() += 1;
    }
}

/// Believes that nobody can be waiting where a place is free already.
struct RingsAtTheFirst(Mutex<usize>, Condvar);

impl Places for RingsAtTheFirst {
    fn new(count: usize) -> Self {
        RingsAtTheFirst(Mutex::new(count), Condvar::new())
    }

    fn enter(&self) {
        let mut left = self.0.lock();
        self.1.wait_while(&mut left, |left| *left == 0);
        *left -= 1;
    }

    fn leave(&self) {
        let mut left = self.0.lock();
        *left += 1;
        if *left == 1 {
            self.1.notify_one();
        }
    }
}
