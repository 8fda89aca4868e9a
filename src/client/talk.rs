//! Where the conversation stands, as far as the protocol's lines tell: who we are, where we are, who is here. Touches
//! nothing but its lock.
//!
//! # Locks
//! One small lock over all of it, shared by the two threads (and the printer's, with the editor). Nothing is read,
//! written or waited for under it, but for `wait_until_answered`, which lets go of it.

use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::heard::{Heard, numbered, users};
use crate::protocol::{Said, Word};

/// Most nicknames kept for completion.
const NICKNAMES: usize = 1000;

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

/// What both threads know of the conversation.
#[derive(Debug, Default)]
pub(super) struct Talk {
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    place: Place,
    nickname: Option<String>,
    /// The last line that was sent as a nickname.
    offered: String,
    /// The last line that was sent as an answer to the numbered list.
    chosen: String,
    /// The numbered list as it was shown.
    numbered: Vec<String>,
    /// The line after this one is the numbered list.
    list_follows: bool,
    /// `TELL` asked, and its questions are not known to be over.
    in_tell: bool,
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
}

impl Talk {
    /// A line went to the server.
    pub(super) fn sent(&self, line: &str) {
        let mut state = self.state.lock();
        if std::mem::take(&mut state.secret) {
            return;
        }
        match state.place {
            Place::Nickname => {
                state.offered = line.trim().to_owned();
                state.awaited = true;
            }
            Place::Question => state.awaited = true,
            Place::Choosing => {
                state.chosen = line.trim().to_owned();
                state.awaited = true;
            }
            Place::Group | Place::Private(_) => match Said::parse(line) {
                Said::Word(Word::Menu | Word::Quit) => state.awaited = true,
                Said::Word(Word::Tell) => state.in_tell = true,
                Said::Message(text) if text.trim().is_empty() => state.in_tell = false,
                _ => {}
            },
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
            Heard::Users(_) | Heard::Prose(_) => false,
            _ => true,
        };
        if is_answer {
            state.awaited = false;
            self.answered.notify_all();
        }
    }

    /// Waits for the answer to what was sent last, where it changes the place: the next prompt will be right. Not for
    /// long: a server that is slow must not stop anybody from typing.
    pub(super) fn wait_until_answered(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        while state.awaited && !self.answered.wait_until(&mut state, deadline).timed_out() {}
        state.awaited = false;
    }

    /// Who writes, and to whom it goes.
    pub(super) fn prompt(&self) -> String {
        let state = self.state.lock();
        let nickname = state.nickname.as_deref().unwrap_or("?");
        match &state.place {
            Place::Nickname => "Your nickname? ".into(),
            Place::Question | Place::Choosing => format!("[{nickname}] "),
            Place::Group => format!("[{nickname} in the group] "),
            Place::Private(Some(to)) => format!("[{nickname} to {to}] "),
            Place::Private(None) => format!("[{nickname} in private] "),
        }
    }

    /// Whether it is time to ask who is here, for the first screen: true once, where one begins to talk.
    pub(super) fn is_arrival(&self) -> bool {
        let mut state = self.state.lock();
        let arrived = matches!(state.place, Place::Group | Place::Private(_)) && !state.listed;
        state.listed |= arrived;
        arrived
    }

    /// Whether what is typed goes to one user alone.
    pub(super) fn is_private(&self) -> bool {
        matches!(self.state.lock().place, Place::Private(_))
    }

    /// Whether the server will answer `line` with a line that shows it again.
    pub(super) fn has_receipt(&self, line: &str) -> bool {
        let state = self.state.lock();
        if state.in_tell || !matches!(state.place, Place::Group | Place::Private(_)) {
            return false;
        }
        match Said::parse(line) {
            Said::Word(Word::TellTo { text, .. }) | Said::Message(text) => !text.trim().is_empty(),
            Said::Word(_) => false,
        }
    }

    /// Whether `line` says nothing where it would go. At a question an empty line is an answer.
    pub(super) fn is_nothing(&self, line: &str) -> bool {
        let state = self.state.lock();
        line.trim().is_empty() && !state.in_tell && matches!(state.place, Place::Group | Place::Private(_))
    }

    /// Our nickname, once it is ours.
    pub(super) fn nickname(&self) -> Option<String> {
        self.state.lock().nickname.clone()
    }

    /// Who wrote to us alone last.
    pub(super) fn last_private(&self) -> Option<String> {
        self.state.lock().last_private.clone()
    }

    /// Whose names begin with `beginning`, in either case; who spoke last comes first, we ourselves never.
    pub(super) fn nicknames(&self, beginning: &str) -> Vec<String> {
        let state = self.state.lock();
        let beginning = beginning.to_lowercase();
        let is_meant = |name: &&String| name.to_lowercase().starts_with(&beginning) && !state.is_us(name);
        state.here.iter().filter(is_meant).cloned().collect()
    }
}

impl State {
    fn is_us(&self, name: &str) -> bool {
        self.nickname.as_deref() == Some(name)
    }

