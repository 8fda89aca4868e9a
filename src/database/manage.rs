//! Feature database: what `chat-server account` does: takes a lost password away, or forgets a user. Touches the file
//! beside a server that may be running, with a connection of its own, in transactions so short that the chat does not
//! wait: the server finds out by itself that the file has changed, and the next login asks the file in any case.

use std::io::{self, Write};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::file::open_reader;
use super::flags::Account;
use super::keys;
use super::told::told;
use crate::client::Lang;
use crate::limits::{ACCOUNT_PATIENCE, FORGET_AT_ONCE};
use crate::protocol::thousands;
use crate::text::Nickname;

/// What the command says.
pub(super) fn account(asked: &Account, lang: Lang) -> io::Result<()> {
    let (Account::Reset(named) | Account::Delete(named)) = asked;
    let done = open(&named.database).and_then(|connection| match asked {
        Account::Reset(_) => reset(&connection, &named.nickname),
        Account::Delete(_) => delete(&connection, &named.nickname),
    });
    let context = |why| io::Error::other(format!("cannot change accounts in {}: {why}", named.database.display()));
    writeln!(io::stdout(), "{}", lang.told(&done.map_err(context)?))
}

/// A connection that writes. A file that is no chat, or of another version, is refused as a reader refuses it.
fn open(path: &Path) -> Result<Connection, String> {
    open_reader(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(told)?;
    connection.busy_timeout(ACCOUNT_PATIENCE).map_err(told)?;
    // What is forgotten is overwritten, and nothing is left that refers to it.
    connection.execute_batch("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON").map_err(told)?;
    Ok(connection)
}

/// The password is gone: the nickname is anybody's, until somebody registers it.
fn reset(connection: &Connection, nickname: &Nickname) -> Result<String, String> {
    let user = user(connection, nickname)?;
    let key = keys::of(connection, nickname).map_err(told)?;
    match connection.execute("DELETE FROM accounts WHERE key = ?1 OR user = ?2", params![key, user]) {
        Ok(0) => match user {
            None => Err(unknown(nickname)),
            Some(_) => Err(format!("{nickname} is not registered: there is no password to forget")),
        },
        Ok(_) => Ok(format!(
            "The password of {nickname} is forgotten: whoever comes first under this name may REGISTER it anew"
        )),
        Err(error) => Err(told(error)),
    }
}

/// The account goes first: from then on nobody comes in as its owner. Then the messages, so many at once that a server
/// that writes to the file meanwhile does not wait, and what the teacher did to the user; at last the user.
fn delete(connection: &Connection, nickname: &Nickname) -> Result<String, String> {
    let key = keys::of(connection, nickname).map_err(told)?;
    let account = account_of(connection, key.as_deref())?;
    let Some(user) = user(connection, nickname)?.or(account) else { return Err(unknown(nickname)) };
    connection.execute("DELETE FROM accounts WHERE key = ?1 OR user = ?2", params![key, user]).map_err(told)?;
    let sql = "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE sender = ?1 OR recipient = ?1 LIMIT ?2)";
    let mut messages = 0;
    loop {
        let forgotten = connection.execute(sql, params![user, FORGET_AT_ONCE]).map_err(told)?;
        messages += forgotten;
        if forgotten < FORGET_AT_ONCE {
            break;
        }
    }
    connection.execute("DELETE FROM acts WHERE name = ?1", [nickname.folded()]).map_err(told)?;
    let sql =
        "DELETE FROM users WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM messages WHERE sender = ?1 OR recipient = ?1)";
    let is_gone = connection.execute(sql, [user]).map_err(told)? > 0;
    let account = if account.is_some() { "the account" } else { "there was no account" };
    let done =
        format!("{nickname} is forgotten: {account}, {} messages, private ones to {nickname} too", thousands(messages));
    Ok(if is_gone { done } else { format!("{done}; {nickname} is here now, and goes on talking") })
}

fn account_of(connection: &Connection, key: Option<&str>) -> Result<Option<i64>, String> {
    let sql = "SELECT user FROM accounts WHERE key = ?1";
    connection.query_row(sql, [key], |row| row.get(0)).optional().map_err(told)
}

fn user(connection: &Connection, nickname: &Nickname) -> Result<Option<i64>, String> {
    let sql = "SELECT id FROM users WHERE name = ?1";
    connection.query_row(sql, [nickname.folded()], |row| row.get(0)).optional().map_err(told)
}

fn unknown(nickname: &Nickname) -> String {
    format!("nobody called {nickname} was ever here; chat-server users shows who was")
}
