//! The file: its lock, how it is opened, and its schema with a version and migrations. Touches the file system.
//!
//! A file is taken whole or not at all: what is unreadable, somebody else's, newer than this program or in use is
//! refused with one clear line, and is not changed.
//!
//! # What survives what
//! The journal is a write-ahead log (WAL): a commit appends to `chat.db-wal`, and now and then a checkpoint moves it into
//! `chat.db`. Readers go on reading while one writes. With `synchronous = NORMAL` a commit is handed to the kernel, and
//! the disk is waited for only at a checkpoint. So a killed server loses nothing that was committed: the kernel has it.
//! A power loss can take the last commits, those since the last checkpoint, but never half of one, and the file stays
//! whole. Waiting for the disk at each commit (`FULL`) would save these too, and everybody would wait with it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::limits::DATABASE_PATIENCE;

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
    include_str!("migrations/7.sql"),
];

/// The file, ours while this lives: a second server is refused.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    identity: Identity,
    /// The kernel lets go of the lock when the process ends, however it ends. It lies on a file of its own: to close
    /// the database itself a second time would drop SQLite's own locks.
    _lock: File,
}

impl DatabaseFile {
    /// Opens or creates the file, takes its lock, and brings its schema up to date.
    ///
    /// # Errors
    /// One line that says what is wrong with the file and what to do.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Connection)> {
        let context = |why: String| io::Error::other(format!("cannot keep the chat in {}: {why}", path.display()));
        let failed = |error: io::Error| context(error.to_string());
        let path = real(path).map_err(failed)?;
        if path.is_dir() {
            return Err(context("it is a folder".into()));
        }
        if path.exists() {
            has_one_name(&path).map_err(context)?;
            // Looked at before anything is put beside it: it may be somebody else's.
            connect_to_read(&path).and_then(|connection| version(&connection)).map_err(context)?;
        }
        let lock = lock(&path).map_err(context)?;
        // Not before the lock is ours: who is refused leaves no file behind.
        create(&path).map_err(failed)?;
        let identity = identity(&path).map_err(failed)?;
        let file = DatabaseFile { path, identity, _lock: lock };
        let connection = file.connect(DATABASE_PATIENCE).map_err(context)?;
        Ok((file, connection))
    }

    /// Whether what we have open is still what others find under its name.
    ///
    /// # Errors
    /// It is not: what is written goes into a file that is lost when the last one closes it.
    pub(super) fn is_in_place(&self) -> Result<(), String> {
        match identity(&self.path) {
            Ok(identity) if identity == self.identity => Ok(()),
            _ => Err("its file was removed, or another one lies in its place".into()),
        }
    }

    /// The connection that writes; it waits for others' locks as long as `patience`.
    pub(super) fn connect(&self, patience: Duration) -> Result<Connection, String> {
        // Nor is another file taken up: the journal beside it is of ours.
        self.is_in_place()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&self.path, flags).map_err(told)?;
        connection.busy_timeout(patience).map_err(told)?;
        if connection.is_readonly(MAIN_DB).map_err(told)? {
            return Err("it cannot be written; look at its permissions".into());
        }
        let version = version(&connection)?;
        prepare(&mut connection, version).map_err(told)?;
        Ok(connection)
    }

    /// Where it is, for connections that only read.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A connection that only reads; a server may be writing meanwhile.
pub(super) fn open_reader(path: &Path) -> Result<Connection, String> {
    let connection = connect_to_read(path)?;
    match version(&connection)? {
        0 => Err("no chat was ever kept in it".into()),
        version if version < MIGRATIONS.len() => {
            Err("it is of an older version; start chat-server with it once, which brings it up to date".into())
        }
        _ => Ok(connection),
    }
}

fn connect_to_read(path: &Path) -> Result<Connection, String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(told)?;
    connection.busy_timeout(DATABASE_PATIENCE).map_err(told)?;
    Ok(connection)
}

/// The file's own path, whatever links lead there; a new one's folder has to be there.
fn real(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            let path = std::path::absolute(path)?;
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(error) };
            Ok(folder.canonicalize()?.join(name))
        }
        real => real,
    }
}

/// An empty file, which only its owner may read: the chat is in it. SQLite gives the files beside it the same mode.
fn create(path: &Path) -> io::Result<()> {
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(drop),
    }
}

fn lock(path: &Path) -> Result<File, String> {
    let mut name = path.as_os_str().to_owned();
    name.push("-lock");
    let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(name);
    let file = file.map_err(|error| error.to_string())?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => {
            Err("another chat-server keeps its chat there; stop it, or choose another file with --database".into())
        }
        Err(error) => Err(format!("it cannot be locked ({error})")),
    }
}

/// The lock and the journal go by the name: under a second name a second server would have a lock and a journal of its
/// own, for the same file.
#[cfg(unix)]
fn has_one_name(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    match path.metadata() {
        Ok(file) if file.nlink() > 1 => {
            Err("it has other names too (hard links), and its journal goes by one name; remove the others".into())
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(not(unix))]
fn has_one_name(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Says which file it is, whatever it is called: its device, and its number there.
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().map(|file| (file.dev(), file.ino()))
}

/// Elsewhere a file that is open can be neither removed nor replaced.
#[cfg(not(unix))]
fn identity(_: &Path) -> io::Result<Identity> {
    Ok((0, 0))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// The version of the schema; 0 for an empty file. Only reads: in one transaction, since another server may be making
/// the schema in this moment.
fn version(connection: &Connection) -> Result<usize, String> {
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

/// Sets the journal, and takes the steps from `version` to the newest: all of them, or none.
fn prepare(connection: &mut Connection, version: usize) -> rusqlite::Result<()> {
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

/// An error of SQLite's in our words, where they help.
pub(super) fn told(error: rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "it is no database; choose another file with --database".into(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program has locked it".into(),
        Some(ErrorCode::CannotOpen) => "it cannot be opened; is it there, and may you read it?".into(),
        Some(ErrorCode::DiskFull) => "the disk is full".into(),
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged".into(),
        _ => error.to_string(),
    }
}
