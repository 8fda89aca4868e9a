//! The chat goes on without the database: everyone is told once, what is not kept is counted, and the file is tried again
//! from time to time. Part of the writer.

use std::time::{Duration, Instant};

use super::super::file::told;
use super::super::statements;
use super::Writer;
use crate::limits::DATABASE_PATIENCE;
use crate::protocol;
use crate::server::store::News;

/// Since the file failed.
#[derive(Debug)]
pub(super) struct Without {
    /// Messages that were shown and not kept.
    pub(super) lost: u64,
    /// When the file is tried again.
    pub(super) again: Instant,
}

impl Writer {
    /// The chat goes on without the database from here.
    pub(super) fn fail(&mut self, why: &str, lost: u64) -> News {
        if !self.connection.is_autocommit() {
            if let Err(error) = self.connection.execute_batch("ROLLBACK") {
                log::warn!("the database could not take a batch back: {error}");
            }
        }
        // Some of them may have been entered in the transaction that is no more.
        self.users.clear();
        self.without = Some(Without { lost, again: Instant::now() + self.retry });
        log::error!(
            "the database fails: {why}; the chat goes on without it, and it is tried again every {:?}",
            self.retry
        );
        everyone(&format!("the database fails: {why}. The chat goes on, but what is said is not kept for now"))
    }

    /// Opens the file anew, and takes it up again where it takes a write. Does not wait for a lock: everyone would.
    pub(super) fn try_again(&mut self) -> Option<News> {
        let lost = self.without.as_ref().filter(|without| without.again <= Instant::now())?.lost;
        match self.reopen() {
            Ok(()) => {
                self.without = None;
                let lost = counted(lost);
                log::info!("the database works again; {lost} not kept");
                Some(everyone(&format!("the database works again; meanwhile {lost} not kept")))
            }
            Err(why) => {
                log::warn!("the database still fails: {why}; {} not kept so far", counted(lost));
                self.without = Some(Without { lost, again: Instant::now() + self.retry });
                None
            }
        }
    }

    fn reopen(&mut self) -> Result<(), String> {
        let connection = self.file.connect(Duration::ZERO)?;
        statements::probe(&connection).map_err(told)?;
        connection.busy_timeout(DATABASE_PATIENCE).map_err(told)?;
        (self.connection, self.changes) = (connection, None);
        Ok(())
    }
}

pub(in crate::database) fn everyone(what: &str) -> News {
    News { to: None, line: protocol::broadcast(protocol::GENERAL_INFORMATION, what) }
}

/// `1 message was`, `3 messages were`.
pub(in crate::database) fn counted(messages: u64) -> String {
    let count = protocol::thousands(usize::try_from(messages).unwrap_or(usize::MAX));
    if messages == 1 { "1 message was".into() } else { format!("{count} messages were") }
}
