//! Lesson: `Nickname`: the closed alphabet, the names that nobody may take, and which names count as one. Pure.
//!
//! A nickname is how people know who speaks, so no two people may have names that a reader could mistake for each other.
//! Which letters those are is Unicode's list, cut down to our alphabet: `confusables.rs`, made by `confusables.py`.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::Refusal;
use super::confusables::ALIKE;
use crate::limits::NICKNAME_CHARS;

/// Names that nobody may take, nor one that looks like them: the special words, what the server calls itself, and how
/// `chat` calls its user and all others, in its two languages. (Not `all`: `a11` looks like it, and is one of a hundred
/// that a program numbers.)
#[rustfmt::skip]
pub const RESERVED: &[&str] = &[
    "tell", "list", "help", "quit", "q", "menu", "register", "history",
    "server", "system", "general_information", "generalinformation",
    "you", "nobody", "everyone", "everybody",
    "сервер", "система", "общая_информация", "общаяинформация",
    "вы", "вам", "ты", "я", "никто", "никому", "все", "всем",
    "ignore", "unignore", "away",
];

/// The same as keys: `Y0u` and `Iist` are no nicknames either.
static RESERVED_KEYS: LazyLock<HashSet<String>> = LazyLock::new(|| RESERVED.iter().map(|name| key_of(name)).collect());

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
        if let Some(c) = name.chars().find(|&c| !is_latin(c) && !is_cyrillic(c) && !follows(c)) {
            return Err(Refusal::NicknameChar(c));
        }
        if name.starts_with(follows) {
            return Err(Refusal::Nickname("a nickname begins with a letter"));
        }
        if name.contains(is_latin) && name.contains(is_cyrillic) {
            return Err(Refusal::Nickname("a nickname has Latin or Cyrillic letters, never both"));
        }
        let nickname = Nickname(name.into());
        if RESERVED_KEYS.contains(&nickname.key()) {
            return Err(Refusal::Nickname("a nickname is none of the chat's own words; choose another"));
        }
        Ok(nickname)
    }

    /// The nickname as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What finding somebody goes by: the name without case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// What "taken" goes by: two names that a reader could mistake for each other have one key. `marta` and `rnarta`
    /// do, and `anna` and `anna_`; `anna` and `anna2` do not.
    pub fn key(&self) -> String {
        key_of(&self.0)
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

/// What may stand in a nickname but not begin it.
fn follows(c: char) -> bool {
    c.is_ascii_digit() || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '_' | '-' | '.')
}

