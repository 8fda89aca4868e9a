//! Comfort: what is typed while there is no server: lines that wait for it, and another nickname to come back with. Pure.

use std::collections::VecDeque;

use crate::protocol::{Said, Word};

/// Most lines that wait for a server to come back.
const WAITING_LINES: usize = 1000;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Sending {
    /// The system has taken it, or it waits for the server.
    Taken,
    /// A password that nobody asks for any more: it goes nowhere.
    Withdrawn,
    /// Too many lines wait already: the first that is not kept.
    TooMany,
    /// It was begun for one user alone, before a loss, and would go to the group now.
    Private,
    /// `/nick` where it means nothing.
    NoNick,
}

/// What waits for the server.
#[derive(Default)]
pub(in crate::client) struct Waiting {
    lines: VecDeque<Vec<u8>>,
    /// How many lines were not even kept.
    unkept: usize,
    nickname: Option<String>,
}

impl Waiting {
    /// A line that was typed.
    pub(in crate::client) fn keep(&mut self, message: Vec<u8>) -> Sending {
        if is_nick(&message) {
            let nickname = nickname_in(&message);
            let sending = if nickname.is_some() { Sending::Taken } else { Sending::NoNick };
            self.nickname = nickname.or(self.nickname.take());
            return sending;
        }
        if self.lines.len() >= WAITING_LINES && !is_quit(&message) {
            self.unkept += 1;
            return if self.unkept == 1 { Sending::TooMany } else { Sending::Taken };
        }
        self.lines.push_back(message);
        Sending::Taken
    }

    pub(in crate::client) fn next_line(&mut self) -> Option<Vec<u8>> {
        self.lines.pop_front()
    }

    pub(in crate::client) fn take_lines(&mut self) -> VecDeque<Vec<u8>> {
        std::mem::take(&mut self.lines)
    }

    /// How many lines were not even kept, since this was last asked.
    pub(in crate::client) fn take_unkept(&mut self) -> usize {
        std::mem::take(&mut self.unkept)
    }

    pub(in crate::client) fn has_nickname(&self) -> bool {
        self.nickname.is_some()
    }

    /// The nickname that the user wants to come back with, since this was last asked.
    pub(in crate::client) fn take_nickname(&mut self) -> Option<String> {
        self.nickname.take()
    }
}

/// Whether it is QUIT, in any of its spellings.
pub(in crate::client) fn is_quit(message: &[u8]) -> bool {
    std::str::from_utf8(message).is_ok_and(|line| matches!(Said::parse(line.trim_end()), Said::Word(Word::Quit)))
}

/// A line as it was typed.
pub(in crate::client) fn text_of(message: &[u8]) -> String {
    String::from_utf8_lossy(message).trim_end_matches('\n').to_owned()
}

/// `/nick`: a word of the client's own, while the server is away.
pub(in crate::client) fn is_nick(message: &[u8]) -> bool {
    message.starts_with(b"/nick") && matches!(message.get(b"/nick".len()), None | Some(b' ' | b'\n'))
}

/// The nickname in `/nick NAME`.
fn nickname_in(message: &[u8]) -> Option<String> {
    let nickname = std::str::from_utf8(message).ok()?.strip_prefix("/nick ")?.trim();
    (!nickname.is_empty()).then(|| nickname.to_owned())
}
