//! Comfort: what a line says about who is where. Pure.

use super::stand::{Asked, At, Expects, Stand};
use super::{Known, NICKNAMES, Secret, Tell};
use crate::client::comfort::prompt::Place;
use crate::client::heard::{Heard, users};
use crate::protocol::{Said, Word};

impl Known {
    pub(super) fn is_us(&self, name: &str) -> bool {
        self.nickname.as_deref() == Some(name)
    }

    /// A line goes to the server, and no question of TELL's is open.
    pub(super) fn goes_out(&mut self, line: &str) {
        match self.place {
            Place::Nickname => line.trim().clone_into(&mut self.choice.offered),
            Place::Question => {}
            Place::Choosing => line.trim().clone_into(&mut self.choice.chosen),
            Place::Group | Place::Private(_) | Place::Alone(_) => match Said::parse(line) {
                Said::Word(Word::Menu | Word::Quit) => {}
                Said::Word(Word::Register) => self.secret = Secret::Registers,
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
                self.nickname = Some(std::mem::take(&mut self.choice.offered)).filter(|name| !name.is_empty());
                self.place = Place::Question;
            }
            Heard::Question => self.goes_to(Place::Question),
            Heard::Choose => self.goes_to(Place::Choosing),
            Heard::InGroup => self.goes_to(Place::Group),
            Heard::Successful if self.place == Place::Choosing => self.goes_to(Place::Private(self.partner())),
            Heard::ToAll { from, .. } => {
                self.spoke(from);
                if self.is_us(from) {
                    // Our own message in the group: no question of TELL's is open.
                    self.tell = Tell::No;
                }
            }
            // A message to oneself is nobody's to answer.
            Heard::Private { from, .. } if self.is_us(from) => {}
            Heard::Private { from, .. } => {
                self.spoke(from);
                self.people.last_private = Some(from.to_owned());
            }
            Heard::Receipt { .. } | Heard::Kept { .. } | Heard::NotDelivered(_) | Heard::TellNothing => {
                self.tell = Tell::No;
            }
            Heard::TellWho => self.tell = Tell::Who,
            Heard::TellWhat(to) => self.tell = Tell::What(to.to_owned()),
            Heard::PartnerHasLeft(_) => {
                if let Place::Private(partner) = &mut self.place {
                    self.place = Place::Alone(partner.take());
                }
            }
            Heard::Joined(who) => self.is_here(who),
            Heard::Left(who, _) => self.people.here.retain(|name| name != who),
            Heard::Users(list) => users(list).for_each(|name| self.is_here(name)),
            _ => {}
        }
    }

    /// Whether the server will answer `line` by showing it again.
    pub(super) fn has_receipt(&self, line: &str) -> bool {
        let asked = match self.tell {
            Tell::No => Asked::Nothing,
            Tell::Sent | Tell::Who => Asked::Who,
            Tell::What(_) => Asked::What,
        };
        let at = match self.place {
            Place::Nickname => At::Nickname,
            Place::Question => At::Question,
            Place::Choosing => At::Choosing,
            Place::Group => At::Group,
            Place::Private(_) => At::Private,
            Place::Alone(_) => At::Alone,
        };
        let is_receipt = |expects| matches!(expects, Expects::ToAll(_) | Expects::ToOne(_));
        let is_heard = matches!(self.place, Place::Group | Place::Private(_));
        (is_heard || asked == Asked::What) && is_receipt(Stand { at, asked }.goes_on(line))
    }

    fn goes_to(&mut self, place: Place) {
        self.place = place;
        self.tell = Tell::No;
    }

    /// Whom the answer to the numbered list meant.
    pub(super) fn partner(&self) -> Option<String> {
        let (chosen, numbered) = (&self.choice.chosen, &self.choice.numbered);
        let by_number = chosen.parse::<usize>().ok().and_then(|number| numbered.get(number.checked_sub(1)?));
        let folded = chosen.to_lowercase();
        let by_name = || numbered.iter().find(|name| name.to_lowercase() == folded);
        let typed = || crate::text::Nickname::parse(chosen).ok().map(|name| name.to_string());
        by_number.or_else(by_name).cloned().or_else(typed)
    }

    fn spoke(&mut self, who: &str) {
        let here = &mut self.people.here;
        if here.first().is_some_and(|first| first == who) {
            return;
        }
        here.retain(|name| name != who);
        here.insert(0, who.to_owned());
        here.truncate(NICKNAMES);
    }

    fn is_here(&mut self, who: &str) {
        let here = &mut self.people.here;
        if here.len() < NICKNAMES && !here.iter().any(|name| name == who) {
            here.push(who.to_owned());
        }
    }
}
