//! Feature database: the schema: its version, and the steps from an older one to the newest. Touches the connection
//! that it is given.

use rusqlite::{Connection, TransactionBehavior};

use super::told::told;

/// Stands in the file's header and says whose file this is: "chat".
const APPLICATION_ID: i64 = 0x6368_6174;
/// The schema's history; the file's version is how many of these it has had. What was released is never changed:
/// another step is added.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
    include_str!("migrations/7.sql"),
    include_str!("migrations/8.sql"),
];

/// The version of the schema; 0 for an empty file. Only reads: in one transaction, since another server may be making
/// the schema in this moment.
///
/// # Errors
/// It is another program's file, or of a newer version than this program knows.
pub(super) fn version(connection: &Connection) -> Result<usize, String> {
    let _reading = connection.unchecked_transaction().map_err(told)?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(told);
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    if (application, version, tables) == (0, 0, 0) {
        return Ok(0);
    }
    let newest = MIGRATIONS.len();
    match usize::try_from(version) {
        Ok(version) if application == APPLICATION_ID && version <= newest => Ok(version),
        Ok(version) if application == APPLICATION_ID => {
            Err(format!("it is of version {version}, and this program knows up to {newest}; use a newer chat-server"))
        }
        _ => Err("it is another program's database; choose another file with --database".into()),
    }
}

/// Whether one who only reads finds the tables as this program knows them.
///
/// # Errors
/// They are older, or there are none.
pub(super) fn is_newest(connection: &Connection) -> Result<(), String> {
    match version(connection)? {
        0 => Err("no chat was ever kept in it".into()),
        version if version < MIGRATIONS.len() => {
            Err("it is of an older version; start chat-server with it once, which brings it up to date".into())
        }
        _ => Ok(()),
    }
}

/// Sets the journal, and takes the steps from `version` to the newest: all of them, or none.
pub(super) fn prepare(connection: &mut Connection, version: usize) -> rusqlite::Result<()> {
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        log::warn!("the database's journal is {journal}, not wal: what is asked may wait for what is written");
    }
    // What is forgotten (`--keep-days`) is overwritten, not only unlinked: `secure_delete`.
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON",
    )?;
    let missing = MIGRATIONS.get(version..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()
}
