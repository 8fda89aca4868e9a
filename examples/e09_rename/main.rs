//! Exercise 9.4: a new nickname, in one step. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e09_rename`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

mod mine;
#[path = "../exercise/orders.rs"]
mod orders;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

pub(crate) use orders::Mutex;

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
const MEETINGS: usize = 500;

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            check::<mine::Answer>();
        }
        Some("solution") => check::<solution::Answer>(),
        Some(name) => other::check(name),
    }
    println!("e09_rename: every check passes");
}

pub(crate) fn check<N: Names>() {
    let names = N::default();
    assert!(names.claim("anna") && names.claim("boris"), "a free name can be taken");
    assert!(names.rename("anna", "vera"), "vera is free");
    assert_eq!(names.list(), ["vera", "boris"], "who renames keeps the place in the list");
    assert!(!names.rename("vera", "boris"), "boris is taken");
    assert!(!names.rename("gleb", "anna"), "nobody is called gleb");
    assert_eq!(names.list(), ["vera", "boris"], "a rename that is refused changes nothing");
    assert!(names.claim("anna"), "the old name is free after a rename");
    nobody_vanishes::<N>();
    if let Err(wrong) = in_every_order::<N>() {
        panic!("{wrong}");
    }
    by_chance::<N>();
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

/// Two at the same moment, in every order that the locks allow.
fn in_every_order<N: Names>() -> Result<(), String> {
    let there = |who: &[&str]| {
        let names = N::default();
        assert!(who.iter().all(|name| names.claim(name)), "a free name can be taken");
        names
    };
    // Both want one name; or one is to get two names.
    let (anna, boris) = (|names: &N| names.rename("anna", "vera"), |names: &N| names.rename("boris", "vera"));
    orders::in_every_order(
        || there(&["anna", "boris"]),
        [&anna, &boris],
        |names, renamed| one_of_two(names, renamed, [["vera", "boris"], ["anna", "vera"]]),
    )?;
    let gleb = |names: &N| names.rename("anna", "gleb");
    orders::in_every_order(
        || there(&["anna"]),
        [&anna, &gleb],
        |names, renamed| one_of_two(names, renamed, [["vera"], ["gleb"]]),
    )?;
    // The new name is claimed by a newcomer.
    let claim = |names: &N| names.claim("vera");
    orders::in_every_order(
        || there(&["anna"]),
        [&anna, &claim],
        |names, done| one_of_two(names, done, [&["vera"][..], &["anna", "vera"]]),
    )?;
    // Somebody looks meanwhile.
    let look = |names: &N| matches!(&names.list()[..], [name] if name == "anna" || name == "vera");
    orders::in_every_order(
        || there(&["anna"]),
        [&anna, &look],
        |_, done| match done {
            [true, true] => Ok(()),
            _ => {
                Err("somebody looked at the list in the middle of a rename, and saw neither anna alone nor vera alone"
                    .into())
            }
        },
    )
}

/// One call has succeeded, and the list is the one that follows from it.
fn one_of_two<L: AsRef<[&'static str]> + Copy>(
    names: &impl Names,
    done: [bool; 2],
    lists: [L; 2],
) -> Result<(), String> {
    let expected = match done {
        [true, false] => lists[0],
        [false, true] => lists[1],
        _ => return Err(format!("only one of two can have succeeded, and they gave {done:?}")),
    };
    let list = names.list();
    let is_right = list == expected.as_ref();
    if is_right { Ok(()) } else { Err(format!("they gave {done:?}, and the list is {list:?}")) }
}

/// And in the orders that chance makes, for locks of your own choice: both want one name, round by round, while somebody looks.
fn by_chance<N: Names>() {
    let (names, done, arrived) = (N::default(), AtomicBool::new(false), AtomicUsize::new(0));
    assert!(names.claim("anna") && names.claim("boris"), "a free name can be taken");
    let rename_always = |old: &str| {
        let mut won = 0;
        for round in 1..=MEETINGS {
            arrived.fetch_add(1, Ordering::Relaxed);
            while arrived.load(Ordering::Relaxed) < 4 * round - 2 {
                thread::yield_now();
            }
            let renamed = names.rename(old, "vera");
            won += usize::from(renamed);
            // Both have tried: then everything is as before.
            arrived.fetch_add(1, Ordering::Relaxed);
            while arrived.load(Ordering::Relaxed) < 4 * round {
                thread::yield_now();
            }
            if renamed {
                names.rename("vera", old);
            }
        }
        won
    };
    let won = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                names.list();
            }
        });
        let renamers = ["anna", "boris"].map(|old| scope.spawn(move || rename_always(old)));
        let won: usize = renamers.into_iter().map(|renamer| renamer.join().unwrap_or(0)).sum();
        done.store(true, Ordering::Relaxed);
        won
    });
    assert_eq!(won, MEETINGS, "in {MEETINGS} rounds two wanted to be vera, and {won} have become it");
}
