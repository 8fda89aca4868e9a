//! Feature database: which account a nickname has. Accounts are kept by the nickname's key, which all names share that
//! look alike. Touches the connection that it is given.
//!
//! What looks alike is a table, and the table grows: names that were two when both were registered may count as one
//! today. Then each goes on with its own password. The older account keeps the key, the younger one has its own name
//! behind it, with a space between them, which no nickname holds.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

use super::told::told;
use crate::text::Nickname;

/// The key under which the account of `nickname`, or of a name that looks like it, is kept.
pub(super) fn of(connection: &Connection, nickname: &Nickname) -> Result<Option<String>> {
    let sql = "SELECT key FROM accounts WHERE key IN (?1, ?1 || ' ' || ?2) ORDER BY length(key) DESC LIMIT 1";
    let mut key = connection.prepare_cached(sql)?;
    key.query_row([nickname.key(), nickname.folded()], |row| row.get(0)).optional()
}

/// Gives every account the key that its nickname has today. For the start: it reads all accounts.
///
/// # Errors
/// One line, where the file cannot be read or written.
pub(super) fn bring_up_to_date(connection: &mut Connection) -> std::result::Result<(), String> {
    let changed = outdated(connection).map_err(told)?;
    if changed.is_empty() {
        return Ok(());
    }
    change(connection, &changed).map_err(told)?;
    log::info!("{} accounts have another key now, since more names look alike", changed.len());
    Ok(())
}

/// The keys that are not today's, and what they are to be. Says which accounts share one.
fn outdated(connection: &Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT key, name FROM accounts JOIN users ON users.id = accounts.user ORDER BY registered, name";
    let mut accounts = connection.prepare(sql)?;
    let accounts: Vec<(String, String)> =
        accounts.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_>>()?;
    let mut taken = HashSet::new();
    let mut changed = Vec::new();
    for (key, name) in accounts {
        let Ok(nickname) = Nickname::parse(&name) else {
            log::warn!("{name:?} is registered and can be no nickname any more: nobody comes under it");
            continue;
        };
        let mut todays = nickname.key();
        if !taken.insert(todays.clone()) {
            log::warn!(
                "{name} is registered and looks like another registered nickname: each keeps its password, and only one of them can be here at a time"
            );
            todays = format!("{todays} {name}");
        }
        if key != todays {
            changed.push((key, todays));
        }
    }
    Ok(changed)
}

/// In two steps: a new key may be one that another account is about to give up.
fn change(connection: &mut Connection, changed: &[(String, String)]) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (old, new) in changed {
        transaction.execute("UPDATE accounts SET key = char(10) || ?2 WHERE key = ?1", params![old, new])?;
    }
    for (_, new) in changed {
        transaction.execute("UPDATE accounts SET key = ?1 WHERE key = char(10) || ?1", params![new])?;
    }
    transaction.commit()
}
