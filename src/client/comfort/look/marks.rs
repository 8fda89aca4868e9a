//! Comfort: the marks: what a row begins with, after the time, and what users wrote that looks like one. Pure.
//!
//! A mark is one of Unicode's block elements. All of those, and what could be taken for one, are replaced in what users
//! wrote: so that no text can look like another line, wherever it wraps and with or without colour.

use crate::shown::Shown;

/// The system, and the client itself.
pub(super) const SYSTEM: &str = "▌";
/// The server to everybody.
pub(super) const ANNOUNCED: &str = "█";
/// One's own words.
pub(super) const OWN: &str = "▐";
/// For one reader alone.
pub(super) const PRIVATE: &str = "▓";
/// To all, and it names the reader.
pub(super) const NAMED: &str = "▒";
/// To all.
pub(super) const OTHERS: &str = "░";

/// The same text without marks and without what looks like one.
pub(super) fn without(text: Shown) -> Shown {
    text.replaced(instead)
}

/// What is shown instead of a mark, and of what looks like one: `#`, and `|` for what is thin.
fn instead(c: char) -> Option<char> {
    match c {
        '\0'..='\u{BF}' => None,
        // Bars: of letters, of punctuation, of mathematics, of box drawing, of forms that are wide or narrow.
        'ǀ' | 'ǁ' | '‖' | '∣' | '∥' | '⎮' | '⎸' | '⎹' | '⏐' | '❘' | '❙' | '❚' => Some('|'),
        '│' | '┃' | '┆' | '┇' | '┊' | '┋' | '║' | '╎' | '╏' | '╵' | '╷' | '╹' | '╻' | '╽' | '╿' => {
            Some('|')
        }
        '⦀' | '⫴' | '⫼' | '⫾' | '⫿' | '丨' | '⼁' | '㇑' | '︱' | '︳' | '｜' | '￤' | '￨' => {
            Some('|')
        }
        // Blocks: the marks themselves, shapes that are filled, those of old computers.
        '\u{2580}'..='\u{259F}' | '\u{1FB00}'..='\u{1FBCA}' | '\u{1CC00}'..='\u{1CEBF}' => Some('#'),
        '■' | '□' | '▢' | '▣' | '▤' | '▥' | '▦' | '▧' | '▨' | '▩' | '▪' | '▮' | '▯' | '◧' | '◨' | '◼' | '◾' => {
            Some('#')
        }
        '⬛' | '⬝' | '⯀' | '￭' | '🔲' | '🔳' => Some('#'),
        // Braille with a whole column of dots.
        '\u{2800}'..='\u{28FF}' if is_column(u32::from(c)) => Some('#'),
        _ => None,
    }
}

/// Whether the four dots on the left are there, or those on the right.
fn is_column(braille: u32) -> bool {
    [0x47, 0xB8].into_iter().any(|dots| braille & dots == dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_mark_is_none() {
        let marks: String = ('\u{2580}'..='\u{259F}').chain("⡇⢸⣿█❙❚‖┃｜🮌".chars()).collect();
        assert!(without(Shown::of(&marks)).as_str().chars().all(|c| c == '#' || c == '|'));
        for mark in [SYSTEM, ANNOUNCED, OWN, PRIVATE, NAMED, OTHERS] {
            assert_eq!(without(Shown::of(mark)), "#");
        }
    }

    #[test]
    fn what_people_write_stays() {
        let text = "a | b, привет, ёж, naïve, 日本, ⠓⠑⠇⠇⠕, 🙂, ├─ └─, x ≤ y";
        assert_eq!(without(Shown::of(text)), text);
    }
}
