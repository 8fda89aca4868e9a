//! Lesson: what a user may say: `Text`, `Nickname`, and the `Refusal` that answers all else. Pure: touches `limits`
//! alone.
//!
//! A `Text` and a `Nickname` are clean by construction. Whoever holds one may send it to any terminal.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::limits::MESSAGE_BYTES;

mod confusables;
mod invisible;
mod nickname;

pub(crate) use self::invisible::is_unseen;
pub use self::nickname::{Nickname, RESERVED};

/// Why a line was refused. `Display` is what follows `Not sent: `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than `MESSAGE_BYTES`.
    TooLong,
    /// The connection ended in the middle of the line.
    NoEnd,
    /// The bytes are no UTF-8.
    NotUtf8,
    /// Holds a character that drives terminals: a control character, a line separator, a bidirectional mark.
    Control(char),
    /// Cannot be a nickname, for the reason given.
    Nickname(&'static str),
    /// Cannot be in a nickname.
    NicknameChar(char),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooLong => write!(f, "the line is longer than {MESSAGE_BYTES} bytes; send it in parts"),
            Refusal::NoEnd => f.write_str("the line has no end; finish it with Enter"),
            Refusal::NotUtf8 => f.write_str("the line is not UTF-8; set your terminal to UTF-8"),
            Refusal::Control(c) => {
                write!(f, "the line holds U+{:04X}, a character that controls terminals; leave it out", u32::from(*c))
            }
            Refusal::Nickname(why) => write!(f, "{why}"),
            Refusal::NicknameChar(c) => write!(
                f,
                "a nickname cannot hold U+{:04X}; it is made of Latin or Cyrillic letters, digits, _ - .",
                u32::from(*c)
            ),
        }
    }
}

/// A message as a user may send it: UTF-8, nothing in it that drives a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Checks one line, without its line end, and takes it as `cleaned` gives it.
    ///
    /// # Errors
    /// `NotUtf8` or `Control`: the line is refused as a whole.
    pub fn parse(line: Vec<u8>) -> Result<Self, Refusal> {
        let text = String::from_utf8(line).map_err(|_| Refusal::NotUtf8)?;
        // Most lines: nothing in them needs a closer look, letter by letter.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Ok(Text(text));
        }
        let text = match cleaned(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(cleaned) => cleaned,
        };
        match text.chars().find(|&c| drives_terminals(c)) {
            Some(c) => Err(Refusal::Control(c)),
            None => Ok(Text(text)),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing in it that could be seen.
    pub fn is_blank(&self) -> bool {
        is_blank(&self.0)
    }

    /// A part of this text: what is clean stays clean.
    pub fn part(&self, part: &str) -> Text {
        debug_assert!(self.0.contains(part), "{part:?} is no part of the text");
        Text(part.to_owned())
    }
}

/// Nothing in it that could be seen: white space, characters that leave no ink, marks for a letter that is not there.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

/// A text as the chat passes it on. A tab becomes one space: sixty of them would put what follows into the first column
/// of the next row, where it looks like a line of somebody else's. The marks that Hebrew and Arabic keyboards write
/// beside their letters (U+200E, U+200F, U+061C) are left out; who typed them never saw them.
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    let is_mark = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}');
    if !text.contains(|c| c == '\t' || is_mark(c)) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|&c| !is_mark(c));
    Cow::Owned(kept.map(|c| if c == '\t' { ' ' } else { c }).collect())
}

/// Control characters (but the tab), line separators and bidirectional marks: what one client could use to drive
/// another's terminal.
pub(crate) fn drives_terminals(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{61C}'
        )
}

/// The same text with all that drives terminals written out: `ESC` as `^[`, a bidirectional mark as `<U+202E>`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(drives_terminals) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !drives_terminals(c) => shown.push(c),
            '\0'..='\x1f' => shown.extend(['^', char::from(c as u8 + b'@')]),
            '\x7f' => shown.push_str("^?"),
            c => write!(shown, "<U+{:04X}>", u32::from(c)).expect("writing into a String cannot fail"),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_that_drives_terminals_is_made_visible_and_refused_but_for_what_keyboards_write() {
        let listed = ['\u{2028}', '\u{2029}', '\u{200E}', '\u{200F}', '\u{61C}'];
        let bidirectional = ('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}');
        for c in ('\0'..='\u{9F}').chain(listed).chain(bidirectional) {
            let line = format!("a{c}b");
            let parsed = Text::parse(line.clone().into_bytes()).map(|text| text.as_str().to_owned());
            let expected = match c {
                '\t' => Ok("a b".to_owned()),
                '\u{200E}' | '\u{200F}' | '\u{61C}' => Ok("ab".to_owned()),
                c if drives_terminals(c) => Err(Refusal::Control(c)),
                _ => Ok(line.clone()),
            };
            assert_eq!(parsed, expected, "U+{:04X}", u32::from(c));
            assert!(!visible(&line).contains(drives_terminals));
        }
        assert_eq!(visible("\x1b[31m\u{7f}\u{9b}\u{202E}"), "^[[31m^?<U+009B><U+202E>");
        assert_eq!(Text::parse(vec![b'a', 0xD0]), Err(Refusal::NotUtf8));
    }

    #[test]
    fn what_nobody_can_see_is_blank() {
        for blank in [
            "",
            " ",
            "\t",
            "\u{200B}",
            "\u{FEFF}\u{2060}",
            "\u{2800}\u{3164}",
            " \u{301}",
            "\u{E0041}\u{FE0F}",
            "\u{200F}",
        ] {
            let text = Text::parse(blank.as_bytes().to_vec()).expect("a text");
            assert!(text.is_blank(), "{blank:?}");
        }
        for seen in [".", "\u{200B}a", "❤\u{FE0F}", "é", "e\u{301}"] {
            assert!(!Text::parse(seen.as_bytes().to_vec()).expect("a text").is_blank(), "{seen:?}");
        }
    }
}
