//! A solution of exercise 3.4.

use crate::TooLong;

/// Checks the whole lines as they are taken out, and then what is left.
pub(crate) fn take_lines(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<Vec<String>, TooLong> {
    buffer.extend_from_slice(bytes);
    let mut lines = Vec::new();
    while let Some(newline) = buffer.iter().position(|&byte| byte == b'\n') {
        let line: Vec<u8> = buffer.drain(..=newline).collect();
        let line = line[..newline].strip_suffix(b"\r").unwrap_or(&line[..newline]);
        if line.len() > limit {
            return Err(TooLong);
        }
        lines.push(String::from_utf8_lossy(line).into_owned());
    }
    // A `\r` at the end may be the first half of the line's end.
    let text = buffer.strip_suffix(b"\r").unwrap_or(buffer);
    if text.len() > limit { Err(TooLong) } else { Ok(lines) }
}
