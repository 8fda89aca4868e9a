//! Exercise 10.4: another policy for who is late: the oldest lines are dropped, and that is said. You edit `mine.rs`.
//!
//! Run: `cargo run --example e10_drop_oldest`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod solution;

/// What is checked: the lines that wait for one client, at most `limit` bytes of them.
pub(crate) trait Backlog {
    fn new(limit: usize) -> Self;
    /// A line more. Where it does not fit, the oldest are dropped until it does.
    fn push(&mut self, line: &str);
    /// The next line. Where lines before it were dropped, first `(3 lines were lost)`, or however many.
    fn take(&mut self) -> Option<String>;
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("solution") {
        check::<solution::Answer>();
    } else {
        check::<mine::Answer>();
    }
    println!("e10_drop_oldest: every check passes");
}

fn check<B: Backlog>() {
    let mut backlog = B::new(10);
    assert_eq!(backlog.take(), None, "nothing waits at first");
    for line in ["four", "five5"] {
        backlog.push(line);
    }
    assert_eq!(all(&mut backlog), ["four", "five5"], "9 bytes fit into 10, and stay in order");

    for line in ["aaaa", "bbbb", "cccc"] {
        backlog.push(line);
    }
    assert_eq!(all(&mut backlog), ["(1 lines were lost)", "bbbb", "cccc"], "12 bytes do not fit: the oldest goes");
    backlog.push("dddd");
    assert_eq!(all(&mut backlog), ["dddd"], "a loss is told once");

    for _ in 0..1000 {
        backlog.push("1234");
    }
    assert_eq!(all(&mut backlog), ["(998 lines were lost)", "1234", "1234"], "1000 lines of 4 bytes");
    backlog.push("longer than ten bytes");
    backlog.push("привет");
    let lost = ["(2 lines were lost)"];
    assert_eq!(all(&mut backlog), lost, "a line that can never fit is lost, and \"привет\" has 12 bytes");
}

fn all(backlog: &mut impl Backlog) -> Vec<String> {
    std::iter::from_fn(|| backlog.take()).collect()
}
