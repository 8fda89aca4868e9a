//! Exercise F.4: how a child ended, in one number, as a shell says it in `$?`. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e04_status`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io;
use std::process::{Command, ExitStatus};

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

type Number = fn(ExitStatus) -> i32;

fn main() -> io::Result<()> {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::number
        }
        Some("solution") => solution::number,
        Some(name) => other::answer(name),
    })?;
    println!("e04_status: every check passes");
    Ok(())
}

/// Real children, each with its own end; and the shell itself is asked what it says of them.
fn check(number: Number) -> io::Result<()> {
    for end in ["exit 0", "exit 3", "exit 137", "exit 255", "kill -9 $$", "kill -15 $$", "kill -1 $$"] {
        let status = Command::new("sh").args(["-c", end]).status()?;
        let asked = Command::new("sh").args(["-c", "sh -c \"$1\"; echo $?", "sh", end]).output()?;
        let shell = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        assert_eq!(number(status).to_string(), shell, "a child that did `{end}`; the shell says what is on the right");
    }
    Ok(())
}
