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

use crate::client::Servers;
use crate::client::comfort::prompt::Place;
use crate::client::desk::{Desk, Over};
use crate::client::heard::Heard;
use crate::limits::SINGLE_STACK;
use crate::protocol::{SEEN_PERHAPS, WHILE_AWAY};

const SECOND: Duration = Duration::from_secs(1);
/// Pause before the first try; it doubles up to `PAUSE_MAX`.
const PAUSE_MIN: u32 = 1;
/// Longest pause between two tries, in seconds.
const PAUSE_MAX: u32 = 30;
/// Most seconds between two times that a nickname is asked for which the server still holds for the lost session: 1, 2, and so on.
const NICKNAME: u32 = 5;
/// After so many refusals it is no lost session that has the nickname: the server would have missed it by now.
const REFUSALS: u32 = 26;

/// Most lines that are named one by one where they may not have arrived.
const NAMED: usize = 100;

/// On the way back the nickname is taken; after many tries it is not by the lost session any more.
const STILL_TAKEN: &str = "{nickname} is still taken, by your lost session or by somebody else: asked for again after 1 s, then 2, up to 5. /nick NAME takes another";
const TAKEN_FOR_GOOD: &str = "{nickname} seems to be somebody else now. /nick NAME takes another";

/// Where a lost server is tried again, and what is to be taken up again there.
#[derive(Default)]
pub(in crate::client) struct Reconnect {
    servers: Option<Servers>,
    /// On the way back to where one was.
    back: Option<Back>,
}

struct Back {
    nickname: String,
    was_in_group: bool,
    /// A question of TELL's was open: what was typed meanwhile is for one user alone.
    in_tell: bool,
    /// Seconds until the next try.
    pause: u32,
    /// How often the nickname was found taken.
    taken: u32,
    /// The refusal that was shown last on the way: the same is not shown again.
    shown: String,
    entry: Entry,
}

/// How the login stands, on this connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Begins,
    /// The nickname was refused.
    Refused,
    /// What was left for the user while away comes in.
    ComesIn,
}

impl Reconnect {
    /// `None`: a server that is lost is not tried again.
    pub(in crate::client) fn to(servers: Option<Servers>) -> Self {
        Reconnect { servers, back: None }
    }

    pub(in crate::client) fn is_wanted(&self) -> bool {
        self.servers.is_some()
    }

    /// What comes is an answer on the way back.
    pub(in crate::client) fn is_under_way(&self) -> bool {
        self.back.is_some()
    }

    /// All is as it was.
    pub(in crate::client) fn is_over(&mut self) {
        self.back = None;
    }

    /// The server has gone. `in_tell`: a question of TELL's was open.
    pub(in crate::client) fn lost(&mut self, desk: &mut Desk, in_tell: bool) -> io::Result<()> {
        let talk = Arc::clone(desk.printer.talk());
        if self.back.is_none() {
            desk.printer.says("The server is gone; we try again. What you type waits. Ctrl-C leaves", &[])?;
        }
        if talk.is_withdrawn() {
            let words = "A password was asked for: the line that you are typing goes nowhere. Enter ends it";
            desk.printer.says(words, &[])?;
        }
        // Lost again on the way back: the place is still the first one.
        let back = self.back.get_or_insert_with(|| Back {
            nickname: talk.nickname().unwrap_or_default(),
            was_in_group: talk.place() == Place::Group,
            in_tell,
            pause: PAUSE_MIN,
            taken: 0,
            shown: String::new(),
            entry: Entry::Begins,
        });
        back.entry = Entry::Begins;
        Ok(())
    }

    /// Waits for the server. False: the user has left.
    pub(in crate::client) fn find(&mut self, desk: &mut Desk) -> io::Result<bool> {
        let (Some(servers), Some(back)) = (self.servers.clone(), &mut self.back) else { return Ok(false) };
        let talk = Arc::clone(desk.printer.talk());
        loop {
            let second = about_a_second();
            for left in (1..=back.pause).rev() {
                talk.is_away(Some(left));
                desk.printer.refresh()?;
                if desk.link.wait(second) {
                    return Ok(false);
                }
            }
            back.pause = (back.pause * 2).min(PAUSE_MAX);
            match desk.link.wait_for(&connecting(servers.clone())?) {
                Some(Ok(server)) => {
                    desk.link.found(server);
                    return Ok(true);
                }
                Some(Err(error)) => log::debug!("not yet: {error}"),
                None => return Ok(false),
            }
        }
    }

