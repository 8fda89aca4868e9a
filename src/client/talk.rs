//! Where the conversation stands, as far as the protocol's lines tell: who we are, where we are, who is here. Touches
//! nothing but its lock.
//!
//! # Locks
//! One small lock over all of it, shared by the two threads (and the printer's, with the editor). Nothing is read,
//! written or waited for under it, but for `wait_until_answered`, which lets go of it.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

use super::heard::{Heard, numbered, users};
use super::lang::Lang;
use crate::protocol::{Said, Word};

mod asks;
#[cfg(test)]
mod tests;

/// Most nicknames kept for completion.
const NICKNAMES: usize = 1000;
/// Most lines kept until their receipt comes.
const UNCONFIRMED: usize = 100;

/// Where what is typed goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// The server asks for a nickname.
    #[default]
    Nickname,
    /// The question: one user, or the group.
    Question,
    /// The numbered list was shown.
    Choosing,
    Group,
    /// To one user. Their name is known from the answer, and again from each receipt.
    Private(Option<String>),
}

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

/// A line that was sent and whose receipt has not come.
#[derive(Debug)]
struct Unconfirmed {
    line: String,
    /// What the receipt will show of it.
    text: String,
}

/// What both threads know of the conversation.
#[derive(Debug, Default)]
pub(super) struct Talk {
    state: Mutex<State>,
    answered: Condvar,
    /// The language of the prompt.
    lang: Lang,
}

#[derive(Debug, Default)]
struct State {
    place: Place,
    nickname: Option<String>,
    /// The last line that was sent as a nickname.
    offered: String,
    /// The last line that was sent as an answer to the numbered list, or to TELL's first question.
    chosen: String,
    /// The numbered list as it was shown.
    numbered: Vec<String>,
    /// The line after this one is the numbered list.
    list_follows: bool,
    /// In a private chat whose partner has left: what is typed next goes to nobody.
    is_alone: bool,
    tell: Tell,
    /// A line went out whose answer changes the place.
    awaited: bool,
    /// Who wrote to us alone last.
    last_private: Option<String>,
    /// Who is here, as far as we heard: who spoke last comes first.
    here: Vec<String>,
    /// `LIST` was sent for the first screen.
    listed: bool,
    /// A password is asked for: what is typed is not shown, not remembered, and no answer to anything else.
    secret: bool,
    /// Lines that were sent and whose receipt has not come.
    unconfirmed: VecDeque<Unconfirmed>,
    /// There is no server; seconds until it is tried again.
    away: Option<u32>,
}

impl Talk {
    /// A talk that has not begun.
    pub(super) fn new(lang: Lang) -> Self {
        Talk { lang, ..Talk::default() }
    }

    /// The language of the client's own words.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// A line went to the server.
    pub(super) fn sent(&self, line: &str) {
        let mut state = self.state.lock();
        if std::mem::take(&mut state.secret) {
            return;
        }
        if let Some(text) = state.receipt(line) {
            let unconfirmed = Unconfirmed { line: line.to_owned(), text: text.to_owned() };
            state.unconfirmed.push_back(unconfirmed);
            if state.unconfirmed.len() > UNCONFIRMED {
                state.unconfirmed.pop_front();
            }
        }
        match state.tell {
            Tell::No => state.goes_out(line),
            Tell::What(_) => state.tell = Tell::No,
            Tell::Sent | Tell::Who => {
                state.chosen = line.trim().to_owned();
                state.awaited = true;
            }
        }
    }

    /// What is typed now is a password.
    #[cfg_attr(not(feature = "editor"), allow(dead_code, reason = "only the editor can hide what is typed"))]
    pub(super) fn is_secret(&self) -> bool {
        self.state.lock().secret
    }

    /// A line came from the server.
    pub(super) fn heard(&self, heard: &Heard<'_>) {
        let mut state = self.state.lock();
        if *heard == Heard::Password {
            state.secret = true;
        }
        let is_list = std::mem::replace(&mut state.list_follows, *heard == Heard::Choose);
        state.learn(heard);
        let is_answer = match *heard {
            Heard::Prose(list) if is_list => {
                state.numbered = numbered(list);
                true
            }
            Heard::Successfully | Heard::Process | Heard::Choose => false,
            Heard::ToAll { .. } | Heard::Private { .. } | Heard::Joined(_) | Heard::Left(..) => false,
            Heard::Users(_) | Heard::PartnerHasLeft(_) | Heard::Prose(_) => false,
            _ => true,
        };
        if is_answer {
            state.awaited = false;
            self.answered.notify_all();
        }
    }

    /// The server has gone. What was sent and is not known to have arrived.
    pub(super) fn lost(&self) -> Vec<String> {
        let mut state = self.state.lock();
        (state.awaited, state.tell) = (false, Tell::No);
        self.answered.notify_all();
        std::mem::take(&mut state.unconfirmed).into_iter().map(|unconfirmed| unconfirmed.line).collect()
    }

    /// A question of TELL's is open, as far as we know.
    pub(super) fn is_in_tell(&self) -> bool {
        self.state.lock().tell != Tell::No
    }

