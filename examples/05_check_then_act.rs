//! A race condition without a data race: the name is checked under the lock, and taken under the lock, and two threads
//! still get it, because something happens in between.
//!
//! See: with two steps both win now and then, and always when they meet between the steps; with one step never.
//!
//! Run: `cargo run --example 05_check_then_act`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use parking_lot::Mutex;

const ROUNDS: usize = 2000;

#[derive(Default)]
struct Names {
    taken: Mutex<HashSet<String>>,
}

impl Names {
    /// As the original does it. Each lock is right; together they are wrong.
    fn check_then_take(&self, name: &str, between: impl Fn()) -> bool {
        if self.taken.lock().contains(name) {
            return false;
        }
        between(); // the lock is free here: another thread may check too
        self.taken.lock().insert(name.to_owned());
        true
    }

    /// Check and take under one lock. `insert` says whether the name was new.
    fn claim(&self, name: &str) -> bool {
        self.taken.lock().insert(name.to_owned())
    }
}

/// In each round two threads ask for one name at the same moment. In how many rounds did both get it?
fn both_won(claim: impl Fn(&Names, &str) -> bool + Sync) -> usize {
    let (names, arrived) = (Names::default(), AtomicUsize::new(0));
    let ask = |round: usize| {
        arrived.fetch_add(1, Ordering::Relaxed);
        while arrived.load(Ordering::Relaxed) < 2 * (round + 1) {
            thread::yield_now(); // the other one is not there yet
        }
        claim(&names, &format!("anna{round}"))
    };
    let ask_always = || (0..ROUNDS).map(ask).collect::<Vec<bool>>();
    let won = thread::scope(|scope| {
        let both = [scope.spawn(ask_always), scope.spawn(ask_always)];
        both.map(|thread| thread.join().expect("it only asks"))
    });
    won[0].iter().zip(&won[1]).filter(|(first, second)| **first && **second).count()
}

fn main() {
    let natural = both_won(|names, name| names.check_then_take(name, || {}));
    println!("measured: check, then take: both won {natural} times of {ROUNDS}");
    // The unlucky moment, made certain: the two wait for each other between the check and the taking.
    let between = Barrier::new(2);
    let unlucky = both_won(|names, name| {
        names.check_then_take(name, || {
            between.wait();
        })
    });
    assert_eq!(unlucky, ROUNDS);
    println!("the same, when they meet in between: both won {unlucky} times of {ROUNDS}");
    let claimed = both_won(Names::claim);
    assert_eq!(claimed, 0);
    println!("check and take in one step: both won {claimed} times of {ROUNDS}");
}
