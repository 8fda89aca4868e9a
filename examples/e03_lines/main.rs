//! Exercise 3.3: whole lines out of bytes that come as they like. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e03_lines`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod solution;

/// What is checked: takes the bytes of one read into `buffer`, and gives the lines that are whole now.
type TakeLines = fn(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String>;

/// Three lines with their ends, and the beginning of a fourth.
const SENT: &str = "привет\nhow are you?\r\n\nда";

fn main() {
    let solved = std::env::args().nth(1).as_deref() == Some("solution");
    check(if solved { solution::take_lines } else { mine::take_lines });
    println!("e03_lines: every check passes");
}

fn check(take_lines: TakeLines) {
    let sent = SENT.as_bytes();
    same("all in one read", take_lines, &[sent]);
    // Every place where a read may end: within "привет" it falls into the middle of a letter.
    for cut in 0..=sent.len() {
        same(&format!("two reads, the first of {cut} bytes"), take_lines, &[&sent[..cut], &sent[cut..]]);
    }
    same("a read for every byte", take_lines, &sent.chunks(1).collect::<Vec<_>>());
}

fn same(how: &str, take_lines: TakeLines, reads: &[&[u8]]) {
    let mut buffer = Vec::new();
    let lines: Vec<String> = reads.iter().flat_map(|bytes| take_lines(&mut buffer, bytes)).collect();
    assert_eq!(lines, ["привет", "how are you?", ""], "{how}: these lines should have come out, without their ends");
    assert_eq!(buffer, "да".as_bytes(), "{how}: the unfinished line should stay in the buffer");
}
