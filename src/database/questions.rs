//! The half of the database that reads: `HISTORY`, and the password's hash at the login. Called by the clients' own
//! threads, so that a slow answer delays nobody else. Touches connections that only read.
//!
//! # Threads
//! A few connections serve all threads: they lie in a channel, whoever has a question takes one out, and puts it back.
//! One for each client would cost each client two more descriptors. `HISTORY` has connections of its own: a crowd that
//! reads old messages lets nobody wait at the login.

use std::io;
use std::path::Path;

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{Connection, OptionalExtension, Row};

use super::accounts::Hashing;
use super::file::{open_reader, told};
use super::{newest_that_fit, time};
use crate::limits::{DATABASE_READERS, READER_PATIENCE};
use crate::protocol;
use crate::server::Stop;
use crate::server::password::Password;
use crate::server::store::{Account, Archive};
use crate::text::Nickname;

/// Answers questions.
#[derive(Debug)]
pub(super) struct Questions {
    /// For logins and all else that is answered at once.
    short: Readers,
    /// For `HISTORY`.
    long: Readers,
    hashing: Hashing,
}

/// Connections that only read.
#[derive(Debug)]
struct Readers {
    take: Receiver<Connection>,
    put_back: Sender<Connection>,
}

impl Questions {
    /// Opens the connections.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let (short, long) = (Readers::open(path, 1)?, Readers::open(path, DATABASE_READERS)?);
        Ok(Questions { short, long, hashing: Hashing::new() })
    }
}

impl Readers {
    fn open(path: &Path, count: usize) -> Result<Self, String> {
        let (put_back, take) = bounded(count);
        for _ in 0..count {
            put_back.try_send(open_reader(path)?).map_err(|error| error.to_string())?;
        }
        Ok(Readers { take, put_back })
    }

    fn question<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> io::Result<T> {
        let connection = self.take.recv_timeout(READER_PATIENCE).map_err(io::Error::other)?;
        let answer = ask(&connection);
        // There is room: it was taken out of there.
        self.put_back.try_send(connection).map_err(|_| io::Error::other("its connections are gone"))?;
        answer.map_err(|error| io::Error::other(told(error)))
    }
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
    let (from, to, text): (String, Option<String>, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let line = match to {
        None => protocol::broadcast(&from, &text),
        Some(to) if row.get(4)? => protocol::private_receipt(&to, &text),
        Some(_) => protocol::private(&from, &text),
    };
    Ok(format!("[{}] {line}", time::shown(row.get(0)?)))
}

impl Archive for Questions {
    fn newest(&self) -> io::Result<i64> {
        self.short.question(|connection| {
            connection.prepare_cached("SELECT coalesce(max(id), 0) FROM messages")?.query_row([], |row| row.get(0))
        })
    }

    fn was_here(&self, nickname: &Nickname) -> io::Result<bool> {
        self.short.question(|connection| {
            let mut user = connection.prepare_cached("SELECT 1 FROM users WHERE name = ?1")?;
            user.exists([nickname.folded()])
        })
    }

    fn history(&self, reader: &Nickname, since: i64, count: usize) -> io::Result<Vec<String>> {
        let lines: Vec<String> = self.long.question(|connection| {
            let mut user = connection.prepare_cached("SELECT id FROM users WHERE name = ?1")?;
            let user: Option<i64> = user.query_row([reader.folded()], |row| row.get(0)).optional()?;
            let mut newest = connection.prepare_cached(HISTORY)?;
            // -1 is nobody's number.
            let asked = rusqlite::named_params! {
                ":reader": user.unwrap_or(-1), ":since": since, ":count": count,
            };
            newest.query_map(asked, line)?.collect()
        })?;
        Ok(newest_that_fit(lines.into_iter()))
    }

    fn account(&self, nickname: &Nickname) -> io::Result<Option<Account>> {
        self.short.question(|connection| {
            let mut account = connection.prepare_cached("SELECT password, since FROM accounts WHERE key = ?1")?;
            let answer =
                account.query_row([nickname.key()], |row| Ok(Account { hash: row.get(0)?, since: row.get(1)? }));
            answer.optional()
        })
    }

    fn is_right(&self, password: &Password, hash: &str, stop: &Stop) -> io::Result<bool> {
        self.hashing.is_right(password, hash, stop)
    }

    fn hash(&self, password: &Password, stop: &Stop) -> io::Result<String> {
        self.hashing.hash(password, stop)
    }
}
