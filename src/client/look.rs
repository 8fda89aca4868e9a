//! How a line looks on a terminal: the time, a mark that tells what it is, who speaks in a colour of their own. Pure.
//!
//! A mark is one of Unicode's block elements, in a column of its own. In what users wrote all of those are replaced, so
//! that no text can look like another line, wherever it wraps and with or without colour.

use std::borrow::Cow;

use super::clock::Moment;
use super::heard::Heard;
use super::lang::Lang;
use crate::text::visible;

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

const SYSTEM: char = '▌';
const OWN: char = '▐';
const PRIVATE: char = '▓';
const NAMED: char = '▒';
const OTHERS: char = ' ';

const DIM: &str = "2";
const BOLD: &str = "1";
const MAGENTA: &str = "1;35";
const YELLOW: &str = "33";

/// Colours for nicknames: they are read on a dark and on a light ground. Private lines have magenta for themselves.
const NICKNAMES: &[u8] = &[28, 30, 31, 37, 61, 64, 66, 94, 97, 130, 136, 166, 172, 32];

impl Look {
    /// The row for a line of the server's; `None` where there is nothing to show. `us` is our nickname.
    pub(super) fn row(&self, heard: &Heard<'_>, line: &str, us: Option<&str>, now: Moment) -> Option<String> {
        let own = |name: &str| us == Some(name);
        let (mark, body, rings) = match *heard {
            Heard::Joined(_) | Heard::Left(..) if self.quiet => return None,
            Heard::ToAll { from, text } if own(from) => (OWN, self.said(BOLD, from, text, ""), false),
            Heard::ToAll { from, text } if us.is_some_and(|us| is_named(text, us)) => {
                (NAMED, self.said(&colour_of(from), from, text, BOLD), self.bell != Bell::Off)
            }
            Heard::ToAll { from, text } => {
                (OTHERS, self.said(&colour_of(from), from, text, ""), self.bell == Bell::All)
            }
            Heard::Private { from, text } => {
                let heading = self.lang.heading(Some(from), None);
                (PRIVATE, self.said(MAGENTA, &heading, text, MAGENTA), self.bell != Bell::Off)
            }
            Heard::Receipt { to, text } => {
                (PRIVATE, self.said(MAGENTA, &self.lang.heading(None, Some(to)), text, ""), false)
            }
            Heard::Kept { to, text } => (PRIVATE, self.said(MAGENTA, &self.lang.kept_heading(to), text, ""), false),
            Heard::NotSent(_) | Heard::NotDelivered(_) => {
                (SYSTEM, self.painted(YELLOW, &cleaned(&self.lang.line(heard, line))), false)
            }
            Heard::Successfully => (SYSTEM, self.painted(DIM, &self.lang.first_screen(us.unwrap_or("?"))), false),
            _ => (SYSTEM, self.painted(DIM, &cleaned(&self.lang.line(heard, line))), false),
        };
        let bell = if rings { "\x07" } else { "" };
        Some(format!("{}{mark} {body}{bell}", self.time(now)))
    }

    fn time(&self, now: Moment) -> String {
        if self.time { self.painted(DIM, &now.time()) + " " } else { String::new() }
    }

    /// A line of the client's own.
    pub(super) fn own_words(&self, words: &str, now: Moment) -> String {
        format!("{}{SYSTEM} {}", self.time(now), self.painted(DIM, &cleaned(words)))
    }

