//! Feature database: a password, and the turn of whoever says one. Touches one small lock.
//!
//! # Locks
//! `guesses`: how often each nickname was guessed at. Nothing but counting happens under it.

use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use parking_lot::Mutex;

use super::guesses::{Guesses, Ticket, Turn};
use crate::text::Nickname;

/// A line that was read as a password. It is no `Text`: it cannot be sent, shown or kept, and `{:?}` shows dots.
pub(super) struct Password(Vec<u8>);

impl Password {
    /// The line as it came in.
    pub(super) fn new(line: Vec<u8>) -> Self {
        Password(line)
    }

    /// For the hash alone.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Nothing was typed.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long it is, as people count.
    pub(super) fn chars(&self) -> usize {
        String::from_utf8_lossy(&self.0).chars().count()
    }

    /// The same was typed twice. Both come from one client, so nothing is learnt from how long this takes.
    pub(super) fn is_same(&self, other: &Password) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// The guesses at all nicknames, for the clients' threads.
#[derive(Debug, Default)]
pub(super) struct Judge {
    guesses: Mutex<Guesses>,
}

impl Judge {
    /// A guess at `nickname` comes from `address`.
    pub(super) fn guess(&self, nickname: &Nickname, address: IpAddr) -> Guess<'_> {
        Guess { judge: self, ticket: self.guesses.lock().enter(nickname.key(), address, Instant::now()) }
    }
}

/// A guess that waits for its turn. Dropped, it waits no more.
pub(super) struct Guess<'a> {
    judge: &'a Judge,
    ticket: Ticket,
}

impl Guess<'_> {
    /// However long it may wait, it does not wait longer than this.
    pub(super) fn gives_up(&self) -> Instant {
        self.ticket.gives_up
    }

    /// Whether it may be judged now. Once it may, it is counted.
    pub(super) fn turn(&mut self, until: Option<Instant>) -> Turn {
        let until = until.unwrap_or(self.ticket.gives_up);
        self.judge.guesses.lock().turn(&mut self.ticket, Instant::now(), until)
    }

    /// It was judged, and is none.
    pub(super) fn was_right(mut self) {
        self.judge.guesses.lock().was_right(&mut self.ticket);
    }
}

impl Drop for Guess<'_> {
    fn drop(&mut self) {
        self.judge.guesses.lock().leaves(&self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_shows_nothing_of_itself() {
        let password = Password::new(b"correct horse".to_vec());
        assert_eq!(format!("{password:?}"), "Password(..)");
        assert_eq!(password.chars(), 13);
    }
}
