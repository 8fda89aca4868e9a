//! Two more kinds of lock: one for many readers, and one that remembers a panic.

use std::sync::Barrier;
use std::{panic, thread};

use parking_lot::{Mutex, RwLock};

pub(crate) fn readers() {
    let (members, meet) = (RwLock::new(vec!["anna", "boris"]), Barrier::new(2));
    let read = || {
        let members = members.read();
        meet.wait(); // both are here: with a Mutex they would wait for ever
        members.len()
    };
    let counts = thread::scope(|scope| {
        [scope.spawn(read), scope.spawn(read)].map(|reader| reader.join().expect("it only reads"))
    });
    assert_eq!(counts, [2, 2]);
    let reader = members.read();
    let can_write = members.try_write().is_some();
    drop(reader);
    assert!(!can_write && members.try_write().is_some());
    println!("two readers at once: true; a writer beside a reader: {can_write}");
}

/// A thread that takes a lock and panics with the guard in hand. Without the message of a panic: this one is meant.
fn panics_with<G>(take: impl FnOnce() -> G + Send) {
    let work = || {
        let _guard = take();
        panic::resume_unwind(Box::new("under the lock"));
    };
    thread::scope(|scope| scope.spawn(work).join()).expect_err("it panics");
}

#[allow(clippy::disallowed_types, reason = "this is about the lock of std")]
pub(crate) fn poison() {
    let (theirs, ours) = (std::sync::Mutex::new(1), Mutex::new(1));
    panics_with(|| theirs.lock());
    panics_with(|| ours.lock());
    let (is_poisoned, is_free) = (theirs.lock().is_err(), ours.try_lock().is_some());
    assert!(is_poisoned && is_free);
    println!("after a panic under the lock: std's is poisoned: {is_poisoned}; ours is free: {is_free}");
}
