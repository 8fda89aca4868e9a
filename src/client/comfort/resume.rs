//! Comfort: a session that goes on where it stood when the connection is lost: the client asks for a token once it is in,
//! and brings it with the next connection. What was missed then comes, and what did not arrive is sent again. Touches the
//! link by the desk, and what of the server's lines belongs to this alone.

use std::io;

use crate::client::desk::Desk;
use crate::protocol::{self, NOT_RESUMED, QUESTION, RESUME, YOUR_NICKNAME};

/// How far it has come with the token.
#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    /// None was asked for yet.
    #[default]
    New,
    /// It was asked for.
    Asked,
    /// The server gave one; the line after that is the question once more.
    Given(String),
    Token(String),
    /// It was brought to a new connection.
    Brought(String),
    /// This server knows nothing of it; the next line may be its question once more.
    Refused,
    Never,
}

/// The session's token, and how many lines came since.
#[derive(Debug, Default)]
pub(in crate::client) struct Resume {
    stage: Stage,
    received: u64,
}

/// What a line of the server's comes to.
pub(in crate::client) enum Line {
    /// It is none of this.
    Other,
    /// It belongs to the token alone, and is not shown.
    Own,
    /// The session goes on; so many lines that were missed are lost.
    Resumed { lost: u64 },
    /// It does not, and all is as without a token.
    NotResumed,
}

impl Resume {
    /// There is a token to come back with.
    pub(in crate::client) fn has_token(&self) -> bool {
        matches!(self.stage, Stage::Given(_) | Stage::Token(_) | Stage::Brought(_))
    }

    /// A line came, whatever it was; `away`: on the way back, where none is the session's.
    pub(in crate::client) fn counts(&mut self, away: bool) {
        if self.has_token() && !away {
            self.received += 1;
        }
    }

    /// The connection is lost. Where `returns` is false, the next one begins anew.
    pub(in crate::client) fn lost(&mut self, returns: bool) {
        self.stage = match std::mem::take(&mut self.stage) {
            Stage::Refused | Stage::Never => Stage::Never,
            Stage::Given(token) | Stage::Token(token) | Stage::Brought(token) if returns => Stage::Token(token),
            _ => Stage::New,
        };
    }

    /// What `line` is to the token; `away`: on the way back.
    pub(in crate::client) fn hears(&mut self, desk: &mut Desk, line: &str, away: bool) -> Line {
        match (&self.stage, line) {
            // The server has asked what is wanted: who is in may ask too. Nothing is shown of it.
            (Stage::New, QUESTION) if !away && !desk.is_script && desk.printer.is_terminal() => {
                self.stage = Stage::Asked;
                desk.link.asks(&format!("{RESUME}\n"));
                Line::Other
            }
            (Stage::Asked, _) => self.is_answered(line),
            (Stage::Refused, _) => {
                self.stage = Stage::Never;
                if line == QUESTION { Line::Own } else { Line::Other }
            }
            (Stage::Given(token), _) => {
                self.stage = Stage::Token(token.clone());
                if line == QUESTION { Line::Own } else { Line::Other }
            }
            (Stage::Token(token), YOUR_NICKNAME) if away => {
                desk.link.brings(&format!("{RESUME} {token} {}\n", self.received));
                self.stage = Stage::Brought(token.clone());
                Line::Own
            }
            (Stage::Brought(token), _) => {
                if let Some([taken, _, lost]) = protocol::figures_of_resumed(line) {
                    self.stage = Stage::Token(token.clone());
                    self.received += lost;
                    desk.link.resumes(taken);
                    return Line::Resumed { lost };
                }
                if line == NOT_RESUMED {
                    self.stage = Stage::New;
                    // The line that brought the token is the first one of another session.
                    desk.link.begins_anew(1);
                    return Line::NotResumed;
                }
                Line::Other
            }
            _ => Line::Other,
        }
    }

    /// The answer need not be the next line: something else may have been typed, or said by others, just before.
    fn is_answered(&mut self, line: &str) -> Line {
        if let Some(token) = protocol::token(line) {
            (self.stage, self.received) = (Stage::Given(token.to_owned()), 1);
            return Line::Own;
        }
        // A server that has not heard of it says so, and where it asks something, asks again.
        if protocol::refuses(line, RESUME) {
            self.stage = Stage::Refused;
            return Line::Own;
        }
        Line::Other
    }
}

/// The session goes on: what waited goes out as it was typed.
pub(in crate::client) fn is_back(desk: &mut Desk, lost: u64) -> io::Result<()> {
    desk.printer.talk().is_away(None);
    if lost == 0 {
        desk.printer.says("The server is back, and nothing was missed", &[])?;
    } else {
        desk.printer.says("The server is back; lines that you have missed for good: {lines}", &[&lost])?;
    }
    if let Err(error) = desk.link.send_all_waiting() {
        log::debug!("lost again: {error}");
    }
    Ok(())
}
