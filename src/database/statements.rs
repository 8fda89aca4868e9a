//! Feature database: every statement that writes, each a function of its own. What users said is bound to a parameter,
//! never pasted into the statement: `'; DROP TABLE users` is a text like any other. Touches the connection that it is
//! given.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::believed::Known;
use super::safe::text;
use super::{keys, time};
use crate::limits::FORGET_AT_ONCE;
use crate::protocol;
use crate::server::parcel::Message;
use crate::server::present::Act;
use crate::text::Nickname;

/// `messages.waits` of a message that was shown, and nothing has come from its recipient since.
const SHOWN: i64 = 2;

/// The number of a user, who is entered when new.
pub(super) fn user(connection: &Connection, nickname: &Nickname, time: i64) -> Result<i64> {
    let sql = "INSERT INTO users (name, nickname, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
               ON CONFLICT (name) DO UPDATE SET nickname = excluded.nickname RETURNING id";
    let name = nickname.folded();
    connection.prepare_cached(sql)?.query_row(params![name, nickname.as_str(), time], |row| row.get(0))
}

/// The number and the nickname of a user who was here before.
pub(super) fn known(connection: &Connection, nickname: &Nickname) -> Result<Option<(i64, String)>> {
    let mut user = connection.prepare_cached("SELECT id, nickname FROM users WHERE name = ?1")?;
    user.query_row([nickname.folded()], |row| Ok((row.get(0)?, text(row, 1)?))).optional()
}

/// A user came.
pub(super) fn joined(connection: &Connection, user: i64, time: i64) -> Result<usize> {
    let sql = "UPDATE users SET joined = joined + 1, last_seen = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([user, time])
}

/// A user went.
pub(super) fn left(connection: &Connection, user: i64, time: i64) -> Result<usize> {
    connection.prepare_cached("UPDATE users SET last_seen = ?2 WHERE id = ?1")?.execute([user, time])
}

/// A user sent so many messages.
pub(super) fn sent(connection: &Connection, user: i64, messages: u64, time: i64) -> Result<usize> {
    let sql = "UPDATE users SET messages = messages + ?2, last_seen = ?3 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![user, messages, time])
}

/// A message, to the group or to one user; `waits` where that one is away. Its number is the one that several servers
/// have agreed on, or the next.
pub(super) fn message(
    connection: &Connection,
    time: i64,
    sender: i64,
    recipient: Option<i64>,
    message: &Message,
    waits: bool,
) -> Result<usize> {
    let sql = "INSERT INTO messages (id, time, sender, recipient, text, waits) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (row, text) = (message.place.map(|place| place.row), message.text.as_str());
    connection.prepare_cached(sql)?.execute(params![row, time, sender, recipient, text, waits])
}

/// What the teacher did.
pub(super) fn act(connection: &Connection, time: i64, act: &Act) -> Result<usize> {
    let sql = "INSERT INTO acts (time, command, name, address) VALUES (?1, ?2, ?3, ?4)";
    let (name, address) = (act.nickname.as_ref().map(Nickname::folded), act.address.map(|address| address.to_string()));
    connection.prepare_cached(sql)?.execute(params![time, act.order, name, address])
}

/// Forgets what the teacher did before `oldest`, so much that nobody waits for it.
pub(super) fn forget_acts(connection: &Connection, oldest: i64) -> Result<usize> {
    let sql = "DELETE FROM acts WHERE id IN (SELECT id FROM acts WHERE time < ?2 LIMIT ?1)";
    connection.prepare_cached(sql)?.execute(params![FORGET_AT_ONCE, oldest])
}

/// How many messages wait for a user.
pub(super) fn count_waiting(connection: &Connection, user: i64) -> Result<usize> {
    let sql = "SELECT count(*) FROM messages WHERE recipient = ?1 AND waits > 0";
    connection.prepare_cached(sql)?.query_row([user], |row| row.get(0))
}

/// How many of those come from one sender.
pub(super) fn count_waiting_from(connection: &Connection, sender: i64, user: i64) -> Result<usize> {
    let sql = "SELECT count(*) FROM messages WHERE recipient = ?1 AND waits > 0 AND sender = ?2";
    connection.prepare_cached(sql)?.query_row([user, sender], |row| row.get(0))
}

/// The messages that wait for a user, as lines with their times: those that were shown before, and the new ones. All of
/// them have been shown now.
pub(super) fn show_waiting(connection: &Connection, user: i64) -> Result<(Vec<String>, Vec<String>)> {
    let sql = "SELECT time, nickname, text, waits FROM messages JOIN users ON users.id = sender
               WHERE recipient = ?1 AND waits > 0 ORDER BY messages.id";
    let mut waiting = connection.prepare_cached(sql)?;
    let line = |row: &Row<'_>| {
        let (from, text, waits) = (text(row, 1)?, text(row, 2)?, row.get::<_, i64>(3)?);
        Ok((waits == SHOWN, format!("[{}] {}", time::shown(row.get(0)?), protocol::private(&from, &text))))
    };
    let lines: Vec<(bool, String)> = waiting.query_map([user], line)?.collect::<Result<_>>()?;
    if !lines.is_empty() {
        let sql = "UPDATE messages SET waits = ?2 WHERE recipient = ?1 AND waits > 0";
        connection.prepare_cached(sql)?.execute([user, SHOWN])?;
    }
    let (again, new): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(shown, _)| *shown);
    let lines = |lines: Vec<(bool, String)>| lines.into_iter().map(|(_, line)| line).collect();
    Ok((lines(again), lines(new)))
}

