//! Feature editor: what rustyline asks while it draws: the prompt, the draft without what could drive the terminal.
//! Touches the stage, and stdout where the window got another width.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::sync::Arc;

use rustyline::Context;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::Validator;

use super::completion::Completion;
use super::folded::{is_to_be_cut, picture};
use super::keyboard::Keyboard;
use super::reflow::{self, Drawn, Reflow};
use super::rows::height;
use super::stage::Stage;
use super::terminal::{columns, rows};
use crate::client::comfort::talk::Talk;
use crate::shown::{Colour, Shown};

/// Draws the prompt, and with it the rows that wait.
pub(super) struct Helper {
    stage: Arc<Stage>,
    talk: Arc<Talk>,
    /// The prompt follows the talk; a question of our own does not.
    follows: Cell<bool>,
    /// `readline` has not drawn anything yet.
    begins: Cell<bool>,
    /// What has been typed so far, and where the cursor is in it.
    draft: RefCell<(String, usize)>,
    /// The draft that `readline` was given, or that it was asked to begin anew with; and the window's rows and columns then.
    cut: RefCell<(String, usize, [u16; 2])>,
    /// The prompt that was drawn last, as rustyline counts it: the one that `readline` was given, or that of a search.
    prompt: RefCell<String>,
    /// What stood behind the draft then.
    told: RefCell<String>,
    /// What was drawn last had our prompt, not that of a search.
    is_default: Cell<bool>,
    /// What the terminal does with its rows when the window gets another width.
    reflow: Reflow,
    /// What stands there was typed as a password: it stays hidden, whatever the server says meanwhile.
    hidden: Cell<bool>,
    completion: Completion,
    keyboard: Arc<Keyboard>,
    colour: bool,
}

impl Helper {
    pub(super) fn new(stage: &Arc<Stage>, talk: &Arc<Talk>, keyboard: &Arc<Keyboard>, colour: bool) -> Self {
        Helper {
            keyboard: Arc::clone(keyboard),
            stage: Arc::clone(stage),
            talk: Arc::clone(talk),
            follows: Cell::new(true),
            begins: Cell::new(false),
            draft: RefCell::default(),
            cut: RefCell::default(),
            prompt: RefCell::default(),
            told: RefCell::default(),
            is_default: Cell::new(true),
            reflow: Reflow::of_environment(),
            hidden: Cell::new(false),
            completion: Completion::new(talk),
            colour,
        }
    }

    /// A `readline` begins with this draft; `hidden`: it was typed as a password.
    pub(super) fn begin(&self, prompt: &Shown, draft: &(String, String), follows: bool, hidden: bool) {
        self.cut.replace((draft.0.clone() + &draft.1, draft.0.len(), [rows(), columns()]));
        self.follows.set(follows);
        self.draft.take();
        self.hidden.set(hidden);
        self.begins.set(true);
        self.prompt.replace(prompt.to_string());
    }

    /// Whether what was typed is a password.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden.get() || self.talk.is_secret()
    }

    /// What has been typed so far, before the cursor and after it.
    pub(super) fn draft(&self) -> (String, String) {
        let draft = self.draft.borrow();
        let (before, after) = draft.0.split_at_checked(draft.1).unwrap_or((&draft.0, ""));
        (before.to_owned(), after.to_owned())
    }

    /// The rows that all takes which stands there.
    pub(super) fn rows(&self) -> u32 {
        height(
            &[&*self.prompt.borrow(), &self.draft.borrow().0, &self.told.borrow()].map(String::as_str).concat(),
            columns(),
        )
    }

    /// The window has another width than rustyline believes: what stands there is wiped, in the rows that it takes now.
    /// Called before each drawing, with what is to be drawn; where that is what stands there already, and no ring asked
    /// for it, rustyline has just learnt of the width.
    fn wipe_reflowed(&self, line: &str, pos: usize) {
        let (believed, now, rung) = (self.stage.believed(), columns(), self.keyboard.rung.take());
        // rustyline asked for the width just before it drew for the first time.
        if self.begins.take() || believed == now {
            return self.stage.learns(now);
        }
        let draft = self.draft.borrow();
        let shown = |line: &str| [self.prompt.borrow().as_str(), line].concat();
        let (whole, before_cursor) = (shown(&draft.0), shown(draft.0.get(..draft.1).unwrap_or_default()));
        if self.reflow == Reflow::Never || !self.is_default.get() || reflow::is_one_row(&whole, [believed, now]) {
            return self.stage.learns(now);
        }
        let wiped = Drawn { whole: &whole, before_cursor: &before_cursor }.wiped(self.reflow, believed, now);
        // A terminal that has gone shows nothing. `readline` is drawing: nobody else writes.
        let mut out = io::stdout();
        out.write_all(wiped.as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
        if !rung && (draft.0.as_str(), draft.1) == (line, pos) {
            self.stage.learns(now);
        }
    }

    /// The prompt as it is now, as wide as the one that `readline` was given: rustyline counts with that width until it
    /// returns. So `readline` is asked to begin anew, and until it has, who writes is left out where there is no room.
    fn current(&self, given: &str) -> Shown {
        let current = self.talk.prompt(columns());
        let width = given.chars().count();
        if current == given || !self.follows.get() {
            return Shown::of(given);
        }
        self.keyboard.again.ring();
        let current = current.as_str();
        if current.chars().count() <= width {
            return Shown::of(&format!("{current:width$}"));
        }
        let kept = current.chars().skip(current.chars().count() + 2 - width.max(2));
        Shown::of(&"[…".chars().chain(kept).take(width).collect::<String>())
    }
}

