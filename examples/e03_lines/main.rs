//! Exercise 3.3: whole lines out of bytes that come as they like. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e03_lines`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked: takes the bytes of one read into `buffer`, and gives the lines that are whole now.
pub(crate) type TakeLines = fn(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String>;

/// Four lines with their ends, and the beginning of a fifth.
const SENT: &str = "привет\nhow are you?\r\n\n  two spaces, and one \nда";

fn main() {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::take_lines
        }
        Some("solution") => solution::take_lines,
        Some(name) => other::named(name),
    });
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
    not_text(take_lines);
}

/// Anybody may send bytes that are no text. What becomes of that line is yours to choose; those before and behind come out.
fn not_text(take_lines: TakeLines) {
    let lines = take_lines(&mut Vec::new(), b"one\n\xff\xfe\nthree\n");
    let ends = (lines.first().map(String::as_str), lines.last().map(String::as_str));
    assert_eq!(
        ends,
        (Some("one"), Some("three")),
        "a line that is no text, between two others; what came out is {lines:?}"
    );
}

fn same(how: &str, take_lines: TakeLines, reads: &[&[u8]]) {
    let mut buffer = Vec::new();
    let lines: Vec<String> = reads.iter().flat_map(|bytes| take_lines(&mut buffer, bytes)).collect();
    let expected = ["привет", "how are you?", "", "  two spaces, and one "];
    assert_eq!(lines, expected, "{how}: these lines should have come out, without their ends and else as they came");
    assert_eq!(buffer, "да".as_bytes(), "{how}: the unfinished line should stay in the buffer");
}
