//! Comfort: where the server will read our next line, and what will answer it. Pure.

use crate::client::heard::Heard;
use crate::protocol::{self, Said, Word};
use crate::text::{Text, is_blank};

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
    /// Prose that always comes, or `Not sent`.
    Told,
    /// Prose, which is not gone by; or nothing.
    Unseen,
}

impl Expects {
    /// Whether it is something said to others.
    pub(super) fn is_message(&self) -> bool {
        matches!(self, Expects::ToAll(_) | Expects::ToOne(_) | Expects::ToNobody)
    }

    /// Whether the server will stand elsewhere once it has taken the line.
    pub(super) fn moves(&self) -> bool {
        use Expects::{Line, Nickname, Partner, Password, Register, TellWhat, TellWho, ToNobody};
        matches!(self, Line(_) | Nickname | Partner | Password | Register | TellWhat | TellWho | ToNobody)
    }

    /// Whether `heard` can be the answer; `own`: a message to all is our own.
    pub(super) fn is_answered_by(&self, heard: &Heard<'_>, own: bool) -> bool {
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
            Expects::Told => matches!(heard, Heard::Prose(_)),
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
        // As the server takes it.
        let Ok(text) = Text::parse(line.as_bytes().to_vec()) else { return Expects::Refusal };
        let (line, blank) = (text.as_str(), text.is_blank());
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
            _ if is_blank(line) => Expects::TellWho,
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
            Word::TellTo { text, .. } if is_blank(text) => Expects::Refusal,
            Word::TellTo { text, .. } => Expects::ToOne(text.to_owned()),
            Word::Tell if matches!(self.at, At::Question | At::Choosing) => Expects::Refusal,
            Word::Tell => {
                self.asked = Asked::Who;
                Expects::TellWho
            }
            Word::Ignore(_) | Word::Unignore(_) | Word::Away(_) => Expects::Told,
            Word::History(_) => Expects::History,
            Word::Register => {
                self.asked = Asked::Password;
                Expects::Register
            }
            // No word, or a word of which this client has not been told what its answer looks like.
            _ => Expects::Refusal,
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
            at if is_blank(text) => (at, Expects::Unseen),
            At::Group => (At::Group, Expects::ToAll(text.to_owned())),
            At::Private => (At::Private, Expects::ToOne(text.to_owned())),
            At::Alone => (At::Question, Expects::ToNobody),
        };
        self.at = at;
        expects
    }

    /// What a line of the server's says about it; `own`: a message to all is our own.
    pub(super) fn hears(&mut self, heard: &Heard<'_>, own: bool) {
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
