//! Exercise 9.4: a new nickname, in one step. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e09_rename`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

mod mine;
mod solution;

/// What is checked.
pub(crate) trait Names: Default + Sync {
    /// Takes a name that is free. False: somebody has it.
    fn claim(&self, name: &str) -> bool;
    /// Gives up `old` and takes `new`, which is free. False, and nothing has changed: nobody has `old`, or somebody
    /// has `new`. The place in the list stays.
    fn rename(&self, old: &str, new: &str) -> bool;
    /// Who has a name, in the order in which they came.
    fn list(&self) -> Vec<String>;
}

const ROUNDS: usize = 5000;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("solution") {
        check::<solution::Answer>();
    } else {
        check::<mine::Answer>();
    }
    println!("e09_rename: every check passes");
}

fn check<N: Names>() {
    let names = N::default();
    assert!(names.claim("anna") && names.claim("boris"), "a free name can be taken");
    assert!(names.rename("anna", "vera"), "vera is free");
    assert_eq!(names.list(), ["vera", "boris"], "who renames keeps the place in the list");
    assert!(!names.rename("vera", "boris"), "boris is taken");
    assert!(!names.rename("gleb", "anna"), "nobody is called gleb");
    assert_eq!(names.list(), ["vera", "boris"], "a rename that is refused changes nothing");
    assert!(names.claim("anna"), "the old name is free after a rename");
    nobody_vanishes::<N>();
}

/// One thread renames to and fro, another looks: at every moment exactly one of the two names is there.
fn nobody_vanishes<N: Names>() {
    let (names, done) = (N::default(), AtomicBool::new(false));
    assert!(names.claim("anna"));
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                names.rename("anna", "vera");
                names.rename("vera", "anna");
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let list = names.list();
            assert_eq!(list.len(), 1, "in the middle of a rename somebody saw {list:?}");
        }
    });
}
