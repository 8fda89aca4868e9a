//! Lesson: the connection to the server, and what waits while there is none. Touches the socket.
//!
//! # Locks
//! One lock over which socket it is and what waits; small ones over when the user asked to leave, and over what failed.
//! Nothing is written under any. A line is counted as sent under the first (`Talk` has a lock of its own, taken inside),
//! so that it is either counted before the link is lost, or waits.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select};
use parking_lot::Mutex;

use super::comfort::talk::Talk;
use crate::protocol::{Said, Word};

/// Most lines that wait for a server to come back.
const WAITING_LINES: usize = 1000;

/// What `recv` and `sent` share of the connection.
pub(super) struct Link {
    state: Mutex<State>,
    talk: Arc<Talk>,
    /// When the user asked to leave.
    leaving: Mutex<Option<Instant>>,
    /// They do not want to wait for what is still under way.
    hurried: AtomicBool,
    /// Why the input or the output cannot go on, where it is no ordinary end.
    failed: Mutex<Option<io::Error>>,
    /// Wakes a `recv` that waits for the server to come back: the user leaves, or takes another nickname.
    wake: Sender<()>,
    woken: Receiver<()>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    /// The system has taken it, or it waits for the server.
    Taken,
    /// A password that nobody asks for any more: it goes nowhere.
    Withdrawn,
    /// Too many lines wait already: the first that is not kept.
    TooMany,
    /// It was begun for one user alone, before a loss, and would go to the group now.
    Private,
    /// `/nick` where it means nothing.
    NoNick,
}

struct State {
    server: Arc<TcpStream>,
    /// Lines to send when the server is back; `None` while it is there.
    waiting: Option<VecDeque<Vec<u8>>>,
    /// How many lines were not even kept.
    unkept: usize,
    /// Another nickname to come back with.
    nickname: Option<String>,
    /// TELL was asking when the server went: the line that was being typed is for one user alone.
    private_draft: bool,
}

impl Link {
    pub(super) fn new(server: TcpStream, talk: Arc<Talk>) -> Self {
        let (wake, woken) = bounded(1);
        let state = Mutex::new(State {
            server: Arc::new(server),
            waiting: None,
            unkept: 0,
            nickname: None,
            private_draft: false,
        });
        Link {
            state,
            talk,
            leaving: Mutex::new(None),
            hurried: AtomicBool::new(false),
            failed: Mutex::new(None),
            wake,
            woken,
        }
    }

    pub(super) fn server(&self) -> Arc<TcpStream> {
        Arc::clone(&self.state.lock().server)
    }

    /// Sends a message, with its newline where it has one, or keeps it while there is no server. Blocks while the server
    /// takes nothing.
    pub(super) fn send(&self, message: Vec<u8>) -> io::Result<Sending> {
        let server = {
            let mut state = self.state.lock();
            if self.talk.drops_secret() {
                return Ok(Sending::Withdrawn);
            }
            let private_draft = std::mem::take(&mut state.private_draft) && !is_quit(&message);
            if state.waiting.is_some() {
                return Ok(self.keep(&mut state, message));
            }
            if private_draft && !self.talk.is_secret() {
                self.hand_back(&message);
                return Ok(Sending::Private);
            }
            if is_nick(&message) && self.talk.takes_words() {
                return Ok(Sending::NoNick);
            }
            self.count(&message);
            Arc::clone(&state.server)
        };
        (&*server).write_all(&message).map(|()| Sending::Taken)
    }

    /// A line that was typed while there is no server.
    fn keep(&self, state: &mut State, message: Vec<u8>) -> Sending {
        if is_nick(&message) {
            let nickname = nickname_in(&message);
            let sending = if nickname.is_some() { Sending::Taken } else { Sending::NoNick };
            state.nickname = nickname.or(state.nickname.take());
            self.wake();
            return sending;
        }
        let waiting = state.waiting.get_or_insert_default();
        if waiting.len() >= WAITING_LINES && !is_quit(&message) {
            state.unkept += 1;
            return if state.unkept == 1 { Sending::TooMany } else { Sending::Taken };
        }
        waiting.push_back(message);
        Sending::Taken
    }

    /// For the arrow up.
    fn hand_back(&self, message: &[u8]) {
        self.talk.hand_back(&[text_of(message)]);
    }

    /// The same for what `recv` answers while the user's lines wait.
    pub(super) fn answer(&self, message: Vec<u8>) -> io::Result<()> {
        self.count(&message);
        (&*self.server()).write_all(&message)
    }

    fn count(&self, message: &[u8]) {
        if let Ok(line) = std::str::from_utf8(message) {
            self.talk.sent(line.strip_suffix('\n').unwrap_or(line));
        }
    }

    /// The server has gone: from now on lines wait. The old connection is closed here, not when there is a new one: a
    /// server that stops waits for that.
    pub(super) fn lost(&self) {
        let mut state = self.state.lock();
        state.waiting.get_or_insert_default();
        state.private_draft |= self.talk.is_in_tell();
        self.talk.withdraw();
        drop(state);
        self.shutdown(Shutdown::Both);
    }

    /// Another connection. Lines wait on, until `send_waiting`.
    pub(super) fn found(&self, server: TcpStream) {
        self.state.lock().server = Arc::new(server);
    }

