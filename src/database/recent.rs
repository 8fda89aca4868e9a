//! The last messages of the group, remembered by the delivery thread: whoever comes into the group is shown them at
//! the exact place in the order, however large the file is. Read from the file once, at the start.

use std::collections::VecDeque;

use rusqlite::Connection;

use super::{Settings, newest_that_fit, time};
use crate::protocol;
use crate::text::{Nickname, Text};

/// The last messages of the group, the oldest first.
#[derive(Debug)]
pub(super) struct Recent {
    most: usize,
    /// What is older is forgotten, milliseconds.
    keep: Option<i64>,
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
    pub(super) fn load(connection: &Connection, settings: Settings) -> rusqlite::Result<Self> {
        let (most, keep) = (settings.history, settings.keep_days.map(|days| i64::from(days) * 86_400_000));
        Ok(Recent { most, keep, messages: last(connection, most)? })
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

    /// As lines, each with its time; of long ones fewer, as in an answer to `HISTORY`.
    pub(super) fn lines(&self) -> Vec<String> {
        let line =
            |said: &Said| format!("[{}] {}", time::shown(said.time), protocol::broadcast(&said.from, &said.text));
        newest_that_fit(self.messages.iter().rev().map(line))
    }

    /// Drops what is too old.
    pub(super) fn forget(&mut self) {
        if let Some(keep) = self.keep {
            let oldest = time::now() - keep;
            self.messages.retain(|said| said.time >= oldest);
        }
    }
}

/// The last messages of the group in the file, at most so many, the oldest first.
pub(super) fn last(connection: &Connection, most: usize) -> rusqlite::Result<VecDeque<Said>> {
    let sql = "SELECT time, nickname, text FROM messages JOIN users ON users.id = sender
               WHERE recipient IS NULL ORDER BY messages.id DESC LIMIT ?1";
    let mut last = connection.prepare(sql)?;
    let said = last.query_map([most], |row| Ok(Said { time: row.get(0)?, from: row.get(1)?, text: row.get(2)? }))?;
    let mut messages: VecDeque<Said> = said.collect::<rusqlite::Result<_>>()?;
    messages.make_contiguous().reverse();
    Ok(messages)
}
