//! Feature database: what outlasts the server: the seam between the chat and a database, in two halves. Touches
//! nothing; without a database the `Store` does nothing and there is no `Archive`.
//!
//! # Threads
//! The `Store` belongs to the delivery thread: it hears what happens in the order in which everyone sees it, and commits
//! a whole batch before anyone is written to. What somebody was shown is kept. The `Archive` answers the questions of
//! the clients' own threads, so that a slow answer delays nobody else.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::keeper::Act;
use super::parcel::{Message, Request};
use super::password::Password;
use super::robust::connection::ClientId;
use super::robust::stop::Stop;
use crate::text::Nickname;

/// Both halves of a database, for `Config`.
#[derive(Debug)]
pub struct Kept {
    /// Writes. The mutex is never locked: `Config` is shared, and the delivery thread takes the store out before that.
    pub store: Mutex<Box<dyn Store>>,
    /// Reads.
    pub archive: Arc<dyn Archive>,
}

/// The half for the delivery thread, and the half for the clients'.
pub(super) fn halves(kept: Option<Kept>) -> (Box<dyn Store>, Option<Arc<dyn Archive>>) {
    match kept {
        Some(kept) => (kept.store.into_inner(), Some(kept.archive)),
        None => (Box::default(), None),
    }
}

/// Keeps what happens. A failure is its own to deal with: the chat goes on.
pub trait Store: Send + fmt::Debug {
    /// A session began.
    fn joined(&mut self, _nickname: &Nickname) {}

    /// A session ended.
    fn left(&mut self, _nickname: &Nickname) {}

    /// A message, to the group or to one who is here.
    fn said(&mut self, _from: &Nickname, _to: Option<&Nickname>, _message: &Message) {}

    /// What the keeper did.
    fn acted(&mut self, _act: &Act) {}

    /// A request of `by`. The lines are for `by`, now; what depends on the commit is told by `commit`.
    fn ask(&mut self, _by: ClientId, _nickname: &Nickname, _request: Request) -> Vec<String> {
        Vec::new()
    }

    /// The last messages of the group, for who joins it.
    fn recent(&self) -> Vec<String> {
        Vec::new()
    }

    /// Makes all of this batch last, before anyone is written to. What is to be said about it goes out with the batch.
    fn commit(&mut self) -> Vec<News> {
        Vec::new()
    }

    /// When `commit` has work though nobody says anything.
    fn due(&self) -> Option<Instant> {
        None
    }
}

/// A server without a database.
#[derive(Debug)]
pub struct NoStore;

impl Store for NoStore {}

impl Default for Box<dyn Store> {
    fn default() -> Self {
        Box::new(NoStore)
    }
}

/// What the store has to say.
#[derive(Debug)]
pub struct News {
    /// To whom; `None` is everyone.
    pub to: Option<ClientId>,
    /// One line, or several.
    pub line: String,
}

/// A nickname that is registered.
#[derive(Debug)]
pub struct Account {
    /// Of the password.
    pub hash: String,
    /// The private messages after this one are its own; those before may be of somebody who had the nickname then.
    pub since: i64,
}

/// Answers questions. Each call may wait for the disk, so none is made by the delivery thread.
pub trait Archive: Send + Sync + fmt::Debug {
    /// The number of the newest message; later ones have larger numbers.
    ///
    /// # Errors
    /// The database does not answer. The same holds for the calls below.
    fn newest(&self) -> io::Result<i64>;

    /// Whether `nickname` was ever here; case does not count.
    ///
    /// # Errors
    /// The database does not answer.
    fn was_here(&self, nickname: &Nickname) -> io::Result<bool>;

    /// The last `count` messages of the group and of `reader`'s own, the oldest first; of the private ones those after
    /// the message `since`.
    ///
    /// # Errors
    /// The database does not answer.
    fn history(&self, reader: &Nickname, since: i64, count: usize) -> io::Result<Vec<String>>;

    /// What `nickname`, or a name that looks like it, was registered with.
    ///
    /// # Errors
    /// The database does not answer.
    fn account(&self, nickname: &Nickname) -> io::Result<Option<Account>>;

    /// Whether `hash` is this password's. Takes a core for some hundredths of a second, and waits for a place to do so,
    /// but not longer than the server runs.
    ///
    /// # Errors
    /// The hash cannot be read, or the stop came first.
    fn is_right(&self, password: &Password, hash: &str, stop: &Stop) -> io::Result<bool>;

    /// The hash of a new password. Waits as `is_right` does.
    ///
    /// # Errors
    /// The system gave no random salt, or the stop came first.
    fn hash(&self, password: &Password, stop: &Stop) -> io::Result<String>;
}
