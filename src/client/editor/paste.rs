//! What a pasted line is sent as. Pure.

use crate::client::talk::Place;
use crate::protocol::Said;

/// A line out of a paste, which is text whatever it looks like: a `q` in it must not end the chat. In private each line
/// names its reader, so that none becomes an answer or public where the partner leaves meanwhile.
pub(super) fn as_text(line: &str, place: &Place) -> String {
    match place {
        Place::Private(Some(partner)) => format!("/tell {partner} {line}"),
        Place::Group if Said::parse(line) != Said::Message(line) => format!(" {line}"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_line_is_never_a_word() {
        for line in ["q", "MENU", "LIST ann", "/quit", "// a comment", "/etc/hosts"] {
            let sent = as_text(line, &Place::Group);
            assert_eq!(Said::parse(&sent), Said::Message(&format!(" {line}")));
        }
        for line in ["text", "  indented", "a: b"] {
            assert_eq!(as_text(line, &Place::Group), line);
        }
    }

    #[test]
    fn in_private_a_pasted_line_names_its_reader() {
        assert_eq!(as_text("2", &Place::Private(Some("boris".into()))), "/tell boris 2");
    }
}
