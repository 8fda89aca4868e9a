//! A solution of exercise 15.6.

use rusqlite::{Connection, Result};

/// One transaction for all. Where a statement fails, `?` leaves the function, and the transaction's `Drop` takes back
/// what was done so far.
pub(crate) fn keep(connection: &mut Connection, from: &str, texts: &[&str]) -> Result<()> {
    let transaction = connection.transaction()?;
    {
        // Prepared once; the texts are bound to ?1 and ?2, and are never part of the statement.
        let mut insert = transaction.prepare("INSERT INTO messages (sender, text) VALUES (?1, ?2)")?;
        for text in texts {
            insert.execute([from, text])?;
        }
    }
    transaction.commit()
}
