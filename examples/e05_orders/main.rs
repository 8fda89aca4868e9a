//! Exercise I.4: in how many orders can two threads take their steps? You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e05_orders`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

type Orders = fn(u64, u64) -> u64;

/// Long for a sum, short for counting one by one.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let orders = match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::orders
        }
        Some("solution") => solution::orders,
        Some(name) => other::answer(name),
    };
    let (done, is_done) = mpsc::channel();
    let checks = move || {
        check(orders);
        // Main has gone where this took too long.
        done.send(()).unwrap_or_default();
    };
    thread::Builder::new().name("check".into()).spawn(checks).expect("a thread can be started");
    match is_done.recv_timeout(PATIENCE) {
        Ok(()) => println!("e05_orders: every check passes"),
        Err(RecvTimeoutError::Disconnected) => return ExitCode::FAILURE, // it has panicked, and has said why
        Err(RecvTimeoutError::Timeout) => {
            println!("e05_orders: too slow for 30 and 30 steps: add up, do not count one by one");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn check(orders: Orders) {
    let cases = [
        (0, 0, 1), // there is nothing to do, and one way to do it
        (0, 5, 1),
        (5, 0, 1),
        (1, 1, 2),
        (2, 2, 6),
        (3, 3, 20),
        (4, 4, 70),
        (1, 9, 10),
        (9, 1, 10),
        (12, 12, 2_704_156),
        (30, 30, 118_264_581_564_861_424),
    ];
    for (first, second, expected) in cases {
        assert_eq!(orders(first, second), expected, "{first} steps of one thread, {second} of the other");
    }
}