/// What waited for a user has been read.
pub(super) fn waits_no_more(connection: &Connection, user: i64) -> Result<usize> {
    let sql = "UPDATE messages SET waits = 0 WHERE recipient = ?1 AND waits > 0";
    connection.prepare_cached(sql)?.execute([user])
}

/// Whether this nickname, or one that looks like it, is kept for who knows its password.
pub(super) fn is_registered(connection: &Connection, nickname: &Nickname) -> Result<bool> {
    Ok(keys::of(connection, nickname)?.is_some())
}

/// Keeps a nickname for who knows the password, with the private messages after `since`, at least with those from now
/// on; a second time, changes the password.
pub(super) fn register(
    connection: &Connection,
    nickname: &Nickname,
    user: i64,
    hash: &str,
    since: i64,
    time: i64,
) -> Result<usize> {
    let sql = "INSERT INTO accounts (key, user, password, registered, since)
               VALUES (?1, ?2, ?3, ?4, min(?5, (SELECT coalesce(max(id), 0) FROM messages)))
               ON CONFLICT (key) DO UPDATE SET password = excluded.password";
    let key = keys::of(connection, nickname)?.unwrap_or_else(|| nickname.key());
    connection.prepare_cached(sql)?.execute(params![key, user, hash, time, since])
}

/// The times that were believed and doubted last. Where none is remembered, the newest message's is believed.
pub(super) fn known_times(connection: &Connection) -> Result<Known> {
    let sql = "SELECT coalesce((SELECT believed FROM clock), (SELECT max(time) FROM messages)),
                      (SELECT doubted FROM clock)";
    connection.query_row(sql, [], |row| Ok(Known { believed: row.get(0)?, doubted: row.get(1)? }))
}

/// Remembers them.
pub(super) fn remember_times(connection: &Connection, known: Known) -> Result<usize> {
    let sql = "INSERT OR REPLACE INTO clock VALUES (1, ?1, ?2)";
    connection.prepare_cached(sql)?.execute([known.believed, known.doubted])
}

/// Forgets messages from before `oldest`, so many that nobody waits for it. Says how many.
pub(super) fn forget(connection: &Connection, oldest: i64) -> Result<usize> {
    let sql = "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE time < ?2 ORDER BY time LIMIT ?1)";
    connection.prepare_cached(sql)?.execute(params![FORGET_AT_ONCE, oldest])
}

/// Forgets users who were last seen before `oldest` and are not here, have no account, and of whom no message is left:
/// so many that nobody waits for it.
pub(super) fn forget_users(connection: &Connection, oldest: i64, is_here: impl Fn(i64) -> bool) -> Result<()> {
    let sql = "SELECT id FROM users WHERE last_seen < ?1
               AND NOT EXISTS (SELECT 1 FROM accounts WHERE user = users.id)
               AND NOT EXISTS (SELECT 1 FROM messages WHERE sender = users.id OR recipient = users.id) LIMIT ?2";
    let mut gone = connection.prepare_cached(sql)?;
    let gone: Vec<i64> = gone.query_map(params![oldest, FORGET_AT_ONCE], |row| row.get(0))?.collect::<Result<_>>()?;
    for user in gone.into_iter().filter(|user| !is_here(*user)) {
        connection.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([user])?;
    }
    Ok(())
}

/// A number that changes when somebody else has written to the file: `chat-server account` does.
pub(super) fn changes_of_others(connection: &Connection) -> Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

/// Changes nothing; finds out whether there is a lock, and whether the disk takes a write.
pub(super) fn probe(connection: &Connection) -> Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE; UPDATE users SET id = id WHERE id = 1; COMMIT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_here_is_not_forgotten_however_long_nothing_was_said() {
        let connection = Connection::open_in_memory().expect("it opens");
        let tables = [include_str!("migrations/1.sql"), include_str!("migrations/2.sql")];
        tables.iter().try_for_each(|sql| connection.execute_batch(sql)).expect("it takes the tables");
        let nicknames = ["anna", "boris"].map(|name| Nickname::parse(name).expect("a nickname"));
        let users = nicknames.map(|nickname| user(&connection, &nickname, 1000).expect("it is entered"));
        let count = || connection.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0));
        forget_users(&connection, 1000, |_| false).expect("it can be asked");
        assert_eq!(count(), Ok(2), "seen since then");
        forget_users(&connection, 1001, |user| user == users[0]).expect("it can be asked");
        assert_eq!(count(), Ok(1));
        assert!(matches!(known(&connection, &Nickname::parse("anna").expect("a nickname")), Ok(Some(_))));
    }
}
