//! Comfort: how a line looks on a terminal: the time, a mark that tells what it is, who speaks in a colour of their
//! own, in rows that fit the window. Pure but for the time zone.

use super::clock::Moment;
use super::lang::Lang;
use crate::client::heard::{Heard, past};
use crate::shown::{Colour, Shown};
use crate::wire::Framing;

use self::marks::{ANNOUNCED, NAMED, OTHERS, OWN, PRIVATE, SYSTEM};
use self::wrap::{Piece, Rows, columns_of};

mod marks;
#[cfg(test)]
mod tests;
mod wrap;

/// When to ring the terminal's bell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Bell {
    /// Never.
    Off,
    /// When somebody writes to us alone, or names us.
    #[default]
    Private,
    /// With every message of others.
    All,
}

/// What is to be seen, and how.
#[derive(Debug, Clone)]
pub struct Look {
    /// With colours.
    pub colour: bool,
    /// With the time before each line.
    pub time: bool,
    /// When the bell rings.
    pub bell: Bell,
    /// Without joins and leaves.
    pub quiet: bool,
    /// The client's own words.
    pub lang: Lang,
}

/// Colours for nicknames: they are read on a dark and on a light ground. Private lines have magenta for themselves.
const NICKNAMES: &[u8] = &[28, 30, 31, 37, 61, 64, 66, 94, 97, 130, 136, 166, 172, 32];

/// One line before it is laid out.
struct Line {
    mark: &'static str,
    heading: Option<Piece>,
    text: Piece,
    rings: bool,
}

impl Look {
    /// The rows for a line of the server's; `None` where there is nothing to show. `us` is our nickname, `columns` how
    /// wide the window is.
    pub(in crate::client) fn row(
        &self,
        heard: &Heard<'_>,
        line: &str,
        us: Option<&str>,
        now: Moment,
        columns: usize,
    ) -> Option<Shown> {
        if self.quiet && matches!(heard, Heard::Joined(_) | Heard::Left(..)) {
            return None;
        }
        Some(self.laid_out(&self.line(heard, line, us, now), now, columns))
    }

    /// A line of the client's own.
    pub(in crate::client) fn own_words(&self, words: &str, now: Moment, columns: usize) -> Shown {
        self.laid_out(&system(Colour::Dim, words), now, columns)
    }

    fn line(&self, heard: &Heard<'_>, line: &str, us: Option<&str>, now: Moment) -> Line {
        let own = |name: &str| us == Some(name);
        let lang = self.lang;
        let some = self.bell != Bell::Off;
        match *heard {
            Heard::ToAll { from, text } if own(from) => said(OWN, (Colour::Bold, from), (Colour::None, text), false),
            Heard::ToAll { from, text } if us.is_some_and(|us| is_named(text, us)) => {
                said(NAMED, (colour_of(from), from), (Colour::Bold, text), some)
            }
            Heard::ToAll { from, text } => {
                said(OTHERS, (colour_of(from), from), (Colour::None, text), self.bell == Bell::All)
            }
            Heard::Private { from, text } => {
                said(PRIVATE, (Colour::Private, &lang.heading(Some(from), None)), (Colour::Private, text), some)
            }
            Heard::Receipt { to, text } => {
                said(PRIVATE, (Colour::Private, &lang.heading(None, Some(to))), (Colour::None, text), false)
            }
            Heard::Kept { to, text } => said(
                PRIVATE,
                (Colour::Private, &(lang.fill("you to {to}, who is away", &[&to]))),
                (Colour::None, text),
                false,
            ),
            Heard::Announced(text) => {
                said(ANNOUNCED, (Colour::Cyan, lang.words("Announcement")), (Colour::Cyan, &lang.told(text)), some)
            }
            Heard::NotSent(_) | Heard::NotDelivered(_) | Heard::SentAway(_) => {
                system(Colour::Yellow, &lang.line(heard, line))
            }
            Heard::Successfully => {
                let words = "You are {nickname}. Try LIST, /tell NAME text, HELP. QUIT or Ctrl-D leaves";
                system(Colour::Dim, &lang.fill(words, &[&us.unwrap_or("?")]))
            }
            Heard::Prose(line) => system(Colour::Dim, &self.past(line, now).unwrap_or_else(|| lang.line(heard, line))),
            _ => system(Colour::Dim, &lang.line(heard, line)),
        }
    }

    /// What was said before, with the reader's own time and words.
    fn past(&self, line: &str, now: Moment) -> Option<String> {
        let (seconds, line) = past(line)?;
        let lang = self.lang;
        let said = match Heard::parse(line, Framing::Lines) {
            Heard::ToAll { from, text } => format!("{from}: {text}"),
            Heard::Private { from, text } => format!("{}: {text}", lang.heading(Some(from), None)),
            Heard::Receipt { to, text } => format!("{}: {text}", lang.heading(None, Some(to))),
            _ => return None,
        };
        let when = Moment::local(seconds);
        let date = if when.is_same_day(now) { String::new() } else { when.date() + " " };
        Some(format!("[{date}{}] {said}", when.time()))
    }

    fn laid_out(&self, line: &Line, now: Moment, columns: usize) -> Shown {
        let time = Shown::of(&if self.time { now.time() + " " } else { String::new() });
        let width = columns_of(time.as_str()) + columns_of(line.mark) + 1;
        let mut margin = if self.colour && self.time { time.in_colour(Colour::Dim) } else { time };
        margin.push(&Shown::of(line.mark));
        margin.push_spaces(1);
        let mut rows = Rows::new(&margin, width, columns);
        if let Some(heading) = &line.heading {
            rows.put(heading, self.colour);
            rows.put(&Piece { colour: Colour::None, text: Shown::of(" ") }, false);
            rows.indent_here();
        }
        rows.put(&line.text, self.colour);
        let mut rows = rows.done();
        if line.rings {
            rows.ring();
        }
        rows
    }
}

/// What somebody said: `anna: text`, each in its colour.
fn said(mark: &'static str, heading: (Colour, &str), text: (Colour, &str), rings: bool) -> Line {
    let piece = |colour, text: &str| Piece { colour, text: marks::without(Shown::of(text)) };
    let heading = Some(piece(heading.0, &format!("{}:", heading.1)));
    Line { mark, heading, text: piece(text.0, text.1), rings }
}

/// What the system says.
fn system(colour: Colour, words: &str) -> Line {
    Line { mark: SYSTEM, heading: None, text: Piece { colour, text: marks::without(Shown::of(words)) }, rings: false }
}

/// The same nickname has the same colour, in every client and every session.
fn colour_of(nickname: &str) -> Colour {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = nickname.to_lowercase().bytes().fold(2_166_136_261, mix);
    let colour = NICKNAMES.get(hash as usize % NICKNAMES.len()).copied().unwrap_or_default();
    Colour::Of(colour)
}

/// Whether `text` names `us`: the whole word, in any case. `anna's` and `@anna` name anna, `annabel` does not.
fn is_named(text: &str, us: &str) -> bool {
    let (text, us) = (text.to_lowercase(), us.to_lowercase());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&us).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + us.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
