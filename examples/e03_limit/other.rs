//! What others have answered; `tests/exercises.rs` says what becomes of each.

use crate::{TakeLines, TooLong};

pub(crate) fn named(name: &str) -> TakeLines {
    match name {
        "byte_by_byte" => byte_by_byte,
        "split_first" => split_first,
        "before_taking" => before_taking,
        "whole_lines_only" => whole_lines_only,
        "rest_only" => rest_only,
        "end_counts" => end_counts,
        "trims" => trims,
        "whatever_is_left" => whatever_is_left,
        _ => panic!("nobody has answered {name}"),
    }
}

/// Stops at the byte that is one too many.
fn byte_by_byte(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    let mut lines = Vec::new();
    for &byte in bytes {
        match byte {
            b'\n' => {
                let line = buffer.strip_suffix(b"\r").unwrap_or(buffer);
                lines.push(String::from_utf8_lossy(line).into_owned());
                buffer.clear();
            }
            _ if buffer.len() > limit || (buffer.len() == limit && byte != b'\r') => return Err(TooLong),
            _ => buffer.push(byte),
        }
    }
    Ok(lines)
}

fn split_first(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    let lines = whole_lines(buffer, bytes);
    let rest = buffer.len() - usize::from(buffer.ends_with(b"\r"));
    let is_long = rest > limit || lines.iter().any(|line| line.len() > limit);
    if is_long { Err(TooLong) } else { Ok(texts(&lines)) }
}

fn whole_lines(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<Vec<u8>> {
    buffer.extend_from_slice(bytes);
    let mut lines = Vec::new();
    while let Some(newline) = buffer.iter().position(|&byte| byte == b'\n') {
        let mut line: Vec<u8> = buffer.drain(..=newline).collect();
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
        lines.push(line);
    }
    lines
}

fn texts(lines: &[Vec<u8>]) -> Vec<String> {
    lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

/// Refuses a line that others stand behind.
fn before_taking(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    if buffer.len() + bytes.len() > limit + 2 {
        buffer.extend_from_slice(bytes);
        return Err(TooLong);
    }
    split_first(buffer, bytes, limit)
}

/// What has no end yet may grow for ever.
fn whole_lines_only(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    let lines = whole_lines(buffer, bytes);
    if lines.iter().any(|line| line.len() > limit) { Err(TooLong) } else { Ok(texts(&lines)) }
}

/// A line that comes whole may have any length.
fn rest_only(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    let lines = whole_lines(buffer, bytes);
    if buffer.len() > limit + 1 { Err(TooLong) } else { Ok(texts(&lines)) }
}

/// Counts the line end too.
fn end_counts(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    split_first(buffer, bytes, limit - 1)
}

fn trims(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    split_first(buffer, bytes, limit).map(|lines| lines.iter().map(|line| line.trim().to_owned()).collect())
}

/// Forgets what is too long instead of refusing it.
fn whatever_is_left(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    let mut lines = whole_lines(buffer, bytes);
    buffer.truncate(limit + 1);
    lines.retain(|line| line.len() <= limit);
    Ok(texts(&lines))
}
