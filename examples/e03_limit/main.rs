//! Exercise 3.4: the same, with a limit, so that one client cannot fill the server's memory. You edit `mine.rs`.
//!
//! Run: `cargo run --example e03_limit`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// A line was longer than the limit: the connection is to be closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

pub(crate) type TakeLines = fn(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong>;

/// One read, as the server makes it.
const READ: usize = 1024;
const LIMIT: usize = 4096;

fn main() {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::take_lines
        }
        Some("solution") => solution::take_lines,
        Some(name) => other::named(name),
    });
    println!("e03_limit: every check passes");
}

fn check(take_lines: TakeLines) {
    let mut buffer = Vec::new();
    let longest = "x".repeat(LIMIT);
    let many = "short\n".repeat(READ / 6);
    for _ in 0..100 {
        let lines = take_lines(&mut buffer, many.as_bytes(), LIMIT).expect("many short lines are no long line");
        assert_eq!(lines.len(), READ / 6, "each short line should come out");
    }
    assert_eq!(give(take_lines, &format!("{longest}\n")), Ok(vec![longest.clone()]), "{LIMIT} bytes are just allowed");
    assert_eq!(give(take_lines, &format!("{longest}x\n")), Err(TooLong), "{} bytes are too many", LIMIT + 1);
    // A line may end with `\r\n`, and a read between the two: then there is one byte more, and it is no text.
    let ended = Ok(vec![longest.clone()]);
    assert_eq!(give(take_lines, &format!("{longest}\r\n")), ended, "{LIMIT} bytes and their line end, \\r\\n");
    let cut = [format!("{longest}\r"), "\n".to_owned()];
    assert_eq!(give_reads(take_lines, cut.iter().map(String::as_bytes)), ended, "the same, cut between \\r and \\n");
    // What stands behind a line in the same read does not make it longer.
    let followed = give(take_lines, &format!("{longest}\n{many}"));
    assert_eq!(followed.map(|lines| lines.len()), Ok(1 + READ / 6), "{LIMIT} bytes, and short lines behind them");
    let two = take_lines(&mut Vec::new(), format!("{longest}\n{longest}\n").as_bytes(), LIMIT);
    assert_eq!(two.map(|lines| lines.len()), Ok(2), "two lines of {LIMIT} bytes in one read");
    let whole = take_lines(&mut Vec::new(), format!("{longest}x\n").as_bytes(), LIMIT);
    assert_eq!(whole, Err(TooLong), "{} bytes and their newline in one read", LIMIT + 1);
    assert_eq!(give(take_lines, "  a \n"), Ok(vec!["  a ".to_owned()]), "spaces are a part of the line");
    let not_text = take_lines(&mut Vec::new(), b"one\n\xff\xfe\nthree\n", LIMIT).expect("three short lines");
    assert!(not_text.len() > 1, "a line that is no text, between two others; what came out is {not_text:?}");
    // A megabyte without a newline: it has to be refused early, and must not pile up.
    assert_eq!(give(take_lines, &"x".repeat(1024 * 1024)), Err(TooLong), "a line without an end is too long");
}

/// Gives a text as the server would read it.
fn give(take_lines: TakeLines, text: &str) -> Result<Vec<String>, TooLong> {
    give_reads(take_lines, text.as_bytes().chunks(READ))
}

/// Gives what each read brought; the lines until the first refusal.
fn give_reads<'a>(take_lines: TakeLines, reads: impl Iterator<Item = &'a [u8]>) -> Result<Vec<String>, TooLong> {
    let mut buffer = Vec::new();
    let mut lines = Vec::new();
    for (count, bytes) in reads.enumerate() {
        lines.extend(take_lines(&mut buffer, bytes, LIMIT)?);
        let (held, most) = (buffer.capacity(), 2 * (LIMIT + READ));
        assert!(held <= most, "after {} reads the buffer holds {held} bytes; {most} are enough", count + 1);
    }
    Ok(lines)
}
