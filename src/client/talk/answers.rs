//! Which line of the server's answers which of ours: so that it is known, after a loss, which messages may not have
//! arrived. Pure.
//!
//! The server answers line by line, in order. What a line of ours is (a message, a word, an answer to a question) it
//! decides by where it stands when it reads it. So we keep every line until its answer has come, and follow where the
//! server stands: known from what it says, and beyond that foreseen from what we have sent.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::client::heard::Heard;
use crate::protocol::{self, Said, Word};
use crate::text::Text;

/// Where the server's side of the conversation stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum At {
    #[default]
    Nickname,
    Question,
    Choosing,
    Group,
    Private,
    /// In a private chat whose partner has left.
    Alone,
}

/// What it asks for in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Asked {
    #[default]
    Nothing,
    /// TELL: whom.
    Who,
    /// TELL: what.
    What,
    Password,
}

/// Where the next line will be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) at: At,
    pub(super) asked: Asked,
}

/// What answers a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expects {
    /// Our own message in the group.
    ToAll(String),
    /// The receipt for a private message.
    ToOne(String),
    /// `Not delivered`: the partner has left.
    ToNobody,
    /// One of these, or `Not sent`.
    Nickname,
    Password,
    Register,
    Partner,
    TellWho,
    TellWhat,
    History,
    /// Only `Not sent`.
    Refusal,
    /// A protocol line that always comes.
    Line(Heard<'static>),
    Users,
    /// Prose, which is not gone by; or nothing.
    Unseen,
}

impl Expects {
    /// Whether it is something said to others.
    fn is_message(&self) -> bool {
        matches!(self, Expects::ToAll(_) | Expects::ToOne(_) | Expects::ToNobody)
    }

    /// Whether the server will stand elsewhere once it has taken the line.
    fn moves(&self) -> bool {
        use Expects::{Line, Nickname, Partner, Password, Register, TellWhat, TellWho, ToNobody};
        matches!(self, Line(_) | Nickname | Partner | Password | Register | TellWhat | TellWho | ToNobody)
    }

    /// Whether `heard` can be the answer; `own`: a message to all is our own.
    fn is_answered_by(&self, heard: &Heard<'_>, own: bool) -> bool {
        match self {
            Expects::Line(line) => line == heard,
            Expects::Users => matches!(heard, Heard::Users(_)),
            Expects::Unseen => false,
            _ if matches!(heard, Heard::NotSent(_)) => true,
            Expects::ToAll(_) => own,
            Expects::ToOne(_) => matches!(heard, Heard::Receipt { .. } | Heard::Kept { .. } | Heard::NotDelivered(_)),
            Expects::ToNobody => matches!(heard, Heard::NotDelivered(_)),
            Expects::Nickname => {
                matches!(heard, Heard::Successfully | Heard::AlreadyUsed | Heard::Password | Heard::YourNickname)
            }
            Expects::Password => matches!(heard, Heard::Password | Heard::Successfully | Heard::Prose(_)),
            Expects::Register => *heard == Heard::Password,
            Expects::Partner => *heard == Heard::Successful,
            Expects::TellWho => *heard == Heard::TellWho,
            Expects::TellWhat => matches!(heard, Heard::TellWhat(_)),
            Expects::History => *heard == Heard::Prose(protocol::HISTORY_BEGINS),
            Expects::Refusal => false,
        }
    }
}

impl Stand {
    /// What answers `line`; from then on it stands where that line leads, unless it is refused.
    pub(super) fn goes_on(&mut self, line: &str) -> Expects {
        if self.asked == Asked::Password {
            // Until it is known to be over: what follows a password may be one too, and must not be shown.
            return Expects::Password;
        }
        let blank = line.trim().is_empty();
        if Text::parse(line.as_bytes().to_vec()).is_err() {
            return Expects::Refusal;
        }
        match self.asked {
            Asked::Who => return self.chooses_whom(line),
            Asked::What => {
                self.asked = Asked::Nothing;
                return if blank { Expects::Line(Heard::TellNothing) } else { Expects::ToOne(line.to_owned()) };
            }
            Asked::Nothing | Asked::Password => {}
        }
        if self.at == At::Nickname {
            self.at = At::Question;
            return Expects::Nickname;
        }
        match Said::parse(line) {
            Said::Word(word) => self.obeys(&word),
            Said::Message(text) => self.takes(text),
        }
    }

