//! Feature database: the file: its lock, whose it is, how it is opened, and whether it is still there. Touches the file
//! system.
//!
//! A file is taken whole or not at all: what is unreadable, somebody else's, newer than this program or in use is
//! refused with one clear line, and is not changed. The same holds for the files beside it.
//!
//! # What survives what
//! The journal is a write-ahead log (WAL): a commit appends to `chat.db-wal`, and now and then a checkpoint moves it into
//! `chat.db`. Readers go on reading while one writes. With `synchronous = NORMAL` a commit is handed to the kernel, and
//! the disk is waited for only at a checkpoint. So a killed server loses nothing that was committed: the kernel has it.
//! A power loss can take the last commits, those since the last checkpoint, but never half of one, and the file stays
//! whole. Waiting for the disk at each commit (`FULL`) would save these too, and everybody would wait with it.
//!
//! `chat.db-shm` is the journal's index, and SQLite's processes share it as memory. Whoever shortens it takes that memory
//! away, and the kernel kills with SIGBUS who touches it: no program can help that but by sharing with nobody, and then
//! `sqlite3 chat.db` could not read meanwhile. Only its owner can shorten it, and nothing that was committed is lost.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};
use rustix::fs::{Access, FlockOperation, access, flock};
use rustix::io::Errno;

use super::schema::{is_newest, prepare, version};
use super::told::told;
use crate::limits::DATABASE_PATIENCE;
use crate::own_file::{self, Identity, identity};

/// What SQLite puts beside the file: the journal and its index, and the journal of a file that is no WAL yet.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The file, ours while this lives: a second server is refused.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    path: PathBuf,
    identity: Identity,
    /// The journal and its index, as the connection that writes has them open.
    journal: Vec<(PathBuf, Identity)>,
    /// The kernel lets go of the lock when the process ends, however it ends. It lies on a file of its own: to close
    /// the database itself a second time would drop SQLite's own locks.
    lock: File,
}

impl DatabaseFile {
    /// Opens or creates the file, takes its lock, and brings its schema up to date.
    ///
    /// # Errors
    /// One line that says what is wrong with the file and what to do.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Connection)> {
        let context = |why: String| io::Error::other(format!("cannot keep the chat in {}: {why}", path.display()));
        let failed = |error: io::Error| context(error.to_string());
        let path = own_file::real(path).map_err(failed)?;
        let is_there = own_file::look(&path).map_err(failed)?.is_some();
        are_own(&path).map_err(context)?;
        if is_there {
            // Looked at before anything is put beside it: it may be another program's.
            connect_to_read(&path).and_then(|connection| version(&connection)).map_err(context)?;
        }
        let lock = lock(&path).map_err(context)?;
        // Not before the lock is ours: who is refused leaves no file behind, and changes none.
        if is_there {
            own_file::make_private(&path).map_err(failed)?;
            BESIDE.iter().try_for_each(|end| own_file::make_private(&beside(&path, end))).map_err(failed)?;
        } else {
            // Empty. SQLite gives the files beside it the same mode.
            own_file::open(&path, OpenOptions::new().write(true)).map_err(failed)?;
        }
        let identity = identity(&path.symlink_metadata().map_err(failed)?);
        let mut file = DatabaseFile { path, identity, journal: Vec::new(), lock };
        let connection = file.connect(DATABASE_PATIENCE).map_err(context)?;
        Ok((file, connection))
    }

    /// Whether what we have open is still what others find under its name.
    ///
    /// # Errors
    /// It is not: what is written goes into a file that is lost when the last one closes it.
    pub(super) fn is_in_place(&self) -> Result<(), String> {
        match self.path.symlink_metadata() {
            Ok(found) if identity(&found) == self.identity => Ok(()),
            _ => Err("its file was removed, or another one lies in its place".into()),
        }
    }

    /// The same for the journal and its index. They can be begun anew.
    ///
    /// # Errors
    /// One of them is not in its place. Who opens the file now does not find what the old journal held.
    pub(super) fn has_journal(&self) -> Result<(), String> {
        let lost = self.journal.iter().find(|(path, open)| !is_still(path, *open));
        lost.map_or(Ok(()), |(path, _)| Err(gone(path)))
    }

    /// The same for the lock. It can be taken again, unless another server was faster.
    ///
    /// # Errors
    /// Another server could be started for the file.
    pub(super) fn has_lock(&self) -> Result<(), String> {
        let path = beside(&self.path, "-lock");
        match self.lock.metadata() {
            Ok(open) if is_still(&path, identity(&open)) => Ok(()),
            _ => Err(gone(&path)),
        }
    }

    /// The connection that writes; it waits for others' locks as long as `patience`. Takes the lock again where it was
    /// removed.
    pub(super) fn connect(&mut self, patience: Duration) -> Result<Connection, String> {
        // Nor is another file taken up: the journal beside it is of ours.
        self.is_in_place()?;
        if self.has_lock().is_err() {
            self.lock = lock(&self.path)?;
        }
        are_own(&self.path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&self.path, flags).map_err(|error| self.told(error))?;
        connection.busy_timeout(patience).map_err(told)?;
        if connection.is_readonly(MAIN_DB).map_err(told)? {
            return Err("it cannot be written; look at its permissions".into());
        }
        let version = version(&connection)?;
        prepare(&mut connection, version).map_err(|error| self.told(error))?;
        // Once more: what SQLite has opened may have been laid there since.
        self.is_in_place()?;
        self.journal = are_own(&self.path)?;
        Ok(connection)
    }

    /// Whether no other program has the file open. Our own connections have to be closed.
    ///
    /// # Errors
    /// Another one has, and with it the journal that is not in its place: the two would write into two journals.
    pub(super) fn is_ours_alone(&self) -> Result<(), String> {
        let connection = Connection::open(&self.path).map_err(told)?;
        let alone = "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema";
        connection.execute_batch(alone).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => "another program still has it open; close that one".into(),
            _ => told(error),
        })
    }

    /// Where it is, for connections that only read.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn told(&self, error: rusqlite::Error) -> String {
        told_of(&self.path, Access::READ_OK | Access::WRITE_OK, error)
    }
}