    /// What a line says about who is where.
    fn learn(&mut self, heard: &Heard<'_>) {
        match *heard {
            Heard::YourNickname => self.place = Place::Nickname,
            Heard::Successfully if self.place == Place::Nickname => {
                self.nickname = Some(std::mem::take(&mut self.offered));
                self.place = Place::Question;
            }
            Heard::Question => self.goes_to(Place::Question),
            Heard::Choose => self.goes_to(Place::Choosing),
            Heard::InGroup => self.goes_to(Place::Group),
            Heard::Successful if self.place == Place::Choosing => self.goes_to(Place::Private(self.partner())),
            Heard::ToAll { from, .. } => {
                self.spoke(from);
                // Our own message in the group: no question of TELL's is open.
                self.in_tell &= !self.is_us(from);
            }
            Heard::Private { from, .. } => {
                self.spoke(from);
                self.last_private = Some(from.to_owned());
            }
            Heard::Receipt { .. } | Heard::NotDelivered(_) => self.in_tell = false,
            Heard::Joined(who) => self.is_here(who),
            Heard::Left(who, _) => self.here.retain(|name| name != who),
            Heard::Users(list) => users(list).for_each(|name| self.is_here(name)),
            _ => {}
        }
    }

    fn goes_to(&mut self, place: Place) {
        self.place = place;
        self.in_tell = false;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Framing;

    fn hears(talk: &Talk, lines: &[&str]) {
        for line in lines {
            talk.heard(&Heard::parse(line, Framing::Lines));
        }
    }

    /// A talk in which anna has her nickname.
    fn anna() -> Talk {
        let talk = Talk::default();
        hears(&talk, &["Your nickname?"]);
        talk.sent("anna");
        hears(&talk, &["Successfully", "process", "Welcome", crate::protocol::QUESTION]);
        talk
    }

    #[test]
    fn the_prompt_says_who_and_where() {
        let talk = anna();
        assert_eq!(talk.prompt(), "[anna] ");
        talk.sent("2");
        hears(&talk, &["You in group"]);
        assert_eq!(talk.prompt(), "[anna in the group] ");
        talk.sent("MENU");
        hears(&talk, &[crate::protocol::QUESTION]);
        talk.sent("1");
        hears(&talk, &["Choose your user-chat", "1.vera 2.boris"]);
        assert_eq!(talk.prompt(), "[anna] ");
        talk.sent("2");
        hears(&talk, &["(private) vera : Successful", "Successful"]);
        assert_eq!(talk.prompt(), "[anna to boris] ");
        hears(&talk, &["Not delivered: boris has left", crate::protocol::QUESTION]);
        assert_eq!(talk.prompt(), "[anna] ");
    }

    #[test]
    fn a_partner_is_known_by_name_too() {
        let talk = anna();
        hears(&talk, &["Choose your user-chat", "1.Vera"]);
        talk.sent("vera");
        hears(&talk, &["Successful"]);
        assert_eq!(talk.prompt(), "[anna to Vera] ");
    }

    #[test]
    fn what_has_a_receipt_is_told_from_what_has_none() {
        let talk = anna();
        assert!(!talk.has_receipt("hello"), "at the question it is an answer");
        assert!(!talk.is_nothing(""), "at the question it is an answer");
        hears(&talk, &["You in group"]);
        assert!(talk.has_receipt("hello") && talk.has_receipt("/tell boris hello"));
        assert!(!talk.has_receipt("LIST") && !talk.has_receipt("  ") && talk.is_nothing("  "));
        talk.sent("TELL");
        assert!(!talk.has_receipt("boris") && !talk.is_nothing(""), "TELL asks");
        hears(&talk, &["(private to boris) : hello"]);
        assert!(talk.has_receipt("hello"), "TELL is over");
    }

    #[test]
    fn who_spoke_last_is_offered_first_and_we_ourselves_never() {
        let talk = anna();
        hears(&talk, &["Users in chatroom: ['anna', 'boris', 'Bella']", "You in group"]);
        assert_eq!(talk.nicknames("b"), ["boris", "Bella"]);
        hears(&talk, &["(broadcast) Bella: hi", "(broadcast) anna: hi"]);
        assert_eq!(talk.nicknames("B"), ["Bella", "boris"]);
        assert_eq!(talk.nicknames(""), ["Bella", "boris"]);
        hears(&talk, &["(broadcast) General information: boris has left the Chat"]);
        assert_eq!(talk.nicknames(""), ["Bella"]);
    }

    #[test]
    fn waiting_for_an_answer_ends_with_it_and_never_takes_long() {
        let talk = anna();
        talk.wait_until_answered(Duration::from_secs(60));
        talk.sent("2");
        hears(&talk, &["You in group"]);
        talk.wait_until_answered(Duration::from_secs(60));
        talk.sent("MENU");
        talk.wait_until_answered(Duration::from_millis(1));
    }
}
