//! Exercise 5.3: a nickname for one, however many ask in the same instant. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e05_claim`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

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
    /// Gives a name back.
    fn release(&self, name: &str);
    /// Who has a name, in the order in which they took it.
    fn list(&self) -> Vec<String>;
}

const TURNS: usize = 300;
const CROWD: usize = 100;
const PATIENCE: Duration = Duration::from_secs(30);

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            check::<mine::Answer>();
        }
        Some("solution") => check::<solution::Answer>(),
        Some(name) => other::check(name),
    }
    println!("e05_claim: every check passes");
}

pub(crate) fn check<N: Names>() {
    let names = N::default();
    assert!(names.claim("anna") && names.claim("boris"), "a free name can be taken");
    assert!(!names.claim("anna"), "a name that anna has cannot be taken");
    assert_eq!(names.list(), ["anna", "boris"], "the list is in order of joining");
    names.release("anna");
    assert!(names.claim("anna"), "a name that was given back can be taken");
    assert_eq!(names.list(), ["boris", "anna"], "who comes back stands at the end");
    if let Err(wrong) = in_every_order::<N>() {
        panic!("{wrong}");
    }
    by_chance::<N>();
}

/// Two at the same moment, in every order that the locks allow.
fn in_every_order<N: Names>() -> Result<(), String> {
    // Who gets the name; and where somebody else has it, whether it stands in the list.
    let claim = |names: &N| names.claim("anna") || names.list().contains(&"anna".to_owned());
    let win = |names: &N| names.claim("anna");
    let release = |names: &N| {
        names.release("anna");
        true
    };
    let anna_is_there = || {
        let names = N::default();
        assert!(names.claim("anna"), "a free name can be taken");
        names
    };
    orders::in_every_order(N::default, [&win, &win], |names, won| match won {
        [true, true] | [false, false] => Err(format!("two asked for anna, and their claims gave {won:?}")),
        _ => agree(names),
    })?;
    orders::in_every_order(N::default, [&claim, &claim], |names, all_is_well| match all_is_well {
        [true, true] => agree(names),
        _ => Err("anna could not be taken, since somebody had it; and it did not stand in the list".into()),
    })?;
    orders::in_every_order(anna_is_there, [&release, &win], |names, _| agree(names))?;
    orders::in_every_order(anna_is_there, [&release, &claim], |names, _| agree(names))
}

/// The two questions that can be asked about anna have to have one answer.
fn agree(names: &impl Names) -> Result<(), String> {
    let list = names.list();
    let times = list.iter().filter(|name| *name == "anna").count();
    match (times, names.claim("anna")) {
        (0, true) | (1, false) => Ok(()),
        (_, true) => Err(format!("afterwards anna is free, and the list is {list:?}")),
        (_, false) => Err(format!("afterwards anna is taken, and the list is {list:?}")),
    }
}

/// And in the orders that chance makes, for locks of your own choice: three threads take one name in turn and give it back,
/// while two others look at the list all the time, so that the locks are seldom free.
fn by_chance<N: Names>() {
    let (names, done) = (N::default(), AtomicBool::new(false));
    for other in 0..CROWD {
        assert!(names.claim(&format!("user{other}")), "a free name can be taken");
    }
    let look = || {
        while !done.load(Ordering::Relaxed) {
            names.list();
        }
    };
    let wrong = thread::scope(|scope| {
        scope.spawn(look);
        scope.spawn(look);
        let takers = [(); 3].map(|()| scope.spawn(|| take_and_give_back(&names)));
        let results = takers.map(|taker| taker.join().unwrap_or_else(|_| Err("a claim or a release panicked".into())));
        done.store(true, Ordering::Relaxed);
        results.into_iter().find_map(Result::err)
    });
    assert_eq!(wrong, None);
    assert_eq!(names.list().len(), CROWD, "all who took anna have given it back, and it still stands in the list");
}

fn take_and_give_back(names: &impl Names) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    for _ in 0..TURNS {
        while !names.claim("anna") {
            if Instant::now() > deadline {
                return Err("anna was given back, and cannot be taken any more".into());
            }
            thread::yield_now();
        }
        let times = names.list().iter().filter(|name| *name == "anna").count();
        names.release("anna");
        if times != 1 {
            return Err(format!("somebody had taken anna, and anna stood in the list {times} times"));
        }
    }
    Ok(())
}
