//! Robust: `Shown`: text that may be written to a terminal. Pure.
//!
//! All that a server, a file or another user wrote goes through one door, [`Shown::of`], before anybody sees it: the
//! field is private, and whoever writes to a terminal takes nothing else. What is not ours can drive no terminal then, and
//! the compiler sees to it. Beside such text a `Shown` holds only what is made here: colours, a bell, the end of a row.

use std::fmt::{self, Write as _};

use crate::text::visible;

/// Rings the terminal's bell. In what others wrote it is `^G`.
const BELL: char = '\x07';

/// Text that drives no terminal, and the colours that the client gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown(String);

/// How a piece of text is painted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// As the terminal has it.
    #[default]
    None,
    /// Bold.
    Bold,
    /// Dim.
    Dim,
    /// Yellow: what was refused.
    Yellow,
    /// Cyan.
    Cyan,
    /// Magenta.
    Magenta,
    /// Bold magenta: private.
    Private,
    /// One of the terminal's 256.
    Of(u8),
}

impl Colour {
    fn code(self) -> String {
        match self {
            Colour::None => String::new(),
            Colour::Bold => "1".into(),
            Colour::Dim => "2".into(),
            Colour::Yellow => "33".into(),
            Colour::Cyan => "36".into(),
            Colour::Magenta => "35".into(),
            Colour::Private => "1;35".into(),
            Colour::Of(number) => format!("38;5;{number}"),
        }
    }
}

impl Shown {
    /// The one door: what drives terminals is written out (`ESC` as `^[`), and a tab is one space. A tab goes to a column
    /// that only the terminal knows, and sixty of them to the next row.
    pub fn of(text: &str) -> Self {
        let text = visible(text);
        Shown(if text.contains('\t') { text.replace('\t', " ") } else { text.into_owned() })
    }

    /// What is being typed, in its rows. What drives terminals is not there at all: the editor gives it no width. Nor is
    /// what terminals disagree about: what joins two characters into one, or makes one wider.
    #[cfg(feature = "editor")]
    pub(crate) fn draft(text: &str) -> Self {
        let mut shown = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\t' => shown.push(' '),
                '\n' => shown.push(c),
                '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' => {}
                // A tone of skin: two columns by itself, and none where it is joined to the picture before it.
                '\u{1F3FB}'..='\u{1F3FF}' => shown.push_str("··"),
                c if crate::text::drives_terminals(c) => {}
                c => shown.push(c),
            }
        }
        Shown(shown)
    }

    /// The text, with its colours.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with each of some characters shown as another. Where that one drives terminals, as `#`.
    #[must_use]
    pub fn replaced(self, other: impl Fn(char) -> Option<char>) -> Self {
        if !self.0.contains(|c| other(c).is_some()) {
            return self;
        }
        let harmless = |c: char| if crate::text::drives_terminals(c) || c == '\t' { '#' } else { c };
        Shown(self.0.chars().map(|c| other(c).map_or(c, harmless)).collect())
    }

    /// Its first `most` characters; what is cut is marked by an ellipsis.
    #[must_use]
    pub fn cut(self, most: usize) -> Self {
        if self.0.chars().nth(most).is_none() {
            return self;
        }
        Shown(self.0.chars().take(most.saturating_sub(1)).chain(['…']).collect())
    }

    /// A part of it: what is safe stays safe.
    pub(crate) fn part(&self, range: std::ops::Range<usize>) -> Self {
        Shown(self.0.get(range).unwrap_or_default().to_owned())
    }

    /// More text after it.
    pub(crate) fn push(&mut self, more: &Shown) {
        self.0.push_str(&more.0);
    }

    /// So many spaces after it.
    pub(crate) fn push_spaces(&mut self, count: usize) {
        self.0.extend(std::iter::repeat_n(' ', count));
    }

    /// The end of a row.
    pub(crate) fn end_row(&mut self) {
        self.0.push('\n');
    }

    /// From here on in this colour, until `no_colour`.
    pub(crate) fn colour(&mut self, colour: Colour) {
        write!(self.0, "\x1b[{}m", colour.code()).expect("writing into a String cannot fail");
    }

    /// No colour from here on.
    pub(crate) fn no_colour(&mut self) {
        self.0.push_str("\x1b[0m");
    }

    /// The whole in this colour.
    pub(crate) fn in_colour(&self, colour: Colour) -> Self {
        let mut painted = Shown::default();
        painted.colour(colour);
        painted.push(self);
        painted.no_colour();
        painted
    }

    /// Rings the terminal's bell.
    pub(crate) fn ring(&mut self) {
        self.0.push(BELL);
    }

    /// Whether it rings.
    pub(crate) fn rings(&self) -> bool {
        self.0.contains(BELL)
    }

    /// The same without the bell.
    pub(crate) fn silent(self) -> Self {
        Shown(self.0.replace(BELL, ""))
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Shown::of(text)
    }
}

impl PartialEq<&str> for Shown {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_drives_no_terminal() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
            let shown = Shown::of(&format!("a{c}b"));
            assert!(!shown.as_str().contains(|c: char| crate::text::drives_terminals(c) || c == '\t'), "{c:?}");
        }
        assert_eq!(Shown::of("a\tb\x1b]0;t\x07"), "a b^[]0;t^G");
    }

    #[test]
    #[cfg(feature = "editor")]
    fn a_draft_cannot_drive_the_terminal() {
        assert_eq!(Shown::draft("a\x1b[31m\u{9b}b\x07\nc\td"), "a[31mb\nc d");
        assert_eq!(Shown::draft("👩\u{200D}🚀❤\u{FE0F}👋🏿"), "👩🚀❤👋··");
    }

    #[test]
    fn nothing_that_is_done_with_it_opens_it_again() {
        assert_eq!(Shown::of("abc").replaced(|c| (c == 'b').then_some('\x1b')), "a#c");
        assert_eq!(Shown::of("abcdef").cut(3), "ab…");
        assert_eq!(Shown::of("abc").cut(3), "abc");
        assert_eq!(Shown::of("abc").in_colour(Colour::Dim), "\x1b[2mabc\x1b[0m");
    }
}
