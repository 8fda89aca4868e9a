//! Lesson: the receiving thread: shows what the server sends, and says how it ended. Touches the screen, and reads the
//! socket. Goes by the protocol's lines alone, never by the server's prose.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use super::comfort::back::{Reconnect, tell_all, tell_unknown};
use super::comfort::history::{Becomes, History};
use super::comfort::others::{MUTE, hear_original, turns_foreign, turns_out_ours};
use super::comfort::resume::{Line, Resume, is_back};
use super::desk::{Desk, Over, Phase};
use super::heard::{Heard, unglued};
use super::process::Process;
use super::{Ended, Login, Servers};
use crate::limits::{FRAME, GOODBYE, OTHER_PROTOCOL, SERVER_LINE_BYTES, SILENCE, TICK};
use crate::protocol::{DISCONNECTED, YOUR_NICKNAME};
use crate::wire::{Framing, Incoming, MessageReader, is_timeout};

/// What the receiving thread owns.
pub(super) struct Recv {
    desk: Desk,
    stream: Stream,
    farewell: Farewell,
    /// The waiting animation runs.
    process: Option<Process>,
    /// `--nickname`, for a server that asks for it late.
    nickname: Option<String>,
    /// Comfort: what was shown of the group, and how a lost server is found again.
    history: History,
    reconnect: Reconnect,
    /// How the session goes on with another connection.
    resume: Resume,
}

/// What comes from the server.
struct Stream {
    server: Arc<TcpStream>,
    framing: Framing,
    reader: MessageReader,
    /// When it said something last.
    heard: Instant,
    /// It has not said a line yet, and the user was not told so.
    mute: bool,
}

/// What it has said of the end.
#[derive(Default)]
struct Farewell {
    /// Its last line was the goodbye.
    said: bool,
    /// It has sent us away, and we stay away.
    for_good: bool,
}

impl Recv {
    pub(super) fn new(desk: Desk, framing: Framing, reconnect: Option<Servers>, nickname: Option<String>) -> Self {
        let (server, reader) = (desk.link.server(), MessageReader::new(framing, SERVER_LINE_BYTES));
        let stream = Stream { server, framing, reader, heard: Instant::now(), mute: true };
        let (farewell, history, reconnect) = (Farewell::default(), History::default(), Reconnect::to(reconnect));
        Recv { desk, stream, farewell, process: None, nickname, history, reconnect, resume: Resume::default() }
    }

    /// The thread: one line after the other until the stream ends; then again, where the server is to be tried again.
    pub(super) fn recv(mut self) -> Ended {
        loop {
            let over = self.receive();
            let link = &self.desk.link;
            let ended = match over {
                Ok(()) if self.is_foreign() && link.is_hurried() => Ended::Interrupted,
                Ok(()) if self.is_foreign() && link.is_leaving() => Ended::Left,
                Ok(()) if self.is_given_up() => Ended::NoGoodbye,
                Ok(()) if !self.farewell.said => Ended::ServerGone,
                Ok(()) if link.is_leaving() => Ended::Left,
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
            self.stream.server = self.desk.link.server();
            self.stream.reader = MessageReader::new(self.stream.framing, SERVER_LINE_BYTES);
            self.farewell.said = false;
        }
    }

    /// Waits for the server. False: the user has left.
    fn find(&mut self) -> io::Result<bool> {
        let in_tell = self.desk.link.lost();
        let returns = self.resume.has_token() && !in_tell && !self.desk.printer.talk().is_withdrawn();
        self.resume.lost(returns);
        self.reconnect.lost(&mut self.desk, in_tell)?;
        if !returns {
            self.desk.link.begins_anew(0);
            self.begins_anew()?;
        }
        self.reconnect.find(&mut self.desk)
    }

    /// The session is over, and another one begins.
    fn begins_anew(&mut self) -> io::Result<()> {
        self.history.lost();
        tell_unknown(&mut self.desk)
    }

    /// Whether the server is to be tried again after this end. Not for a script, nor before there was a nickname: there
    /// is nothing to take up. Nor for the original's server, which says nothing of where one is.
    fn comes_back(&self, ended: Ended) -> bool {
        matches!(ended, Ended::ServerGone | Ended::SentAway)
            && self.reconnect.is_wanted()
            && self.desk.is_in()
            && !self.desk.is_script
            && self.stream.framing == Framing::Lines
            && !self.farewell.for_good
            && !self.desk.link.is_leaving()
    }

    /// The end: nothing that was typed is lost in silence. Not for a script, which hears of it by the exit status.
    fn end(mut self, ended: Ended) -> Ended {
        if self.desk.is_script || matches!(ended, Ended::NicknameRefused | Ended::OutputClosed) {
            return ended;
        }
        let is_known = self.farewell.said && self.desk.link.is_leaving();
        match tell_all(&mut self.desk, is_known) {
            Ok(true) if ended == Ended::Left => Ended::NoGoodbye,
            Ok(_) => ended,
            Err(error) => self.output_ended(&error),
        }
    }

    /// Nothing can be shown any more. That nobody reads is a quiet end, a full disk is not.
    fn output_ended(&self, error: &io::Error) -> Ended {
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.desk.link.fail(error, "cannot write the output");
        }
        Ended::OutputClosed
    }

