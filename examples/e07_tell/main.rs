//! Exercise 7.4: a private message out of one line. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e07_tell`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked: the user and the text, or `None` where the line is no such message.
pub(crate) type Tell = for<'a> fn(line: &'a str) -> Option<(&'a str, &'a str)>;

const CASES: &[(&str, Option<(&str, &str)>)] = &[
    ("/tell boris see you", Some(("boris", "see you"))),
    ("/tell:boris:see you", Some(("boris", "see you"))),
    ("/tell:boris:at 5: or 6", Some(("boris", "at 5: or 6"))),
    ("/tell boris at 5: or 6", Some(("boris", "at 5: or 6"))),
    ("/tell борис привет, как дела?", Some(("борис", "привет, как дела?"))),
    ("/tell boris", None),
    ("/tell:boris", None),
    ("/tell", None),
    ("/tell ", None),
    ("/tell::", None),
    ("/tell  boris", None),
    ("/tell bo:ris hi", None),
    ("/tell:bo ris:hi", None),
    ("/tell :boris: hi", None),
    ("/tell boris:hi", None),
    ("/tell:boris hi", None),
    ("/teller boris see you", None),
    ("tell boris see you", None),
    ("", None),
];

fn main() {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::tell
        }
        Some("solution") => solution::tell,
        Some(name) => other::named(name),
    });
    println!("e07_tell: every check passes");
}

fn check(tell: Tell) {
    for &(line, expected) in CASES {
        assert_eq!(tell(line), expected, "the line was {line:?}");
    }
    // Lines that nobody would write. Nothing is asked of the answer, but that there is one: no panic.
    let pieces = ["/tell", ":", " ", "я", "ё", "\t", "a", "::", "/", "🙂"];
    let mut random = 1_u32;
    for _ in 0..20_000 {
        let mut line = String::new();
        for _ in 0..6 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            line.push_str(pieces[(random >> 16) as usize % pieces.len()]);
        }
        if let Some((user, text)) = tell(&line) {
            assert!(
                !user.is_empty() && !text.is_empty(),
                "{line:?} has no user or no text, but gave {user:?}, {text:?}"
            );
            assert!(!user.contains([' ', ':']), "{line:?} gave {user:?}, and a user may hold no space and no colon");
            assert!(line.ends_with(text), "{line:?} gave the text {text:?}, and that is not its end");
        }
    }
}
