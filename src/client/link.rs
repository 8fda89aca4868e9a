//! Lesson: the connection to the server, which may be another one after a loss. Touches the socket.
//!
//! How to use: `send` what is typed, and `answer` what `recv` says itself. After a loss `lost`, then `found` with another
//! socket, then `send_waiting` or `drop_waiting`: from then on lines go out directly again. `leave` says that the user wants
//! to go, `hurry` that they do not wait for what is under way; `wait` and `wait_for` end when they leave. `fail` keeps the
//! first fault for the end.
//!
//! # Locks
//! One lock over which socket it is and what waits; small ones over when the user asked to leave, and over what failed.
//! Nothing is written to the socket under any. A line of the user's is counted as sent under the first (`Talk` has a lock
//! of its own, taken inside), so that it is either counted before the link is lost, or waits.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select};
use parking_lot::Mutex;

use super::comfort::sent_lines::SentLines;
use super::comfort::talk::Talk;
pub(super) use super::comfort::waiting::{Sending, is_quit};
use super::comfort::waiting::{Waiting, is_nick, text_of};
use crate::protocol::{Said, Word};

/// What `recv` and `sent` share of the connection.
pub(super) struct Link {
    state: Mutex<Current>,
    talk: Arc<Talk>,
    /// Comfort: for a session that goes on with another connection.
    sent: SentLines,
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

struct Current {
    server: Arc<TcpStream>,
    /// There is none, or it has not yet got what waits: what is typed waits too.
    is_away: bool,
    waiting: Waiting,
    /// TELL was asking when the server went: the line that was being typed is for one user alone.
    private_draft: bool,
}

impl Link {
    pub(super) fn new(server: TcpStream, talk: Arc<Talk>) -> Self {
        let (wake, woken) = bounded(1);
        let (server, waiting) = (Arc::new(server), Waiting::default());
        Link {
            state: Mutex::new(Current { server, is_away: false, waiting, private_draft: false }),
            talk,
            sent: SentLines::default(),
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
            if state.is_away {
                let sending = state.waiting.keep(message);
                self.wake_for(&state.waiting);
                return Ok(sending);
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
        self.sent.add(message, self.talk.is_secret());
        if let Ok(line) = std::str::from_utf8(message) {
            self.talk.sent(line.strip_suffix('\n').unwrap_or(line));
        }
    }

    /// Asks the server for something of the client's own: no answer to a question, and nothing that is shown.
    pub(super) fn asks(&self, line: &str) {
        self.sent.add(line.as_bytes(), false);
        self.brings(line);
    }

    /// The same before the session has this connection.
    pub(super) fn brings(&self, line: &str) {
        if let Err(error) = (&*self.server()).write_all(line.as_bytes()) {
            log::debug!("lost again: {error}");
        }
    }

    /// Another session, to which so many lines went already.
    pub(super) fn begins_anew(&self, lines: u64) {
        self.sent.begins(lines);
    }

    /// The session goes on, and the server has taken so many lines of it: the others go out again.
    pub(super) fn resumes(&self, taken: u64) {
        for line in self.sent.not_among(taken) {
            if let Err(error) = (&*self.server()).write_all(&line) {
                return log::debug!("lost again: {error}");
            }
        }
    }

    /// Sends all that waits, in order, where the session stands as it stood. From then on lines go out directly.
    pub(super) fn send_all_waiting(&self) -> io::Result<()> {
        self.state.lock().private_draft = false;
        while let Some(message) = self.next_waiting() {
            self.answer(message)?;
        }
        Ok(())
    }

    /// The server has gone: from now on lines wait. The old connection is closed here, not when there is a new one: a
    /// server that stops waits for that. True: TELL was asking, and the line that is being typed is for one user alone.
    pub(super) fn lost(&self) -> bool {
        let mut state = self.state.lock();
        state.is_away = true;
        let in_tell = self.talk.is_in_tell();
        state.private_draft |= in_tell;
        self.talk.withdraw();
        drop(state);
        self.shutdown(Shutdown::Both);
        in_tell
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
        let dropped = {
            let mut state = self.state.lock();
            state.is_away = false;
            state.waiting.take_lines()
        };
        dropped.iter().filter(|line| !is_quit(line)).map(|line| text_of(line)).collect()
    }

    /// How many lines were not even kept, since this was last asked.
    pub(super) fn unkept(&self) -> usize {
        self.state.lock().waiting.take_unkept()
    }

    fn next_waiting(&self) -> Option<Vec<u8>> {
        let mut state = self.state.lock();
        let next = state.waiting.next_line();
        state.is_away &= next.is_some();
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

    /// Another nickname is no line that waits: it is asked for again at once.
    fn wake_for(&self, waiting: &Waiting) {
        if waiting.has_nickname() {
            self.wake();
        }
    }

    fn wake(&self) {
        // Full: it was said before.
        self.wake.try_send(()).unwrap_or_default();
    }

    pub(super) fn has_other_nickname(&self) -> bool {
        self.state.lock().waiting.has_nickname()
    }

    /// The nickname that the user wants to come back with, since this was last asked.
    pub(super) fn other_nickname(&self) -> Option<String> {
        self.state.lock().waiting.take_nickname()
    }

    /// A socket that has closed already is what is wanted.
    pub(super) fn shutdown(&self, how: Shutdown) {
        self.server().shutdown(how).unwrap_or_default();
    }
}
