//! What a user may say: `Text`, `Nickname`, and the `Refusal` that answers all else. Pure: touches only `limits`.
//!
//! A `Text` and a `Nickname` are clean by construction. Whoever holds one may send it to any terminal.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::limits::{MESSAGE_BYTES, NICKNAME_CHARS};

/// Names that nobody may take: the special words, and what the server calls itself.
pub const RESERVED: &[&str] =
    &["tell", "list", "help", "quit", "q", "menu", "register", "history", "server", "system", "сервер"];

/// How an SSH client greets whoever it connects to. It would be a nickname, and a scanner of ports would sit in the chat.
const SSH_GREETING: &str = "ssh-";

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
    /// Checks one line, without its line end.
    ///
    /// # Errors
    /// `NotUtf8` or `Control`: the line is refused as a whole.
    pub fn parse(line: Vec<u8>) -> Result<Self, Refusal> {
        let text = String::from_utf8(line).map_err(|_| Refusal::NotUtf8)?;
        match text.chars().find(|&c| drives_terminals(c)) {
            Some(c) => Err(Refusal::Control(c)),
            None => Ok(Text(text)),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing in it but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// A part of this text: what is clean stays clean.
    pub fn part(&self, part: &str) -> Text {
        debug_assert!(self.0.contains(part), "{part:?} is no part of the text");
        Text(part.to_owned())
    }
}

/// A nickname: 1 to 32 characters of one alphabet, Latin (ASCII) or Cyrillic, with digits, `_`, `-` and `.`, a letter
/// first, and none of the `RESERVED` names. A closed alphabet needs no Unicode tables and holds no invisible letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nickname(Arc<str>);

impl Nickname {
    /// Checks a nickname; white space around it does not count.
    ///
    /// # Errors
    /// A `Refusal` that says which rule was broken.
    pub fn parse(wanted: &str) -> Result<Self, Refusal> {
        let name = wanted.trim();
        if name.is_empty() || name.chars().count() > NICKNAME_CHARS {
            return Err(Refusal::Nickname("a nickname has 1 to 32 characters"));
        }
        if let Some(c) = name.chars().find(|&c| !is_latin(c) && !is_cyrillic(c) && !is_mark(c)) {
            return Err(Refusal::NicknameChar(c));
        }
        if name.starts_with(is_mark) {
            return Err(Refusal::Nickname("a nickname begins with a letter"));
        }
        if name.contains(is_latin) && name.contains(is_cyrillic) {
            return Err(Refusal::Nickname("a nickname has Latin or Cyrillic letters, never both"));
        }
        let folded = name.to_lowercase();
        if RESERVED.contains(&folded.as_str()) || folded.starts_with(SSH_GREETING) {
            return Err(Refusal::Nickname("a nickname is none of the chat's own words; choose another"));
        }
        Ok(Nickname(name.into()))
    }

    /// The nickname as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What finding somebody goes by: the name without case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// What "taken" goes by: two names that a reader could mistake for each other have one key.
    pub fn key(&self) -> String {
        self.0.to_lowercase().chars().map(look_alike).collect()
    }

    /// The `n`th name made from this one, `anna2` from `anna`; cut so that it stays a nickname.
    pub fn numbered(&self, n: usize) -> Nickname {
        let number = n.to_string();
        let kept = NICKNAME_CHARS - number.len();
        Nickname(self.0.chars().take(kept).chain(number.chars()).collect::<String>().into())
    }
}

impl fmt::Display for Nickname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic()
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{45F}' | 'Ґ' | 'ґ')
}

fn is_mark(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '_' | '-' | '.')
}

/// One character for all that look like it, in either case: `В` is the Latin `B`, so `в` and `b` share a key too.
fn look_alike(c: char) -> char {
    match c {
        'а' => 'a',
        'в' => 'b',
        'с' => 'c',
        'е' | 'ё' | 'ѐ' => 'e',
        'н' => 'h',
        'і' | 'ї' | 'l' | '1' => 'i', // the capital I, the small l and the digit 1
        'ј' => 'j',
        'к' | 'ќ' => 'k',
        'м' => 'm',
        'о' | '0' => 'o',
        'р' => 'p',
        'ѕ' => 's',
        'т' => 't',
        'х' => 'x',
        'у' | 'ў' => 'y',
        'ѝ' | 'й' => 'и',
        'ѓ' | 'ґ' => 'г',
        other => other,
    }
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

    fn refused(name: &str) -> bool {
        Nickname::parse(name).is_err()
    }

    #[test]
    fn nicknames_are_of_one_closed_alphabet() {
        let long = "a".repeat(32);
        for good in ["anna", "Борис", "x", "a.b-c_9", "Ґалаґан", "Їжак", long.as_str(), " vera "] {
            assert!(!refused(good), "{good:?} is a nickname");
        }
        let too_long = "a".repeat(33);
        let bad = [
            "",
            "  ",
            too_long.as_str(),
            "9lives",
            "_x",
            "-x",
            ".x",
            "аnna",
            "annа",
            "a b",
            "a:b",
            "é",
            "и\u{306}ван",
            "a\u{3164}",
            "a\u{200D}b",
            "🙂",
            "a\u{1b}",
            "a\u{202E}b",
            "a'b",
            "/x",
            "ﬁ",
            "ѣ",
            "ſ",
            "SSH-2.0-OpenSSH_9.2",
            "\u{212A}",
        ];
        for bad in bad {
            assert!(refused(bad), "{bad:?} is refused");
        }
        for word in RESERVED {
            assert!(refused(word) && refused(&word.to_uppercase()), "{word} is refused in any case");
        }
    }

    #[test]
    fn names_that_look_alike_share_a_key_and_are_still_found_apart() {
        let key = |name: &str| Nickname::parse(name).expect("a nickname").key();
        assert_eq!(key("сора"), key("copa"));
        assert_eq!(key("Anna"), key("aNNA"));
        assert_eq!(key("Ivan"), key("lvan"));
        assert_eq!(key("ВОВА"), key("BOBA"));
        assert_ne!(key("anna"), key("anna2"));
        let folded = |name: &str| Nickname::parse(name).expect("a nickname").folded();
        assert_eq!(folded("БОРИС"), folded("борис"));
        assert_ne!(folded("сора"), folded("copa"));
    }

    #[test]
    fn a_numbered_name_is_a_nickname() {
        let long = Nickname::parse(&"я".repeat(32)).expect("a nickname");
        for n in [2, 10, 9999] {
            assert!(!refused(long.numbered(n).as_str()));
        }
        assert_eq!(Nickname::parse("anna").expect("a nickname").numbered(2).as_str(), "anna2");
    }

    #[test]
    fn every_character_that_drives_terminals_is_refused_and_made_visible() {
        let listed = ['\u{2028}', '\u{2029}', '\u{200E}', '\u{200F}', '\u{61C}'];
        let bidirectional = ('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}');
        for c in ('\0'..='\u{9F}').chain(listed).chain(bidirectional) {
            let line = format!("a{c}b");
            let printable = c == '\t' || (' '..='~').contains(&c);
            assert_eq!(Text::parse(line.clone().into_bytes()).is_ok(), printable, "U+{:04X}", u32::from(c));
            assert!(!visible(&line).contains(drives_terminals));
        }
        assert_eq!(visible("\x1b[31m\u{7f}\u{9b}\u{202E}"), "^[[31m^?<U+009B><U+202E>");
        assert_eq!(Text::parse(vec![b'a', 0xD0]), Err(Refusal::NotUtf8));
    }
}
