//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::collections::VecDeque;

use crate::Backlog;

pub(crate) fn check(name: &str) {
    match name {
        "sums_up" => crate::check::<SumsUp>(),
        "evicts_for_nothing" => crate::check::<Queue<EVICTS_FOR_NOTHING>>(),
        "counts_letters" => crate::check::<Queue<COUNTS_LETTERS>>(),
        "drops_the_newest" => crate::check::<Queue<DROPS_THE_NEWEST>>(),
        "keeps_the_count" => crate::check::<Queue<KEEPS_THE_COUNT>>(),
        "tells_always" => crate::check::<Queue<TELLS_ALWAYS>>(),
        "less_than_the_limit" => crate::check::<Queue<LESS_THAN_THE_LIMIT>>(),
        _ => panic!("nobody has answered {name}"),
    }
}

/// Keeps no count of the bytes, and adds them up each time; the newest stands in front.
struct SumsUp(usize, usize, Vec<String>);

impl Backlog for SumsUp {
    fn new(limit: usize) -> Self {
        SumsUp(limit, 0, Vec::new())
    }

    fn push(&mut self, line: &str) {
        let fits = line.len() <= self.0;
        while fits && self.2.iter().map(String::len).sum::<usize>() + line.len() > self.0 {
            self.2.pop();
            self.1 += 1;
        }
        if fits {
            self.2.insert(0, line.to_owned());
        } else {
            self.1 += 1;
        }
    }

    fn take(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.1, 0) {
            0 => self.2.pop(),
            lost => Some(format!("(lines lost: {lost})")),
        }
    }
}

// One queue, with one mistake each.
const EVICTS_FOR_NOTHING: u8 = 0;
const COUNTS_LETTERS: u8 = 1;
const DROPS_THE_NEWEST: u8 = 2;
const KEEPS_THE_COUNT: u8 = 3;
const TELLS_ALWAYS: u8 = 4;
const LESS_THAN_THE_LIMIT: u8 = 5;

struct Queue<const MISTAKE: u8> {
    limit: usize,
    lines: VecDeque<String>,
    bytes: usize,
    lost: usize,
}

impl<const MISTAKE: u8> Queue<MISTAKE> {
    fn size(line: &str) -> usize {
        if MISTAKE == COUNTS_LETTERS { line.chars().count() } else { line.len() }
    }
}

impl<const MISTAKE: u8> Backlog for Queue<MISTAKE> {
    fn new(limit: usize) -> Self {
        let limit = limit - usize::from(MISTAKE == LESS_THAN_THE_LIMIT);
        Queue { limit, lines: VecDeque::new(), bytes: 0, lost: 0 }
    }

    fn push(&mut self, line: &str) {
        if Self::size(line) > self.limit && MISTAKE != EVICTS_FOR_NOTHING {
            self.lost += 1;
            return;
        }
        self.bytes += Self::size(line);
        self.lines.push_back(line.to_owned());
        while self.bytes > self.limit {
            let dropped = if MISTAKE == DROPS_THE_NEWEST { self.lines.pop_back() } else { self.lines.pop_front() };
            self.bytes -= dropped.map_or(self.bytes, |dropped| Self::size(&dropped));
            self.lost += 1;
        }
    }

    fn take(&mut self) -> Option<String> {
        let lost = self.lost;
        if lost > 0 && (MISTAKE != TELLS_ALWAYS || !self.lines.is_empty()) {
            self.lost = 0;
            return Some(format!("(lines lost: {lost})"));
        }
        let line = self.lines.pop_front()?;
        self.bytes -= if MISTAKE == KEEPS_THE_COUNT { 0 } else { Self::size(&line) };
        Some(line)
    }
}
