//! Feature database: the chat goes on without the database: everyone is told once, what is not kept is counted, and the
//! file is tried again from time to time. Part of the writer.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::super::statements;
use super::super::told::{counted, everyone, told};
use super::Writer;
use crate::limits::{DATABASE_LOOK, DATABASE_PATIENCE};
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

    /// Looks whether all files are where they were. Where one of those beside the database is not, nothing is lost yet:
    /// it is begun anew at once.
    pub(super) fn look_after_files(&mut self) -> Vec<News> {
        self.look = Instant::now() + DATABASE_LOOK;
        let beside = || self.file.has_journal().and_then(|()| self.file.has_lock());
        let Err(why) = self.file.is_in_place().and_then(|()| beside()) else { return Vec::new() };
        let failed = self.fail(&why, 0);
        if let Some(without) = &mut self.without {
            without.again = Instant::now();
        }
        [Some(failed), self.try_again()].into_iter().flatten().collect()
    }

    /// What a journal holds that was removed is still there for who has it open. A checkpoint moves it into the database;
    /// then nobody may have the old one open, since two journals for one file would spoil it.
    fn save_journal(&mut self) -> Result<(), String> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: bool = self.connection.query_row(checkpoint, [], |row| row.get(0)).map_err(told)?;
        if is_busy {
            return Err("another program reads it".into());
        }
        let (connection, file) = (&mut self.connection, &self.file);
        self.readers.while_closed(|| {
            // In its place stands one that holds nothing, until the file is open again.
            *connection = Connection::open_in_memory().map_err(told)?;
            file.is_ours_alone()
        })
    }

    fn reopen(&mut self) -> Result<(), String> {
        self.file.is_in_place()?;
        if self.file.has_journal().is_err() {
            self.save_journal()?;
        }
        let connection = self.file.connect(Duration::ZERO)?;
        statements::probe(&connection).map_err(told)?;
        connection.busy_timeout(DATABASE_PATIENCE).map_err(told)?;
        (self.connection, self.changes) = (connection, None);
        Ok(())
    }
}
