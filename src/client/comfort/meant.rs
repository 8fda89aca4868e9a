//! Comfort: what a newcomer types for a word: `quit` and the like would be a message to all. Pure.

use crate::protocol::{KEPT_WORDS, Said, WORDS, Word};

/// What people type in other programs.
const ELSEWHERE: &[(&str, &str)] = &[
    ("exit", "QUIT"),
    ("bye", "QUIT"),
    ("logout", "QUIT"),
    ("выход", "QUIT"),
    ("выйти", "QUIT"),
    ("users", "LIST"),
    ("who", "LIST"),
    ("список", "LIST"),
    ("помощь", "HELP"),
    ("справка", "HELP"),
];

/// The special word that `line` may have been meant for, where it is none itself. A line that begins with a space is meant
/// as it stands.
pub(in crate::client) fn meant(line: &[u8]) -> Option<&'static str> {
    let line = std::str::from_utf8(line).ok()?;
    if line.starts_with([' ', '\t'])
        || line.starts_with("//")
        || !matches!(Said::parse(line), Said::Message(_) | Said::Word(Word::Unknown(_)))
    {
        return None;
    }
    let typed = line.trim_end().trim_end_matches(['!', '.', '(', ')']).trim_start_matches('/').to_lowercase();
    let words = WORDS.iter().chain(KEPT_WORDS).filter_map(|word| word.spellings.first().copied());
    let of_ours = words.map(|word| (word, word)).find(|(word, _)| word.to_lowercase() == typed);
    let elsewhere = ELSEWHERE.iter().copied().find(|(word, _)| *word == typed);
    of_ours.or(elsewhere).map(|(_, word)| word)
}

/// What was answered to a question of ours.
pub(in crate::client) enum Answer {
    Yes,
    No,
    /// Something else, or nothing any more.
    Other,
}

impl Answer {
    /// What an answer says; a bare Enter says `enter`.
    pub(in crate::client) fn parse(typed: &str, enter: Answer) -> Self {
        match typed.trim().to_lowercase().as_str() {
            "" => enter,
            "y" | "yes" | "д" | "да" => Answer::Yes,
            "n" | "no" | "н" | "нет" => Answer::No,
            _ => Answer::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_for_a_word_is_known_and_all_else_is_a_message() {
        let meant = |line: &str| meant(line.as_bytes());
        for (line, word) in [
            ("help", "HELP"),
            ("Help", "HELP"),
            ("quit", "QUIT"),
            ("quit()", "QUIT"),
            ("exit", "QUIT"),
            ("EXIT ", "QUIT"),
            ("/exit", "QUIT"),
            ("list", "LIST"),
            ("menu", "MENU"),
            ("tell", "TELL"),
            ("выход", "QUIT"),
        ] {
            assert_eq!(meant(line), Some(word), "{line:?}");
        }
        for line in ["QUIT", "q", "/quit", " quit", "quit smoking", "help me", "hello", "", "//exit", "/dance", "HELP"]
        {
            assert_eq!(meant(line), None, "{line:?}");
        }
    }
}
