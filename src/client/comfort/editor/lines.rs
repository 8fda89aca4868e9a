//! Feature editor: what `sent` reads: one `readline` after the other, and what becomes of what was typed. Touches the
//! terminal, by rustyline and the stage.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Editor, ExternalPrinter};

use super::completion::SHORT_ANSWER;
use super::folded::PASTE_LINES;
use super::helper::Helper;
use super::keyboard::{Keyboard, NO_LETTER};
use super::paste;
use super::rows::height;
use super::stage::Stage;
use super::terminal::{Terminal, columns};
use crate::client::comfort::clock::Moment;
use crate::client::comfort::look::Look;
use crate::client::comfort::meant::Answer;
use crate::client::comfort::seam::Lines;
use crate::client::comfort::talk::{Server, Talk};
use crate::limits::MESSAGE_BYTES;
use crate::shown::Shown;
use crate::text::Refusal;

/// How long the next prompt waits for an answer that changes it.
const ANSWER: Duration = Duration::from_secs(1);
/// What `sent` reads.
pub(in crate::client) struct EditorLines {
    editor: Editor<Helper, MemHistory>,
    /// While this is there, rustyline waits for signals too.
    _waits: Box<dyn ExternalPrinter + Send>,
    stage: Arc<Stage>,
    talk: Arc<Talk>,
    terminal: Terminal,
    look: Look,
    /// Lines that were typed or pasted and have not gone out yet.
    ready: VecDeque<String>,
    /// Those are of a paste.
    is_paste: bool,
    keyboard: Arc<Keyboard>,
    /// What the next `readline` begins with, before the cursor and after it.
    draft: (String, String),
    /// That was typed as a password.
    is_hidden: bool,
    /// The end was Ctrl-C.
    is_hurried: bool,
}

/// How a `readline` ended.
enum Typed {
    Line(String),
    /// Ctrl-C, where there was nothing to clear.
    Interrupted,
    /// Ctrl-D, or the end of the client.
    End,
    /// The terminal cannot be read: it has gone, or there are no descriptors left.
    Failed(io::Error),
}

impl Lines for EditorLines {
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                let fits = line.len() <= MESSAGE_BYTES;
                return Ok(Some(if fits { Ok(line.into_bytes()) } else { Err(Refusal::TooLong) }));
            }
            self.talk.wait_until_answered(ANSWER);
            if self.talk.is_arrival() {
                return Ok(Some(Ok(b"LIST".to_vec())));
            }
            if let Some(text) = self.talk.take_handed_back() {
                self.remember(&text).map_err(io::Error::other)?;
            }
            let mut prompt = self.talk.prompt(columns());
            match (self.read(&mut prompt, true)?, self.talk.gives_up()) {
                (Typed::Line(typed), _) => self.take(&prompt, &typed)?,
                (Typed::Interrupted, Some(line)) => self.ready.push_back(line.to_owned()),
                (ended @ (Typed::Interrupted | Typed::End), _) => {
                    self.is_hurried = matches!(ended, Typed::Interrupted);
                    // Nobody reads keys any more: Ctrl-C is for the system again, should the goodbye not come.
                    self.terminal.restore_settings();
                    return Ok(None);
                }
                (Typed::Failed(error), _) => {
                    self.terminal.restore_settings();
                    return Err(error);
                }
            }
        }
    }

    fn is_hurried(&self) -> bool {
        self.is_hurried
    }

    fn tells(&mut self, words: &str) {
        // A terminal that has gone shows nothing.
        self.say(words).unwrap_or_default();
    }

    fn is_typed(&self) -> bool {
        !self.is_paste
    }

    fn asks(&mut self, question: &str) -> io::Result<Answer> {
        self.asks_with(question, Answer::Yes)
    }
}

