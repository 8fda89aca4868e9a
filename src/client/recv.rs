//! Lesson: the receiving thread: shows what the server sends, and says how it ended. Touches the screen, and reads the
//! socket. Goes by the protocol's lines alone, never by the server's prose.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Sender;

use super::comfort::back::Back;
use super::comfort::history::{Becomes, History};
use super::comfort::others::MUTE;
use super::heard::{Heard, unglued};
use super::link::Link;
use super::process::Process;
use super::{Ended, Login, Printer, Servers};
use crate::limits::{FRAME, GOODBYE, SERVER_LINE_BYTES, SILENCE, TICK};
use crate::protocol::{DISCONNECTED, YOUR_NICKNAME};
use crate::wire::{Framing, Incoming, MessageReader, is_timeout};

/// What the receiving thread owns.
pub(super) struct Recv {
    pub(super) server: Arc<TcpStream>,
    pub(super) framing: Framing,
    pub(super) reader: MessageReader,
    pub(super) printer: Printer,
    pub(super) login: Sender<Login>,
    pub(super) link: Arc<Link>,
    /// Where a lost server is tried again.
    pub(super) reconnect: Option<Servers>,
    /// On the way back to where one was.
    pub(super) back: Option<Back>,
    pub(super) is_script: bool,
    /// How often a nickname was asked for.
    pub(super) asked: usize,
    /// The nickname is ours.
    pub(super) is_in: bool,
    /// The last line was the goodbye.
    pub(super) goodbye: bool,
    /// It was removed, and stays away.
    pub(super) is_sent_away: bool,
    /// The waiting animation runs.
    pub(super) process: Option<Process>,
    /// When the server said something last.
    pub(super) heard: Instant,
    /// It has not said a line yet, and the user was not told so.
    pub(super) mute: bool,
    /// What was shown of the group.
    pub(super) history: History,
    /// It speaks another protocol.
    pub(super) foreign: bool,
    /// The last line said that the nickname is ours.
    pub(super) follows_login: bool,
    /// `--nickname`, for a server that asks for it late.
    pub(super) nickname: Option<String>,
}

/// Why no more is received.
pub(super) enum Over {
    Refused,
    Output(io::Error),
}

impl From<io::Error> for Over {
    /// Only the screen's errors come this way.
    fn from(error: io::Error) -> Self {
        Over::Output(error)
    }
}

impl Recv {
    pub(super) fn new(
        link: &Arc<Link>,
        framing: Framing,
        printer: Printer,
        login: Sender<Login>,
        reconnect: Option<Servers>,
        is_script: bool,
        nickname: Option<String>,
    ) -> Self {
        let (server, link) = (link.server(), Arc::clone(link));
        let reader = MessageReader::new(framing, SERVER_LINE_BYTES);
        let (back, asked, is_in, goodbye, process) = (None, 0, false, false, None);
        let (heard, mute, foreign) = (Instant::now(), true, false);
        Recv {
            server,
            framing,
            reader,
            printer,
            login,
            link,
            reconnect,
            back,
            is_script,
            asked,
            is_in,
            goodbye,
            is_sent_away: false,
            process,
            heard,
            mute,
            history: History::default(),
            foreign,
            follows_login: false,
            nickname,
        }
    }

    /// The thread: one line after the other until the stream ends; then again, where the server is to be tried again.
    pub(super) fn recv(mut self) -> Ended {
        loop {
            let ended = match self.receive() {
                Ok(()) if self.foreign && self.link.is_hurried() => Ended::Interrupted,
                Ok(()) if self.foreign && self.link.is_leaving() => Ended::Left,
                Ok(()) if self.is_given_up() => Ended::NoGoodbye,
                Ok(()) if !self.goodbye => Ended::ServerGone,
                Ok(()) if self.link.is_leaving() => Ended::Left,
                Ok(()) => Ended::SentAway,
                Err(Over::Refused) => Ended::NicknameRefused,
                Err(Over::Output(error)) => self.output_ended(&error),
            };
            if !self.comes_back(ended) {
                return self.end(ended);
            }
            match self.find() {
                Ok(true) => {}
                Ok(false) => return self.end(Ended::Left),
                Err(error) => return self.output_ended(&error),
            }
        }
    }