    fn receive(&mut self) -> Result<(), Over> {
        if self.stream.framing == Framing::Chunks {
            // The original's server asks nothing: its client begins.
            self.desk.ask()?;
        }
        self.wait_for_frames(false);
        let begun = Instant::now();
        loop {
            while let Some(incoming) = self.stream.reader.take() {
                if !matches!(incoming, Incoming::End) {
                    self.resume.counts(self.reconnect.is_under_way());
                }
                match incoming {
                    Incoming::Line(line) => self.show(&String::from_utf8_lossy(&line))?,
                    Incoming::Refused(_) => {
                        self.desk.printer.says("A line of the server's is too long to be shown", &[])?;
                    }
                    Incoming::Overflow | Incoming::End => return Ok(self.desk.printer.flush()?),
                }
            }
            self.desk.printer.flush()?;
            match self.stream.reader.fill(&*self.stream.server) {
                Err(error) if is_timeout(&error) && !self.is_given_up() => self.wait_on()?,
                Err(_) => return Ok(()),
                // It talks, but of what was said long ago.
                Ok(()) if (self.desk.link.is_hurried() || self.is_foreign()) && self.is_given_up() => return Ok(()),
                Ok(()) => self.stream.heard = Instant::now(),
            }
            if self.is_other(begun) {
                let mute = std::mem::take(&mut self.stream.mute) && self.stream.heard.elapsed() >= OTHER_PROTOCOL;
                turns_foreign(&mut self.desk, mute)?;
                // Each read is shown for itself: its lines may have no ends.
                self.stream.reader.reads(Framing::Chunks);
            }
        }
    }

    /// What came as one line.
    fn show(&mut self, line: &str) -> Result<(), Over> {
        for line in unglued(line, self.stream.framing) {
            if !self.is_about_the_token(line)? {
                self.hear(line)?;
            }
        }
        Ok(())
    }

    /// One line, by what the protocol says it means.
    fn hear(&mut self, line: &str) -> Result<(), Over> {
        self.stream.mute = false;
        if self.process.take().is_some() {
            self.wait_for_frames(false);
        }
        if self.is_foreign() {
            if line != YOUR_NICKNAME {
                return Ok(self.desk.printer.show(&Heard::Prose(line), line)?);
            }
            self.stream.reader.reads(Framing::Lines);
            turns_out_ours(&mut self.desk, &mut self.nickname)?;
        }
        let heard = Heard::parse(line, self.stream.framing);
        if let Heard::Announced(_) = heard {
            // It may stand between a question and its answer, and says nothing of either.
            return Ok(self.desk.printer.show(&heard, line)?);
        }
        self.farewell.for_good |= matches!(heard, Heard::SentAway(_));
        self.desk.printer.talk().heard(&heard);
        self.farewell.said =
            heard == Heard::Disconnected && self.stream.framing == Framing::Lines || self.is_glued_goodbye(line);
        if self.stream.framing == Framing::Chunks {
            if hear_original(&mut self.desk, &heard, line)? {
                self.begin_process();
            }
            return Ok(());
        }
        match self.history.hears(&heard, line) {
            Becomes::Now => {}
            Becomes::Not => return Ok(()),
            Becomes::These(lines) => {
                return Ok(lines.iter().try_for_each(|line| self.desk.printer.show(&Heard::Prose(line), line))?);
            }
        }
        if self.reconnect.is_under_way() {
            return self.reconnect.resume(&mut self.desk, &heard, line);
        }
        match heard {
            Heard::Process => {
                self.begin_process();
                return Ok(());
            }
            Heard::YourNickname if !self.desk.is_in() => return self.desk.ask(),
            // The prompt says it.
            Heard::Password if self.desk.printer.has_prompt() => {}
            Heard::Password => {
                self.desk.printer.hide_typing()?;
                self.desk.printer.show(&heard, line)?;
            }
            _ => self.desk.printer.show(&heard, line)?,
        }
        self.act_on(&heard)
    }

