//! Comfort: the language of what the programs say. They say it in English; `lang/russian.txt` has the same in Russian, and
//! the server's lines too, which are for people: nothing is decided by them. Pure but for the environment.

use std::env;
use std::fmt::Display;
use std::sync::OnceLock;

use super::clock::IS_LOCAL;
use crate::client::heard::{Heard, users};
use crate::protocol::{HISTORY_BEGINS, SEEN_PERHAPS, WHILE_AWAY};

#[cfg(test)]
mod tests;

/// A language of the programs' own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

/// The sentences in both languages: our own, which are looked up as they stand, and after this line those that are known by
/// how they read.
const RUSSIAN: &str = include_str!("lang/russian.txt");
const TOLD: &str = "# ====";
/// What may stand for these is a sentence in turn; for all others it is a name, a number, or what users wrote.
const NESTED: &[&str] = &["", "why", "reason", "advice", "time", "account", "done", "lost", "elsewhere"];

impl Lang {
    /// The language that the environment asks for: `LC_ALL`, else `LC_MESSAGES`, else `LANG`.
    pub fn from_environment() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Lang::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
    }

    /// `ru`, `ru_RU.UTF-8` and the like are Russian, all else is English.
    fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ru") { Lang::Ru } else { Lang::En }
    }

    /// One of two.
    pub fn pick<'a>(self, english: &'a str, russian: &'a str) -> &'a str {
        match self {
            Lang::En => english,
            Lang::Ru => russian,
        }
    }

    /// A sentence of ours.
    pub fn words(self, english: &'static str) -> &'static str {
        let [ours, told] = tables();
        let russian = || ours.iter().chain(told).find(|(known, _)| *known == english).map(|(_, russian)| *russian);
        if self == Lang::Ru { russian().unwrap_or(english) } else { english }
    }

    /// A sentence of ours, with these for what stands in `{…}`, in order.
    pub fn fill(self, english: &'static str, values: &[&dyn Display]) -> String {
        filled(self.words(english), values.iter().map(ToString::to_string))
    }

    /// A sentence that is told in English, by a server or an error; one that is not known stays as it is.
    pub fn told(self, english: &str) -> String {
        let russian = if self == Lang::Ru { translated(english) } else { None };
        russian.unwrap_or_else(|| english.to_owned())
    }

    /// What a line of the protocol says to its reader; `line` itself where it is none.
    pub(in crate::client) fn line(self, heard: &Heard<'_>, line: &str) -> String {
        match *heard {
            Heard::Joined(who) => self.fill("{who} has joined", &[&who]),
            Heard::Left(who, why) => self.fill("{who} has left", &[&who]) + &self.cut(why),
            Heard::Users(list) => self.users(list, line),
            Heard::NotSent(why) => self.fill("Not sent: {why}", &[&self.told(why)]),
            Heard::NotDelivered(why) => self.fill("Not delivered: {why}", &[&self.told(why)]),
            Heard::SentAway(why) => self.fill("Sent away: {why}", &[&self.told(why)]),
            Heard::TellWhat(to) if self == Lang::Ru => {
                self.fill("What is your message to {to}? An empty line gives it up", &[&to])
            }
            Heard::PartnerHasLeft(who) if self == Lang::Ru => {
                self.fill("{who} has left; your next line goes to nobody, then you choose anew", &[&who])
            }
            // Of what was said before, the server tells the times in UTC; here they are local.
            _ if IS_LOCAL && [HISTORY_BEGINS, WHILE_AWAY, SEEN_PERHAPS].contains(&line) => {
                self.told(line).replace(self.pick(" (times are UTC)", " (время — UTC)"), "")
            }
            _ => self.told(line),
        }
    }

    /// Why somebody was cut: ` (too late: could not keep up)`.
    fn cut(self, why: &str) -> String {
        let reason = why.strip_prefix(" (").and_then(|why| why.strip_suffix(')'));
        reason.map_or_else(|| why.to_owned(), |reason| format!(" ({})", self.told(reason)))
    }

    /// Who is here: the names, and what stands behind a list that is cut.
    fn users(self, list: &str, line: &str) -> String {
        let names: Vec<&str> = users(list).collect();
        let (shown, more) = (names.join(", "), list.split_once(']').map_or("", |(_, more)| more));
        match list.starts_with('[') {
            true if names.is_empty() => self.words("Here: nobody").to_owned(),
            true if more.is_empty() => self.fill("Here: {names} ({count})", &[&shown, &names.len()]),
            true => self.fill("Here: {names}", &[&shown]) + &self.told(more),
            false => line.to_owned(),
        }
    }

    /// The heading of a private message: from whom to whom; `None` is the reader.
    pub(in crate::client) fn heading(self, from: Option<&str>, to: Option<&str>) -> String {
        match (from, to) {
            (Some(from), Some(to)) => self.fill("{from} to {to}", &[&from, &to]),
            (Some(from), None) => self.fill("{from} to you", &[&from]),
            (None, to) => self.fill("you to {to}", &[&to.unwrap_or_default()]),
        }
    }
}

/// The sentences of ours and those that are told, each in English and in Russian.
fn tables() -> &'static [Vec<(&'static str, &'static str)>; 2] {
    static TABLES: OnceLock<[Vec<(&str, &str)>; 2]> = OnceLock::new();
    TABLES.get_or_init(|| {
        let (ours, told) = RUSSIAN.split_once(TOLD).unwrap_or((RUSSIAN, ""));
        [ours, told].map(|part| {
            let lines = part.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#'));
            lines.clone().zip(lines.skip(1)).step_by(2).map(|(english, russian)| (english, russian.trim())).collect()
        })
    })
}

/// Where several sentences read so, the longest is meant.
fn translated(text: &str) -> Option<String> {
    let known = tables()[1].iter().filter_map(|(english, russian)| Some((english, values(english, text)?, russian)));
    let (english, values, russian) = known.max_by_key(|(english, ..)| english.len())?;
    let value = |(name, value): (&str, &str)| if NESTED.contains(&name) { nested(value) } else { value.to_owned() };
    Some(filled(russian, names(english).zip(values).map(value)))
}

/// What stands within a sentence; of a file's name and what is wrong with it, that.
fn nested(text: &str) -> String {
    let bare = text.trim_start();
    let before = text.strip_suffix(bare).unwrap_or_default();
    let wrong = || bare.split_once(": ").and_then(|(what, why)| Some(format!("{what}: {}", translated(why)?)));
    before.to_owned() + &translated(bare).or_else(wrong).unwrap_or_else(|| bare.to_owned())
}

/// What stands between the `{…}` of a sentence.
fn pieces(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after))
}

/// What stands in them.
fn names(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('{').skip(1).map(|piece| piece.split('}').next().unwrap_or_default())
}

fn filled(sentence: &str, values: impl Iterator<Item = String>) -> String {
    let mut pieces = pieces(sentence);
    let first = pieces.next().unwrap_or_default().to_owned();
    values.zip(pieces).fold(first, |filled, (value, piece)| filled + &value + piece)
}

/// What stands in `text` where `sentence` has its `{…}`; `None` where it is another text.
fn values<'t>(sentence: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = pieces(sentence);
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let (value, after) =
            if pieces.peek().is_some() { rest.split_once(piece)? } else { (rest.strip_suffix(piece)?, "") };
        values.push(value);
        rest = after;
    }
    rest.is_empty().then_some(values)
}
