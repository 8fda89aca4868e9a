//! Comfort: a lost server is tried again: the nickname taken again, then the group, if one was there, then the lines
//! that were typed for it meanwhile. `sent` goes on reading the keyboard; its lines wait on the link until all this is
//! done.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use crate::client::comfort::prompt::Place;
use crate::client::heard::Heard;
use crate::client::recv::{Over, Recv};
use crate::client::{Ended, Servers};
use crate::limits::{SERVER_LINE_BYTES, SINGLE_STACK};
use crate::protocol::{SEEN_PERHAPS, WHILE_AWAY};
use crate::wire::{Framing, MessageReader};

const SECOND: Duration = Duration::from_secs(1);
/// Pause before the first try; it doubles up to `PAUSE_MAX`.
const PAUSE_MIN: u32 = 1;
/// Longest pause between two tries, in seconds.
const PAUSE_MAX: u32 = 30;
/// Seconds that the server may hold the nickname of the lost session before it is asked for again.
const NICKNAME: u32 = 5;
/// After so many refusals it is no lost session that has the nickname: the server would have missed it by now.
const REFUSALS: u32 = 24;

/// Most lines that are named one by one where they may not have arrived.
const NAMED: usize = 100;

/// On the way back the nickname is taken; after many tries it is not by the lost session any more.
const STILL_TAKEN: &str = "{nickname} is still taken, by your lost session or by somebody else: asked for again every 5 s. /nick NAME takes another";
const TAKEN_FOR_GOOD: &str = "{nickname} seems to be somebody else now. /nick NAME takes another";

/// What is to be taken up again.
pub(in crate::client) struct Back {
    nickname: String,
    place: Place,
    /// The nickname was refused on this connection.
    refused: bool,
    /// How often it was found taken.
    taken: u32,
    /// What was shown last on the way: the same is not shown again.
    shown: String,
    /// A question of TELL's was open: what was typed meanwhile is for one user alone.
    in_tell: bool,
    /// What was left for the user while away comes in.
    waited: bool,
    /// Seconds until the next try.
    pause: u32,
}

impl Recv {
    /// Whether the server is to be tried again after this end. Not for a script, nor before there was a nickname: there
    /// is nothing to take up. Nor for the original's server, which says nothing of where one is.
    pub(in crate::client) fn comes_back(&self, ended: Ended) -> bool {
        matches!(ended, Ended::ServerGone | Ended::SentAway)
            && self.reconnect.is_some()
            && self.is_in
            && !self.is_script
            && self.framing == Framing::Lines
            && !self.is_sent_away
            && !self.link.is_leaving()
    }

    /// Waits for the server. False: the user has left.
    pub(in crate::client) fn find(&mut self) -> io::Result<bool> {
        self.link.lost();
        self.history.lost();
        let talk = Arc::clone(self.printer.talk());
        let in_tell = talk.is_in_tell();
        if self.back.is_none() {
            self.printer.says("The server is gone; we try again. What you type waits. Ctrl-C leaves", &[])?;
        }
        if talk.is_withdrawn() {
            let words = "A password was asked for: the line that you are typing goes nowhere. Enter ends it";
            self.printer.says(words, &[])?;
        }
        self.tell_unknown()?;
        let (nickname, place) = (talk.nickname().unwrap_or_default(), talk.place());
        let (refused, taken, shown, waited, pause) = (false, 0, String::new(), false, PAUSE_MIN);
        let fresh = Back { nickname, place, refused, taken, shown, in_tell, waited, pause };
        // Lost again on the way back: the place is still the first one.
        let mut back = self.back.take().map_or(fresh, |back| Back { refused: false, waited: false, ..back });
        let Some(servers) = self.reconnect.clone() else { return Ok(false) };
        let server = loop {
            let second = about_a_second();
            for left in (1..=back.pause).rev() {
                talk.is_away(Some(left));
                self.printer.refresh()?;
                if self.link.wait(second) {
                    return Ok(false);
                }
            }
            back.pause = (back.pause * 2).min(PAUSE_MAX);
            let Some(tried) = self.link.wait_for(&connecting(servers.clone())?) else { return Ok(false) };
            match tried {
                Ok(server) => break server,
                Err(error) => log::debug!("not yet: {error}"),
            }
        };
        self.link.found(server);
        self.server = self.link.server();
        self.reader = MessageReader::new(self.framing, SERVER_LINE_BYTES);
        self.goodbye = false;
        self.back = Some(back);
        Ok(true)
    }

    /// One line of the server's on the way back: answered, not shown, but for what the user has to know.
    pub(in crate::client) fn resume(&mut self, mut back: Back, heard: &Heard<'_>, line: &str) -> Result<(), Over> {
        match *heard {
            Heard::YourNickname => {
                if back.refused && self.wait_for_nickname()? {
                    return self.give_up(back);
                }
                if let Some(other) = self.link.other_nickname() {
                    (back.nickname, back.taken) = (other, 0);
                }
                self.answer(&back.nickname);
            }
            Heard::AlreadyUsed => {
                (back.refused, back.taken) = (true, back.taken.saturating_add(1));
                if back.taken == 1 || back.taken == REFUSALS {
                    let words = if back.taken == REFUSALS { TAKEN_FOR_GOOD } else { STILL_TAKEN };
                    self.printer.says(words, &[&back.nickname])?;
                    self.printer.flush()?;
                }
            }
            // A private chat is not opened again: somebody else may have the partner's name by now.
            Heard::Question if back.place == Place::Group => self.answer("2"),
            Heard::Question => return self.is_back(&back, heard, line),
            // A password is the user's to type; then they choose anew.
            Heard::InGroup | Heard::Password => return self.is_back(&back, heard, line),
            // With the next line, which is an answer of ours, the server counts it as read.
            Heard::Prose(prose) if back.waited || [WHILE_AWAY, SEEN_PERHAPS].contains(&prose) => {
                back.waited = true;
                self.printer.show(heard, line)?;
            }
            Heard::NotSent(_) => {
                back.refused = true;
                if back.shown != line {
                    line.clone_into(&mut back.shown);
                    self.printer.show(heard, line)?;
                }
            }
            _ => {}
        }
        self.back = Some(back);
        Ok(())
    }

