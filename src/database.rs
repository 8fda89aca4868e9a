//! Feature database: users, messages and accounts that outlast the server, in one SQLite file (feature `database`).
//! Touches that file. The server
//! knows it by two traits alone: `server::store::Store` and `server::client::accounts::Accounts`.
//!
//! | file | its one job |
//! |---|---|
//! | `file.rs` | the lock, whose the files are, whether they are still there; what survives what |
//! | `schema.rs`, `migrations/` | the schema and its versions |
//! | `own_thread.rs` | the thread that owns the writer, and the delivery thread's handle on it |
//! | `writer.rs`, `writer/` | writes: a batch is a transaction; what is done when that fails; what is forgotten |
//! | `believed.rs` | whether the time of day can be believed |
//! | `statements.rs` | every statement that writes |
//! | `recent.rs` | the last messages of the group, for who comes into it |
//! | `session.rs` | what a session does with it: the login, the welcome, `HISTORY`, `REGISTER` |
//! | `password.rs`, `guesses.rs` | a password, and whose turn it is to say one |
//! | `questions.rs`, `readers.rs` | answers, for the clients' own threads; the connections for them |
//! | `told.rs` | what is said about it, errors among it |
//! | `safe.rs` | what lies in the file, as text that is safe to show |
//! | `accounts.rs` | passwords to hashes |
//! | `keys.rs` | which account a nickname has |
//! | `manage.rs` | what `chat-server account` changes |
//! | `flags.rs`, `export.rs` | the flags, and what `chat-server history` and `chat-server users` print |

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use self::file::DatabaseFile;
use self::flags::Command;
use self::own_thread::OwnThread;
use self::questions::Questions;
use self::readers::Readers;
use self::recent::Recent;
use self::session::Sessions;
use self::writer::Writer;
use self::writer::forget::Forgetting;
use crate::client::Lang;
use crate::limits::{DATABASE_RETRY, HISTORY, HISTORY_BYTES};
use crate::server::Database;

mod accounts;
mod believed;
mod export;
mod file;
mod flags;
mod guesses;
mod keys;
mod manage;
mod own_thread;
mod password;
mod questions;
mod readers;
mod recent;
mod safe;
mod schema;
mod session;
mod statements;
mod time;
mod told;
mod writer;

pub use self::accounts::bytes as hashing_bytes;
pub use self::flags::Flags;

/// No message has a number after this one.
const NEVER: i64 = i64::MAX;

/// How a chat is kept.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Messages shown to whoever comes into the group.
    pub history: usize,
    /// Messages older than so many days are forgotten; `None` keeps all.
    pub keep_days: Option<u32>,
    /// How often the file is tried again after it failed.
    pub retry: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { history: HISTORY, keep_days: None, retry: DATABASE_RETRY }
    }
}

/// Opens or creates the file, for `Config::database`. It is locked as long as the server runs.
///
/// # Errors
/// One line: the file is unreadable, another program's, of a newer version, or in use.
pub fn open(path: &Path, settings: Settings) -> io::Result<Database> {
    let (file, mut connection) = DatabaseFile::open(path)?;
    let context = |why: String| io::Error::other(format!("cannot keep the chat in {}: {why}", path.display()));
    keys::bring_up_to_date(&mut connection).map_err(context)?;
    let told = |error| context(told::told(error));
    let readers = Readers::open(file.path()).map_err(context)?;
    let oldest = Arc::new(AtomicI64::new(i64::MIN));
    let recent = Recent::load(&connection, settings.history, Arc::clone(&oldest)).map_err(told)?;
    let forgetting = settings.keep_days.map(|days| Forgetting::start(&connection, days, oldest));
    let forgetting = forgetting.transpose().map_err(told)?;
    let accounts = Sessions::new(Questions::new(readers.clone()));
    let writer = Writer::new(file, connection, readers, forgetting, settings);
    let store = OwnThread::start(writer, recent, settings.retry)?;
    Ok(Database { store: Box::new(store), accounts: Arc::new(accounts) })
}

/// What the flags ask for.
#[derive(Debug)]
pub enum Asked {
    /// A chat, kept or not.
    Chat(Option<Database>),
    /// Only a command, which is done.
    Printed,
}

impl Flags {
    /// Opens the database, or does what the command says, and tells of it in this language.
    ///
    /// # Errors
    /// One line that says what is wrong with the file.
    pub fn run(&self, lang: Lang) -> io::Result<Asked> {
        match (&self.command, &self.database) {
            (Some(Command::History(asked)), _) => export::history(asked).map(|()| Asked::Printed),
            (Some(Command::Users(asked)), _) => export::users(asked).map(|()| Asked::Printed),
            (Some(Command::Account(asked)), _) => manage::account(asked, lang).map(|()| Asked::Printed),
            (None, Some(path)) => {
                let settings = Settings { history: self.history, keep_days: self.keep_days, ..Settings::default() };
                open(path, settings).map(Some).map(Asked::Chat)
            }
            (None, None) => Ok(Asked::Chat(None)),
        }
    }
}

/// As many lines as one answer may have, the oldest first; the newest first come in.
fn newest_that_fit(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut bytes = 0;
    let fits = |line: &String| {
        bytes += line.len() + 1;
        bytes <= HISTORY_BYTES
    };
    let mut lines: Vec<String> = lines.take_while(fits).collect();
    lines.reverse();
    lines
}

/// What the welcome says about what is kept.
fn notice(settings: Settings) -> String {
    let time = match settings.keep_days {
        None => String::new(),
        Some(1) => " for a day".into(),
        Some(days) => format!(" for {days} days"),
    };
    format!(
        "What is said here is kept by the server{time}, private messages too. HISTORY shows it, REGISTER keeps your nickname for you."
    )
}
