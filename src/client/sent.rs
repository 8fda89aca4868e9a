//! The sending thread: what is typed, line by line, to the server. Touches the input, and writes the socket.

use std::io::{self, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::Receiver;

use super::link::{Link, Sending, is_quit};
use super::{Input, Lang, Login};
use crate::limits::CHUNK_PAUSE;
use crate::shown::Shown;
use crate::wire::Framing;

/// What the sending thread owns.
pub(super) struct Sent {
    pub(super) link: Arc<Link>,
    pub(super) input: Input,
    pub(super) lang: Lang,
    pub(super) is_script: bool,
    pub(super) framing: Framing,
    pub(super) login: Receiver<Login>,
    /// A server that is lost comes back: a line that it did not take is no end.
    pub(super) reconnects: bool,
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
            self.send(&line)?;
        }
        self.quit()
    }

    /// The next line that can be sent. One that is too long is refused here, as the server would. An input that cannot be
    /// read is an end too; that it failed is said when the client ends.
    fn next_line(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.input.next_line() {
                Ok(Some(Ok(line))) => return Some(line),
                Ok(Some(Err(refusal))) => say(&self.lang.refused(&refusal)),
                Ok(None) => return None,
                Err(error) => {
                    self.link.fail(&error, self.lang.no_input());
                    return None;
                }
            }
        }
    }

    fn send(&self, line: &[u8]) -> io::Result<()> {
        if is_quit(line) {
            self.link.leave();
        }
        let mut message = line.to_vec();
        if self.framing == Framing::Lines {
            message.push(b'\n');
        }
        match self.link.send(message) {
            // `recv` finds out too, and says which lines are not known to have arrived.
            Err(error) if self.reconnects => log::debug!("not sent: {error}"),
            Err(error) => return Err(error),
            Ok(Sending::Taken) => {}
            Ok(Sending::Withdrawn) => say(self.lang.withdrawn()),
            Ok(Sending::TooMany) => say(self.lang.too_many()),
        }
        if self.framing == Framing::Chunks && self.is_script {
            // Two messages must not meet in one `recv` of the other side, and there is no event to wait for.
            thread::sleep(CHUNK_PAUSE);
        }
        Ok(())
    }

    /// The end of the input: says so, and closes this direction, so that the server cannot take QUIT for a message and
    /// wait for more.
    fn quit(&self) -> io::Result<()> {
        if self.input.is_hurried() {
            self.link.hurry();
        }
        self.link.leave();
        self.send(b"QUIT")?;
        self.link.shutdown(Shutdown::Write);
        Ok(())
    }
}

/// A row of the client's own words. A stderr that is closed cannot be told.
fn say(words: &str) {
    writeln!(io::stderr(), "{}", Shown::of(words)).unwrap_or_default();
}