    /// In the group again, all is as it was, and the lines that waited for it go out. What was typed for one user alone is
    /// shown and given back instead: it must not become an answer, nor public, nor reach whoever has the name now.
    fn is_back(&mut self, back: &Back, heard: &Heard<'_>, line: &str) -> Result<(), Over> {
        let talk = Arc::clone(self.printer.talk());
        talk.is_away(None);
        self.printer.says("The server is back", &[])?;
        self.printer.show(heard, line)?;
        let mut not_sent = Vec::new();
        if back.in_tell || *heard != Heard::InGroup {
            not_sent = self.link.drop_waiting();
        } else if let Err(error) = self.link.send_waiting(&mut not_sent) {
            log::debug!("lost again: {error}");
        }
        not_sent.iter().try_for_each(|line| self.tell_not_sent(line))?;
        talk.hand_back(&not_sent);
        if !not_sent.is_empty() && self.printer.has_prompt() {
            let words = "What was not sent was not for the group: the arrow up brings it back, in order";
            self.printer.says(words, &[])?;
        }
        self.tell_unkept()?;
        Ok(())
    }

    /// What was sent to the server that has gone. Where it is a lot, how much.
    fn tell_unknown(&mut self) -> io::Result<()> {
        let lines = self.printer.talk().lost();
        let lines = if lines.len() > NAMED { vec![self.counted(lines.len())] } else { lines };
        lines.iter().try_for_each(|line| self.printer.says("Not known to have arrived: {line}", &[line]))
    }

    /// What waits, and will not be sent. True: there was something.
    fn tell_unsent(&mut self) -> io::Result<bool> {
        let lines = self.link.drop_waiting();
        lines.iter().try_for_each(|line| self.tell_not_sent(line))?;
        Ok(!lines.is_empty())
    }

    /// What was not even kept.
    fn tell_unkept(&mut self) -> io::Result<()> {
        match self.link.unkept() {
            0 => Ok(()),
            lines => self.tell_not_sent(&self.counted(lines)),
        }
    }

    fn tell_not_sent(&mut self, what: &str) -> io::Result<()> {
        self.printer.says("Not sent: {why}", &[&what])
    }

    /// Lines, by their number.
    fn counted(&self, lines: usize) -> String {
        self.printer.lang().fill("{lines} lines", &[&lines])
    }

    /// The end: nothing that was typed is lost in silence. Not for a script, which hears of it by the exit status.
    pub(in crate::client) fn end(mut self, ended: Ended) -> Ended {
        if self.is_script || matches!(ended, Ended::NicknameRefused | Ended::OutputClosed) {
            return ended;
        }
        let told = |recv: &mut Self| {
            if !(recv.goodbye && recv.link.is_leaving()) {
                recv.tell_unknown()?;
            }
            let unsent = recv.tell_unsent()?;
            recv.tell_unkept()?;
            recv.printer.flush().map(|()| unsent)
        };
        match told(&mut self) {
            Ok(true) if ended == Ended::Left => Ended::NoGoodbye,
            Ok(_) => ended,
            Err(error) => self.output_ended(&error),
        }
    }

    /// Waits before the nickname is asked for again; not where the user wants another. True: the user leaves.
    fn wait_for_nickname(&mut self) -> io::Result<bool> {
        for left in (1..=NICKNAME).rev() {
            self.printer.talk().is_away(Some(left));
            self.printer.refresh()?;
            if self.link.wait(SECOND) {
                return Ok(true);
            }
            if self.link.has_other_nickname() {
                break;
            }
        }
        Ok(false)
    }

    /// The user leaves while the nickname is waited for.
    fn give_up(&mut self, back: Back) -> Result<(), Over> {
        self.back = Some(back);
        self.answer("QUIT");
        Ok(())
    }

    /// A socket that takes nothing has gone again: the next read says so.
    pub(in crate::client) fn answer(&self, line: &str) {
        if let Err(error) = self.link.answer(format!("{line}\n").into_bytes()) {
            log::debug!("lost again: {error}");
        }
    }
}

/// Forty clients lose their server in the same moment; they are not to come back in the same moment, each time again. What
/// std has of chance is the seed of its hash maps.
fn about_a_second() -> Duration {
    let chance = RandomState::new().build_hasher().finish() % 500;
    Duration::from_millis(750 + chance)
}

/// Tries to connect, in a thread of its own: neither a name nor an address that does not answer can be waited for in a way
/// that ends when the user leaves. Then that thread ends with the process.
fn connecting(servers: Servers) -> io::Result<Receiver<io::Result<TcpStream>>> {
    let (tell, connected) = bounded(1);
    let builder = thread::Builder::new().name("connect".into()).stack_size(SINGLE_STACK);
    // Where the user has left, nobody waits for the news.
    builder.spawn(move || tell.send(servers.connect()).unwrap_or_default())?;
    Ok(connected)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn clients_that_lost_their_server_together_do_not_come_back_together() {
        let pauses: Vec<Duration> = std::iter::repeat_with(about_a_second).take(200).collect();
        assert!(pauses.iter().all(|pause| (750..1250).contains(&pause.as_millis())), "{pauses:?}");
        assert!(pauses.iter().collect::<HashSet<_>>().len() > 50, "{pauses:?}");
    }
}
