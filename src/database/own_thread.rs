//! Feature database: the thread that owns the writer, and the delivery thread's handle on it. A disk that answers
//! neither yes nor no keeps whoever asks it inside the kernel, where nobody can be called back from; so the one who
//! asks must be one whom the chat can do without. Touches the channels to that thread.
//!
//! # Threads
//! `database` does the batches, one after the other. The delivery thread hands one over and waits until it is committed,
//! as long as `DATABASE_HANGS`, once: then the chat goes on without, until the thread has come back by itself. Nothing is
//! ever handed to a thread that has not come back, so nothing piles up and nothing overtakes.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::recent::{Recent, Said};
use super::time::now;
use super::told::{NOT_KEPT_NOW, counted, everyone, not_left_for, not_registered};
use crate::limits::{DATABASE_HANGS, DATABASE_SLICE, SINGLE_STACK};
use crate::server::parcel::Request;
use crate::server::present::Act;
use crate::server::store::{Asker, Event, News, Store};

/// What the thread owns.
pub(super) trait Owned: Send {
    /// Does one thing of the batch.
    fn takes(&mut self, job: Job);

    /// Makes all of the batch last; what is to be said about it.
    fn commit(&mut self) -> Vec<News>;

    /// When `commit` has work though nobody says anything.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// The last messages of the group, where they changed otherwise than by what was said: since this was asked last.
    fn reread(&mut self) -> Option<VecDeque<Said>> {
        None
    }
}

/// One thing for the writer to do.
#[derive(Debug)]
pub(super) enum Job {
    /// To keep what happened.
    Keeps(Event),
    /// To keep what the teacher did.
    Acted(Act),
    /// To do what somebody asks for.
    Asked(Asker, Request),
}

/// What came of a batch.
struct Done {
    news: Vec<News>,
    due: Option<Instant>,
    reread: Option<VecDeque<Said>>,
}

/// A store behind a thread of its own.
pub(super) struct OwnThread {
    /// Dropped, and the thread ends.
    work: Option<Sender<Vec<Job>>>,
    done: Receiver<Done>,
    thread: Option<JoinHandle<()>>,
    recent: Recent,
    batch: Vec<Job>,
    messages: u64,
    /// What clients are told where the batch is not even tried.
    refusals: Vec<News>,
    due: Option<Instant>,
    /// The thread has not come back: messages that were shown since and not kept.
    away: Option<u64>,
    retry: Duration,
}

impl OwnThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// No thread could be started.
    pub(super) fn start(mut store: impl Owned + 'static, recent: Recent, retry: Duration) -> io::Result<OwnThread> {
        let (work, jobs) = bounded::<Vec<Job>>(1);
        let (tell, done) = bounded(1);
        let due = store.due();
        let batches = move || {
            for batch in jobs {
                batch.into_iter().for_each(|job| store.takes(job));
                let news = store.commit();
                if tell.send(Done { news, due: store.due(), reread: store.reread() }).is_err() {
                    return; // the server has gone meanwhile
                }
            }
        };
        let builder = thread::Builder::new().name("database".into()).stack_size(SINGLE_STACK);
        let (thread, work) = (Some(builder.spawn(batches)?), Some(work));
        let (batch, refusals, messages, away) = (Vec::new(), Vec::new(), 0, None);
        Ok(OwnThread { work, done, thread, recent, batch, messages, refusals, due, away, retry })
    }

    /// Looks whether the thread has come back. What it says then is told, also what became of the batch it was away with.
    fn look(&mut self) -> Vec<News> {
        let (Some(lost), Ok(done)) = (self.away, self.done.try_recv()) else { return Vec::new() };
        self.away = None;
        let lost = counted(lost);
        log::info!("the database answers again; {lost} not kept");
        let mut news = vec![everyone(&format!("the database answers again; meanwhile {lost} not kept"))];
        news.extend(self.take_in(done));
        news
    }

    fn take_in(&mut self, done: Done) -> Vec<News> {
        self.due = done.due;
        if let Some(messages) = done.reread {
            self.recent.replace(messages);
        }
        done.news
    }

    /// Hands the batch over, and waits until it is committed.
    fn hand_over(&mut self, batch: Vec<Job>) -> Vec<News> {
        let handed = self.work.as_ref().is_some_and(|work| work.send(batch).is_ok());
        match handed.then(|| self.answer()).flatten() {
            Some(done) => self.take_in(done),
            None => {
                self.away = Some(0);
                self.due = Some(Instant::now() + self.retry);
                log::error!("the database does not answer; the chat goes on without it until it does");
                vec![everyone(
                    "the database fails: it does not answer. The chat goes on, but what is said is not kept for now",
                )]
            }
        }
    }
}

