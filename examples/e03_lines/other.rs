//! What others have answered; `tests/exercises.rs` says what becomes of each.

use crate::TakeLines;

pub(crate) fn named(name: &str) -> TakeLines {
    match name {
        "split_inclusive" => split_inclusive,
        "split_off" => split_off,
        "decode_each_read" => decode_each_read,
        "trims" => trims,
        "trims_the_end" => trims_the_end,
        "text_or_nothing" => text_or_nothing,
        "first_line_only" => first_line_only,
        "no_empty_lines" => no_empty_lines,
        _ => panic!("nobody has answered {name}"),
    }
}

fn text_of(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

fn split_inclusive(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    buffer.extend_from_slice(bytes);
    let whole = buffer.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
    let lines = buffer[..whole].split_inclusive(|&byte| byte == b'\n').map(text_of).collect();
    buffer.drain(..whole);
    lines
}

/// Looks at each byte once, and says in words what is no text.
fn split_off(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    for &byte in bytes {
        buffer.push(byte);
        if byte == b'\n' {
            let mut line = std::mem::take(buffer);
            line.truncate(line.len() - 1);
            if line.ends_with(b"\r") {
                line.pop();
            }
            lines.push(String::from_utf8(line).unwrap_or_else(|_| "(no text)".to_owned()));
        }
    }
    lines
}

/// Half a letter at the end of a read is no text.
fn decode_each_read(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    buffer.extend_from_slice(String::from_utf8_lossy(bytes).as_bytes());
    split_inclusive(buffer, &[])
}

/// Takes away the spaces in front too.
fn trims(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    split_inclusive(buffer, bytes).iter().map(|line| line.trim().to_owned()).collect()
}

/// Takes away the spaces behind.
fn trims_the_end(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    split_inclusive(buffer, bytes).iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Panics at the first byte that is no text.
fn text_or_nothing(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    buffer.extend_from_slice(bytes);
    let mut lines = Vec::new();
    while let Some(newline) = buffer.iter().position(|&byte| byte == b'\n') {
        let line = String::from_utf8(buffer.drain(..=newline).collect()).expect("a line is text");
        lines.push(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    lines
}

/// The second line of a read waits for the next read.
fn first_line_only(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    buffer.extend_from_slice(bytes);
    let newline = buffer.iter().position(|&byte| byte == b'\n');
    newline.map(|newline| text_of(&buffer.drain(..=newline).collect::<Vec<u8>>())).into_iter().collect()
}

fn no_empty_lines(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    split_inclusive(buffer, bytes).into_iter().filter(|line| !line.is_empty()).collect()
}
