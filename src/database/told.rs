//! Feature database: what is said about it: errors in our words, and what clients are told. Pure.

use rusqlite::ErrorCode;

use crate::protocol;
use crate::server::store::News;
use crate::text::Nickname;

/// An error of SQLite's in our words, where they help.
pub(super) fn told(error: rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "it is no database; choose another file with --database".into(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program has locked it".into(),
        Some(ErrorCode::CannotOpen) => "it cannot be opened; is it there, and may you read it?".into(),
        Some(ErrorCode::DiskFull) => "the disk is full".into(),
        Some(ErrorCode::SystemIoFailure) => {
            "it cannot be read or written: the disk fails, or the file may not grow any more ('ulimit -f')".into()
        }
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged".into(),
        _ => error.to_string(),
    }
}

/// What the welcome says instead of the notice.
pub(super) const NOT_KEPT_NOW: &str =
    "The database fails: what is said is not kept for now. What was left for you waits until you come again";

/// What is said instead of a receipt.
pub(super) fn not_left_for(nickname: &Nickname) -> String {
    protocol::not_delivered(&format!("{nickname} is not here, and the database fails; try again later"))
}

/// The same for `REGISTER`.
pub(super) fn not_registered() -> String {
    protocol::not_sent("nothing was registered, since the database fails; try again later")
}

/// News for everybody.
pub(super) fn everyone(what: &str) -> News {
    News { to: None, line: protocol::broadcast(protocol::GENERAL_INFORMATION, what) }
}

/// `1 message was`, `3 messages were`.
pub(super) fn counted(messages: u64) -> String {
    let count = protocol::thousands(usize::try_from(messages).unwrap_or(usize::MAX));
    if messages == 1 { "1 message was".into() } else { format!("{count} messages were") }
}
