//! Comfort: servers that are not ours: the original's, which frames nothing, and those that speak another protocol
//! altogether. What they say is shown; almost nothing is gone by. Touches the screen.

use crate::client::Login;
use crate::client::comfort::talk::Server;
use crate::client::desk::{Desk, Over, Phase};
use crate::client::heard::Heard;

/// A server that has not said a word.
pub(in crate::client) const MUTE: &str = "Connected, but nothing comes: is it a chat server? Ctrl-C leaves";
/// One that has not asked for a nickname.
const OTHER: &str = "This server speaks another protocol: no 'Your nickname?' has come. What you type is sent as it is, what comes is shown. Ctrl-D or QUIT leaves";

/// One line of the original's. Where a long message was cut on its way, its tail looks like a line of its own, any line: so
/// once the nickname is ours, and others can write to us, lines are shown and decide nothing. True: the waiting animation is
/// to begin.
pub(in crate::client) fn hear_original(desk: &mut Desk, heard: &Heard<'_>, line: &str) -> Result<bool, Over> {
    let (is_in, follows_login) = (desk.is_in(), desk.phase == Phase::In { just_now: true });
    if is_in {
        desk.phase = Phase::In { just_now: false };
    }
    match *heard {
        Heard::Process if follows_login => return Ok(true),
        Heard::Successfully if !is_in => {
            desk.printer.show(heard, line)?;
            desk.phase = Phase::In { just_now: true };
            desk.tell(Login::Done);
        }
        Heard::AlreadyUsed if !is_in => {
            desk.printer.show(heard, line)?;
            desk.ask()?;
        }
        // A server of ours, at its port for such clients.
        Heard::YourNickname if !is_in => {}
        Heard::ToAll { .. } | Heard::Private { .. } | Heard::Joined(_) | Heard::Left(..) => {
            desk.printer.show(heard, line)?;
        }
        _ => desk.printer.show(&Heard::Prose(line), line)?,
    }
    Ok(false)
}

/// No nickname was asked for: it is some other server; `mute`: it has not said a word. From now on what is typed is sent,
/// what comes is shown.
pub(in crate::client) fn turns_foreign(desk: &mut Desk, mute: bool) -> Result<(), Over> {
    if mute {
        desk.printer.says(MUTE, &[])?;
    }
    desk.printer.says(OTHER, &[])?;
    desk.phase = Phase::Foreign;
    desk.printer.talk().talks_with(Server::Other);
    desk.printer.refresh()?;
    desk.tell(Login::Done);
    Ok(())
}

/// It is one of ours after all, and was only slow. What was typed meanwhile is on its way: the server takes the first line
/// for the nickname, and only where there is none, the one that we have.
pub(in crate::client) fn turns_out_ours(desk: &mut Desk, nickname: &mut Option<String>) -> Result<(), Over> {
    desk.phase = Phase::Begins;
    if desk.printer.talk().talks_with(Server::Ours) {
        let words = "It is a chat server after all, and slow: the first line that you sent is taken for your nickname";
        return Ok(desk.printer.says(words, &[])?);
    }
    desk.printer.says("It is a chat server after all, and slow", &[])?;
    if let Some(nickname) = nickname.take() {
        desk.answer(&nickname);
    }
    Ok(())
}