impl EditorLines {
    pub(super) fn new(
        editor: Editor<Helper, MemHistory>,
        waits: Box<dyn ExternalPrinter + Send>,
        stage: &Arc<Stage>,
        talk: &Arc<Talk>,
        terminal: &Terminal,
        keyboard: &Arc<Keyboard>,
        look: &Look,
    ) -> Self {
        EditorLines {
            editor,
            _waits: waits,
            stage: Arc::clone(stage),
            talk: Arc::clone(talk),
            terminal: terminal.clone(),
            look: look.clone(),
            ready: VecDeque::new(),
            is_paste: false,
            keyboard: Arc::clone(keyboard),
            draft: Default::default(),
            is_hidden: false,
            is_hurried: false,
        }
    }

    /// One more line for the arrow keys.
    pub(super) fn remember(&mut self, line: &str) -> Result<(), ReadlineError> {
        self.keyboard.has_history.set();
        self.editor.add_history_entry(line).map(drop)
    }

    /// One line, with a prompt that follows the talk or stays as it is.
    fn read(&mut self, prompt: &mut Shown, follows: bool) -> io::Result<Typed> {
        loop {
            if !self.stage.begin() {
                return Ok(Typed::End);
            }
            let mut draft = std::mem::take(&mut self.draft);
            let hidden = std::mem::take(&mut self.is_hidden);
            if follows && !hidden {
                draft = self.keyboard.folded().around_cursor(prompt.as_str(), &draft);
            }
            if let Some(helper) = self.editor.helper() {
                helper.begin(prompt, &draft, follows, hidden);
            }
            let ended = match self.editor.readline_with_initial(prompt.as_str(), (&draft.0, &draft.1)) {
                Ok(typed) => return Ok(Typed::Line(typed)),
                Err(ReadlineError::Interrupted) if self.keyboard.begun_anew.take() => {
                    self.begin_anew(prompt)?;
                    continue;
                }
                Err(ReadlineError::Interrupted) => Typed::Interrupted,
                Err(ReadlineError::Eof) => Typed::End,
                Err(ReadlineError::Io(error)) => Typed::Failed(error),
                Err(error) => Typed::Failed(io::Error::other(error)),
            };
            self.stage.close(0)?;
            return Ok(ended);
        }
    }

    /// The prompt is another now: the draft stands behind it as it stood before.
    fn begin_anew(&mut self, prompt: &mut Shown) -> io::Result<()> {
        let mut rows = 0;
        if let Some(helper) = self.editor.helper() {
            (self.draft, self.is_hidden, rows) = (helper.draft(), helper.is_hidden(), helper.rows());
        }
        *prompt = self.talk.prompt(columns());
        self.stage.close(rows)
    }

    /// What was typed becomes lines to send. A row whose receipt will show it again is wiped.
    fn take(&mut self, prompt: &Shown, typed: &str) -> io::Result<()> {
        if self.keyboard.not_utf8.take() && self.keyboard.folded().whole(typed).contains(NO_LETTER) {
            self.stage.close(0)?;
            let lang = self.talk.lang();
            return self.say(&lang.fill("Not sent: {why}", &[&lang.told(&Refusal::NotUtf8.to_string())]));
        }
        if self.editor.helper().is_some_and(Helper::is_hidden) {
            // As it is, even empty: that gives it up. Nothing of it stays, here or in the history.
            let wipe = rows(prompt, typed);
            self.stage.close(wipe)?;
            if !self.talk.takes_password() {
                return self.say(self.talk.lang().words("Not sent: no password is asked for"));
            }
            self.ready.push_back(typed.to_owned());
            return Ok(());
        }
        let whole = self.keyboard.folded().text(typed);
        let lines: Vec<&str> = match whole.contains('\n') {
            true => whole.split('\n').filter(|line| !line.trim().is_empty()).collect(),
            false => vec![&whole],
        };
        let is_wiped = lines.iter().all(|line| self.talk.has_receipt(line) || self.talk.is_nothing(line));
        let wipe = if is_wiped { rows(prompt, typed) } else { 0 };
        self.stage.close(wipe)?;
        let is_answer = lines.len() == 1 && self.talk.is_answer(&whole);
        if !is_answer && !typed.trim().is_empty() {
            self.remember(&self.keyboard.folded().whole(typed)).map_err(io::Error::other)?;
        }
        self.is_paste = lines.len() > 1;
        match lines.as_slice() {
            [line] if self.talk.is_nothing(line) => {}
            [line] if self.is_short_answer(line) => self.write_out(line)?,
            [line] => self.ready.push_back(self.meaning(line).to_owned()),
            lines => self.take_paste(lines)?,
        }
        Ok(())
    }

