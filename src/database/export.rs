//! Feature database: what `chat-server history` and `chat-server users` print. Touches stdout, and a connection that
//! only reads: page by page, since a reader that stops (`| less`) must not hold a transaction open. The journal would
//! grow as long as it did.

use std::fmt::Write as _;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use rusqlite::{Connection, Row, ToSql};

use super::file::open_reader;
use super::flags::{Format, History, Users};
use super::safe::{maybe_text, raw, text};
use super::time;
use super::told::told;
use crate::protocol;
use crate::shown::Shown;
use crate::text::drives_terminals;

const MESSAGES: &str = "
    SELECT time, sender.nickname, recipient.nickname, text, waits, messages.id AS id
    FROM messages
    JOIN users AS sender ON sender.id = messages.sender
    LEFT JOIN users AS recipient ON recipient.id = messages.recipient
    WHERE messages.id > ?1 AND time >= ?3 AND (?4 IS NULL OR sender.name = ?4 OR recipient.name = ?4)
    ORDER BY messages.id LIMIT ?2";

const USERS: &str = "
    SELECT nickname, first_seen, last_seen, joined, messages, EXISTS (SELECT * FROM accounts WHERE user = users.id), id
    FROM users WHERE id > ?1 ORDER BY id LIMIT ?2";

/// Rows that are read before they are printed.
const PAGE: usize = 1000;

/// Prints messages, the oldest first.
pub(super) fn history(asked: &History) -> io::Result<()> {
    let with = asked.with.as_ref().map(|nickname| nickname.trim().to_lowercase());
    let row = match asked.format {
        Format::Text => message_as_text,
        Format::Json => message_as_json,
    };
    let since = asked.since.unwrap_or(i64::MIN);
    print(&asked.database, asked.format, MESSAGES, &[&since, &with], row)
}

/// Prints users, in the order of their first joining.
pub(super) fn users(asked: &Users) -> io::Result<()> {
    let row = match asked.format {
        Format::Text => user_as_text,
        Format::Json => user_as_json,
    };
    print(&asked.database, asked.format, USERS, &[], row)
}

/// A file may have been tampered with: what is in it is `Shown`, as everything that goes to a terminal.
type AsLine = fn(&Row<'_>) -> rusqlite::Result<Shown>;

/// One row of the answer on one line; for JSON an array around them. A reader that has seen enough (`| head`) ends it.
fn print(path: &Path, format: Format, sql: &str, asked: &[&dyn ToSql], line: AsLine) -> io::Result<()> {
    let context = |why: String| io::Error::other(format!("cannot read the chat in {}: {why}", path.display()));
    let connection = open_reader(path).map_err(context)?;
    let out = BufWriter::new(io::stdout().lock());
    match rows(&connection, format, sql, asked, line, out) {
        Ok(()) => Ok(()),
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(Failed::Output(error)) => Err(error),
        Err(Failed::Database(error)) => Err(context(told(error))),
    }
}

enum Failed {
    Database(rusqlite::Error),
    Output(io::Error),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Failed::Database(error)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed::Output(error)
    }
}

fn rows(
    connection: &Connection,
    format: Format,
    sql: &str,
    asked: &[&dyn ToSql],
    line: AsLine,
    mut out: impl Write,
) -> Result<(), Failed> {
    let is_json = format == Format::Json;
    if is_json {
        out.write_all(b"[")?;
    }
    let (mut last, mut is_first) = (0, true);
    loop {
        let page = page(connection, sql, asked, last, line)?;
        if page.is_empty() {
            break;
        }
        for (id, line) in page {
            let between = match (is_json, is_first) {
                (false, _) => "",
                (true, true) => "\n",
                (true, false) => ",\n",
            };
            let after = if is_json { "" } else { "\n" };
            write!(out, "{between}{line}{after}")?;
            (last, is_first) = (id, false);
        }
    }
    if is_json {
        out.write_all(b"\n]\n")?;
    }
    Ok(out.flush()?)
}

/// The rows after the one with the number `last`, each with its number.
fn page(
    connection: &Connection,
    sql: &str,
    asked: &[&dyn ToSql],
    last: i64,
    line: AsLine,
) -> rusqlite::Result<Vec<(i64, Shown)>> {
    let mut statement = connection.prepare_cached(sql)?;
    let asked: Vec<&dyn ToSql> = [&last as &dyn ToSql, &PAGE].into_iter().chain(asked.iter().copied()).collect();
    let rows = statement.query_map(asked.as_slice(), |row| Ok((row.get("id")?, line(row)?)))?;
    rows.collect()
}

fn message_as_text(row: &Row<'_>) -> rusqlite::Result<Shown> {
    let (from, to, text) = (text(row, 1)?, maybe_text(row, 2)?, text(row, 3)?);
    let time = time::shown(row.get(0)?);
    Ok(Shown::of(&match to {
        None => format!("[{time}] {}", protocol::broadcast(&from, &text)),
        Some(to) => format!("[{time}] (private) {from} to {to} : {text}"),
    }))
}

fn message_as_json(row: &Row<'_>) -> rusqlite::Result<Shown> {
    let (from, to, text) = (quoted(row, 1)?, quoted(row, 2)?, quoted(row, 3)?);
    let (time, waits): (i64, bool) = (row.get(0)?, row.get(4)?);
    let delivered = !waits;
    Ok(Shown::of(&format!(
        "{{\"time\": {time}, \"from\": {from}, \"to\": {to}, \"text\": {text}, \"delivered\": {delivered}}}"
    )))
}

fn user_as_text(row: &Row<'_>) -> rusqlite::Result<Shown> {
    let (nickname, joined, messages) = (text(row, 0)?, row.get::<_, i64>(3)?, row.get::<_, i64>(4)?);
    let (first, last) = (time::shown(row.get(1)?), time::shown(row.get(2)?));
    let registered = if row.get(5)? { ", registered" } else { "" };
    let seen = format!("first seen {first}, last seen {last}, joined {joined}, messages {messages}{registered}");
    Ok(Shown::of(&format!("{nickname}: {seen}")))
}

fn user_as_json(row: &Row<'_>) -> rusqlite::Result<Shown> {
    let number = |column| row.get::<_, i64>(column);
    let (first, last, joined, messages) = (number(1)?, number(2)?, number(3)?, number(4)?);
    let (nickname, registered) = (quoted(row, 0)?, row.get::<_, bool>(5)?);
    Ok(Shown::of(&format!(
        "{{\"nickname\": {nickname}, \"first_seen\": {first}, \"last_seen\": {last}, \"joined\": {joined}, \"messages\": {messages}, \"registered\": {registered}}}"
    )))
}

/// The text of a column as JSON has it: whole, and safe on a terminal too.
fn quoted(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let Some(text) = raw(row, column)? else { return Ok("null".into()) };
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c != '\t' && !drives_terminals(c) => quoted.push(c),
            c => {
                write!(quoted, "\\u{:04x}", u32::from(c)).expect("writing into a String cannot fail");
            }
        }
    }
    quoted.push('"');
    Ok(quoted)
}
