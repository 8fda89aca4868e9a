//! Exercise 5.3: a nickname for one, however many ask in the same instant. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e05_claim`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

mod mine;
mod solution;

/// What is checked.
pub(crate) trait Names: Default + Sync {
    /// Takes a name that is free. False: somebody has it.
    fn claim(&self, name: &str) -> bool;
    /// Gives a name back.
    fn release(&self, name: &str);
    /// Who has a name, in the order in which they took it.
    fn list(&self) -> Vec<String>;
}

const ROUNDS: usize = 2000;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("solution") {
        check::<solution::Answer>();
    } else {
        check::<mine::Answer>();
    }
    println!("e05_claim: every check passes");
}

fn check<N: Names>() {
    let names = N::default();
    assert!(names.claim("anna") && names.claim("boris"), "a free name can be taken");
    assert!(!names.claim("anna"), "a name that anna has cannot be taken");
    assert_eq!(names.list(), ["anna", "boris"], "the list is in order of joining");
    names.release("anna");
    assert!(names.claim("anna"), "a name that was given back can be taken");
    assert_eq!(names.list(), ["boris", "anna"], "who comes back stands at the end");

    let names = N::default();
    let won = [(); 2].map(|()| AtomicUsize::new(0));
    let arrived = AtomicUsize::new(0);
    thread::scope(|scope| {
        for won in &won {
            scope.spawn(|| ask_always(&names, &arrived, won));
        }
    });
    let won: usize = won.iter().map(|won| won.load(Ordering::Relaxed)).sum();
    assert_eq!(won, ROUNDS, "{ROUNDS} names were asked for by two threads each, and taken {won} times");
    assert_eq!(names.list().len(), ROUNDS, "each name should stand in the list once");
}

/// One of the two who ask for the same name at the same moment, round by round.
fn ask_always(names: &impl Names, arrived: &AtomicUsize, won: &AtomicUsize) {
    for round in 0..ROUNDS {
        arrived.fetch_add(1, Ordering::Relaxed);
        while arrived.load(Ordering::Relaxed) < 2 * (round + 1) {
            thread::yield_now();
        }
        won.fetch_add(usize::from(names.claim(&format!("anna{round}"))), Ordering::Relaxed);
    }
}
