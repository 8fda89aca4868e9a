//! Feature editor: keys of our own: Tab completes words and nicknames, Ctrl-C clears a draft, Ctrl-Z stops, the space
//! after `/r` writes out whom it answers. Pure but for what is known of the talk, and Ctrl-Z.

use std::cell::RefCell;
use std::sync::Arc;

use rustyline::history::MemHistory;
use rustyline::{Cmd, ConditionalEventHandler, Editor, EventContext, EventHandler, KeyCode, KeyEvent};
use rustyline::{Event, Modifiers, Movement, RepeatCount};

use super::helper::{Helper, height};
use super::keyboard::Keyboard;
use super::stage::Stage;
use super::terminal::{Terminal, columns, suspend};
use crate::client::comfort::talk::Talk;
use crate::protocol::{KEPT_WORDS, WORDS};

/// Short for an answer to who wrote to us alone last.
pub(super) const SHORT_ANSWER: &str = "/r";

/// Binds them. Tab is rustyline's own, and asks `Completion`.
pub(super) fn bind(
    editor: &mut Editor<Helper, MemHistory>,
    talk: &Arc<Talk>,
    terminal: &Terminal,
    keyboard: &Arc<Keyboard>,
    stage: &Arc<Stage>,
) {
    let suspend = Suspend { talk: Arc::clone(talk), terminal: terminal.clone() };
    let mut bind = |keys: Event, handler: Box<dyn ConditionalEventHandler>| {
        let taken = Taken(Arc::clone(keyboard), handler);
        editor.bind_sequence(keys, EventHandler::Conditional(Box::new(taken)));
    };
    let key = |code| Event::from(KeyEvent(code, Modifiers::NONE));
    bind(KeyEvent::ctrl('C').into(), Box::new(Clear));
    bind(KeyEvent::ctrl('Z').into(), Box::new(suspend));
    bind(key(KeyCode::Char(' ')), Box::new(Answer(Arc::clone(talk))));
    bind(key(KeyCode::Up), Box::new(HandedBack(Arc::clone(talk))));
    bind(key(KeyCode::BracketedPasteStart), Box::new(Paste(Arc::clone(keyboard))));
    bind(key(KeyCode::F(11)), Box::new(Ring(Arc::clone(keyboard), Arc::clone(stage))));
    bind(key(KeyCode::F(12)), Box::new(Again(Arc::clone(keyboard), Arc::clone(stage))));
    bind(Event::Any, Box::new(Usual));
}

/// Any key: it has been taken, and the next one may come.
struct Taken(Arc<Keyboard>, Box<dyn ConditionalEventHandler>);

impl ConditionalEventHandler for Taken {
    fn handle(&self, event: &Event, count: RepeatCount, positive: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let cmd = self.1.handle(event, count, positive, context);
        self.0.searches(event.get(0));
        self.0.key_taken();
        cmd
    }
}

/// A key that does what rustyline does for it.
struct Usual;

impl ConditionalEventHandler for Usual {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        None
    }
}

/// A paste is one key.
struct Paste(Arc<Keyboard>);

impl ConditionalEventHandler for Paste {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        Some(Cmd::Insert(1, self.0.pasted()))
    }
}

/// Our own key: something waits to be shown. It comes again until rustyline knows how wide the window is.
struct Ring(Arc<Keyboard>, Arc<Stage>);

impl ConditionalEventHandler for Ring {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        if !self.1.has_news() {
            return Some(Cmd::Noop);
        }
        if !self.1.is_settled() {
            self.0.ring();
            return Some(Cmd::Noop);
        }
        self.0.rings();
        Some(Cmd::Repaint)
    }
}

/// Our own key: the prompt has another width now, which rustyline learns only where it begins. So does this one.
struct Again(Arc<Keyboard>, Arc<Stage>);

impl ConditionalEventHandler for Again {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        if !self.1.is_settled() {
            self.0.begin_anew();
            return Some(Cmd::Noop);
        }
        self.0.begins_anew();
        Some(Cmd::Interrupt)
    }
}

/// Ctrl-C: clears a draft (Ctrl-Y brings it back); on an empty line it leaves.
struct Clear;

impl ConditionalEventHandler for Clear {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        (!context.line().is_empty()).then_some(Cmd::Kill(Movement::WholeBuffer))
    }
}

/// Ctrl-Z: the shell comes back; `fg` brings the draft back.
struct Suspend {
    talk: Arc<Talk>,
    terminal: Terminal,
}

impl ConditionalEventHandler for Suspend {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        // rustyline will wipe as many rows as the draft had: they must not be the shell's.
        let rows = |line: &str| height(&[self.talk.prompt(columns()).as_str(), line].concat(), columns()) - 1;
        let (all, above) = (rows(context.line()), rows(context.line().get(..context.pos()).unwrap_or_default()));
        let up = if all > above { format!("\x1b[{}A", all - above) } else { String::new() };
        let after = "\n".repeat(all as usize) + &up;
        if let Err(error) = suspend(&self.terminal, &after) {
            log::debug!("cannot stop for the shell: {error}");
        }
        Some(Cmd::Repaint)
    }
}

/// The arrow up on an empty line: what was not sent after a loss comes first, then the history.
struct HandedBack(Arc<Talk>);

impl ConditionalEventHandler for HandedBack {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let is_free = context.line().is_empty() && !self.0.is_secret();
        self.0.handed_back().filter(|_| is_free).map(|text| Cmd::Insert(1, text))
    }
}

/// The space after `/r`: whom it answers is written out before the line is sent.
struct Answer(Arc<Talk>);

impl ConditionalEventHandler for Answer {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let is_answer = context.line().starts_with(SHORT_ANSWER) && context.pos() == SHORT_ANSWER.len();
        (is_answer && self.0.last_private().is_some()).then_some(Cmd::Complete)
    }
}

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
