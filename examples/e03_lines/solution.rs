//! A solution of exercise 3.3.

/// Looks for newlines among the bytes first, and makes text of whole lines only.
pub(crate) fn take_lines(buffer: &mut Vec<u8>, bytes: &[u8]) -> Vec<String> {
    buffer.extend_from_slice(bytes);
    let mut lines = Vec::new();
    while let Some(newline) = buffer.iter().position(|&byte| byte == b'\n') {
        let line: Vec<u8> = buffer.drain(..=newline).collect();
        let line = String::from_utf8_lossy(&line[..newline]);
        lines.push(line.strip_suffix('\r').unwrap_or(&line).to_owned());
    }
    lines
}
