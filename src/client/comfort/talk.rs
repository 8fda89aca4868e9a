//! Comfort: where the conversation stands, as far as the protocol's lines tell: who we are, where we are, who is here, whether
//! a password is asked for; and which of our lines have no answer yet. Touches nothing but its lock.
//!
//! # Locks
//! One small lock over all of it, shared by the two threads. Nothing is read, written or waited for under it, but for
//! `wait_until_answered` and `takes_password`, which let go of it.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use self::answers::Answers;
pub(in crate::client) use self::servers::Server;
use super::lang::Lang;
use super::prompt::Place;
use crate::client::heard::{Heard, numbered};
use crate::protocol::{Said, Word};

mod answers;
mod asks;
mod learn;
mod servers;
mod stand;
#[cfg(test)]
mod tests;

/// Most nicknames kept for completion.
const NICKNAMES: usize = 1000;

/// What is known of a private message in a dialogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Tell {
    /// There is none.
    #[default]
    No,
    /// `TELL` was sent; the server has not asked yet.
    Sent,
    /// The server asks whom.
    Who,
    /// The server asks what to tell this one.
    What(String),
}

/// How it stands with a password. All but `No`: what is typed is hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Secret {
    #[default]
    No,
    /// `REGISTER` was sent, which may be answered by asking for one.
    Registers,
    /// The server asks for one: what is typed is not remembered, and no answer to anything else.
    Asked,
    /// One was sent, and may have to be said again.
    Sent,
    /// The server that asked for it has gone: the line that is being typed goes nowhere.
    Withdrawn,
}

/// What both threads know of the conversation.
#[derive(Debug, Default)]
pub(in crate::client) struct Talk {
    state: Mutex<Known>,
    answered: Condvar,
    /// The language of the prompt.
    lang: Lang,
}

#[derive(Debug, Default)]
struct Known {
    server: Server,
    place: Place,
    nickname: Option<String>,
    tell: Tell,
    secret: Secret,
    choice: Choice,
    people: People,
    /// A line went out whose answer changes the place.
    awaited: bool,
    /// Which lines that were sent are not answered.
    answers: Answers,
    away: Away,
}

/// What was asked, and what was answered.
#[derive(Debug, Default)]
struct Choice {
    /// The last line that was sent as a nickname.
    offered: String,
    /// The last line that was sent as an answer to the numbered list, or to TELL's first question.
    chosen: String,
    /// The numbered list as it was shown.
    numbered: Vec<String>,
    /// The line after this one is that list.
    list_follows: bool,
}

/// The others.
#[derive(Debug, Default)]
struct People {
    /// Who is here, as far as we heard: who spoke last comes first.
    here: Vec<String>,
    /// Who wrote to us alone last.
    last_private: Option<String>,
    /// `LIST` was sent for the first screen.
    listed: bool,
}

/// A server that was lost.
#[derive(Debug, Default)]
struct Away {
    /// There is none; seconds until it is tried again.
    seconds: Option<u32>,
    /// Lines that were not sent after a loss: the arrow up brings them back.
    handed_back: Vec<String>,
}

impl Talk {
    /// A talk that has not begun.
    pub(in crate::client) fn new(lang: Lang) -> Self {
        Talk { lang, ..Talk::default() }
    }

    /// The language of the client's own words.
    pub(in crate::client) fn lang(&self) -> Lang {
        self.lang
    }

    /// A line went to the server.
    pub(in crate::client) fn sent(&self, line: &str) {
        let mut state = self.state.lock();
        if !state.is_followed() {
            if state.choice.offered.is_empty() {
                line.trim().clone_into(&mut state.choice.offered);
            }
            return;
        }
        let secret = state.secret == Secret::Asked;
        state.answers.sent(line, secret);
        if secret {
            (state.awaited, state.secret) = (true, Secret::Sent);
            return;
        }
        match state.tell {
            Tell::No => state.goes_out(line),
            Tell::What(_) => state.tell = Tell::No,
            Tell::Sent | Tell::Who => {
                if Said::parse(line) == Said::Word(Word::Menu) {
                    state.tell = Tell::No;
                }
                state.choice.chosen = line.trim().to_owned();
                state.awaited = true;
            }
        }
    }

    /// What is typed now is a password, or may be one.
    #[cfg_attr(not(feature = "editor"), allow(dead_code, reason = "only the editor can hide what is typed"))]
    pub(in crate::client) fn is_secret(&self) -> bool {
        self.state.lock().secret != Secret::No
    }

