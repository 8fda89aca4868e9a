//! Exercise 6.3: what a `read` has told us. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e06_endings`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io::{Error, ErrorKind, Result};

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What a session does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// So many bytes came: look for lines.
    Bytes(usize),
    /// Nothing is lost: read again.
    Again,
    /// The peer has closed in order: say goodbye and end.
    Ended,
    /// The connection broke: end, there is nobody to say goodbye to.
    Broken,
}

pub(crate) type Classify = fn(&Result<usize>) -> Next;

fn main() {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::next
        }
        Some("solution") => solution::next,
        Some(name) => other::named(name),
    });
    println!("e06_endings: every check passes");
}

fn check(next: Classify) {
    let cases = [
        (Ok(5), Next::Bytes(5)),
        (Ok(0), Next::Ended),
        (Err(ErrorKind::Interrupted), Next::Again),
        (Err(ErrorKind::WouldBlock), Next::Again), // the read's own timeout
        (Err(ErrorKind::TimedOut), Next::Broken),  // the kernel's: the peer has vanished
        (Err(ErrorKind::ConnectionReset), Next::Broken),
        (Err(ErrorKind::ConnectionAborted), Next::Broken),
        (Err(ErrorKind::BrokenPipe), Next::Broken),
        (Err(ErrorKind::HostUnreachable), Next::Broken),
        (Err(ErrorKind::UnexpectedEof), Next::Broken),
        (Err(ErrorKind::InvalidData), Next::Broken),
    ];
    for (read, expected) in cases {
        assert_eq!(next(&read.map_err(Error::from)), expected, "the read gave {read:?}");
    }
    // And what nobody can name: an error that std has no word for, one of the program's own, one of the disk.
    for error in [Error::from_raw_os_error(5), Error::other("no reason"), Error::from(ErrorKind::StorageFull)] {
        let read = Err(error);
        assert_eq!(
            next(&read),
            Next::Broken,
            "the read gave {read:?}; who goes on after an unknown error may go on for ever"
        );
    }
}
