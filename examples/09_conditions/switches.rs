//! What a wait costs: the core is given to another thread, and taken back. The kernel counts it for each thread.

use std::fs;
use std::thread;

use parking_lot::{Condvar, Mutex};

const TURNS: u32 = 500;

/// How often the calling thread has given up its core because it had to wait. Linux counts it in `/proc`.
fn waits_so_far() -> Option<u64> {
    let status = fs::read_to_string("/proc/thread-self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?.trim().parse().ok()
}

/// How often a piece of work makes its thread wait.
fn waits_of(work: impl FnOnce()) -> Option<u64> {
    let before = waits_so_far()?;
    work();
    Some(waits_so_far()? - before)
}

/// Two threads take turns, and each waits for its own.
fn take_turns() {
    let (turn, bell) = (Mutex::new(0), Condvar::new());
    let take = |me: u32| {
        for _ in 0..TURNS {
            let mut turn = turn.lock();
            bell.wait_while(&mut turn, |turn| *turn % 2 != me);
            *turn += 1;
            bell.notify_all();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| take(1));
        take(0);
    });
    assert_eq!(turn.into_inner(), 2 * TURNS);
}

pub(crate) fn of_waiting() {
    let Some(waits) = waits_of(take_turns) else {
        return println!("here is no /proc that counts switches");
    };
    println!("measured: {TURNS} turns with another thread: {waits} waits");
    let sum = || assert_eq!((0..1_000_000_u64).sum::<u64>(), 499_999_500_000);
    println!("measured: a sum of a million numbers: {} waits", waits_of(sum).unwrap_or_default());
}
