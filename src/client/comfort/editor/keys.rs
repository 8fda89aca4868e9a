//! Feature editor: keys of our own: Ctrl-C clears a draft, Ctrl-Z stops, the space after `/r` writes out whom it answers. Pure but for what is known of the talk, and Ctrl-Z.

use std::sync::Arc;

use rustyline::history::MemHistory;
use rustyline::{Cmd, ConditionalEventHandler, Editor, EventContext, EventHandler, KeyCode, KeyEvent};
use rustyline::{Event, Modifiers, Movement, RepeatCount};

use super::completion::SHORT_ANSWER;
use super::helper::Helper;
use super::keyboard::Keyboard;
use super::rows::height;
use super::stage::Stage;
use super::terminal::{Terminal, columns, suspend};
use crate::client::comfort::talk::Talk;

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
    bind(key(KeyCode::Char(' ')), Box::new(ShortAnswer(Arc::clone(talk))));
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
        self.0.taken.ring();
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
            self.0.redraw.ring();
            return Some(Cmd::Noop);
        }
        self.0.rung.set();
        Some(Cmd::Repaint)
    }
}

/// Our own key: the prompt has another width now, which rustyline learns only where it begins. So does this one.
struct Again(Arc<Keyboard>, Arc<Stage>);

impl ConditionalEventHandler for Again {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        if !self.1.is_settled() {
            self.0.again.ring();
            return Some(Cmd::Noop);
        }
        self.0.begun_anew.set();
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
struct ShortAnswer(Arc<Talk>);

impl ConditionalEventHandler for ShortAnswer {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let is_answer = context.line().starts_with(SHORT_ANSWER) && context.pos() == SHORT_ANSWER.len();
        (is_answer && self.0.last_private().is_some()).then_some(Cmd::Complete)
    }
}
