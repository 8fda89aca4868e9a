//! Comfort: rows as they look.

use proptest::prelude::*;

use super::*;
use crate::client::comfort::clock::Moment;
use crate::wire::Framing;

const PLAIN: Look = Look { colour: false, time: false, bell: Bell::Private, quiet: false, lang: Lang::En };

fn row(look: &Look, line: &str) -> Option<String> {
    let row = look.row(&Heard::parse(line, Framing::Lines), line, Some("anna"), Moment::now(), 80);
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
    assert_eq!(shown("(server) we begin"), "█ Announcement: we begin\x07");
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
    let ru = row(&Look { lang: Lang::Ru, bell: Bell::Off, ..PLAIN }, "(server) The server stops now");
    assert_eq!(ru.as_deref(), Some("█ Объявление: Сервер останавливается"));
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

/// Where a screen's row begins with what: the mark, or nothing but spaces.
fn begins(row: &str) -> Option<char> {
    row.chars().next().filter(|c| *c != ' ')
}

proptest! {
    /// Whatever is written, and however wide the window: a row begins with the mark of its line or with spaces, each mark
    /// once, and no mark stands anywhere else.
    #[test]
    fn no_text_looks_like_another_line(
        names in proptest::collection::vec("[ -~а-я▌░]{1,40}", 1),
        texts in proptest::collection::vec(hostile_text(), 1),
        columns in 20_u16..=200,
    ) {
        let (mut screen, mut marks) = (vt100::Parser::new(600, columns, 0), Vec::new());
        for (name, text) in names.iter().zip(&texts) {
            for line in [
                format!("(broadcast) {name}: {text}"),
                format!("(private) {name} : {text}"),
                format!("(private to {name}) : {text}"),
                format!("Not delivered: {text}"),
                text.clone(),
            ] {
                let heard = Heard::parse(&line, Framing::Lines);
                let quiet = Look { colour: true, bell: Bell::Off, ..PLAIN };
                let Some(row) = quiet.row(&heard, &line, Some("anna"), Moment::now(), columns.into()) else { continue };
                marks.push(quiet.line(&heard, &line, Some("anna"), Moment::now()).mark.chars().next());
                screen.process(row.as_str().replace('\n', "\r\n").as_bytes());
                screen.process(b"\r\n");
            }
        }
        let rows: Vec<String> = screen.screen().rows(0, columns).collect();
        let seen: Vec<_> = rows.iter().map(|row| begins(row)).filter(Option::is_some).collect();
        prop_assert_eq!(seen, marks);
        let stray = rows.iter().find(|row| row.chars().skip(1).any(|c| "░▒▓▌▐".contains(c)));
        prop_assert_eq!(stray, None);
    }
}

/// Texts that try: marks, lines of others, widths that terminals disagree about, what drives a terminal, runs of anything.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,30}",
        "\\PC{0,20}",
        ".{0,10}",
        (
            0_usize..120,
            prop_oneof![Just(" "), Just("\t"), Just("x"), Just("日"), Just("👩\u{200D}🚀"), Just("e\u{301}")]
        )
            .prop_map(|(times, what)| what.repeat(times)),
        Just("▌ Disconnected".to_owned()),
        Just("░ boris: hi".to_owned()),
        Just("07:00 ▓ vera to you: hi".to_owned()),
        Just("\x1b[2J\r\u{9b}H".to_owned()),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

#[test]
fn what_was_said_before_has_the_readers_own_time_and_words() {
    let at = 1_763_912_499; // 2025-11-23 15:41:39 UTC
    let said = |lang, line: &str| {
        let look = Look { lang, ..PLAIN };
        row(&look, &format!("[2025-11-23 15:41:39] {line}")).expect("a row")
    };
    let when = format!("{} {}", Moment::local(at).date(), Moment::local(at).time());
    assert_eq!(said(Lang::En, "(broadcast) boris: hi"), format!("▌ [{when}] boris: hi"));
    assert_eq!(said(Lang::En, "(private) boris : psst"), format!("▌ [{when}] boris to you: psst"));
    assert_eq!(said(Lang::Ru, "(private) boris : psst"), format!("▌ [{when}] boris → вам: psst"));
    assert_eq!(said(Lang::Ru, "(private to boris) : psst"), format!("▌ [{when}] вы → boris: psst"));
    assert_eq!(said(Lang::En, "anything"), "▌ [2025-11-23 15:41:39] anything");
    // Of today, the time says enough.
    let now = Moment::local(at + 1);
    let line = "[2025-11-23 15:41:39] (broadcast) boris: hi";
    let today = PLAIN.row(&Heard::Prose(line), line, Some("anna"), now, 80).expect("a row");
    assert_eq!(today, format!("▌ [{}] boris: hi", Moment::local(at).time()).as_str());
    for line in ["[2025-13-23 15:41:39] x", "[2025-11-23 24:41:39] x", "[9999999999-11-23 1:1:1] x", "[1] x", "[a b] x"]
    {
        assert_eq!(past(line), None, "{line}");
    }
    let utc = if crate::client::comfort::clock::IS_LOCAL { "" } else { " (times are UTC)" };
    assert_eq!(row(&PLAIN, "History begins (times are UTC)").expect("a row"), format!("▌ History begins{utc}"));
}
