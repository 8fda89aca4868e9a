//! The half of the database that writes. Owned by the delivery thread, which calls it for each thing that happens and
//! then once to commit, before anyone is written to. Touches the connection that writes.
//!
//! A batch is one transaction: it begins with the first thing that is to be kept, and a busy chat makes the
//! transactions larger rather than more. When one fails, all of it is taken back, everyone is told once, and the chat
//! goes on without: what is not kept is counted, and the file is tried again from time to time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use rusqlite::Connection;

use super::Settings;
use super::file::{DatabaseFile, told};
use super::recent::Recent;
use super::statements;
use super::time::now;
use crate::limits::{DATABASE_PATIENCE, FORGET_AT_ONCE, FORGET_EVERY, WAITING};
use crate::protocol;
use crate::server::connection::ClientId;
use crate::server::delivery::Message;
use crate::server::store::{News, Request, Store};
use crate::text::{Nickname, Text};

/// Writes what happens into the database.
#[derive(Debug)]
pub(super) struct Writer {
    // Above `file`, so that it is closed before the lock is let go of.
    connection: Connection,
    file: DatabaseFile,
    recent: Recent,
    /// The numbers of those who are here, by name without case: no look into the table for each message.
    users: HashMap<String, i64>,
    batch: Batch,
    /// Not `None`: the chat goes on without the database.
    without: Option<Without>,
    retry: Duration,
    /// What is older is forgotten.
    keep: Option<Duration>,
    forget: Option<Instant>,
}

/// What happened since the last commit.
#[derive(Debug, Default)]
struct Batch {
    /// Something is to be committed.
    open: bool,
    failed: Option<String>,
    messages: u64,
    /// How many messages each user sent.
    sent: HashMap<i64, u64>,
    /// Dropped with the batch: whoever waits goes on.
    settled: Vec<Sender<()>>,
    /// What clients are told, by how the commit ends.
    answers: Vec<Answer>,
}

#[derive(Debug)]
struct Answer {
    to: ClientId,
    kept: String,
    failed: String,
}

#[derive(Debug)]
struct Without {
    /// Messages that were shown and not kept.
    lost: u64,
    again: Instant,
}

impl Writer {
    /// A writer on an open database.
    pub(super) fn new(file: DatabaseFile, connection: Connection, settings: Settings) -> rusqlite::Result<Self> {
        let recent = Recent::load(&connection, settings.history)?;
        connection.set_prepared_statement_cache_capacity(32);
        let keep = settings.keep_days.map(|days| Duration::from_secs(u64::from(days) * 86_400));
        let forget = keep.map(|_| Instant::now());
        let (users, batch, without, retry) = (HashMap::new(), Batch::default(), None, settings.retry);
        Ok(Writer { connection, file, recent, users, batch, without, retry, keep, forget })
    }

