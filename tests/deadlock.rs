//! A mixed load under the deadlock detection of `parking_lot`: none is found, and everyone gets through.
//!
//! `cargo test --features deadlock_detection --test deadlock`; for a whole minute with `MIXED_LOAD_SECONDS=60`
//! in front of it.
#![cfg(feature = "deadlock_detection")]

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use parking_lot::deadlock::check_deadlock;

use crate::support::Server;

mod support;

/// Who comes, does a bit of everything, and leaves in one of three ways.
fn visits(server: &Server, nickname: &str, round: usize) {
    let mut peer = server.login(nickname).group();
    peer.send_bytes(b"LIST\nhello\n/tell gleb hi\nMENU\n");
    peer.skip_to(support::QUESTION);
    match round % 3 {
        0 => peer.quit(),
        1 => peer.end_of_stream(),
        _ => peer.reset(),
    }
}

/// Loads a server from many threads for `time`, with readers that stall, and asks for deadlocks all the while.
fn mixed_load(time: Duration) {
    let server = Server::without_rate();
    let gleb = server.login("gleb");
    let until = Instant::now() + time;
    thread::scope(|scope| {
        for client in 0..12 {
            let server = &server;
            scope.spawn(move || {
                for round in (0..).take_while(|_| Instant::now() < until) {
                    visits(server, &format!("user{client}x{round}"), round);
                }
            });
        }
        let stalls = scope.spawn(|| {
            // A reader that stalls, and is cut, and comes again: late threads come and go.
            for round in (0..).take_while(|_| Instant::now() < until) {
                let stalled = server.group(&format!("vera{round}x"));
                let mut anna = server.group(&format!("anna{round}x"));
                for _ in 0..1500 {
                    anna.send(&"x".repeat(4000));
                    anna.skip_to_start(&format!("(broadcast) anna{round}x: "));
                }
                drop(stalled);
            }
        });
        while !stalls.is_finished() {
            assert!(check_deadlock().is_empty(), "a deadlock");
            // To look takes the processor away from the load.
            thread::sleep(Duration::from_millis(100));
        }
    });
    gleb.reset();
    server.stop().expect("an orderly stop");
    assert!(check_deadlock().is_empty(), "a deadlock");
}

#[test]
fn a_mixed_load_finds_no_deadlock() {
    let seconds = std::env::var("MIXED_LOAD_SECONDS").ok().map(|text| text.parse().expect("a number of seconds"));
    mixed_load(Duration::from_secs(seconds.unwrap_or(5)));
    // In this order: what is planted stays.
    finds_a_deadlock_that_is_planted();
}

fn finds_a_deadlock_that_is_planted() {
    static ONE: Mutex<()> = Mutex::new(());
    static OTHER: Mutex<()> = Mutex::new(());
    static BOTH: Barrier = Barrier::new(2);
    // Two threads that will wait for each other as long as this process lives.
    for (first, second) in [(&ONE, &OTHER), (&OTHER, &ONE)] {
        let locks = move || {
            let _first = first.lock();
            BOTH.wait();
            let _second = second.lock();
        };
        thread::Builder::new().name("locks".into()).spawn(locks).expect("a thread can be started");
    }
    let until = Instant::now() + support::DEADLINE;
    while check_deadlock().is_empty() {
        assert!(Instant::now() < until, "it is found");
        // A lock that is waited for tells nobody.
        thread::sleep(Duration::from_millis(50));
    }
}