impl OwnThread {
    /// What came of the batch, if that is known within `DATABASE_HANGS`.
    fn answer(&self) -> Option<Done> {
        let mut waited = Duration::ZERO;
        while waited < DATABASE_HANGS {
            match self.done.recv_timeout(DATABASE_SLICE) {
                Ok(done) => return Some(done),
                Err(RecvTimeoutError::Timeout) => waited += DATABASE_SLICE,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }
}

impl Store for OwnThread {
    fn hears(&mut self, event: Event) {
        match &event {
            Event::Joined(_) | Event::Left(_) => {}
            Event::Said { from, to, message } => {
                if to.is_none() {
                    let time = message.place.map_or_else(now, |place| place.time);
                    self.recent.push(time, from, &message.text);
                }
                self.messages += 1;
            }
        }
        self.batch.push(Job::Keeps(event));
    }

    fn acted(&mut self, act: &Act) {
        self.batch.push(Job::Acted(act.clone()));
    }

    fn ask(&mut self, by: Asker, request: Request) {
        let refusal = match &request {
            // Not to one who has gone already.
            Request::Waiting if !by.is_reached => return,
            // The line was written ahead, and what was shown still waits for the socket: it is shown again next time.
            // Or the connection broke: a reset is told once, and where the writer was told, the reader sees an orderly end.
            Request::Answered if by.is_late || !by.is_reached => return,
            Request::LeaveFor { to, .. } => Some(not_left_for(to)),
            Request::Register { .. } => Some(not_registered()),
            Request::Waiting => Some(NOT_KEPT_NOW.into()),
            Request::Answered => None,
        };
        self.refusals.extend(refusal.map(|line| News { to: Some(by.id), line }));
        self.batch.push(Job::Asked(by, request));
    }

    fn recent(&self) -> Vec<String> {
        self.recent.lines()
    }

    fn commit(&mut self) -> Vec<News> {
        let (batch, messages) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.messages));
        let refusals = std::mem::take(&mut self.refusals);
        let mut news = self.look();
        let is_due = self.due.is_some_and(|due| due <= Instant::now());
        match &mut self.away {
            Some(lost) => {
                *lost += messages;
                self.due = Some(Instant::now() + self.retry);
                news.extend(refusals);
            }
            None if batch.is_empty() && !is_due => {}
            None => news.extend(self.hand_over(batch)),
        }
        news
    }

    fn due(&self) -> Option<Instant> {
        self.due
    }
}

/// Waits until the file is closed. A thread that is away gets `DATABASE_HANGS` to come back: then the end of the process
/// ends it.
impl Drop for OwnThread {
    fn drop(&mut self) {
        if self.away.is_some() && self.done.recv_timeout(DATABASE_HANGS).is_ok() {
            self.away = None;
        }
        self.work = None;
        let Some(thread) = self.thread.take().filter(|_| self.away.is_none()) else { return };
        if thread.join().is_err() {
            log::error!("the database's thread panicked");
        }
    }
}

impl fmt::Debug for OwnThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnThread").field("away", &self.away).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::database::writer::forget::Oldest;
    use crate::server::robust::connection::ClientId;
    use crate::text::Nickname;

    /// A disk that answers when the other end of its channel is dropped.
    #[derive(Debug)]
    struct Hangs(Receiver<()>);

    impl Owned for Hangs {
        fn takes(&mut self, _job: Job) {}

        fn commit(&mut self) -> Vec<News> {
            self.0.recv().unwrap_or_default();
            Vec::new()
        }
    }

    #[test]
    fn who_comes_while_the_disk_hangs_is_told_that_nothing_is_kept() {
        let (answers, disk) = bounded(0);
        let file = Connection::open_in_memory().expect("it opens");
        file.execute_batch(include_str!("migrations/1.sql")).expect("it takes the tables");
        let recent = Recent::load(&file, 0, Oldest::default()).expect("it can be read");
        let mut store = OwnThread::start(Hangs(disk), recent, Duration::ZERO).expect("a thread is to be had");
        let (id, nickname) = (ClientId(1), Nickname::parse("anna").expect("a nickname"));
        let anna = Asker { id, nickname: nickname.clone(), is_reached: true, is_late: false };
        store.hears(Event::Joined(nickname));
        assert!(store.commit().iter().all(|news| news.line.contains("it does not answer")));
        store.ask(anna, Request::Waiting);
        let told: Vec<_> = store.commit().into_iter().map(|news| (news.to, news.line)).collect();
        assert_eq!(told, [(Some(id), NOT_KEPT_NOW.into())]);
        drop(answers);
    }
}
