//! Feature database: the last messages of the group, remembered by the delivery thread: whoever comes into the group is
//! shown them at the exact place in the order, however large the file is. Read from the file once, at the start.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use rusqlite::Connection;

use super::safe::text;
use super::writer::forget::Oldest;
use super::{newest_that_fit, time};
use crate::protocol;
use crate::text::{Nickname, Text};

/// The last messages of the group, the oldest first.
#[derive(Debug)]
pub(super) struct Recent {
    most: usize,
    oldest: Oldest,
    messages: VecDeque<Said>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Said {
    time: i64,
    from: String,
    text: String,
}

impl Recent {
    /// The last ones that the file has, as many as are shown.
    pub(super) fn load(connection: &Connection, most: usize, oldest: Oldest) -> rusqlite::Result<Self> {
        Ok(Recent { most, oldest, messages: last(connection, most)? })
    }

    /// Others than those that were said, since the file has others.
    pub(super) fn replace(&mut self, messages: VecDeque<Said>) {
        self.messages = messages;
    }

    /// One more was said.
    pub(super) fn push(&mut self, time: i64, from: &Nickname, text: &Text) {
        if self.most == 0 {
            return;
        }
        if self.messages.len() == self.most {
            self.messages.pop_front();
        }
        self.messages.push_back(Said { time, from: from.to_string(), text: text.as_str().to_owned() });
    }

    /// As lines, each with its time; of long ones fewer, as in an answer to `HISTORY`. None that was forgotten.
    pub(super) fn lines(&self) -> Vec<String> {
        let line =
            |said: &Said| format!("[{}] {}", time::shown(said.time), protocol::broadcast(&said.from, &said.text));
        let oldest = self.oldest.load(Ordering::Relaxed);
        newest_that_fit(self.messages.iter().rev().filter(|said| said.time >= oldest).map(line))
    }
}

/// The last messages of the group in the file, at most so many, the oldest first.
pub(super) fn last(connection: &Connection, most: usize) -> rusqlite::Result<VecDeque<Said>> {
    let sql = "SELECT time, nickname, text FROM messages JOIN users ON users.id = sender
               WHERE recipient IS NULL ORDER BY messages.id DESC LIMIT ?1";
    let mut last = connection.prepare(sql)?;
    let said =
        last.query_map([most], |row| Ok(Said { time: row.get(0)?, from: text(row, 1)?, text: text(row, 2)? }))?;
    let mut messages: VecDeque<Said> = said.collect::<rusqlite::Result<_>>()?;
    messages.make_contiguous().reverse();
    Ok(messages)
}
