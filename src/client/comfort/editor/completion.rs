//! Feature editor: what Tab makes of a line: words, nicknames, and whom `/r` answers. Pure but for what is known of the talk.

use std::cell::RefCell;
use std::sync::Arc;

use crate::client::comfort::talk::Talk;
use crate::protocol::{KEPT_WORDS, WORDS};

/// Short for an answer to who wrote to us alone last.
pub(super) const SHORT_ANSWER: &str = "/r";

/// What Tab makes of a line. It gives rustyline one candidate at a time: with several, rustyline would wait for the next
/// key and show nothing that comes in meanwhile.
pub(super) struct Completion {
    talk: Arc<Talk>,
    turn: RefCell<Turn>,
}

/// Where the last Tab stood: the next one goes on from there.
#[derive(Default)]
struct Turn {
    /// What the last Tab made of the line up to the cursor.
    shown: String,
    /// All that could stand there; the last is what was typed.
    candidates: Vec<String>,
    at: usize,
}

impl Completion {
    pub(super) fn new(talk: &Arc<Talk>) -> Self {
        Completion { talk: Arc::clone(talk), turn: RefCell::default() }
    }

    /// What the line up to the cursor becomes; `None`: nothing fits.
    pub(super) fn next(&self, before: &str) -> Option<String> {
        let mut turn = self.turn.borrow_mut();
        if turn.candidates.is_empty() || turn.shown != before {
            *turn = Turn { candidates: candidates(before, &self.talk), ..Turn::default() };
        } else {
            turn.at = (turn.at + 1) % turn.candidates.len();
        }
        turn.shown = turn.candidates.get(turn.at)?.clone();
        Some(turn.shown.clone())
    }
}

/// All that the line up to the cursor could become, and last of all what it is. Empty: nothing fits.
fn candidates(before: &str, talk: &Talk) -> Vec<String> {
    if before == SHORT_ANSWER {
        return talk.last_private().map(|to| vec![format!("/tell {to} ")]).unwrap_or_default();
    }
    let (start, beginning) = before.rfind(' ').map_or(("", before), |space| before.split_at(space + 1));
    let to_user = matches!(start.trim_end(), "/tell" | "TELL");
    let mut all = Vec::new();
    if start.is_empty() && !beginning.is_empty() {
        let words =
            WORDS.iter().chain(KEPT_WORDS).flat_map(|word| word.spellings).filter(|word| begins(word, beginning));
        // One letter that is a word in itself needs no completion.
        let words = words.filter(|word| word.len() > 1);
        // Whom to tell comes next.
        all.extend(words.map(|word| if *word == "/tell" { format!("{word} ") } else { (*word).to_owned() }));
    }
    let after = if start.is_empty() { ": " } else { " " };
    let names = talk.nicknames(beginning).into_iter().filter(|_| !beginning.is_empty() || to_user || start.is_empty());
    all.extend(names.map(|name| format!("{start}{name}{after}")));
    if !all.is_empty() {
        all.push(before.to_owned());
    }
    all
}

/// Whether `word` begins with `beginning`, in either case; a slash is typed.
fn begins(word: &str, beginning: &str) -> bool {
    word.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::heard::Heard;
    use crate::wire::Framing;

    fn talk() -> Talk {
        let talk = Talk::default();
        for line in ["Users in chatroom: ['boris', 'Bella', 'лев']", "(broadcast) Bella: hi"] {
            talk.heard(&Heard::parse(line, Framing::Lines));
        }
        talk
    }

    #[test]
    fn words_and_nicknames_are_completed() {
        let all = |before: &str| candidates(before, &talk());
        assert_eq!(all("LI"), ["LIST", "LI"]);
        assert_eq!(all("/te"), ["/tell ", "/te"]);
        assert_eq!(all("HIS"), ["HISTORY", "HIS"]);
        assert_eq!(all("b"), ["Bella: ", "boris: ", "b"]);
        assert_eq!(all("Л"), ["лев: ", "Л"]);
        assert_eq!(all("/tell b"), ["/tell Bella ", "/tell boris ", "/tell b"]);
        assert_eq!(all("/tell ").len(), 4);
        assert_eq!(all("ask bo"), ["ask boris ", "ask bo"]);
        assert!(all("ask ").is_empty() && all("zz").is_empty());
    }

    #[test]
    fn tab_again_is_the_next_and_in_the_end_what_was_typed() {
        let completion = Completion::new(&Arc::new(talk()));
        let mut line = "b".to_owned();
        for next in ["Bella: ", "boris: ", "b", "Bella: "] {
            line = completion.next(&line).expect("a candidate");
            assert_eq!(line, next);
        }
        assert_eq!(completion.next("/tell bo").as_deref(), Some("/tell boris "));
        assert_eq!(completion.next("zz"), None);
    }

    #[test]
    fn an_answer_says_to_whom() {
        let talk = talk();
        assert!(candidates("/r", &talk).is_empty(), "nobody has written");
        talk.heard(&Heard::Private { from: "boris", text: "psst" });
        assert_eq!(candidates("/r", &talk), ["/tell boris "]);
    }
}