    /// Does some writing within the batch's transaction. Once something has failed, the rest of the batch is not tried:
    /// everyone would wait again.
    fn write<T>(&mut self, work: impl FnOnce(&mut Self) -> rusqlite::Result<T>) -> Option<T> {
        if self.without.is_some() || self.batch.failed.is_some() {
            return None;
        }
        let begun = if self.batch.open { Ok(()) } else { self.connection.execute_batch("BEGIN IMMEDIATE") };
        self.batch.open = true;
        match begun.and_then(|()| work(self)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.batch.failed = Some(told(error));
                None
            }
        }
    }

    /// The number of a user, who is entered when new.
    fn user(&mut self, nickname: &Nickname, time: i64) -> rusqlite::Result<i64> {
        let name = nickname.folded();
        if let Some(&user) = self.users.get(&name) {
            return Ok(user);
        }
        let user = statements::user(&self.connection, nickname, time)?;
        self.users.insert(name, user);
        Ok(user)
    }

    fn message(
        &mut self,
        from: &Nickname,
        to: Option<i64>,
        text: &Text,
        waits: bool,
        time: i64,
    ) -> rusqlite::Result<()> {
        let sender = self.user(from, time)?;
        statements::message(&self.connection, time, sender, to, text.as_str(), waits)?;
        *self.batch.sent.entry(sender).or_default() += 1;
        Ok(())
    }

    /// Keeps a message for one who is away, if that one is known and has room. The answer goes out with the commit.
    fn leave_for(&mut self, by: ClientId, from: &Nickname, to: &Nickname, message: &Message) {
        let time = now();
        let kept = self.write(|writer| {
            let Some((id, nickname)) = statements::known(&writer.connection, to)? else {
                return Ok(Err(protocol::nobody_is_called(to.as_str())));
            };
            if statements::count_waiting(&writer.connection, id)? >= WAITING {
                let why = format!("{nickname} is away, and {WAITING} messages wait already");
                return Ok(Err(protocol::not_delivered(&why)));
            }
            writer.message(from, Some(id), &message.text, true, time)?;
            Ok(Ok(protocol::kept(&nickname, message.text.as_str())))
        });
        let failed = protocol::not_delivered(&format!("{to} is not here, and the database fails; try again later"));
        let kept = kept.map_or_else(|| failed.clone(), |kept| kept.unwrap_or_else(|why| why));
        self.batch.answers.push(Answer { to: by, kept, failed });
    }

    /// What was left for `nickname`; it waits no more once this batch is committed.
    fn waiting(&mut self, nickname: &Nickname) -> Vec<String> {
        let lines = self.write(|writer| {
            let user = writer.user(nickname, now())?;
            statements::take_waiting(&writer.connection, user)
        });
        let mut lines = lines.unwrap_or_default();
        if !lines.is_empty() {
            lines.insert(0, "While you were away (times are UTC):".into());
        }
        lines
    }

    fn register(&mut self, by: ClientId, nickname: &Nickname, hash: &str, done: Sender<()>) {
        let time = now();
        let kept = self.write(|writer| {
            let user = writer.user(nickname, time)?;
            statements::register(&writer.connection, nickname, user, hash, time)
        });
        let failed = protocol::not_sent("nothing was registered, since the database fails; try again later");
        let kept = match kept {
            Some(_) => format!("Registered: from now on the login asks for the password of {nickname}"),
            None => failed.clone(),
        };
        self.batch.answers.push(Answer { to: by, kept, failed });
        self.batch.settled.push(done);
    }

    /// Ends the batch's transaction.
    fn end(&mut self) -> rusqlite::Result<()> {
        for (user, sent) in self.batch.sent.drain() {
            statements::sent(&self.connection, user, sent, now())?;
        }
        self.connection.execute_batch("COMMIT")
    }

    /// The chat goes on without the database from here.
    fn fail(&mut self, why: &str, lost: u64) -> News {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            log::warn!("the database could not take a batch back: {error}");
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
    fn try_again(&mut self) -> Option<News> {
        let lost = self.without.as_ref().filter(|without| without.again <= Instant::now())?.lost;
        match self.reopen() {
            Ok(()) => {
                self.without = None;
                log::info!("the database works again; {lost} messages were not kept");
                let lost = counted(usize::try_from(lost).unwrap_or(usize::MAX));
                Some(everyone(&format!("the database works again; meanwhile {lost} not kept")))
            }
            Err(why) => {
                log::warn!("the database still fails: {why}; {lost} messages were not kept so far");
                self.without = Some(Without { lost, again: Instant::now() + self.retry });
                None
            }
        }
    }

    fn reopen(&mut self) -> Result<(), String> {
        let connection = self.file.connect(Duration::ZERO)?;
        statements::probe(&connection).map_err(told)?;
        connection.busy_timeout(DATABASE_PATIENCE).map_err(told)?;
        self.connection = connection;
        Ok(())
    }

    /// Forgets some of what is too old: the oldest messages, so many at once that nobody waits for it.
    fn forget(&mut self) {
        let Some(keep) = self.keep.filter(|_| self.forget.is_some_and(|forget| forget <= Instant::now())) else {
            return;
        };
        let oldest_kept = now() - i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        let forgotten = self.write(|writer| statements::forget(&writer.connection, oldest_kept));
        self.recent.forget(oldest_kept);
        let more = forgotten == Some(FORGET_AT_ONCE);
        self.forget = Some(Instant::now() + if more { Duration::ZERO } else { FORGET_EVERY });
    }
}

impl Store for Writer {
    fn joined(&mut self, nickname: &Nickname) {
        let time = now();
        self.write(|writer| {
            let user = writer.user(nickname, time)?;
            statements::joined(&writer.connection, user, time)
        });
    }

    fn left(&mut self, nickname: &Nickname) {
        let time = now();
        self.write(|writer| {
            let user = writer.user(nickname, time)?;
            statements::left(&writer.connection, user, time)
        });
        self.users.remove(&nickname.folded());
    }

    fn said(&mut self, from: &Nickname, to: Option<&Nickname>, text: &Text) {
        let time = now();
        if to.is_none() {
            self.recent.push(time, from, text);
        }
        self.batch.messages += 1;
        self.write(|writer| {
            let to = to.map(|to| writer.user(to, time)).transpose()?;
            writer.message(from, to, text, false, time)
        });
    }

    fn ask(&mut self, by: ClientId, nickname: &Nickname, request: Request) -> Vec<String> {
        match request {
            Request::Settled { done } => self.batch.settled.push(done),
            Request::Waiting => return self.waiting(nickname),
            Request::LeaveFor { to, message } => self.leave_for(by, nickname, &to, &message),
            Request::Register { hash, done } => self.register(by, nickname, &hash, done),
        }
        Vec::new()
    }

    fn recent(&self) -> Vec<String> {
        self.recent.lines()
    }

    fn commit(&mut self) -> Vec<News> {
        self.forget();
        if self.batch.open && self.batch.failed.is_none() {
            self.batch.failed = self.end().map_err(told).err();
        }
        let batch = std::mem::take(&mut self.batch);
        let failed = batch.failed.is_some() || self.without.is_some();
        let mut news: Vec<News> = match (&mut self.without, batch.failed) {
            (Some(without), _) => {
                without.lost += batch.messages;
                self.try_again().into_iter().collect()
            }
            (None, Some(why)) => vec![self.fail(&why, batch.messages)],
            (None, None) => Vec::new(),
        };
        news.extend(batch.answers.into_iter().map(|answer| {
            let line = if failed { answer.failed } else { answer.kept };
            News { to: Some(answer.to), line }
        }));
        news
    }

    fn due(&self) -> Option<Instant> {
        match &self.without {
            Some(without) => Some(without.again),
            None => self.forget,
        }
    }
}

fn everyone(what: &str) -> News {
    News { to: None, line: protocol::broadcast(protocol::GENERAL_INFORMATION, what) }
}

/// `1 message was`, `3 messages were`.
fn counted(messages: usize) -> String {
    if messages == 1 { "1 message was".into() } else { format!("{} messages were", protocol::thousands(messages)) }
}
