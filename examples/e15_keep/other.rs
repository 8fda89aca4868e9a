//! What others have answered; `tests/exercises.rs` says what becomes of each.

use rusqlite::{Connection, Result, params};

use crate::Keep;

pub(crate) fn named(name: &str) -> Keep {
    match name {
        "by_hand" => by_hand,
        "one_by_one" => one_by_one,
        "text_in_the_statement" => text_in_the_statement,
        "never_rolled_back" => never_rolled_back,
        "error_is_dropped" => error_is_dropped,
        _ => panic!("nobody has answered {name}"),
    }
}

fn insert(connection: &Connection, from: &str, texts: &[&str]) -> Result<()> {
    for text in texts {
        connection.execute("INSERT INTO messages (sender, text) VALUES (?, ?)", params![from, text])?;
    }
    Ok(())
}

fn by_hand(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let kept = insert(connection, from, texts);
    connection.execute_batch(if kept.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    kept
}

/// Each message is a transaction of its own.
fn one_by_one(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()> {
    insert(connection, from, texts)
}

/// A quotation mark ends the text, and what follows is obeyed.
fn text_in_the_statement(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()> {
    let transaction = connection.transaction()?;
    for text in texts {
        transaction.execute_batch(&format!("INSERT INTO messages (sender, text) VALUES ('{from}', '{text}')"))?;
    }
    transaction.commit()
}

/// `?` leaves a transaction that nobody ends.
fn never_rolled_back(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()> {
    connection.execute_batch("BEGIN")?;
    insert(connection, from, texts)?;
    connection.execute_batch("COMMIT")
}

/// All or none, and nobody hears of it.
fn error_is_dropped(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()> {
    by_hand(connection, from, texts).unwrap_or_default();
    Ok(())
}
