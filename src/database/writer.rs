//! Feature database: the half of the database that writes: called for each thing that happens and then once to commit,
//! before anyone is written to. Touches the connection that writes.
//!
//! A batch is one transaction: it begins with the first thing that is to be kept, and a busy chat makes the
//! transactions larger rather than more. When one fails, all of it is taken back, everyone is told once, and the chat
//! goes on without: what is not kept is counted, and the file is tried again from time to time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use self::forget::Forgetting;
use self::without::Without;
use super::file::DatabaseFile;
use super::own_thread::{Job, Owned};
use super::readers::Readers;
use super::recent::{self, Said};
use super::statements;
use super::time::now;
use super::told::{not_registered, told};
use super::{Settings, notice};
use crate::limits::DATABASE_LOOK;
use crate::server::parcel::{Message, Request};
use crate::server::present::Act;
use crate::server::robust::connection::ClientId;
use crate::server::store::{Asker, Event, News};
use crate::text::Nickname;

mod absent;
pub(super) mod forget;
pub(super) mod without;

/// Writes what happens into the database.
#[derive(Debug)]
pub(super) struct Writer {
    /// Those of the clients' own threads.
    readers: Readers,
    // In this order they are closed: the last connection moves the journal into the file, which none can that only
    // reads; and then the lock is let go of.
    connection: Connection,
    file: DatabaseFile,
    /// The numbers of those who are here, by name without case: no look into the table for each message.
    users: HashMap<String, i64>,
    /// Who was shown what waited, and has not written a line since.
    unanswered: HashSet<String>,
    batch: Batch,
    /// What the welcome says.
    notice: String,
    /// Not `None`: the chat goes on without the database.
    without: Option<Without>,
    retry: Duration,
    /// When the files are looked for, though nothing is written.
    look: Instant,
    forgetting: Option<Forgetting>,
    /// Messages shown to whoever comes into the group.
    history: usize,
    /// What `statements::changes_of_others` said last; `None` for a connection that was not asked yet.
    changes: Option<i64>,
    /// The last messages of the group, read anew since somebody else has written to the file.
    reread: Option<VecDeque<Said>>,
}

/// What happened since the last commit.
#[derive(Debug, Default)]
struct Batch {
    /// Something is to be committed.
    open: bool,
    failed: Option<String>,
    messages: u64,
    /// Somebody else has written to the file.
    reread: bool,
    /// How many messages each user sent.
    sent: HashMap<i64, u64>,
    /// What clients are told, by how the commit ends.
    answers: Vec<Answer>,
}

#[derive(Debug)]
struct Answer {
    to: ClientId,
    kept: String,
    failed: String,
}

impl Writer {
    /// A writer on an open database.
    pub(super) fn new(
        file: DatabaseFile,
        connection: Connection,
        readers: Readers,
        forgetting: Option<Forgetting>,
        settings: Settings,
    ) -> Self {
        connection.set_prepared_statement_cache_capacity(32);
        let (users, unanswered) = (HashMap::new(), HashSet::new());
        let (batch, without, retry) = (Batch::default(), None, settings.retry);
        let (notice, look) = (notice(settings), Instant::now() + DATABASE_LOOK);
        let (history, changes, reread) = (settings.history, None, None);
        Writer {
            connection,
            file,
            readers,
            users,
            unanswered,
            batch,
            notice,
            without,
            retry,
            look,
            forgetting,
            history,
            changes,
            reread,
        }
    }