    /// The line belongs to the token of the session, and is not shown.
    fn is_about_the_token(&mut self, line: &str) -> io::Result<bool> {
        match self.resume.hears(&mut self.desk, line, self.reconnect.is_under_way()) {
            Line::Other => return Ok(false),
            Line::Own => {}
            Line::Resumed { lost } => {
                self.reconnect.is_over();
                is_back(&mut self.desk, lost)?;
            }
            Line::NotResumed => self.begins_anew()?,
        }
        Ok(true)
    }

    /// What else a line that was shown means to us.
    fn act_on(&mut self, heard: &Heard<'_>) -> Result<(), Over> {
        let is_in = self.desk.is_in();
        match heard {
            // A script has no eyes: it hears of it by the exit status.
            Heard::NotSent(_) | Heard::NotDelivered(_) if is_in && self.desk.is_script => self.desk.link.refused(),
            Heard::Successfully if !is_in => {
                self.desk.phase = Phase::In { just_now: false };
                self.desk.tell(Login::Done);
            }
            Heard::Password if !is_in => {
                self.desk.printer.flush()?;
                self.desk.tell(Login::Asked);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin_process(&mut self) {
        if self.desk.printer.is_terminal() {
            self.process = Some(Process::default());
            self.wait_for_frames(true);
        }
    }

    /// In chunks the goodbye may be glued to the last message. Somebody may also have written that: so it counts only
    /// where we asked to leave, and the stream ends after it.
    fn is_glued_goodbye(&self, line: &str) -> bool {
        self.stream.framing == Framing::Chunks && self.desk.link.is_leaving() && line.trim_end().ends_with(DISCONNECTED)
    }

    fn is_foreign(&self) -> bool {
        self.desk.phase == Phase::Foreign
    }

    /// Ours asks for a nickname first. A script waits longer: its lines would be lost on one that is only slow.
    fn is_other(&self, begun: Instant) -> bool {
        let patience = if self.desk.is_script { OTHER_PROTOCOL * 2 } else { OTHER_PROTOCOL };
        let is_unknown = self.stream.framing == Framing::Lines && self.desk.phase == Phase::Begins;
        is_unknown && begun.elapsed() >= patience
    }

    /// While the animation runs, a `read` waits for one picture only. A socket that takes no timeout shows no pictures.
    fn wait_for_frames(&self, animated: bool) {
        let patience = if animated { FRAME } else { TICK };
        self.stream.server.set_read_timeout(Some(patience)).unwrap_or_default();
    }

    /// The user has left, and the server is silent, or the user does not want to wait. A script waits as long as it takes.
    fn is_given_up(&self) -> bool {
        let waits = !self.desk.link.is_hurried() && self.stream.heard.elapsed() <= GOODBYE;
        if self.is_foreign() {
            return self.desk.link.left_before(GOODBYE) && !(self.desk.is_script && waits);
        }
        !self.desk.is_script && !self.farewell.said && self.desk.link.left_before(GOODBYE) && !waits
    }

    /// Nothing came: the next picture, or what a server that is silent has not answered.
    fn wait_on(&mut self) -> io::Result<()> {
        if let Some(process) = &mut self.process {
            process.step();
            return self.desk.printer.animate(process);
        }
        if self.desk.is_script || self.stream.heard.elapsed() < SILENCE {
            return Ok(());
        }
        if std::mem::take(&mut self.stream.mute) {
            self.desk.printer.says(MUTE, &[])?;
        }
        if !self.desk.printer.is_terminal() {
            return self.desk.printer.flush();
        }
        for line in self.desk.printer.talk().unanswered(SILENCE) {
            self.desk.printer.says("No answer yet: {line}", &[&line])?;
        }
        self.desk.printer.flush()
    }
}
