//! Feature database: what only a database asks of a client. Part of the client.

use std::time::Instant;

use super::{Asked, Client};
use crate::protocol;
use crate::server::robust::leave::Leave;

impl Client {
    /// The next line as it came, where a password is asked for: it passes no log line and becomes no message. `None` for
    /// a line that cannot be taken, which is answered.
    pub(crate) fn read_secret(&mut self) -> Result<Option<Vec<u8>>, Leave> {
        let line = self.next(Asked::Anything)?;
        self.keep_pace(0)?;
        match line {
            Ok(line) => Ok(Some(line)),
            Err(refusal) => self.send(protocol::refused(&refusal)).map(|()| None),
        }
    }

    /// What the last line asked for costs as much as so many lines; the next one waits for that.
    pub(crate) fn charge(&mut self, lines: u32) {
        self.pace.charge(lines, Instant::now());
    }
}