    /// `anna: text`, each in its colour.
    fn said(&self, heading_colour: &str, heading: &str, text: &str, text_colour: &str) -> String {
        format!(
            "{} {}",
            self.painted(heading_colour, &(cleaned(heading) + ":")),
            self.painted(text_colour, &cleaned(text))
        )
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.colour && !colour.is_empty() { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A text without what could drive a terminal, and without the marks.
fn cleaned(text: &str) -> Cow<'_, str> {
    let is_mark = |c: char| matches!(c, '\u{2580}'..='\u{259F}');
    let text = visible(text);
    if text.contains(is_mark) { text.replace(is_mark, "#").into() } else { text }
}

/// The same nickname has the same colour, in every client and every session.
fn colour_of(nickname: &str) -> String {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = nickname.to_lowercase().bytes().fold(2_166_136_261, mix);
    let colour = NICKNAMES.get(hash as usize % NICKNAMES.len()).copied().unwrap_or_default();
    format!("38;5;{colour}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::clock::Clock;
    use crate::wire::Framing;

    const PLAIN: Look = Look { colour: false, time: false, bell: Bell::Private, quiet: false, lang: Lang::En };

    fn row(look: &Look, line: &str) -> Option<String> {
        look.row(&Heard::parse(line, Framing::Lines), line, Some("anna"), Clock.now())
    }

    #[test]
    fn each_kind_of_line_has_a_mark_of_its_own() {
        let shown = |line| row(&PLAIN, line).expect("a row");
        assert_eq!(shown("(broadcast) boris: hi"), "  boris: hi");
        assert_eq!(shown("(broadcast) anna: hi"), "▐ anna: hi");
        assert_eq!(shown("(broadcast) boris: hi, Anna!"), "▒ boris: hi, Anna!\x07");
        assert_eq!(shown("(private) boris : psst"), "▓ boris to you: psst\x07");
        assert_eq!(shown("(private to boris) : psst"), "▓ you to boris: psst");
        assert_eq!(shown("Kept for boris, who is away: psst"), "▓ you to boris, who is away: psst");
        assert_eq!(shown("(broadcast) General information: boris has joined the Chat"), "▌ boris has joined");
        assert_eq!(shown("Not sent: no"), "▌ Not sent: no");
        assert_eq!(shown("Welcome"), "▌ Welcome");
    }

    #[test]
    fn no_text_and_no_nickname_can_copy_a_mark() {
        let marks: String = ('\u{2580}'..='\u{259F}').collect();
        for line in [format!("(broadcast) boris: {marks}"), format!("(broadcast) {marks}: x"), format!("{marks} x")] {
            let row = row(&PLAIN, &line).expect("a row");
            assert!(!row.chars().skip(1).any(|c| matches!(c, '\u{2580}'..='\u{259F}')), "{row}");
        }
    }

    #[test]
    fn flags_change_what_is_seen() {
        let left = "(broadcast) General information: boris has left the Chat";
        assert_eq!(row(&Look { quiet: true, ..PLAIN }, left), None);
        let off = row(&Look { bell: Bell::Off, ..PLAIN }, "(private) boris : psst");
        assert_eq!(off.as_deref(), Some("▓ boris to you: psst"));
        let all = row(&Look { bell: Bell::All, ..PLAIN }, "(broadcast) boris: hi");
        assert_eq!(all.as_deref(), Some("  boris: hi\x07"));
        let own = row(&Look { bell: Bell::All, ..PLAIN }, "(broadcast) anna: hi");
        assert_eq!(own.as_deref(), Some("▐ anna: hi"));
        let timed = row(&Look { time: true, ..PLAIN }, "Welcome").expect("a row");
        assert_eq!(timed.chars().nth(2), Some(':'), "{timed}");
        let ru = row(&Look { lang: Lang::Ru, ..PLAIN }, "You in group");
        assert_eq!(ru.as_deref(), Some("▌ Вы в общем чате"));
    }

    #[test]
    fn a_nickname_is_named_as_a_whole_word_in_any_case() {
        for text in ["anna", "Hi ANNA!", "@anna,", "anna's", "to anna."] {
            assert!(is_named(text, "anna"), "{text}");
        }
        for text in ["annabel", "hanna", "anna_2", "anna2", ""] {
            assert!(!is_named(text, "anna"), "{text}");
        }
        assert!(is_named("эй, БОРИС!", "борис") && !is_named("борису", "борис"));
    }

    #[test]
    fn a_nickname_keeps_its_colour() {
        assert_eq!(colour_of("anna"), colour_of("Anna"));
        let colours: std::collections::HashSet<String> = ["anna", "boris", "vera", "gleb"].map(colour_of).into();
        assert!(colours.len() > 1, "not all have the same: {colours:?}");
    }
}
