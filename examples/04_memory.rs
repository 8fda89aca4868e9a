//! Threads share the memory of their process, processes share none.
//!
//! See: three threads add one each to the same counter, and it is 3. Three processes do the same, and each sees 1, since
//! each has a counter of its own. Every thread has its own stack; the heap belongs to all.
//!
//! Run: `cargo run --example 04_memory`. It prints what `docs/en/04_memory.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::HashSet;
use std::io;
use std::process::Command;
use std::thread;

use parking_lot::Mutex;

/// One counter for each process that runs this program.
static COUNTER: Mutex<u32> = Mutex::new(0);

/// Adds one, and says what the counter is then.
fn add_one() -> u32 {
    let mut counter = COUNTER.lock();
    *counter += 1;
    *counter
}

fn threads() {
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(add_one);
        }
    });
    let counter = *COUNTER.lock();
    assert_eq!(counter, 3);
    println!("after 3 threads the counter is {counter}");
}

fn processes() -> io::Result<()> {
    for number in 1..=3 {
        // The same program once more, with an argument by which it knows that it is the child.
        let child = Command::new(std::env::current_exe()?).arg("child").output()?;
        let said = String::from_utf8_lossy(&child.stdout);
        assert_eq!(said.trim(), "1");
        println!("process {number} counts to {}", said.trim());
    }
    let counter = *COUNTER.lock();
    assert_eq!(counter, 3);
    println!("after 3 processes the counter here is {counter}");
    Ok(())
}

/// Where a local variable lies, and where the heap object lies that all three look at.
fn stacks_and_heap() {
    let on_the_heap = Box::new(42);
    let looked: Vec<(usize, usize)> = thread::scope(|scope| {
        let look = || {
            let on_the_stack = 0;
            (&raw const on_the_stack as usize, &raw const *on_the_heap as usize)
        };
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(look)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it only looks")).collect()
    });
    let heap: HashSet<_> = looked.iter().map(|(_, heap)| heap).collect();
    assert_eq!(heap.len(), 1);
    println!("3 threads saw {} object on the heap", heap.len());
}

fn main() -> io::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("child") {
        println!("{}", add_one());
        return Ok(());
    }
    threads();
    processes()?;
    stacks_and_heap();
    Ok(())
}