    /// Waits until it is known whether a password is asked for, and says so. Blocks until the server answers or is lost.
    #[cfg_attr(not(feature = "editor"), allow(dead_code, reason = "only the editor can hide what is typed"))]
    pub(in crate::client) fn takes_password(&self) -> bool {
        let mut state = self.state.lock();
        while matches!(state.secret, Secret::Registers | Secret::Sent) {
            self.answered.wait(&mut state);
        }
        state.secret != Secret::No
    }

    /// The server has gone, and with it what asked for a password, where something did.
    pub(in crate::client) fn withdraw(&self) {
        let mut state = self.state.lock();
        if state.secret != Secret::No {
            state.secret = Secret::Withdrawn;
        }
    }

    /// What is typed now is a password that nobody asks for any more.
    pub(in crate::client) fn is_withdrawn(&self) -> bool {
        self.state.lock().secret == Secret::Withdrawn
    }

    /// A line was typed. True: it is such a password, and must not go out; the next one may.
    pub(in crate::client) fn drops_secret(&self) -> bool {
        let mut state = self.state.lock();
        let drops = state.secret == Secret::Withdrawn;
        if drops {
            state.secret = Secret::No;
        }
        drops
    }

    /// A line came from the server.
    pub(in crate::client) fn heard(&self, heard: &Heard<'_>) {
        let mut state = self.state.lock();
        if !state.believes(heard) {
            return;
        }
        if *heard == Heard::Password {
            state.secret = Secret::Asked;
        }
        let is_list = std::mem::replace(&mut state.choice.list_follows, *heard == Heard::Choose);
        let own = matches!(*heard, Heard::ToAll { from, .. } if state.is_us(from));
        state.answers.heard(heard, own);
        state.learn(heard);
        let is_answer = match *heard {
            Heard::Prose(list) if is_list => {
                state.choice.numbered = numbered(list);
                true
            }
            Heard::Successfully | Heard::Process | Heard::Choose => false,
            Heard::ToAll { .. } | Heard::Private { .. } | Heard::Joined(_) | Heard::Left(..) => false,
            Heard::Prose(_) => state.secret == Secret::Sent,
            Heard::Users(_) | Heard::PartnerHasLeft(_) => false,
            _ => true,
        };
        if is_answer {
            state.awaited = false;
            // These answer a message that was sent before.
            let is_receipt = matches!(heard, Heard::Receipt { .. } | Heard::Kept { .. } | Heard::NotDelivered(_));
            if matches!(state.secret, Secret::Registers | Secret::Sent) && !is_receipt {
                state.secret = Secret::No;
            }
            self.answered.notify_all();
        }
    }

    /// The server has gone: the messages that are not known to have arrived.
    pub(in crate::client) fn lost(&self) -> Vec<String> {
        let mut state = self.state.lock();
        (state.awaited, state.tell) = (false, Tell::No);
        self.answered.notify_all();
        state.answers.lost()
    }

    /// The messages that were sent so long ago and have no receipt; each once.
    pub(in crate::client) fn unanswered(&self, patience: Duration) -> Vec<String> {
        self.state.lock().answers.late(patience)
    }

    /// Lines that were not sent after a loss, for the arrow up.
    pub(in crate::client) fn hand_back(&self, lines: &[String]) {
        self.state.lock().away.handed_back.extend_from_slice(lines);
    }

    /// Those lines, in order, as one text.
    pub(in crate::client) fn handed_back(&self) -> Option<String> {
        let lines = &self.state.lock().away.handed_back;
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The same, and from now on they are no more.
    pub(in crate::client) fn take_handed_back(&self) -> Option<String> {
        let text = self.handed_back();
        self.state.lock().away.handed_back.clear();
        text
    }

    /// A question of TELL's is open, as far as we know.
    pub(in crate::client) fn is_in_tell(&self) -> bool {
        self.state.lock().tell != Tell::No
    }

    /// Words count where what is typed goes: no password is asked for, and no question of TELL's is open.
    pub(in crate::client) fn takes_words(&self) -> bool {
        let state = self.state.lock();
        let is_free = state.secret == Secret::No && state.tell == Tell::No;
        state.server == Server::Ours && state.nickname.is_some() && is_free
    }

    /// What is typed goes to others as it is.
    pub(in crate::client) fn takes_messages(&self) -> bool {
        self.place().is_chat() && self.takes_words()
    }

    /// The server is away, and tried again in so many seconds; `None`: it is back.
    pub(in crate::client) fn is_away(&self, seconds: Option<u32>) {
        self.state.lock().away.seconds = seconds;
    }

    /// Where what is typed goes.
    pub(in crate::client) fn place(&self) -> Place {
        self.state.lock().place.clone()
    }

    /// Our nickname, once it is ours.
    pub(in crate::client) fn nickname(&self) -> Option<String> {
        self.state.lock().nickname.clone()
    }
}
