//! Feature database: the half of the database that reads: `HISTORY`, and the password's hash at the login. Called by
//! the clients' own threads, so that a slow answer delays nobody else. Touches connections that only read.

use std::io;

use rusqlite::{OptionalExtension, Row};

use super::accounts::Hashing;
use super::password::Password;
use super::readers::Readers;
use super::safe::{maybe_text, text};
use super::{NEVER, keys, newest_that_fit, time};
use crate::protocol;
use crate::server::Stop;
use crate::text::Nickname;

/// Answers questions.
#[derive(Debug)]
pub(super) struct Questions {
    readers: Readers,
    hashing: Hashing,
}

impl Questions {
    /// With these connections.
    pub(super) fn new(readers: Readers) -> Self {
        Questions { readers, hashing: Hashing::new() }
    }
}

/// A nickname that is registered.
#[derive(Debug)]
pub(super) struct Account {
    /// Of the password.
    pub(super) hash: String,
    /// The private messages after this one are its own; those before may be of somebody who had the nickname then.
    pub(super) since: i64,
}

/// The newest of the group, of those to the reader, and of those from the reader: each by an index of its own.
const HISTORY: &str = "
    WITH newest AS (
        SELECT * FROM (SELECT id FROM messages WHERE recipient IS NULL ORDER BY id DESC LIMIT :count)
        UNION ALL
        SELECT * FROM (SELECT id FROM messages WHERE recipient = :reader AND waits = 0 AND id > :since
                       ORDER BY id DESC LIMIT :count)
        UNION ALL
        SELECT * FROM (SELECT id FROM messages WHERE sender = :reader AND recipient IS NOT NULL AND id > :since
                       AND recipient <> sender ORDER BY id DESC LIMIT :count)
    )
    SELECT time, sender.nickname, recipient.nickname, text, sender.id = :reader
    FROM newest JOIN messages USING (id)
    JOIN users AS sender ON sender.id = messages.sender
    LEFT JOIN users AS recipient ON recipient.id = messages.recipient
    ORDER BY messages.id DESC LIMIT :count";

/// A message as the reader saw it, with its time before it.
fn line(row: &Row<'_>) -> rusqlite::Result<String> {
    let (from, to, text) = (text(row, 1)?, maybe_text(row, 2)?, text(row, 3)?);
    let line = match to {
        None => protocol::broadcast(&from, &text),
        Some(to) if row.get(4)? => protocol::private_receipt(&to, &text),
        Some(_) => protocol::private(&from, &text),
    };
    Ok(format!("[{}] {line}", time::shown(row.get(0)?)))
}

/// Each call may wait for the disk, and fails where the database does not answer.
impl Questions {
    /// The number of the newest message; later ones have larger numbers.
    pub(super) fn newest(&self) -> io::Result<i64> {
        self.readers.question(|connection| {
            connection.prepare_cached("SELECT coalesce(max(id), 0) FROM messages")?.query_row([], |row| row.get(0))
        })
    }

    /// Whether `nickname` was ever here; case does not count.
    pub(super) fn was_here(&self, nickname: &Nickname) -> io::Result<bool> {
        self.readers.question(|connection| {
            let mut user = connection.prepare_cached("SELECT 1 FROM users WHERE name = ?1")?;
            user.exists([nickname.folded()])
        })
    }

    /// The last `count` messages of the group and of `reader`'s own, the oldest first; of the private ones those after the
    /// message `since`, or none.
    pub(super) fn history(&self, reader: &Nickname, since: Option<i64>, count: usize) -> io::Result<Vec<String>> {
        let lines: Vec<String> = self.readers.long_question(|connection| {
            let mut user = connection.prepare_cached("SELECT id FROM users WHERE name = ?1")?;
            let user: Option<i64> = user.query_row([reader.folded()], |row| row.get(0)).optional()?;
            let mut newest = connection.prepare_cached(HISTORY)?;
            // -1 is nobody's number.
            let asked = rusqlite::named_params! {
                ":reader": user.unwrap_or(-1), ":since": since.unwrap_or(NEVER), ":count": count,
            };
            newest.query_map(asked, line)?.collect()
        })?;
        Ok(newest_that_fit(lines.into_iter()))
    }

    /// What `nickname`, or a name that looks like it, was registered with.
    pub(super) fn account(&self, nickname: &Nickname) -> io::Result<Option<Account>> {
        self.readers.question(|connection| {
            let key = keys::of(connection, nickname)?;
            let mut account = connection.prepare_cached("SELECT password, since FROM accounts WHERE key = ?1")?;
            let answer = account.query_row([key], |row| Ok(Account { hash: row.get(0)?, since: row.get(1)? }));
            answer.optional()
        })
    }

    /// Whether `hash` is this password's. Takes a core for some hundredths of a second, and waits for a place to do so, but
    /// not longer than the server runs.
    pub(super) fn is_right(&self, password: &Password, hash: &str, stop: &Stop) -> io::Result<bool> {
        self.hashing.is_right(password, hash, stop)
    }

    /// The hash of a new password. Waits as `is_right` does.
    pub(super) fn hash(&self, password: &Password, stop: &Stop) -> io::Result<String> {
        self.hashing.hash(password, stop)
    }
}
