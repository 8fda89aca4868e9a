//! Comfort: which line of the server's answers which of ours: so that it is known, after a loss, which messages may not
//! have arrived. Pure.
//!
//! The server answers line by line, in order. What a line of ours is (a message, a word, an answer to a question) it
//! decides by where it stands when it reads it. So we keep every line until its answer has come, and follow where the
//! server stands: known from what it says, and beyond that foreseen from what we have sent.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::stand::{Asked, Expects, Stand};
use crate::client::heard::Heard;

/// A line that was sent and is not answered.
#[derive(Debug)]
struct Outgoing {
    /// `None`: a password.
    line: Option<String>,
    expects: Expects,
    since: Instant,
    /// The user was told that there is no receipt yet.
    told: bool,
}

/// All lines that were sent and are not answered, oldest first. They are no more than two sockets hold: a server that
/// does not read makes the sender wait.
#[derive(Debug, Default)]
pub(super) struct Answers {
    waiting: VecDeque<Outgoing>,
    /// As far as the server has said.
    known: Stand,
    /// After all that was sent.
    foreseen: Stand,
}

impl Answers {
    /// A line went to the server. What is `secret` is not kept.
    pub(super) fn sent(&mut self, line: &str, secret: bool) {
        let expects = if secret { Expects::Password } else { self.foreseen.goes_on(line) };
        let line = (!secret).then(|| line.to_owned());
        self.waiting.push_back(Outgoing { line, expects, since: Instant::now(), told: false });
    }

    /// A line came from the server; `own`: a message to all is our own.
    pub(super) fn heard(&mut self, heard: &Heard<'_>, own: bool) {
        let before = self.known;
        self.known.hears(heard, own);
        let at = self.receipt_for(heard, own).or_else(|| self.first_answered_by(heard, own));
        let answered = at.and_then(|at| self.waiting.remove(at).map(|answered| (at, answered.expects)));
        let mut anew = self.known != before;
        if let Some((at, expects)) = answered {
            if expects == Expects::Password && *heard != Heard::Password {
                self.known.asked = Asked::Nothing;
            }
            anew |= expects.moves();
            // What stood before it was answered too, by lines that are not gone by; but a message has to have its receipt.
            let mut place = 0..;
            self.waiting.retain(|sent| place.next().is_some_and(|place| place >= at) || sent.expects.is_message());
        }
        if anew || self.waiting.is_empty() {
            self.foresee();
        }
    }

    /// The message whose text the receipt shows. Only where a server takes a text as it stands; but most do.
    fn receipt_for(&self, heard: &Heard<'_>, own: bool) -> Option<usize> {
        let shown = match heard {
            Heard::ToAll { text, .. } if own => text,
            Heard::Receipt { text, .. } | Heard::Kept { text, .. } => text,
            _ => return None,
        };
        let is_it = |expects: &Expects| match expects {
            Expects::ToAll(text) => own && text == shown,
            Expects::ToOne(text) => !own && text == shown,
            _ => false,
        };
        self.waiting.iter().position(|sent| is_it(&sent.expects))
    }

    /// The first line that is not answered, but for those whose answers are not gone by.
    fn first_answered_by(&self, heard: &Heard<'_>, own: bool) -> Option<usize> {
        let first = self.waiting.iter().position(|sent| sent.expects != Expects::Unseen)?;
        self.waiting.get(first)?.expects.is_answered_by(heard, own).then_some(first)
    }

    /// What waits is read where the server really stands, which may not be where it was foreseen.
    fn foresee(&mut self) {
        self.foreseen = self.known;
        for sent in &mut self.waiting {
            if let Some(line) = &sent.line {
                sent.expects = self.foreseen.goes_on(line);
            }
        }
    }

    /// The server has gone: the messages that it has not answered.
    pub(super) fn lost(&mut self) -> Vec<String> {
        self.foreseen = self.known;
        let lost = std::mem::take(&mut self.waiting).into_iter();
        lost.filter(|sent| sent.expects.is_message()).filter_map(|sent| sent.line).collect()
    }

    /// The messages that were sent so long ago and are not answered; each once.
    pub(super) fn late(&mut self, patience: Duration) -> Vec<String> {
        let mut late = Vec::new();
        for sent in &mut self.waiting {
            if sent.expects.is_message() && !sent.told && sent.since.elapsed() >= patience {
                sent.told = true;
                late.extend(sent.line.clone());
            }
        }
        late
    }
}

#[cfg(test)]
mod tests;
