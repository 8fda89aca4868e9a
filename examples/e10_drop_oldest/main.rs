//! Exercise 10.4: another policy for who is late: the oldest lines are dropped, and that is said. You edit `mine.rs`.
//!
//! Run: `cargo run --example e10_drop_oldest`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked: the lines that wait for one client, at most `limit` bytes of them.
pub(crate) trait Backlog {
    fn new(limit: usize) -> Self;
    /// A line more. Where it does not fit, the oldest are dropped until it does. A line that can never fit, since it is
    /// longer than `limit`, is lost itself, and what waits stays.
    fn push(&mut self, line: &str);
    /// The next line. Where lines were lost since the last `take`, first `(lines lost: 3)`, or however many.
    fn take(&mut self) -> Option<String>;
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            check::<mine::Answer>();
        }
        Some("solution") => check::<solution::Answer>(),
        Some(name) => other::check(name),
    }
    println!("e10_drop_oldest: every check passes");
}

pub(crate) fn check<B: Backlog>() {
    let mut backlog = B::new(10);
    assert_eq!(backlog.take(), None, "nothing waits at first");
    for line in ["four", "five5"] {
        backlog.push(line);
    }
    assert_eq!(all(&mut backlog), ["four", "five5"], "9 bytes fit into 10, and stay in order");

    for line in ["aaaa", "bbbb", "cccc"] {
        backlog.push(line);
    }
    assert_eq!(all(&mut backlog), ["(lines lost: 1)", "bbbb", "cccc"], "12 bytes do not fit: the oldest goes");
    backlog.push("dddd");
    assert_eq!(all(&mut backlog), ["dddd"], "a loss is told once");

    for _ in 0..1000 {
        backlog.push("1234");
    }
    assert_eq!(all(&mut backlog), ["(lines lost: 998)", "1234", "1234"], "1000 lines of 4 bytes");
    for line in ["12345", "67890"] {
        backlog.push(line);
    }
    assert_eq!(all(&mut backlog), ["12345", "67890"], "10 bytes fit into 10");
    backlog.push("four");
    backlog.push("longer than ten bytes");
    assert_eq!(all(&mut backlog), ["(lines lost: 1)", "four"], "for a line that can never fit nothing has to go");
    backlog.push("longer than ten bytes");
    backlog.push("привет");
    assert_eq!(all(&mut backlog), ["(lines lost: 2)"], "neither can ever fit: \"привет\" has 12 bytes");
    for line in ["aaaa", "bbbb"] {
        backlog.push(line);
    }
    assert_eq!(backlog.take().as_deref(), Some("aaaa"), "what is taken waits no more");
    for line in ["cccc", "dd"] {
        backlog.push(line);
    }
    assert_eq!(all(&mut backlog), ["bbbb", "cccc", "dd"], "and what is taken makes room: these are 10 bytes");
    backlog.push("one\ntwo\n");
    backlog.push("333");
    assert_eq!(all(&mut backlog), ["(lines lost: 1)", "333"], "a line is what was pushed, whatever it holds");
}

fn all(backlog: &mut impl Backlog) -> Vec<String> {
    std::iter::from_fn(|| backlog.take()).collect()
}
