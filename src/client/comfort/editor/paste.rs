//! Feature editor: what the lines of a paste are sent as. Pure.

use crate::client::comfort::prompt::Place;
use crate::protocol::{Said, Word};

/// A paste is text whatever it looks like: a `q` in it must not end the chat. But a `/tell` stays one: a private text that
/// was not sent, and was taken back into the editor, must not become public. In private each line names its reader, so
/// that none becomes an answer or public where the partner leaves meanwhile. `told` is who TELL's message goes to, where
/// TELL asks for it: the first line is that message, and the others are for the same reader.
pub(super) fn as_text(lines: &[&str], told: Option<&str>, place: &Place) -> Vec<String> {
    let partner = match place {
        Place::Private(partner) | Place::Alone(partner) => partner.as_deref(),
        _ => None,
    };
    let is_tell = |line: &str| matches!(Said::parse(line), Said::Word(Word::TellTo { .. }));
    let sent = |(i, line): (usize, &&str)| match told.or(partner) {
        _ if is_tell(line) && (told.is_none() || i > 0) => (*line).to_owned(),
        Some(reader) if told.is_none() || i > 0 => format!("/tell {reader} {line}"),
        None if *place == Place::Group && Said::parse(line) != Said::Message(line) => format!(" {line}"),
        _ => (*line).to_owned(),
    };
    lines.iter().enumerate().map(sent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_line_is_never_a_word() {
        let words = ["q", "MENU", "LIST ann", "/quit", "// a comment", "/etc/hosts"];
        for (line, sent) in words.iter().zip(as_text(&words, None, &Place::Group)) {
            assert_eq!(Said::parse(&sent), Said::Message(&format!(" {line}")));
        }
        let texts = ["text", "  indented", "a: b"];
        assert_eq!(as_text(&texts, None, &Place::Group), texts);
    }

    #[test]
    fn what_is_for_one_user_stays_for_that_one() {
        let private = Place::Private(Some("boris".into()));
        for place in [Place::Group, private] {
            assert_eq!(as_text(&["/tell vera hi", "/tell:vera:hi"], None, &place), ["/tell vera hi", "/tell:vera:hi"]);
        }
    }

    #[test]
    fn in_private_a_pasted_line_names_its_reader() {
        let private = Place::Private(Some("boris".into()));
        assert_eq!(as_text(&["2", "q"], None, &private), ["/tell boris 2", "/tell boris q"]);
        // TELL's message: no word counts there, and what comes after it is for the same reader.
        for place in [Place::Group, private] {
            assert_eq!(as_text(&["q", "a secret"], Some("vera"), &place), ["q", "/tell vera a secret"]);
        }
    }
}