    /// Nothing can be shown any more. That nobody reads is a quiet end, a full disk is not.
    pub(super) fn output_ended(&self, error: &io::Error) -> Ended {
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.link.fail(error, "cannot write the output");
        }
        Ended::OutputClosed
    }

    fn receive(&mut self) -> Result<(), Over> {
        if self.framing == Framing::Chunks {
            // The original's server asks nothing: its client begins.
            self.ask()?;
        }
        self.wait_for_frames(false);
        let begun = Instant::now();
        loop {
            while let Some(incoming) = self.reader.take() {
                match incoming {
                    Incoming::Line(line) => self.show(&String::from_utf8_lossy(&line))?,
                    Incoming::Refused(_) => {
                        self.printer.says("A line of the server's is too long to be shown", &[])?;
                    }
                    Incoming::Overflow | Incoming::End => return Ok(self.printer.flush()?),
                }
            }
            self.printer.flush()?;
            match self.reader.fill(&*self.server) {
                Err(error) if is_timeout(&error) && !self.is_given_up() => self.wait_on()?,
                Err(_) => return Ok(()),
                // It talks, but of what was said long ago.
                Ok(()) if (self.link.is_hurried() || self.foreign) && self.is_given_up() => return Ok(()),
                Ok(()) => self.heard = Instant::now(),
            }
            if self.is_unknown() && begun.elapsed() >= self.patience() {
                self.turns_foreign()?;
            }
        }
    }

    /// What came as one line.
    fn show(&mut self, line: &str) -> Result<(), Over> {
        unglued(line, self.framing).into_iter().try_for_each(|line| self.hear(line))
    }

    /// One line, by what the protocol says it means.
    fn hear(&mut self, line: &str) -> Result<(), Over> {
        self.mute = false;
        if self.process.take().is_some() {
            self.wait_for_frames(false);
        }
        if self.foreign && !self.turns_out_ours(line)? {
            return Ok(self.printer.show(&Heard::Prose(line), line)?);
        }
        let heard = Heard::parse(line, self.framing);
        if let Heard::Announced(_) = heard {
            // It may stand between a question and its answer, and says nothing of either.
            return Ok(self.printer.show(&heard, line)?);
        }
        self.is_sent_away |= matches!(heard, Heard::SentAway(_));
        self.printer.talk().heard(&heard);
        self.goodbye = heard == Heard::Disconnected && self.framing == Framing::Lines || self.is_glued_goodbye(line);
        if self.framing == Framing::Chunks {
            return self.hear_original(&heard, line);
        }
        match self.history.hears(&heard, line) {
            Becomes::Now => {}
            Becomes::Not => return Ok(()),
            Becomes::These(lines) => {
                return Ok(lines.iter().try_for_each(|line| self.printer.show(&Heard::Prose(line), line))?);
            }
        }
        if let Some(back) = self.back.take() {
            return self.resume(back, &heard, line);
        }
        match heard {
            Heard::Process => {
                self.begin_process();
                return Ok(());
            }
            Heard::YourNickname if !self.is_in => return self.ask(),
            // The prompt says it.
            Heard::Password if self.printer.has_prompt() => {}
            Heard::Password => {
                self.printer.hide_typing()?;
                self.printer.show(&heard, line)?;
            }
            _ => self.printer.show(&heard, line)?,
        }
        self.act_on(&heard)
    }

    /// What else a line that was shown means to us.
    fn act_on(&mut self, heard: &Heard<'_>) -> Result<(), Over> {
        match heard {
            // A script has no eyes: it hears of it by the exit status.
            Heard::NotSent(_) | Heard::NotDelivered(_) if self.is_script && self.is_in => {
                self.link.refused();
            }
            Heard::Successfully if !self.is_in => {
                self.is_in = true;
                self.tell(Login::Done);
            }
            Heard::Password if !self.is_in => {
                self.printer.flush()?;
                self.tell(Login::Asked);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn begin_process(&mut self) {
        if self.printer.is_terminal() {
            self.process = Some(Process::default());
            self.wait_for_frames(true);
        }
    }

    /// In chunks the goodbye may be glued to the last message. Somebody may also have written that: so it counts only
    /// where we asked to leave, and the stream ends after it.
    fn is_glued_goodbye(&self, line: &str) -> bool {
        self.framing == Framing::Chunks && self.link.is_leaving() && line.trim_end().ends_with(DISCONNECTED)
    }

    /// A nickname is asked for. A script has one try.
    pub(super) fn ask(&mut self) -> Result<(), Over> {
        self.asked += 1;
        if self.is_script && self.asked > 1 {
            self.printer.flush()?;
            return Err(Over::Refused);
        }
        if !self.printer.has_prompt() {
            self.printer.show(&Heard::YourNickname, YOUR_NICKNAME)?;
        }
        self.printer.flush()?;
        self.tell(Login::Asked);
        Ok(())
    }

    /// Where `sent` has ended, or the login is over, nobody waits for the news.
    pub(super) fn tell(&self, login: Login) {
        self.login.try_send(login).unwrap_or_default();
    }

    /// While the animation runs, a `read` waits for one picture only. A socket that takes no timeout shows no pictures.
    fn wait_for_frames(&self, animated: bool) {
        let patience = if animated { FRAME } else { TICK };
        self.server.set_read_timeout(Some(patience)).unwrap_or_default();
    }

    /// The user has left, and the server is silent, or the user does not want to wait. A script waits as long as it takes.
    fn is_given_up(&self) -> bool {
        let waits = !self.link.is_hurried() && self.heard.elapsed() <= GOODBYE;
        if self.foreign {
            return self.link.left_before(GOODBYE) && !(self.is_script && waits);
        }
        !self.is_script && !self.goodbye && self.link.left_before(GOODBYE) && !waits
    }

    /// Nothing came: the next picture, or what a server that is silent has not answered.
    fn wait_on(&mut self) -> io::Result<()> {
        if let Some(process) = &mut self.process {
            process.step();
            return self.printer.animate(process);
        }
        if self.is_script || self.heard.elapsed() < SILENCE {
            return Ok(());
        }
        if std::mem::take(&mut self.mute) {
            self.printer.says(MUTE, &[])?;
        }
        if !self.printer.is_terminal() {
            return self.printer.flush();
        }
        for line in self.printer.talk().unanswered(SILENCE) {
            self.printer.says("No answer yet: {line}", &[&line])?;
        }
        self.printer.flush()
    }
}