    /// Sends what waits for the group, in order; from then on lines go out directly. What is not for the group is not sent,
    /// and given back: `/tell`, since somebody else may have the name by now; and from the first word on that leads out of
    /// the group, all that comes after it. Then that is where we go, lest a line that is being typed goes to the group.
    pub(super) fn send_waiting(&self, kept: &mut Vec<String>) -> io::Result<()> {
        let mut leads_out = false;
        while let Some(message) = self.next_waiting() {
            let line = text_of(&message);
            match Said::parse(&line) {
                Said::Word(Word::Quit) => self.answer(message)?,
                Said::Word(Word::Menu | Word::Tell | Word::Register) if !leads_out => {
                    leads_out = true;
                    if Said::parse(&line) != Said::Word(Word::Menu) {
                        kept.push(line);
                    }
                    // A server that is lost again is found out by the next read.
                    self.answer(b"MENU\n".to_vec()).unwrap_or_default();
                }
                Said::Word(Word::TellTo { .. }) => kept.push(line),
                _ if leads_out => kept.push(line),
                _ => self.answer(message)?,
            }
        }
        Ok(())
    }

    /// Forgets what waits, and says what it was, but for the goodbye. From then on lines go out directly.
    pub(super) fn drop_waiting(&self) -> Vec<String> {
        let dropped = self.state.lock().waiting.take().unwrap_or_default();
        dropped.iter().filter(|line| !is_quit(line)).map(|line| text_of(line)).collect()
    }

    /// How many lines were not even kept, since this was last asked.
    pub(super) fn unkept(&self) -> usize {
        std::mem::take(&mut self.state.lock().unkept)
    }

    fn next_waiting(&self) -> Option<Vec<u8>> {
        let mut state = self.state.lock();
        let next = state.waiting.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            state.waiting = None;
        }
        next
    }

    /// The user asked to leave.
    pub(super) fn leave(&self) {
        self.leaving.lock().get_or_insert_with(Instant::now);
        self.wake();
    }

    /// The user asks to leave, and does not want to wait for what is still under way.
    pub(super) fn hurry(&self) {
        self.hurried.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_hurried(&self) -> bool {
        self.hurried.load(Ordering::Relaxed)
    }

    /// The input or the output has failed; the first failure counts.
    pub(super) fn fail(&self, error: &io::Error, what: &str) {
        let error = io::Error::new(error.kind(), format!("{what}: {error}"));
        self.failed.lock().get_or_insert(error);
    }

    /// A line of a script was not sent: it has no eyes, and hears of it by the exit status.
    pub(super) fn refused(&self) {
        self.fail(&io::Error::other("a line was refused, see above"), "not all was sent");
    }

    /// What has failed, where something has.
    pub(super) fn failure(&self) -> io::Result<()> {
        self.failed.lock().take().map_or(Ok(()), Err)
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.lock().is_some()
    }

    /// Whether the user asked to leave longer ago than this.
    pub(super) fn left_before(&self, time: Duration) -> bool {
        self.leaving.lock().is_some_and(|since| since.elapsed() > time)
    }

    /// Waits for what another thread finds out. `None`: the user leaves first.
    pub(super) fn wait_for<T>(&self, found: &Receiver<T>) -> Option<T> {
        loop {
            select! {
                recv(found) -> found => return found.ok(),
                recv(self.woken) -> _ => if self.is_leaving() { return None },
            }
        }
    }

    /// Waits for a while, or until something is to be done. True: the user leaves.
    pub(super) fn wait(&self, time: Duration) -> bool {
        self.woken.recv_timeout(time).is_ok() && self.is_leaving()
    }

    fn wake(&self) {
        // Full: it was said before.
        self.wake.try_send(()).unwrap_or_default();
    }

    pub(super) fn has_other_nickname(&self) -> bool {
        self.state.lock().nickname.is_some()
    }

    /// The nickname that the user wants to come back with, since this was last asked.
    pub(super) fn other_nickname(&self) -> Option<String> {
        self.state.lock().nickname.take()
    }

    /// A socket that has closed already is what is wanted.
    pub(super) fn shutdown(&self, how: Shutdown) {
        self.server().shutdown(how).unwrap_or_default();
    }
}

/// Whether it is QUIT, in any of its spellings.
pub(super) fn is_quit(message: &[u8]) -> bool {
    std::str::from_utf8(message).is_ok_and(|line| matches!(Said::parse(line.trim_end()), Said::Word(Word::Quit)))
}

/// A line as it was typed.
fn text_of(message: &[u8]) -> String {
    String::from_utf8_lossy(message).trim_end_matches('\n').to_owned()
}

/// `/nick`: a word of the client's own, while the server is away.
fn is_nick(message: &[u8]) -> bool {
    message.starts_with(b"/nick") && matches!(message.get(b"/nick".len()), None | Some(b' ' | b'\n'))
}

/// The nickname in `/nick NAME`.
fn nickname_in(message: &[u8]) -> Option<String> {
    let nickname = std::str::from_utf8(message).ok()?.strip_prefix("/nick ")?.trim();
    (!nickname.is_empty()).then(|| nickname.to_owned())
}