    /// At TELL's first question.
    fn chooses_whom(&mut self, line: &str) -> Expects {
        match Said::parse(line) {
            Said::Word(Word::Quit) => Expects::Line(Heard::Disconnected),
            Said::Word(Word::List(_)) => Expects::Users,
            Said::Word(Word::Menu) => {
                self.asked = Asked::Nothing;
                Expects::Line(Heard::TellNothing)
            }
            _ if line.trim().is_empty() => Expects::TellWho,
            _ => {
                self.asked = Asked::What;
                Expects::TellWhat
            }
        }
    }

    fn obeys(&mut self, word: &Word<'_>) -> Expects {
        match *word {
            Word::Quit => Expects::Line(Heard::Disconnected),
            Word::Menu => {
                self.at = At::Question;
                Expects::Line(Heard::Question)
            }
            Word::List(_) => Expects::Users,
            Word::Help(name) if !name.is_empty() && protocol::help_about(name, true).is_none() => Expects::Refusal,
            Word::Help(_) => Expects::Unseen,
            Word::TellTo { text, .. } if text.trim().is_empty() => Expects::Refusal,
            Word::TellTo { text, .. } => Expects::ToOne(text.to_owned()),
            Word::Tell if matches!(self.at, At::Question | At::Choosing) => Expects::Refusal,
            Word::Tell => {
                self.asked = Asked::Who;
                Expects::TellWho
            }
            Word::History(_) => Expects::History,
            Word::Register => {
                self.asked = Asked::Password;
                Expects::Register
            }
            Word::Unknown(_) => Expects::Refusal,
        }
    }

    /// An answer to a question, or a message.
    fn takes(&mut self, text: &str) -> Expects {
        let answer = text.trim();
        let (at, expects) = match self.at {
            At::Nickname => (At::Question, Expects::Nickname),
            At::Question if answer == "1" => (At::Choosing, Expects::Line(Heard::Choose)),
            At::Question if answer == "2" => (At::Group, Expects::Line(Heard::InGroup)),
            At::Question => (At::Question, Expects::Refusal),
            At::Choosing if answer.is_empty() => (At::Choosing, Expects::Line(Heard::Choose)),
            At::Choosing => (At::Private, Expects::Partner),
            at if answer.is_empty() => (at, Expects::Unseen),
            At::Group => (At::Group, Expects::ToAll(text.to_owned())),
            At::Private => (At::Private, Expects::ToOne(text.to_owned())),
            At::Alone => (At::Question, Expects::ToNobody),
        };
        self.at = at;
        expects
    }

    /// What a line of the server's says about it; `own`: a message to all is our own.
    fn hears(&mut self, heard: &Heard<'_>, own: bool) {
        let at = |at| Stand { at, asked: Asked::Nothing };
        match heard {
            Heard::YourNickname => *self = at(At::Nickname),
            Heard::Successfully | Heard::Question => *self = at(At::Question),
            Heard::Choose => *self = at(At::Choosing),
            Heard::InGroup => *self = at(At::Group),
            Heard::Successful if self.at == At::Choosing => *self = at(At::Private),
            Heard::PartnerHasLeft(_) if self.at == At::Private => self.at = At::Alone,
            Heard::TellWho => self.asked = Asked::Who,
            Heard::TellWhat(_) => self.asked = Asked::What,
            Heard::Password => self.asked = Asked::Password,
            Heard::TellNothing | Heard::Receipt { .. } | Heard::Kept { .. } | Heard::NotDelivered(_) => {
                self.asked = Asked::Nothing;
            }
            Heard::ToAll { .. } if own => self.asked = Asked::Nothing,
            _ => {}
        }
    }
}

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
