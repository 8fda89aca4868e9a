//! Two kinds of work, and what threads do for each: computing needs cores, waiting needs none.
//!
//! See: the same sum by one thread and by two; fifty threads that wait a tenth of a second each, all in a tenth of a
//! second. The lines that begin with "measured" differ from machine to machine.
//!
//! Run: `cargo run --release --example 05_two_threads`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::thread;
use std::time::{Duration, Instant};

/// How many numbers below `end` are prime, found out the slow way: work that only computes.
fn primes(numbers: impl Iterator<Item = u32>) -> usize {
    numbers.filter(|&n| n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0)).count()
}

const END: u32 = 400_000;

fn computing() {
    let start = Instant::now();
    let alone = primes(0..END);
    let by_one = start.elapsed();
    let start = Instant::now();
    let together: usize = thread::scope(|scope| {
        // Every second number for each, odd and even in turns, so that both have the same to do.
        let share = |first: u32| primes((0..END).filter(move |n| n / 2 % 2 == first));
        let halves = [0, 1].map(|first| scope.spawn(move || share(first)));
        halves.into_iter().map(|half| half.join().expect("it only counts")).sum()
    });
    let by_two = start.elapsed();
    assert_eq!(alone, together);
    println!("{alone} primes below {END}, by one thread and by two");
    println!("measured: two threads are {:.2} times as fast", by_one.as_secs_f64() / by_two.as_secs_f64());
}

fn waiting() {
    const WAIT: Duration = Duration::from_millis(100);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..50 {
            // It stands for a thread that waits in `read`: it needs no core meanwhile.
            scope.spawn(|| thread::sleep(WAIT));
        }
    });
    let took = start.elapsed();
    assert!(took < WAIT * 25, "50 waits one after the other would take 5 s; this took {took:?}");
    println!("50 threads that wait 0.1 s each, 5 s in all");
    println!("measured: {:.2} s", took.as_secs_f64());
}

fn main() {
    computing();
    waiting();
}
