//! Feature database: what is older than `--keep-days` is forgotten, by each message's own time, and only while the
//! clock is believed. Part of the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use rusqlite::Connection;

use super::super::believed::{Believed, Doubt, Known};
use super::super::statements;
use super::super::time::now;
use super::Writer;
use crate::limits::{FORGET_AT_ONCE, FORGET_EVERY};

/// Milliseconds since 1970: what is older has been forgotten. The delivery thread, which shows the last messages out of
/// its own memory, goes by it too.
pub(in crate::database) type Oldest = Arc<AtomicI64>;

/// When, and what.
#[derive(Debug)]
pub(in crate::database) struct Forgetting {
    /// Milliseconds.
    keep: i64,
    pub(super) due: Instant,
    clock: Believed,
    oldest: Oldest,
}

impl Forgetting {
    /// From now on; the clock is measured by the last time that the file knows of.
    pub(in crate::database) fn start(connection: &Connection, days: u32, oldest: Oldest) -> rusqlite::Result<Self> {
        let known = statements::known_times(connection)?;
        let (due, time) = (Instant::now(), now());
        let (clock, ahead) = Believed::start(due, time, known);
        if let Some(ahead) = ahead {
            log::warn!(
                "the clock is {} ahead of the last time that the database knows; nothing is forgotten until it has gone evenly for an hour",
                days_or_minutes(ahead)
            );
            // What is said by this clock from here on is no reason for the next start to believe it.
            statements::remember_times(connection, Known { doubted: Some(known.doubted_since(time)), ..known })?;
        }
        Ok(Forgetting { keep: i64::from(days) * 86_400_000, due, clock, oldest })
    }

    /// What is to be forgotten now, by the clock, if that is believed.
    fn oldest_kept(&mut self, at: Instant, time: i64) -> Option<i64> {
        self.due = at + FORGET_EVERY;
        match self.clock.look(at, time) {
            Ok(()) => {
                let oldest = time - self.keep;
                self.oldest.store(oldest, Ordering::Relaxed);
                Some(oldest)
            }
            Err(Doubt::Jumped(by)) => {
                let by = days_or_minutes(by);
                log::warn!("the clock was moved by {by}; nothing is forgotten until it has gone evenly for an hour");
                None
            }
            Err(Doubt::Waits) => None,
        }
    }
}

impl Writer {
    /// Forgets some of what is too old, so much at once that nobody waits for it.
    pub(super) fn forget(&mut self) {
        let (at, time) = (Instant::now(), now());
        let forgetting = self.forgetting.as_mut().filter(|forgetting| forgetting.due <= at);
        let Some(oldest) = forgetting.and_then(|forgetting| forgetting.oldest_kept(at, time)) else { return };
        let forgotten = self.write(|writer| {
            statements::remember_times(&writer.connection, Known { believed: Some(time), doubted: None })?;
            statements::forget(&writer.connection, oldest)
        });
        if forgotten == Some(FORGET_AT_ONCE) {
            if let Some(forgetting) = &mut self.forgetting {
                forgetting.due = at;
            }
            return;
        }
        // Then no message is left that is older.
        self.write(|writer| {
            let is_here = |user| writer.users.values().any(|&here| here == user);
            statements::forget_users(&writer.connection, oldest, is_here)?;
            statements::forget_acts(&writer.connection, oldest)
        });
    }
}

/// A span of milliseconds as people say it.
fn days_or_minutes(millis: i64) -> String {
    let minutes = millis / 60_000;
    if minutes.abs() < 2 * 1440 { format!("{minutes} minutes") } else { format!("{} days", minutes / 1440) }
}