    /// The server is away, and tried again in so many seconds; `None`: it is back.
    pub(super) fn is_away(&self, seconds: Option<u32>) {
        self.state.lock().away = seconds;
    }

    /// Where what is typed goes.
    pub(super) fn place(&self) -> Place {
        self.state.lock().place.clone()
    }

    /// Our nickname, once it is ours.
    pub(super) fn nickname(&self) -> Option<String> {
        self.state.lock().nickname.clone()
    }
}

impl State {
    fn is_us(&self, name: &str) -> bool {
        self.nickname.as_deref() == Some(name)
    }

    /// A line goes to the server, and no question of TELL's is open.
    fn goes_out(&mut self, line: &str) {
        match self.place {
            Place::Nickname => line.trim().clone_into(&mut self.offered),
            Place::Question => {}
            Place::Choosing => line.trim().clone_into(&mut self.chosen),
            Place::Group | Place::Private(_) => match Said::parse(line) {
                Said::Word(Word::Menu | Word::Quit | Word::Register) => {}
                Said::Word(Word::Tell) => self.tell = Tell::Sent,
                _ => return,
            },
        }
        self.awaited = true;
    }

    /// What a line says about who is where.
    fn learn(&mut self, heard: &Heard<'_>) {
        match *heard {
            Heard::YourNickname => self.place = Place::Nickname,
            Heard::Successfully if self.place == Place::Nickname => {
                self.nickname = Some(std::mem::take(&mut self.offered)).filter(|name| !name.is_empty());
                self.place = Place::Question;
            }
            Heard::Question => self.goes_to(Place::Question),
            Heard::Choose => self.goes_to(Place::Choosing),
            Heard::InGroup => self.goes_to(Place::Group),
            Heard::Successful if self.place == Place::Choosing => self.goes_to(Place::Private(self.partner())),
            Heard::ToAll { from, text } => {
                self.spoke(from);
                if self.is_us(from) {
                    self.confirm(text);
                    // Our own message in the group: no question of TELL's is open.
                    self.tell = Tell::No;
                }
            }
            Heard::Private { from, .. } => {
                self.spoke(from);
                self.last_private = Some(from.to_owned());
            }
            Heard::Receipt { text, .. } | Heard::Kept { text, .. } => {
                self.confirm(text);
                self.tell = Tell::No;
            }
            Heard::NotDelivered(_) => {
                self.unconfirmed.pop_front();
                self.tell = Tell::No;
            }
            Heard::TellWho => self.tell = Tell::Who,
            Heard::TellWhat(to) => self.tell = Tell::What(to.to_owned()),
            Heard::TellNothing => self.tell = Tell::No,
            Heard::PartnerHasLeft(_) => self.is_alone = matches!(self.place, Place::Private(_)),
            Heard::NotSent(_) => {
                self.unconfirmed.pop_front();
            }
            Heard::Joined(who) => self.is_here(who),
            Heard::Left(who, _) => self.here.retain(|name| name != who),
            Heard::Users(list) => users(list).for_each(|name| self.is_here(name)),
            _ => {}
        }
    }

    /// The receipt for a message with this text has come.
    fn confirm(&mut self, text: &str) {
        if let Some(at) = self.unconfirmed.iter().position(|unconfirmed| unconfirmed.text == text) {
            self.unconfirmed.remove(at);
        }
    }

    /// What the receipt for `line` will show, where the server will answer it with one.
    fn receipt<'a>(&self, line: &'a str) -> Option<&'a str> {
        let text = match (&self.tell, &self.place) {
            (Tell::What(_), _) => line,
            (Tell::No, Place::Group | Place::Private(_)) if !self.is_alone => match Said::parse(line) {
                Said::Word(Word::TellTo { text, .. }) | Said::Message(text) => text,
                Said::Word(_) => return None,
            },
            _ => return None,
        };
        (!text.trim().is_empty()).then_some(text)
    }

    fn goes_to(&mut self, place: Place) {
        self.place = place;
        self.tell = Tell::No;
        self.is_alone = false;
    }

    /// Whom the answer to the numbered list meant.
    fn partner(&self) -> Option<String> {
        let by_number = self.chosen.parse::<usize>().ok().and_then(|number| self.numbered.get(number.checked_sub(1)?));
        let folded = self.chosen.to_lowercase();
        let by_name = || self.numbered.iter().find(|name| name.to_lowercase() == folded);
        let typed = || crate::text::Nickname::parse(&self.chosen).ok().map(|name| name.to_string());
        by_number.or_else(by_name).cloned().or_else(typed)
    }

    fn spoke(&mut self, who: &str) {
        if self.here.first().is_some_and(|first| first == who) {
            return;
        }
        self.here.retain(|name| name != who);
        self.here.insert(0, who.to_owned());
        self.here.truncate(NICKNAMES);
    }

    fn is_here(&mut self, who: &str) {
        if self.here.len() < NICKNAMES && !self.here.iter().any(|name| name == who) {
            self.here.push(who.to_owned());
        }
    }
}
