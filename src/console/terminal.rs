//! Feature console: the server's own terminal. Touches stdin and stdout.
//!
//! Answers are whole lines, and so are the log's: they never mix within one. What is being typed stands in the terminal
//! itself until Enter is pressed: a line that comes meanwhile is written into it on the screen, and nowhere else; Ctrl-R
//! shows again what was typed.
//!
//! # Threads
//! `console` reads until the end of stdin, and is left to the end of the process: nothing wakes a thread that reads a
//! terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::thread;

use nix::sys::signal::{SigSet, Signal};

use super::Teacher;
use super::commands::{self, Answer};
use crate::limits::{CONSOLE_AGAIN, MESSAGE_BYTES, SINGLE_STACK};
use crate::robust::shown::Shown;
use crate::text::Text;
use crate::wire::{Framing, Incoming, MessageReader};

/// `EIO`: the terminal is another program's in this moment. std has no name for it.
const OTHERS_TERMINAL: i32 = 5;

/// Hears the terminal from now on.
///
/// # Errors
/// No thread could be started.
pub(super) fn listen(teacher: &Arc<Teacher>) -> io::Result<()> {
    let teacher = Arc::clone(teacher);
    let builder = thread::Builder::new().name("console".into()).stack_size(SINGLE_STACK);
    builder.spawn(move || console(&teacher)).map(|_detached| ())
}

/// The thread: one command after the other.
fn console(teacher: &Teacher) {
    if let Err(error) = reads_without_being_stopped() {
        return log::warn!("the console does not hear this terminal: {error}");
    }
    if io::stdin().is_terminal() {
        let hello = (
            "This terminal is the teacher's console: help lists the commands",
            "Этот терминал — консоль преподавателя: команды покажет help",
        );
        tell(teacher.ears.lang.pick(hello.0, hello.1));
    }
    let mut reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
    while !teacher.stop().is_stopped() {
        let line = match reader.take() {
            Some(Incoming::Line(line)) => Text::parse(line).map_err(|refusal| refusal.to_string()),
            Some(Incoming::Refused(refusal)) => Err(refusal.to_string()),
            Some(Incoming::Overflow) => Err("the line does not end".into()),
            // Ctrl-D: the terminal goes on, and so does the console. All else that ends has ended.
            Some(Incoming::End) if io::stdin().is_terminal() => {
                tell("Ctrl-D does not stop the server; the command 'stop' does");
                reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
                teacher.stop().wait(CONSOLE_AGAIN);
                continue;
            }
            Some(Incoming::End) => return log::debug!("the console's input has ended"),
            None => match reader.fill(io::stdin()) {
                Ok(()) => continue,
                Err(error) if error.raw_os_error() == Some(OTHERS_TERMINAL) => {
                    teacher.stop().wait(CONSOLE_AGAIN);
                    continue;
                }
                Err(error) => return log::debug!("the console's input cannot be read: {error}"),
            },
        };
        obey(teacher, line);
    }
}

/// Whoever reads a terminal in the background (`chat-server &`; Ctrl-Z, then `bg`) is stopped by this signal, and with it the
/// whole server. Where a thread blocks it, that is an error of its read instead.
fn reads_without_being_stopped() -> nix::Result<()> {
    SigSet::from(Signal::SIGTTIN).thread_block()
}

fn obey(teacher: &Teacher, line: Result<Text, String>) {
    match line {
        Ok(line) if line.is_blank() => {}
        line => match line.and_then(|line| commands::run(teacher, &line)) {
            Ok(Answer::Told(text) | Answer::Done { text, .. }) => tell(&text),
            Ok(Answer::Stream(_)) => tell("it goes on until you end it: use it from another terminal, chat-server ctl"),
            Err(why) => tell(&format!("refused: {why}")),
        },
    }
}

/// Whole lines, in one piece. A stdout that is closed cannot be told.
fn tell(text: &str) {
    let lines: String = text.lines().map(|line| format!("{}\n", Shown::of(line).as_str())).collect();
    let mut stdout = io::stdout();
    stdout.write_all(lines.as_bytes()).and_then(|()| stdout.flush()).unwrap_or_default();
}