    /// One line of the server's on the way back: answered, not shown, but for what the user has to know.
    pub(in crate::client) fn resume(&mut self, desk: &mut Desk, heard: &Heard<'_>, line: &str) -> Result<(), Over> {
        let Some(back) = &mut self.back else { return Ok(()) };
        match *heard {
            Heard::YourNickname => {
                if back.entry == Entry::Refused && wait_for_nickname(desk, back.taken)? {
                    desk.answer("QUIT");
                    return Ok(());
                }
                if let Some(other) = desk.link.other_nickname() {
                    (back.nickname, back.taken) = (other, 0);
                }
                desk.answer(&back.nickname);
            }
            Heard::AlreadyUsed => back.is_taken(desk)?,
            // A private chat is not opened again: somebody else may have the partner's name by now.
            Heard::Question if back.was_in_group => desk.answer("2"),
            // A password is the user's to type; then they choose anew.
            Heard::Question | Heard::InGroup | Heard::Password => {
                let is_for_group = *heard == Heard::InGroup && !back.in_tell;
                self.back = None;
                desk.printer.talk().is_away(None);
                desk.printer.says("The server is back", &[])?;
                desk.printer.show(heard, line)?;
                give_back(desk, is_for_group)?;
            }
            // With the next line, which is an answer of ours, the server counts it as read.
            Heard::Prose(prose) if back.entry == Entry::ComesIn || [WHILE_AWAY, SEEN_PERHAPS].contains(&prose) => {
                back.entry = Entry::ComesIn;
                desk.printer.show(heard, line)?;
            }
            Heard::NotSent(_) => {
                if back.entry == Entry::Begins {
                    back.entry = Entry::Refused;
                }
                if back.shown != line {
                    line.clone_into(&mut back.shown);
                    desk.printer.show(heard, line)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Back {
    fn is_taken(&mut self, desk: &mut Desk) -> io::Result<()> {
        (self.entry, self.taken) = (Entry::Refused, self.taken.saturating_add(1));
        let words = match self.taken {
            1 => STILL_TAKEN,
            REFUSALS => TAKEN_FOR_GOOD,
            _ => return Ok(()),
        };
        desk.printer.says(words, &[&self.nickname])?;
        desk.printer.flush()
    }
}

/// Waits before the nickname is asked for again; not where the user wants another. True: the user leaves.
fn wait_for_nickname(desk: &mut Desk, taken: u32) -> io::Result<bool> {
    // A session whose server has died is over within seconds; one whose network has gone, within two minutes.
    let pause = if taken == 0 { NICKNAME } else { taken.min(NICKNAME) };
    for left in (1..=pause).rev() {
        desk.printer.talk().is_away(Some(left));
        desk.printer.refresh()?;
        if desk.link.wait(SECOND) {
            return Ok(true);
        }
        if desk.link.has_other_nickname() {
            break;
        }
    }
    Ok(false)
}

/// In the group again, all is as it was, and the lines that waited for it go out. What was typed for one user alone is
/// shown and given back instead: it must not become an answer, nor public, nor reach whoever has the name now.
fn give_back(desk: &mut Desk, is_for_group: bool) -> io::Result<()> {
    let mut not_sent = Vec::new();
    if !is_for_group {
        not_sent = desk.link.drop_waiting();
    } else if let Err(error) = desk.link.send_waiting(&mut not_sent) {
        log::debug!("lost again: {error}");
    }
    tell_not_sent(desk, &not_sent)?;
    desk.printer.talk().hand_back(&not_sent);
    if !not_sent.is_empty() && desk.printer.has_prompt() {
        let words = "What was not sent was not for the group: the arrow up brings it back, in order";
        desk.printer.says(words, &[])?;
    }
    tell_unkept(desk)
}

/// The end: nothing that was typed is lost in silence. `is_known`: the server has said goodbye to us, and read all.
/// True: something was not sent.
pub(in crate::client) fn tell_all(desk: &mut Desk, is_known: bool) -> io::Result<bool> {
    if !is_known {
        tell_unknown(desk)?;
    }
    let unsent = desk.link.drop_waiting();
    tell_not_sent(desk, &unsent)?;
    tell_unkept(desk)?;
    desk.printer.flush().map(|()| !unsent.is_empty())
}

/// What was sent to the server that has gone. Where it is a lot, how much.
pub(in crate::client) fn tell_unknown(desk: &mut Desk) -> io::Result<()> {
    let lines = desk.printer.talk().lost();
    let lines = if lines.len() > NAMED { vec![counted(desk, lines.len())] } else { lines };
    lines.iter().try_for_each(|line| desk.printer.says("Not known to have arrived: {line}", &[line]))
}

fn tell_not_sent(desk: &mut Desk, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| desk.printer.says("Not sent: {why}", &[line]))
}

/// What was not even kept.
fn tell_unkept(desk: &mut Desk) -> io::Result<()> {
    match desk.link.unkept() {
        0 => Ok(()),
        lines => tell_not_sent(desk, &[counted(desk, lines)]),
    }
}

/// Lines, by their number.
fn counted(desk: &Desk, lines: usize) -> String {
    desk.printer.lang().fill("{lines} lines", &[&lines])
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
