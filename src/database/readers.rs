//! Feature database: the connections that only read. Touches them, and nothing else of the file.
//!
//! # Threads
//! A few connections serve all threads: they lie in a channel, whoever has a question takes one out, and puts it back.
//! One for each client would cost each client two more descriptors. Who takes all of them out is alone with the file.

use std::io;
use std::path::{Path, PathBuf};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;

use super::file::open_reader;
use super::told::told;
use crate::limits::{DATABASE_PATIENCE, DATABASE_READERS, READER_PATIENCE};

/// The handle on them; clones share them.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    path: PathBuf,
    /// For what is answered at once, logins above all.
    short: Lane,
    /// For `HISTORY`: a crowd that reads old messages lets nobody wait at the login.
    long: Lane,
}

/// Some of them.
#[derive(Debug, Clone)]
struct Lane {
    count: usize,
    /// `None` is one that was closed: the next question opens it.
    take: Receiver<Option<Connection>>,
    put_back: Sender<Option<Connection>>,
}

impl Readers {
    /// Opens the connections.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let (short, long) = (Lane::open(path, 1)?, Lane::open(path, DATABASE_READERS)?);
        Ok(Readers { path: path.to_owned(), short, long })
    }

    /// Asks one question; waits until a connection is free.
    ///
    /// # Errors
    /// None is free for long, or the file fails.
    pub(super) fn question<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> io::Result<T> {
        self.short.question(&self.path, ask)
    }

    /// The same for a question whose answer takes long.
    ///
    /// # Errors
    /// As those of `question`.
    pub(super) fn long_question<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> io::Result<T> {
        self.long.question(&self.path, ask)
    }

    /// Does some work while all of them are closed, and nobody can ask.
    ///
    /// # Errors
    /// A question is being answered for long, or the work's own.
    pub(super) fn while_closed(&self, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        self.short.while_closed(|| self.long.while_closed(work))
    }
}

impl Lane {
    fn open(path: &Path, count: usize) -> Result<Self, String> {
        let (put_back, take) = bounded(count);
        let lane = Lane { count, take, put_back };
        (0..count).try_for_each(|_| lane.put_back(Some(open_reader(path)?)))?;
        Ok(lane)
    }

    fn question<T>(&self, path: &Path, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> io::Result<T> {
        let connection = self.take.recv_timeout(READER_PATIENCE).map_err(io::Error::other)?;
        let connection = connection.map_or_else(|| open_reader(path), Ok);
        let answer = connection.as_ref().map_err(Clone::clone).and_then(|connection| ask(connection).map_err(told));
        self.put_back(connection.ok()).map_err(io::Error::other)?;
        answer.map_err(io::Error::other)
    }

    fn while_closed(&self, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        let mut closed = 0;
        while closed < self.count && self.take.recv_timeout(DATABASE_PATIENCE).map(drop).is_ok() {
            closed += 1;
        }
        let done = if closed == self.count { work() } else { Err("a question is being answered".into()) };
        (0..closed).try_for_each(|_| self.put_back(None))?;
        done
    }

    /// There is room: it was taken out of there.
    fn put_back(&self, connection: Option<Connection>) -> Result<(), String> {
        self.put_back.try_send(connection).map_err(|_| "its connections are gone".into())
    }
}
