//! Rows as they look.

use super::*;
use crate::client::clock::Clock;
use crate::wire::Framing;

const PLAIN: Look = Look { colour: false, time: false, bell: Bell::Private, quiet: false, lang: Lang::En };

fn row(look: &Look, line: &str) -> Option<String> {
    let row = look.row(&Heard::parse(line, Framing::Lines), line, Some("anna"), Clock::default().now(), 80);
    row.map(|row| row.to_string())
}

#[test]
fn each_kind_of_line_has_a_mark_of_its_own() {
    let shown = |line| row(&PLAIN, line).expect("a row");
    assert_eq!(shown("(broadcast) boris: hi"), "░ boris: hi");
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
    assert_eq!(all.as_deref(), Some("░ boris: hi\x07"));
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
    let colours = ["anna", "boris", "vera", "gleb"].map(colour_of);
    assert!(colours.iter().any(|colour| *colour != colours[0]), "not all have the same: {colours:?}");
}
