//! Comfort: servers that are not ours: the original's, which frames nothing, and those that speak another protocol
//! altogether. What they say is shown; almost nothing is gone by.

use std::time::Duration;

use crate::client::Login;
use crate::client::comfort::talk::Server;
use crate::client::heard::Heard;
use crate::client::recv::{Over, Recv};
use crate::limits::OTHER_PROTOCOL;
use crate::protocol::YOUR_NICKNAME;
use crate::wire::Framing;

/// A server that has not said a word.
pub(in crate::client) const MUTE: &str = "Connected, but nothing comes: is it a chat server? Ctrl-C leaves";
/// One that has not asked for a nickname.
const OTHER: &str = "This server speaks another protocol: no 'Your nickname?' has come. What you type is sent as it is, what comes is shown. Ctrl-D or QUIT leaves";

impl Recv {
    /// One line of the original's. Where a long message was cut on its way, its tail looks like a line of its own, any
    /// line: so once the nickname is ours, and others can write to us, lines are shown and decide nothing.
    pub(in crate::client) fn hear_original(&mut self, heard: &Heard<'_>, line: &str) -> Result<(), Over> {
        let follows_login = std::mem::take(&mut self.follows_login);
        match *heard {
            Heard::Process if follows_login => {
                self.begin_process();
                return Ok(());
            }
            Heard::Successfully if !self.is_in => {
                self.printer.show(heard, line)?;
                (self.is_in, self.follows_login) = (true, true);
                self.tell(Login::Done);
                return Ok(());
            }
            Heard::AlreadyUsed if !self.is_in => {
                self.printer.show(heard, line)?;
                return self.ask();
            }
            // A server of ours, at its port for such clients.
            Heard::YourNickname if !self.is_in => return Ok(()),
            Heard::ToAll { .. } | Heard::Private { .. } | Heard::Joined(_) | Heard::Left(..) => {
                self.printer.show(heard, line)?;
            }
            _ => self.printer.show(&Heard::Prose(line), line)?,
        }
        Ok(())
    }

    /// It is not known yet which protocol the server speaks: ours asks for a nickname first.
    pub(in crate::client) fn is_unknown(&self) -> bool {
        let has_asked = self.asked > 0 || self.is_in || self.back.is_some();
        self.framing == Framing::Lines && !has_asked && !self.foreign
    }

    /// How long one of ours may take to ask. A script waits longer: its lines would be lost on one that is only slow.
    pub(in crate::client) fn patience(&self) -> Duration {
        if self.is_script { OTHER_PROTOCOL * 2 } else { OTHER_PROTOCOL }
    }

    /// No nickname was asked for: it is some other server. From now on what is typed is sent, what comes is shown, each
    /// read for itself, since its lines may have no ends.
    pub(in crate::client) fn turns_foreign(&mut self) -> Result<(), Over> {
        if std::mem::take(&mut self.mute) && self.heard.elapsed() >= OTHER_PROTOCOL {
            self.printer.says(MUTE, &[])?;
        }
        self.printer.says(OTHER, &[])?;
        self.foreign = true;
        self.printer.talk().talks_with(Server::Other);
        self.reader.reads(Framing::Chunks);
        self.printer.refresh()?;
        self.tell(Login::Done);
        Ok(())
    }

    /// Whether it is one of ours after all, and was only slow. What was typed meanwhile is on its way: the server takes
    /// the first line for the nickname.
    pub(in crate::client) fn turns_out_ours(&mut self, line: &str) -> Result<bool, Over> {
        if line != YOUR_NICKNAME {
            return Ok(false);
        }
        self.foreign = false;
        self.reader.reads(Framing::Lines);
        if self.printer.talk().talks_with(Server::Ours) {
            let words =
                "It is a chat server after all, and slow: the first line that you sent is taken for your nickname";
            self.printer.says(words, &[])?;
        } else {
            self.printer.says("It is a chat server after all, and slow", &[])?;
            if let Some(nickname) = self.nickname.take() {
                self.answer(&nickname);
            }
        }
        Ok(true)
    }
}
