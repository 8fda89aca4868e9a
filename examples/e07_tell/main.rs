//! Exercise 7.4: a private message out of one line. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e07_tell`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

mod mine;
mod solution;

/// What is checked: the user and the text, or `None` where the line is no such message.
type Tell = for<'a> fn(line: &'a str) -> Option<(&'a str, &'a str)>;

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
    ("/teller boris see you", None),
    ("tell boris see you", None),
    ("", None),
];

fn main() {
    let solved = std::env::args().nth(1).as_deref() == Some("solution");
    check(if solved { solution::tell } else { mine::tell });
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
        }
    }
}