impl Helper {
    /// Has another part of a tall draft drawn, where that is needed: `readline` can be given another draft only where it
    /// begins. Asked once for each draft: a window may be too small for any.
    fn cut_tall_draft(&self, prompt: &str) {
        let draft = self.draft.borrow();
        let (before, after) = draft.0.split_at_checked(draft.1).unwrap_or((&draft.0, ""));
        if !self.follows.get() || self.is_hidden() || !is_to_be_cut(prompt, before, after) {
            return;
        }
        let now = (draft.0.clone(), draft.1, [rows(), columns()]);
        if self.cut.replace(now.clone()) != now {
            self.keyboard.again.ring();
        }
    }
}

impl Highlighter for Helper {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        self.is_default.set(default);
        prompt.clone_into(&mut self.prompt.borrow_mut());
        self.told.borrow_mut().clear();
        if default {
            self.cut_tall_draft(prompt);
        }
        let mut drawn = self.stage.drawing().to_string();
        // Not the default: a search in the history, with a prompt of its own.
        let prompt = if default { self.current(prompt) } else { Shown::draft(prompt) };
        // As private lines are: what is typed here is not for all.
        let colour = if self.talk.is_private() { Colour::Private } else { Colour::Bold };
        let prompt = if self.colour { prompt.in_colour(colour) } else { prompt };
        drawn.push_str(prompt.as_str());
        Cow::Owned(drawn)
    }

    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        if self.reflow != Reflow::Never {
            self.stage.stands(&[self.prompt.borrow().as_str(), line].concat());
        }
        self.hidden.set(!line.is_empty() && self.is_hidden());
        if self.hidden.get() {
            return Cow::Owned("*".repeat(line.chars().count()));
        }
        Cow::Owned(Shown::draft(line).replaced(picture).to_string())
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        hint.clone_into(&mut self.told.borrow_mut());
        Cow::Borrowed(hint)
    }

    /// Called before each drawing. `true`: draw all of it again, each time.
    fn highlight_char(&self, line: &str, pos: usize, _kind: CmdKind) -> bool {
        self.wipe_reflowed(line, pos);
        self.draft.replace((line.to_owned(), pos));
        true
    }
}

impl Completer for Helper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..pos).unwrap_or_default();
        let row = before.rfind('\n').map_or(0, |newline| newline + 1);
        let next = before.get(row..).and_then(|before| self.completion.next(before));
        Ok((row, next.into_iter().collect()))
    }
}

impl Hinter for Helper {
    type Hint = Told;

    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<Told> {
        self.keyboard.folded().lines(line).map(|lines| {
            let words = self.talk.lang().fill("paste of {lines} lines, Enter sends", &[&lines]);
            Told(Shown::of(&format!(" {words}")))
        })
    }
}

/// What stands behind the draft, and cannot become a part of it.
pub(super) struct Told(Shown);

impl Hint for Told {
    fn display(&self) -> &str {
        self.0.as_str()
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Validator for Helper {}

impl rustyline::Helper for Helper {}
