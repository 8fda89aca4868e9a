//! Exercise W.4: so many places, and who finds none waits. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e09_semaphore`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked.
pub(crate) trait Places: Send + Sync + 'static {
    fn new(count: usize) -> Self;
    /// Takes a place; where none is left, waits for one, without keeping a core busy.
    fn enter(&self);
    /// Gives a place back.
    fn leave(&self);
}

/// Only a fault takes so long.
const DEADLINE: Duration = Duration::from_secs(5);
/// Who has not come in after this waits.
const A_WHILE: Duration = Duration::from_millis(100);
const ROUNDS: usize = 300;
const CROWD: usize = 8;

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            check::<mine::Answer>();
        }
        Some("solution") => check::<solution::Answer>(),
        Some(name) => other::check(name),
    }
    println!("e09_semaphore: every check passes");
}

/// Threads of their own, since one that waits for ever could not be joined.
fn start(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().name("guest".into()).spawn(work).expect("a thread can be started");
}

/// Somebody who enters, tells so, and stays.
fn guest<P: Places>(places: &Arc<P>, came_in: &Sender<()>) {
    let (places, came_in) = (Arc::clone(places), came_in.clone());
    start(move || {
        places.enter();
        // Nobody listens any more where the check has failed.
        came_in.send(()).unwrap_or_default();
    });
}

fn comes_in(came_in: &Receiver<()>, why: &str) {
    assert!(came_in.recv_timeout(DEADLINE).is_ok(), "{why}");
}

pub(crate) fn check<P: Places>() {
    let places = Arc::new(P::new(2));
    places.enter();
    let (tells, came_in) = bounded(8);
    guest(&places, &tells);
    comes_in(&came_in, "the second of two places is free");
    (0..3).for_each(|_| guest(&places, &tells));
    assert!(came_in.recv_timeout(A_WHILE).is_err(), "both places are taken: the third has to wait");
    assert!(fall_asleep(3), "three who wait keep a core busy: they are never all asleep");
    places.leave();
    comes_in(&came_in, "a place was given back: one who waits comes in");
    assert!(came_in.recv_timeout(A_WHILE).is_err(), "one place was given back: only one comes in");
    (0..50).for_each(|_| all_at_once::<P>());
    never_more_than(Arc::new(P::new(3)), 3);
}

/// Whether so many guests come to sleep, and stay asleep for a moment. Where there is no `/proc`, it is believed.
fn fall_asleep(guests: usize) -> bool {
    let deadline = Instant::now() + DEADLINE;
    let mut asleep = 0;
    while asleep < 5 && Instant::now() < deadline {
        let Some(sleeping) = sleeping_guests() else { return true };
        asleep = if sleeping == guests { asleep + 1 } else { 0 };
        thread::sleep(A_WHILE / 10);
    }
    asleep == 5
}

/// How many guests sleep in the kernel at this moment. Who looks again and again is ready to run, even where no core is free.
fn sleeping_guests() -> Option<usize> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let stats = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("stat")).ok());
    Some(stats.filter(|stat| stat.contains("(guest) S")).count())
}

/// Eight wait, and eight places are given back at the same time: no two of them share one bell.
fn all_at_once<P: Places>() {
    let places = Arc::new(P::new(CROWD));
    (0..CROWD).for_each(|_| places.enter());
    let (tells, came_in) = bounded(CROWD);
    (0..CROWD).for_each(|_| guest(&places, &tells));
    // Time enough for them to fall asleep; where it is not, this round asks less, and there are more of them.
    assert!(came_in.recv_timeout(A_WHILE / 20).is_err(), "all places are taken: whoever comes has to wait");
    let together = Barrier::new(CROWD);
    thread::scope(|scope| {
        for _ in 0..CROWD {
            scope.spawn(|| {
                together.wait();
                places.leave();
            });
        }
    });
    for _ in 0..CROWD {
        comes_in(&came_in, "all places were given back at once: all who wait come in");
    }
}

/// Eight threads come and go; at no moment are too many inside, and all get through.
fn never_more_than<P: Places>(places: Arc<P>, most: usize) {
    let inside = Arc::new(AtomicUsize::new(0));
    let (tells, got_through) = bounded(CROWD);
    for _ in 0..CROWD {
        let (places, inside, tells) = (Arc::clone(&places), Arc::clone(&inside), tells.clone());
        start(move || {
            for _ in 0..ROUNDS {
                places.enter();
                let now = inside.fetch_add(1, Ordering::Relaxed) + 1;
                assert!(now <= most, "{now} are inside, and there are {most} places");
                thread::yield_now();
                inside.fetch_sub(1, Ordering::Relaxed);
                places.leave();
            }
            tells.send(()).unwrap_or_default();
        });
    }
    for _ in 0..CROWD {
        comes_in(&got_through, "eight who come and go: each gets through");
    }
}
