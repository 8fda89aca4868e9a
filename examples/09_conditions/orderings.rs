//! What `Ordering` says: which other memory a thread sees besides the atomic itself.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

const ADDS: u32 = 100_000;

/// Two threads add to one number, each in its own way, so often.
fn count(add: impl Fn(&AtomicU32) + Sync) -> u32 {
    let number = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..ADDS).for_each(|_| add(&number)));
        }
    });
    number.into_inner()
}

/// Adding in one step is exact, whatever the `Ordering`; in two steps it is not, whatever the `Ordering`.
pub(crate) fn counts() {
    let one_step = count(|number| {
        number.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(one_step, 2 * ADDS);
    println!("{ADDS} twice, fetch_add, Relaxed: {one_step}");
    // The unlucky moment, made certain: both have loaded before either stores.
    let (number, meet) = (AtomicU32::new(0), Barrier::new(2));
    let add_in_two_steps = || {
        let seen = number.load(Ordering::SeqCst);
        meet.wait();
        number.store(seen + 1, Ordering::SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(add_in_two_steps);
        add_in_two_steps();
    });
    let two_steps = number.into_inner();
    assert_eq!(two_steps, 1);
    println!("1 twice, load and then store, SeqCst, when they meet in between: {two_steps}");
}

/// Who sees the flag with `Acquire` sees all that was written before its `Release`.
pub(crate) fn publishes() {
    let (text, is_ready) = (AtomicU32::new(0), AtomicBool::new(false));
    let read = thread::scope(|scope| {
        scope.spawn(|| {
            text.store(42, Ordering::Relaxed);
            is_ready.store(true, Ordering::Release);
        });
        while !is_ready.load(Ordering::Acquire) {
            thread::yield_now();
        }
        text.load(Ordering::Relaxed)
    });
    assert_eq!(read, 42);
    println!("flag by Release, seen by Acquire: what was written before it is {read}");
}
