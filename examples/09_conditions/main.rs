//! Waiting for one another: a condition variable, a semaphore, a lock for many readers, a lock whose holder panicked, and
//! what `Ordering` says.
//!
//! See: a notice that comes too early is lost, and what is remembered under the lock is not; two places for six threads;
//! two readers at once; a poisoned lock, and one that knows no poison; a count that is right, and one that is not; what a
//! wait costs.
//!
//! Run: `cargo run --example 09_conditions`. It prints what `docs/en/conditions.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

mod locks;
mod orderings;
mod switches;

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

const A_WHILE: Duration = Duration::from_millis(100);
/// Longer than anything here takes: only a fault waits so long.
const FOR_EVER: Duration = Duration::from_secs(60);

/// A name is free again, as in the server's registry: the fact under the lock, and the bell beside it.
#[derive(Default)]
struct Freed {
    is_free: Mutex<bool>,
    bell: Condvar,
}

impl Freed {
    fn tell(&self) {
        *self.is_free.lock() = true;
        self.bell.notify_all();
    }

    /// Waits for the bell alone. If it has rung already, nobody rings again.
    fn wait_for_the_bell(&self, time: Duration) -> bool {
        let mut is_free = self.is_free.lock();
        !self.bell.wait_for(&mut is_free, time).timed_out()
    }

    /// Looks at the fact first, and again after each bell.
    fn wait_for_the_fact(&self, time: Duration) -> bool {
        let mut is_free = self.is_free.lock();
        self.bell.wait_while_for(&mut is_free, |is_free| !*is_free, time);
        *is_free
    }
}

/// So many may be inside at once; who comes when all places are taken waits.
struct Semaphore {
    left: Mutex<usize>,
    bell: Condvar,
}

impl Semaphore {
    fn enter(&self) {
        let mut left = self.left.lock();
        self.bell.wait_while(&mut left, |left| *left == 0);
        *left -= 1;
    }

    fn leave(&self) {
        *self.left.lock() += 1;
        self.bell.notify_one();
    }
}

fn bells() {
    let freed = Freed::default();
    freed.tell();
    let (bell, fact) = (freed.wait_for_the_bell(A_WHILE), freed.wait_for_the_fact(A_WHILE));
    assert!(!bell && fact);
    println!("told before the wait: the bell {bell}, the fact {fact}");
    let freed = Freed::default();
    let woken = thread::scope(|scope| {
        let waits = scope.spawn(|| freed.wait_for_the_fact(FOR_EVER));
        freed.tell();
        waits.join().expect("it only waits")
    });
    assert!(woken);
    println!("told before or after: the fact {woken}");
}

fn places() {
    let places = Semaphore { left: Mutex::new(2), bell: Condvar::new() };
    let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                places.enter();
                most.fetch_max(inside.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                thread::yield_now();
                inside.fetch_sub(1, Ordering::Relaxed);
                places.leave();
            });
        }
    });
    assert!(most.into_inner() <= 2);
    println!("six threads, two places: never more than two inside");
}

fn main() {
    bells();
    places();
    locks::readers();
    locks::poison();
    orderings::counts();
    orderings::publishes();
    switches::of_waiting();
}
