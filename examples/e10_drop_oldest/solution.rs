//! A solution of exercise 10.4.

use std::collections::VecDeque;

use crate::Backlog;

/// Whole lines, so that none is ever cut in the middle.
pub(crate) struct Answer {
    limit: usize,
    lines: VecDeque<String>,
    bytes: usize,
    lost: usize,
}

impl Backlog for Answer {
    fn new(limit: usize) -> Self {
        Answer { limit, lines: VecDeque::new(), bytes: 0, lost: 0 }
    }

    fn push(&mut self, line: &str) {
        if line.len() > self.limit {
            self.lost += 1;
            return;
        }
        self.bytes += line.len();
        self.lines.push_back(line.to_owned());
        while self.bytes > self.limit {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len();
            self.lost += 1;
        }
    }

    fn take(&mut self) -> Option<String> {
        if self.lost > 0 {
            let lost = std::mem::take(&mut self.lost);
            return Some(format!("(lines lost: {lost})"));
        }
        let line = self.lines.pop_front()?;
        self.bytes -= line.len();
        Some(line)
    }
}