/// One spelling for all that a reader could take for `name`: in small letters, what looks alike spelled alike, a mark or
/// several of them as one `_`, and none at the end.
fn key_of(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in name.to_lowercase().chars() {
        match ALIKE.binary_search_by_key(&c, |&(alike, _)| alike) {
            Ok(at) => key.push_str(ALIKE.get(at).map_or("", |&(_, spelling)| spelling)),
            Err(_) if is_mark(c) => {
                if !key.ends_with('_') {
                    key.push('_');
                }
            }
            Err(_) => key.push(c),
        }
    }
    if key.ends_with('_') {
        key.pop();
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(name: &str) -> bool {
        Nickname::parse(name).is_err()
    }

    fn key(name: &str) -> String {
        Nickname::parse(name).expect(name).key()
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
    fn the_table_is_sorted_and_closed() {
        assert!(ALIKE.windows(2).all(|pair| matches!(pair, [(one, _), (next, _)] if one < next)), "sorted, each once");
        for (c, spelling) in ALIKE {
            assert!(is_latin(*c) || is_cyrillic(*c) || follows(*c), "{c} is of the alphabet");
            assert_eq!(c.to_lowercase().to_string(), c.to_string());
            assert_eq!(key_of(spelling), *spelling, "{c}: what it is spelled as stands for itself");
        }
        // Two digits are never one, alone or side by side: anna2 is not anna3.
        let digits: HashSet<String> = ('0'..='9').map(|digit| key_of(&digit.to_string())).collect();
        assert!(digits.len() == 10 && digits.iter().all(|digit| digit.chars().count() == 1));
    }

    #[test]
    fn a_reader_who_could_mistake_one_for_the_other_meets_one_alone() {
        let pairs = [
            ("Люба", "Лю6а"),
            ("РоЗа", "Ро3а"),
            ("bob", "ЬоЬ"),
            ("rar", "гаг"),
            ("marta", "rnarta"),
            ("walter", "vvalter"),
            ("anna", "anna."),
            ("anna", "anna_"),
            ("anna", "anna-._"),
            ("a_b", "a__b"),
            ("a-b", "a._b"),
            ("Ыш", "blw"),
            ("Юра", "lOpa"),
            ("Юра", "Iора"),
            ("марта", "MAPTA"),
            ("ШШ", "vvW"),
            ("мышь", "rnblvvb"),
            ("ґава", "raBa"),
        ];
        for (one, other) in pairs {
            assert_eq!(key_of(one), key_of(other), "{one} and {other}");
        }
        for (one, other) in [("anna", "anna2"), ("anna2", "anna3"), ("a_b", "ab"), ("anna1", "anna11"), ("Б", "В")] {
            assert_ne!(key(one), key(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_reserved_name_is_refused_in_every_spelling_that_counts_as_equal() {
        for name in [
            "Y0U",
            "you_",
            "Iist",
            "l1st",
            "he1p.",
            "SERVER--",
            "гevery",
            "Никто_",
            "ВЫ",
            "Я.",
            "сеrver",
            "General..Information",
        ] {
            let is_mixed = name.contains(is_latin) && name.contains(is_cyrillic);
            assert!(refused(name), "{name}, of two alphabets: {is_mixed}");
        }
    }

    #[test]
    fn a_numbered_name_is_a_nickname() {
        let long = Nickname::parse(&"я".repeat(32)).expect("a nickname");
        for n in [2, 10, 9999] {
            assert!(!refused(long.numbered(n).as_str()));
        }
        assert_eq!(Nickname::parse("anna").expect("a nickname").numbered(2).as_str(), "anna2");
    }

    fn nickname() -> impl Strategy<Value = Nickname> {
        let letters = prop_oneof!["[a-zA-Z][a-zA-Z0-9_.-]{0,31}", "[А-яЁёІіЇїҐґЄєЎў][А-яёіїґ0-9_.-]{0,31}"];
        letters.prop_filter_map("reserved", |name| Nickname::parse(&name).ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_key_goes_by_neither_case_nor_look_alikes_nor_marks_at_the_end(name in nickname(), marks in "[_.-]{0,5}") {
            let key = name.key();
            prop_assert_eq!(key_of(&key), key.as_str(), "the key is its own");
            prop_assert_eq!(key_of(&name.as_str().to_uppercase()), key.as_str());
            prop_assert_eq!(key_of(&(name.as_str().to_owned() + &marks)), key.as_str());
            // Every letter as another one of its kind, where it has one.
            let other: String = name.folded().chars().map(|c| {
                let spelling = key_of(&c.to_string());
                let alike = ALIKE.iter().find(|(_, word)| *word == spelling).map(|(alike, _)| alike.to_string());
                alike.filter(|_| !is_mark(c)).unwrap_or_else(|| c.to_string())
            }).collect();
            prop_assert_eq!(key_of(&other), key);
        }

        #[test]
        fn names_that_differ_by_the_number_at_the_end_are_different(name in nickname(), one in 0..10_000usize, other in 0..10_000usize) {
            let letters = name.as_str().trim_end_matches(follows);
            prop_assume!(one != other);
            prop_assert_ne!(key_of(&format!("{letters}{one}")), key_of(&format!("{letters}{other}")));
            prop_assert_ne!(key_of(letters), key_of(&format!("{letters}{one}")));
        }

        #[test]
        fn a_free_name_is_found_for_every_taken_one(name in nickname()) {
            let mut keys: HashSet<String> = (2..100).map(|n| name.numbered(n).key()).collect();
            prop_assert!(keys.len() >= 90, "of 98 names only {} are different", keys.len());
            keys.insert(name.key());
            let all_are_nicknames = (2..100).all(|n| Nickname::parse(name.numbered(n).as_str()).is_ok());
            prop_assert!(all_are_nicknames);
        }
    }
}
