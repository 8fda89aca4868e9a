//! Lesson: the sending thread: what is typed, line by line, to the server. Touches the input, and writes the socket.

use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::Receiver;

use super::comfort::meant::{Answer, meant};
use super::comfort::talk::{Server, Talk};
use super::link::{Link, Sending, is_quit};
use super::{Input, Lang, Login};
use crate::limits::CHUNK_PAUSE;
use crate::protocol::{Said, Word};
use crate::wire::Framing;

/// Words that a loss brings.
const WITHDRAWN: &str = "Not sent: the server that asked for a password has gone; say REGISTER again";
const TOO_MANY: &str = "Not sent: too many lines wait for the server already; what follows is only counted";
const BEGUN_IN_PRIVATE: &str =
    "Not sent: you began this line for one user alone, and the server that asked for it has gone";
const NO_NICK: &str = "Not sent: /nick NAME works only while a lost server is tried again; to change your name, leave with QUIT and come back: chat --nickname NAME";
/// The original's server would publish it.
const NO_PRIVATE: &str = "Not sent: the original's server does not know /tell and /r, and would show your text to everyone; answer 1 to its question to write to one user";

/// What the sending thread owns.
pub(super) struct Sent {
    pub(super) link: Arc<Link>,
    pub(super) talk: Arc<Talk>,
    pub(super) input: Input,
    pub(super) lang: Lang,
    pub(super) is_script: bool,
    pub(super) framing: Framing,
    pub(super) login: Receiver<Login>,
    /// A server that is lost comes back: a line that it did not take is no end.
    pub(super) reconnects: bool,
    /// Whether a word was meant was asked before; a script is not asked.
    pub(super) has_asked: bool,
}

impl Sent {
    /// The thread: the login, then every line of the input, at its end QUIT. A socket that takes no more ends it too:
    /// what the server's last words were is for `recv` to show.
    pub(super) fn sent(mut self, nickname: Option<String>) {
        if let Err(error) = self.send_all(nickname) {
            log::debug!("the server takes no more: {error}");
        }
    }

    fn send_all(&mut self, mut nickname: Option<String>) -> io::Result<()> {
        // Until the nickname is ours, one line for each time that it is asked for: the second line of a script must not
        // become a nickname because the first was refused.
        loop {
            match self.login.recv() {
                Ok(Login::Asked) => {}
                Ok(Login::Done) => break,
                // `recv` has ended, and with it the login: not one line more.
                Err(_) => return Ok(()),
            }
            let line = nickname.take().map(String::into_bytes);
            match line.or_else(|| self.next_line()) {
                Some(line) => self.send(&line)?,
                None => return self.quit(),
            }
        }
        while let Some(line) = self.next_line() {
            if is_quit(&line) && self.talk.is_with(Server::Other) {
                break;
            }
            match self.as_meant(line) {
                Ok(Some(line)) => self.send(&line)?,
                Ok(None) => {}
                Err(error) => {
                    self.link.fail(&error, "cannot read the input");
                    break;
                }
            }
        }
        if self.talk.is_with(Server::Other) {
            self.hang_up();
            return Ok(());
        }
        self.quit()
    }

    /// What is to be sent for a line: the word that was meant, where it would be a message. That is asked once; who has been
    /// asked knows the words. `None`: nothing.
    fn as_meant(&mut self, line: Vec<u8>) -> io::Result<Option<Vec<u8>>> {
        let may_ask = !self.has_asked && self.input.lines.is_typed() && self.talk.takes_messages();
        let Some(word) = meant(&line).filter(|_| may_ask) else { return Ok(Some(line)) };
        self.has_asked = true;
        let typed = String::from_utf8_lossy(&line);
        let question = "'{line}' would be a message. Is the word {word} meant? Y/n";
        let question = self.lang.fill(question, &[&typed.trim_end(), &word]);
        Ok(match self.input.lines.asks(&question)? {
            Answer::Yes => Some(word.as_bytes().to_vec()),
            Answer::No => Some(line),
            Answer::Other => None,
        })
    }

    /// The next line that can be sent. One that is too long is refused here, as the server would. An input that cannot be
    /// read is an end too; that it failed is said when the client ends.
    fn next_line(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.input.lines.next_line() {
                Ok(Some(Ok(line))) => return Some(line),
                Ok(Some(Err(refusal))) => {
                    let why = self.lang.told(&refusal.to_string());
                    self.refuse(&self.lang.fill("Not sent: {why}", &[&why]));
                }
                Ok(None) => return None,
                Err(error) => {
                    self.link.fail(&error, "cannot read the input");
                    return None;
                }
            }
        }
    }

    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        if is_quit(line) {
            self.link.leave();
        }
        let mut message = line.to_vec();
        match self.framing {
            Framing::Lines => message.push(b'\n'),
            Framing::Chunks if is_private(line) && self.talk.nickname().is_some() => {
                self.refuse(self.lang.words(NO_PRIVATE));
                return Ok(());
            }
            // The one spelling that the original's server takes without harm.
            Framing::Chunks if is_quit(line) => message = b"QUIT".to_vec(),
            Framing::Chunks => {}
        }
        match self.link.send(message) {
            // `recv` finds out too, and says which lines are not known to have arrived.
            Err(error) if self.reconnects => log::debug!("not sent: {error}"),
            Err(error) => return Err(error),
            Ok(Sending::Taken) => {}
            Ok(Sending::Withdrawn) => self.input.lines.tells(self.lang.words(WITHDRAWN)),
            Ok(Sending::TooMany) => self.input.lines.tells(self.lang.words(TOO_MANY)),
            Ok(Sending::Private) => self.input.lines.tells(self.lang.words(BEGUN_IN_PRIVATE)),
            Ok(Sending::NoNick) => self.refuse(self.lang.words(NO_NICK)),
        }
        if self.framing == Framing::Chunks && self.is_script {
            // Two messages must not meet in one `recv` of the other side, and there is no event to wait for.
            thread::sleep(CHUNK_PAUSE);
        }
        Ok(())
    }

    /// A line that is not sent, and why. A script hears of it by the exit status too.
    fn refuse(&mut self, words: &str) {
        self.input.lines.tells(words);
        if self.is_script {
            self.link.refused();
        }
    }

    /// The end of the input at a server that speaks another protocol: it would take QUIT for a text, and says no goodbye that
    /// one could wait for.
    fn hang_up(&self) {
        if self.input.lines.is_hurried() {
            self.link.hurry();
        }
        self.link.leave();
        self.link.shutdown(if self.input.lines.is_hurried() { Shutdown::Both } else { Shutdown::Write });
    }

    /// The end of the input: says so, and closes this direction, so that the server cannot take QUIT for a message and
    /// wait for more.
    fn quit(&mut self) -> io::Result<()> {
        if self.input.lines.is_hurried() {
            self.link.hurry();
        }
        self.link.leave();
        self.send(b"QUIT")?;
        self.link.shutdown(Shutdown::Write);
        Ok(())
    }
}

/// Whether it is a private message on one line, or the client's short form of one.
fn is_private(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let is_answer = line.trim_start().split(' ').next() == Some("/r");
    is_answer || matches!(Said::parse(line.trim_start()), Said::Word(Word::TellTo { .. }))
}