    /// `/r text` that was pasted, or typed before anybody had written.
    fn is_short_answer(&self, line: &str) -> bool {
        let ours = self.talk.is_with(Server::Ours);
        ours && line.split(' ').next() == Some(SHORT_ANSWER) && !self.talk.is_in_tell()
    }

    /// Whom it answers is to be seen before it goes out: so it is the next draft.
    fn write_out(&mut self, line: &str) -> io::Result<()> {
        let Some(to) = self.talk.last_private() else {
            return self.say(self.talk.lang().words("Not sent: nobody has written to you alone yet"));
        };
        let text = line.strip_prefix(SHORT_ANSWER).unwrap_or_default();
        self.draft.0 = format!("/tell {to} {}", text.trim_start());
        Ok(())
    }

    /// A paste goes out line by line; a long one only where that is wanted. Where one answer is asked for, its other lines
    /// would become private or public by accident: so it does not go out at all. Nor where, while we asked, what is typed
    /// has come to go elsewhere.
    fn take_paste(&mut self, lines: &[&str]) -> io::Result<()> {
        let lang = self.talk.lang();
        if self.talk.is_asked_whom() {
            let words = "Not sent: one nickname is asked for; the arrow up brings your text back";
            return self.say(lang.words(words));
        }
        let goes_to = (self.talk.told(), self.talk.place());
        let ours = self.talk.is_with(Server::Ours);
        if ours && goes_to.0.is_none() && !goes_to.1.is_chat() {
            let words = "Not sent: one answer is asked for; the arrow up brings your text back";
            return self.say(lang.words(words));
        }
        let question = lang.fill("send {lines} lines? y/N", &[&lines.len()]);
        let is_sent = lines.len() <= PASTE_LINES || matches!(self.asks_with(&question, Answer::No)?, Answer::Yes);
        if !is_sent || goes_to != (self.talk.told(), self.talk.place()) {
            let words = "Not sent: {lines} lines; the arrow up brings them back";
            return self.say(&lang.fill(words, &[&lines.len()]));
        }
        self.ready.extend(paste::as_text(lines, goes_to.0.as_ref().map(Shown::as_str), &goes_to.1));
        Ok(())
    }

    /// A question of ours, with what a bare Enter answers. What is no answer was meant for somebody: it is the next draft.
    fn asks_with(&mut self, question: &str, enter: Answer) -> io::Result<Answer> {
        let mut question = Shown::of(&format!("{question} "));
        let Typed::Line(typed) = self.read(&mut question, false)? else { return Ok(Answer::Other) };
        self.stage.close(0)?;
        let answer = Answer::parse(&typed, enter);
        if matches!(answer, Answer::Other) {
            self.draft = (typed, String::new());
        }
        Ok(answer)
    }

    /// A row of the client's own words.
    fn say(&mut self, words: &str) -> io::Result<()> {
        let mut row = self.look.own_words(words, Moment::now(), columns().into());
        row.end_row();
        // No `readline` runs: it needs no ring.
        self.stage.show(&row).map(|_| ())
    }

    /// `?` is HELP; but not where TELL takes it for what it asks for.
    fn meaning<'a>(&self, line: &'a str) -> &'a str {
        let ours = self.talk.is_with(Server::Ours);
        if ours && line.trim() == "?" && !self.talk.is_in_tell() { "HELP" } else { line }
    }
}

/// The rows that prompt and draft take.
fn rows(prompt: &Shown, typed: &str) -> u32 {
    height(&[prompt.as_str(), typed].concat(), columns())
}
