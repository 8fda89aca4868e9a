//! Exercise 15.6: keep a batch of messages, all of them or none, whatever they say. You edit `mine.rs`; this file checks
//! it.
//!
//! Run: `cargo run --features database --example e15_keep`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use rusqlite::{Connection, Result};

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked: keeps all texts of one batch, said by one user. An error: none of them is kept, and the next batch
/// can be.
pub(crate) type Keep = fn(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()>;

fn main() -> Result<()> {
    let keep: Keep = match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::keep
        }
        Some("solution") => solution::keep,
        Some(name) => other::named(name),
    };
    let mut connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, sender TEXT NOT NULL, text TEXT NOT NULL CHECK (text <> ''))",
    )?;
    comes_back_as_it_went_in(keep, &mut connection)?;
    all_or_none(keep, &mut connection)?;
    println!("e15_keep: every check passes");
    Ok(())
}

fn kept(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut all = connection.prepare("SELECT sender, text FROM messages ORDER BY id")?;
    all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn comes_back_as_it_went_in(keep: Keep, connection: &mut Connection) -> Result<()> {
    let texts = ["good morning", "'; DROP TABLE messages; --", "\"quoted\" ?1 $1 \\ %s", "о'кей 🙂", "NULL"];
    if let Err(error) = keep(connection, "anna", &texts) {
        panic!("each of these is a text like any other, and yet: {error}");
    }
    let expected: Vec<_> = texts.iter().map(|text| ("anna".to_owned(), (*text).to_owned())).collect();
    assert_eq!(kept(connection)?, expected, "what was said comes back as it went in");
    let name = "o'boris";
    keep(connection, name, &["hello"])?;
    assert_eq!(kept(connection)?.last().map(|(from, _)| from.as_str()), Some(name), "a name is a text like any other");
    Ok(())
}

fn all_or_none(keep: Keep, connection: &mut Connection) -> Result<()> {
    let before = kept(connection)?;
    let refused = keep(connection, "vera", &["one", "two", "", "four"]);
    assert!(refused.is_err(), "the table takes no empty text, and the caller has to hear of it");
    assert_eq!(kept(connection)?, before, "a batch that fails leaves none of its messages");
    assert!(connection.is_autocommit(), "a batch that fails leaves no open transaction");
    keep(connection, "vera", &["one", "two"])?;
    assert!(connection.is_autocommit(), "a batch that is kept is committed");
    assert_eq!(kept(connection)?.len(), before.len() + 2, "the next batch is kept");
    Ok(())
}