    /// Does some writing within the batch's transaction. Once something has failed, the rest of the batch is not tried:
    /// everyone would wait again.
    fn write<T>(&mut self, work: impl FnOnce(&mut Self) -> rusqlite::Result<T>) -> Option<T> {
        if self.without.is_some() || self.batch.failed.is_some() {
            return None;
        }
        let begun = if self.batch.open { Ok(()) } else { self.begin() };
        self.batch.open = true;
        match begun.and_then(|()| work(self)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.batch.failed = Some(told(error));
                None
            }
        }
    }

    /// Begins the batch's transaction. What is remembered of the file is not believed where somebody else has written to
    /// it: a user may be there no more.
    fn begin(&mut self) -> rusqlite::Result<()> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let changes = statements::changes_of_others(&self.connection)?;
        if self.changes.replace(changes).is_some_and(|before| before != changes) {
            self.users.clear();
            self.batch.reread = true;
        }
        Ok(())
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
        message: &Message,
        waits: bool,
        time: i64,
    ) -> rusqlite::Result<()> {
        let sender = self.user(from, time)?;
        statements::message(&self.connection, time, sender, to, message, waits)?;
        *self.batch.sent.entry(sender).or_default() += 1;
        Ok(())
    }

    fn register(&mut self, by: &Asker, hash: &str, since: i64) {
        let (nickname, time) = (&by.nickname, now());
        let kept = self.write(|writer| {
            let user = writer.user(nickname, time)?;
            statements::register(&writer.connection, nickname, user, hash, since, time)
        });
        let failed = not_registered();
        let kept = match kept {
            Some(_) => format!("Registered: from now on the login asks for the password of {nickname}"),
            None => failed.clone(),
        };
        self.batch.answers.push(Answer { to: by.id, kept, failed });
    }

    /// Ends the batch's transaction.
    fn end(&mut self) -> Result<(), String> {
        self.file.is_in_place()?;
        for (user, sent) in self.batch.sent.drain() {
            statements::sent(&self.connection, user, sent, now()).map_err(told)?;
        }
        if self.batch.reread {
            // With those of this batch: they were remembered before it was handed over.
            self.reread = Some(recent::last(&self.connection, self.history).map_err(told)?);
        }
        self.connection.execute_batch("COMMIT").map_err(told)
    }

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
        let name = nickname.folded();
        self.users.remove(&name);
        self.unanswered.remove(&name);
    }

    fn said(&mut self, from: &Nickname, to: Option<&Nickname>, message: &Message) {
        let time = message.place.map_or_else(now, |place| place.time);
        self.batch.messages += 1;
        self.write(|writer| {
            let to = to.map(|to| writer.user(to, time)).transpose()?;
            writer.message(from, to, message, false, time)
        });
    }

    fn acted(&mut self, act: &Act) {
        let time = now();
        self.write(|writer| statements::act(&writer.connection, time, act));
    }
}

impl Owned for Writer {
    fn takes(&mut self, job: Job) {
        match job {
            Job::Keeps(Event::Joined(nickname)) => self.joined(&nickname),
            Job::Keeps(Event::Left(nickname)) => self.left(&nickname),
            Job::Keeps(Event::Said { from, to, message }) => self.said(&from, to.as_ref(), &message),
            Job::Acted(act) => self.acted(&act),
            Job::Asked(by, Request::Waiting) => self.waiting(&by),
            Job::Asked(by, Request::Answered) => self.answered(&by.nickname),
            Job::Asked(by, Request::LeaveFor { to, message }) => self.leave_for(by.id, &by.nickname, &to, &message),
            Job::Asked(by, Request::Register { hash, since }) => self.register(&by, &hash, since),
        }
    }

    fn commit(&mut self) -> Vec<News> {
        self.forget();
        if self.batch.open && self.batch.failed.is_none() {
            self.batch.failed = self.end().err();
        }
        let batch = std::mem::take(&mut self.batch);
        let failed = batch.failed.is_some() || self.without.is_some();
        let mut news: Vec<News> = match (&mut self.without, batch.failed) {
            (Some(without), _) => {
                without.lost += batch.messages;
                self.try_again().into_iter().collect()
            }
            (None, Some(why)) => vec![self.fail(&why, batch.messages)],
            // What is committed can still be saved, whatever was removed.
            (None, None) if batch.open || self.look <= Instant::now() => self.look_after_files(),
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
            None => Some(self.forgetting.as_ref().map_or(self.look, |forgetting| self.look.min(forgetting.due))),
        }
    }

    fn reread(&mut self) -> Option<VecDeque<Said>> {
        self.reread.take()
    }
}
