//! Comfort: where what is typed goes, and the prompt that says so. Pure.

use super::lang::Lang;
use crate::limits::NICKNAME_CHARS;
use crate::shown::Shown;

/// Columns that a prompt leaves for what is typed in its own row, in a window that has them.
const ROOM: usize = 10;
/// A name that is cut keeps so many characters: in a window so narrow that they do not fit, the prompt has two rows.
const NAME: usize = 12;

/// Where what is typed goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::client) enum Place {
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
    /// To one user who has left: what is typed next goes to nobody.
    Alone(Option<String>),
}

impl Place {
    /// What is typed is a message, and no answer to a question.
    pub(in crate::client) fn is_chat(&self) -> bool {
        matches!(self, Place::Group | Place::Private(_) | Place::Alone(_))
    }
}

/// What the prompt says.
#[derive(Debug)]
pub(in crate::client) enum Prompt<'a> {
    /// It goes as it is, to a server that speaks another protocol.
    AsItIs,
    /// It is not shown.
    Password,
    /// There is no server; seconds until it is tried again.
    Away(u32),
    /// TELL asks for whom.
    TellWho,
    /// TELL asks what to tell this one.
    TellWhat(&'a str),
    To(&'a Place),
}

impl Prompt<'_> {
    /// In a window so wide. However long the names are that a server brought, where it goes can be read: the names are
    /// cut, and no other word.
    pub(in crate::client) fn shown(&self, lang: Lang, nickname: &str, columns: usize) -> Shown {
        let bare = self.words(lang, nickname, 1);
        let names = bare.matches('…').count();
        let room = columns.saturating_sub(bare.chars().count() - names + ROOM);
        let most = (room / names.max(1)).clamp(NAME, NICKNAME_CHARS);
        Shown::of(&(self.words(lang, nickname, most) + " "))
    }

    /// With so many characters of each name.
    fn words(&self, lang: Lang, nickname: &str, most: usize) -> String {
        let cut = |name: &str| Shown::of(name).cut(most);
        let us = cut(nickname);
        match self {
            Prompt::AsItIs => ">".to_owned(),
            Prompt::Password => lang.words("Password?").to_owned(),
            Prompt::Away(seconds) => lang.fill("[{nickname} away, next try in {seconds} s]", &[&us, seconds]),
            Prompt::TellWho => lang.fill("[{nickname}: TELL to whom?]", &[&us]),
            Prompt::TellWhat(to) => lang.fill("[{nickname} to {to}, once]", &[&us, &cut(to)]),
            Prompt::To(Place::Nickname) => lang.words("Your nickname?").to_owned(),
            Prompt::To(Place::Question | Place::Choosing) => format!("[{us}]"),
            Prompt::To(Place::Group) => lang.fill("[{nickname} in the group]", &[&us]),
            Prompt::To(Place::Private(Some(to))) => lang.fill("[{nickname} to {to}]", &[&us, &cut(to)]),
            Prompt::To(Place::Private(None)) => lang.fill("[{nickname} in private]", &[&us]),
            Prompt::To(Place::Alone(_)) => lang.fill("[{nickname} to nobody]", &[&us]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_goes_can_be_read_in_every_window() {
        let (us, them) = ("boris_the_second_of_his_long_name", "константин_константинопольский_1");
        let places = [
            Place::Question,
            Place::Group,
            Place::Private(Some(them.into())),
            Place::Private(None),
            Place::Alone(None),
        ];
        let mut prompts: Vec<Prompt<'_>> = places.iter().map(Prompt::To).collect();
        prompts.extend([Prompt::Away(30), Prompt::TellWho, Prompt::TellWhat(them), Prompt::Password]);
        for (prompt, lang) in prompts.iter().flat_map(|prompt| [(prompt, Lang::En), (prompt, Lang::Ru)]) {
            for columns in [60, 80] {
                let shown = prompt.shown(lang, us, columns);
                let whole = prompt.words(lang, us, 100);
                assert!(shown.as_str().chars().count() <= columns - ROOM + 1, "{columns}: {shown}");
                // All of its words are there but for the names.
                let words = whole.split([' ', '[', ']', ':', ',']).filter(|word| ![us, them].contains(word));
                assert!(words.clone().all(|word| shown.as_str().contains(word)), "{shown}: {whole}");
            }
        }
        assert_eq!(Prompt::To(&Place::Group).shown(Lang::En, "anna", 12), "[anna in the group] ");
    }
}
