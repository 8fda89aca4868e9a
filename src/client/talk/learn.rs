//! What a line says about who is where, and what has arrived. Pure.

use super::{NICKNAMES, Pending, Place, State, Tell};
use crate::client::heard::{Heard, users};
use crate::protocol::{Said, Word};
use crate::text::{cleaned, is_blank};

impl State {
    pub(super) fn is_us(&self, name: &str) -> bool {
        self.nickname.as_deref() == Some(name)
    }

    /// What is typed must not be seen.
    pub(super) fn is_hidden(&self) -> bool {
        self.secret || self.pending != Pending::No
    }

    /// A line goes to the server, and no question of TELL's is open.
    pub(super) fn goes_out(&mut self, line: &str) {
        match self.place {
            Place::Nickname => line.trim().clone_into(&mut self.offered),
            Place::Question => {}
            Place::Choosing => line.trim().clone_into(&mut self.chosen),
            Place::Group | Place::Private(_) => match Said::parse(line) {
                Said::Word(Word::Menu | Word::Quit) => {}
                Said::Word(Word::Register) => self.pending = Pending::Register,
                Said::Word(Word::Tell) => self.tell = Tell::Sent,
                _ => return,
            },
        }
        self.awaited = true;
    }

    /// What a line says about who is where.
    pub(super) fn learn(&mut self, heard: &Heard<'_>) {
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
                self.refused();
                self.tell = Tell::No;
            }
            Heard::TellWho => self.tell = Tell::Who,
            Heard::TellWhat(to) => self.tell = Tell::What(to.to_owned()),
            Heard::TellNothing => self.tell = Tell::No,
            Heard::PartnerHasLeft(_) => self.is_alone = matches!(self.place, Place::Private(_)),
            Heard::NotSent(_) => self.refused(),
            Heard::Joined(who) => self.is_here(who),
            Heard::Left(who, _) => self.here.retain(|name| name != who),
            Heard::Users(list) => users(list).for_each(|name| self.is_here(name)),
            _ => {}
        }
    }

    /// The receipt for a message with this text has come.
    fn confirm(&mut self, text: &str) {
        if self.counted > 0 {
            self.counted -= 1;
        } else if let Some(at) = self.unconfirmed.iter().position(|sent| cleaned(&sent.text) == text) {
            self.unconfirmed.remove(at);
        }
    }

    /// The oldest line without a receipt gets none.
    fn refused(&mut self) {
        if self.counted > 0 {
            self.counted -= 1;
        } else {
            self.unconfirmed.pop_front();
        }
    }

    /// What the receipt for `line` will show, where the server will answer it with one.
    pub(super) fn receipt<'a>(&self, line: &'a str) -> Option<&'a str> {
        let text = match (&self.tell, &self.place) {
            (Tell::What(_), _) => line,
            (Tell::No, Place::Group | Place::Private(_)) if !self.is_alone => match Said::parse(line) {
                Said::Word(Word::TellTo { text, .. }) | Said::Message(text) => text,
                Said::Word(_) => return None,
            },
            _ => return None,
        };
        (!is_blank(text)).then_some(text)
    }

    fn goes_to(&mut self, place: Place) {
        self.place = place;
        self.tell = Tell::No;
        self.is_alone = false;
    }

    /// Whom the answer to the numbered list meant.
    pub(super) fn partner(&self) -> Option<String> {
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
