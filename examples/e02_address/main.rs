//! Exercise 2.5: the address that a user types, with defaults. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e02_address`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked: host and port, or a sentence that says what is wrong.
pub(crate) type Address = fn(typed: &str) -> Result<(String, u16), String>;

/// What is typed, and what is meant.
const GOOD: &[(&str, &str, u16)] = &[
    ("", "127.0.0.1", 12345),
    ("localhost", "localhost", 12345),
    ("localhost:80", "localhost", 80),
    (":80", "127.0.0.1", 80),
    ("192.168.1.7:4000", "192.168.1.7", 4000),
    ("  localhost:80 ", "localhost", 80),
    ("[::1]:80", "::1", 80),
    ("[::1]", "::1", 12345),
    ("::1", "::1", 12345), // more than one colon and no brackets: an IPv6 address, and no port
];

/// What nobody can mean.
const BAD: &[&str] = &["localhost:", "localhost:abc", "localhost:65536", "localhost:-1", "[::1", "[::1]80"];

fn main() {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::address
        }
        Some("solution") => solution::address,
        Some(name) => other::named(name),
    });
    println!("e02_address: every check passes");
}

fn check(address: Address) {
    for &(typed, host, port) in GOOD {
        assert_eq!(address(typed), Ok((host.to_owned(), port)), "{typed:?} was typed");
    }
    for typed in BAD {
        let why = address(typed).expect_err(&format!("{typed:?} is no address"));
        assert!(why.contains(typed), "the sentence about {typed:?} should show what was typed; it says: {why}");
    }
}