/// A connection that only reads; a server may be writing meanwhile.
pub(super) fn open_reader(path: &Path) -> Result<Connection, String> {
    is_file(path)?;
    let connection = connect_to_read(path).and_then(|connection| is_newest(&connection).map(|()| connection));
    match connection {
        Err(_) if is_at_rest(path) => {
            let connection = connect_to_rest(path)?;
            is_newest(&connection)?;
            Ok(connection)
        }
        connection => connection,
    }
}

/// SQLite would wait for ever for whoever writes to a pipe, and takes a folder for a disk that fails. Of what cannot be
/// looked at it says itself what is wrong.
fn is_file(path: &Path) -> Result<(), String> {
    match path.metadata() {
        Ok(found) if found.is_dir() => Err("it is a folder".into()),
        Ok(found) if !found.is_file() => Err("it is no file".into()),
        _ => Ok(()),
    }
}

fn connect_to_read(path: &Path) -> Result<Connection, String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let told = |error| told_of(path, Access::READ_OK, error);
    let connection = Connection::open_with_flags(path, flags).map_err(told)?;
    connection.busy_timeout(DATABASE_PATIENCE).map_err(told)?;
    // The first read opens the journal.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(told)?;
    Ok(connection)
}

/// Whether nobody can be writing: the folder cannot be written, and no journal lies in it. Where one does, it cannot be
/// read without its index, which would have to be made beside it.
fn is_at_rest(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_read_only = access(folder, Access::WRITE_OK).is_err();
    is_read_only && !beside(path, "-wal").metadata().is_ok_and(|journal| journal.len() > 0)
}

/// A connection to a file that does not change: SQLite makes nothing beside it.
fn connect_to_rest(path: &Path) -> Result<Connection, String> {
    let path = path.to_str().ok_or("its name is no UTF-8; give it another")?;
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(format!("file:{path}?immutable=1"), flags).map_err(told)
}

/// `chat.db-wal`: the file beside it whose name ends so.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Those that lie beside it, if each is ours alone: SQLite opens whatever has the name.
fn are_own(path: &Path) -> Result<Vec<(PathBuf, Identity)>, String> {
    let mut files = Vec::new();
    for file in BESIDE.map(|end| beside(path, end)) {
        let found = own_file::look(&file).map_err(|why| format!("{}: {why}", name(&file)))?;
        files.extend(found.map(|found| (file, identity(&found))));
    }
    Ok(files)
}

fn is_still(path: &Path, open: Identity) -> bool {
    path.symlink_metadata().is_ok_and(|found| identity(&found) == open)
}

fn gone(path: &Path) -> String {
    format!("{} was removed, or another file lies in its place", name(path))
}

fn name(path: &Path) -> String {
    path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned()
}

fn lock(path: &Path) -> Result<File, String> {
    let path = beside(path, "-lock");
    let file =
        own_file::open(&path, OpenOptions::new().write(true)).map_err(|why| format!("{}: {why}", name(&path)))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => {
            Err("another chat-server keeps its chat there; stop it, or choose another file with --database".into())
        }
        Err(error) => Err(format!("{} cannot be locked ({error})", name(&path))),
    }
}

/// An error of SQLite's in our words; where something cannot be opened, the file that it is.
fn told_of(path: &Path, how: Access, error: rusqlite::Error) -> String {
    let is_about_opening = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly)
    );
    if !is_about_opening {
        return told(error);
    }
    let files = [path.to_owned()].into_iter().chain(BESIDE.map(|end| beside(path, end)));
    let closed = files.filter(|file| file.exists()).find_map(|file| Some((access(&file, how).err()?, file)));
    match closed {
        Some((why, file)) => format!("{}: {}", name(&file), io::Error::from(why)),
        None if beside(path, "-wal").exists() && !beside(path, "-shm").exists() => {
            let journal = name(&beside(path, "-wal"));
            format!(
                "its folder cannot be written, and {journal} holds the newest messages; copy both elsewhere, and read the copy"
            )
        }
        None => told(error),
    }
}
