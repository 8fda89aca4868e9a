//! Comfort: the lines that went to the server, for a session that goes on with another connection. Touches its own lock.
//!
//! # Locks
//! `lines`: nothing is sent under it.

use std::collections::VecDeque;

use parking_lot::Mutex;

/// Most bytes of sent lines that are kept: far more than can be on the way.
const SENT_BYTES: usize = 1024 * 1024;

/// The lines that went to the server, for the case that some of them do not arrive.
#[derive(Debug, Default)]
pub(in crate::client) struct SentLines {
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    /// How many there were before the first that is kept.
    forgotten: u64,
    kept: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl SentLines {
    /// A line goes out. A password leaves a gap: it is not kept, nor sent again.
    pub(in crate::client) fn add(&self, line: &[u8], is_secret: bool) {
        let mut lines = self.lines.lock();
        let line = if is_secret { Vec::new() } else { line.to_vec() };
        lines.bytes += line.len();
        lines.kept.push_back(line);
        while lines.bytes > SENT_BYTES {
            lines.forget_one();
        }
    }

    /// Another session, to which so many lines went already.
    pub(in crate::client) fn begins(&self, forgotten: u64) {
        *self.lines.lock() = Lines { forgotten, ..Lines::default() };
    }

    /// The server has taken so many lines: those that it has not.
    pub(in crate::client) fn not_among(&self, taken: u64) -> Vec<Vec<u8>> {
        let mut lines = self.lines.lock();
        while lines.forgotten < taken && !lines.kept.is_empty() {
            lines.forget_one();
        }
        lines.kept.iter().filter(|line| !line.is_empty()).cloned().collect()
    }
}

impl Lines {
    fn forget_one(&mut self) {
        if let Some(line) = self.kept.pop_front() {
            self.forgotten += 1;
            self.bytes -= line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_has_not_taken_is_sent_again_and_no_password() {
        let sent = SentLines::default();
        for (line, is_secret) in [("anna\n", false), ("2\n", false), ("secret\n", true), ("hi\n", false)] {
            sent.add(line.as_bytes(), is_secret);
        }
        assert_eq!(sent.not_among(1), [b"2\n".to_vec(), b"hi\n".to_vec()]);
        assert_eq!(sent.not_among(3), [b"hi\n".to_vec()]);
        assert_eq!(sent.not_among(9), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_flood_of_lines_is_not_all_kept() {
        let sent = SentLines::default();
        let line = vec![b'x'; 1000];
        (0..2000).for_each(|_| sent.add(&line, false));
        assert!(sent.not_among(0).len() * 1000 <= SENT_BYTES);
        assert_eq!(sent.not_among(1999).len(), 1);
    }
}
