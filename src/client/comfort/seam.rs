//! Comfort: the seam between the client and what it is used on: `Lines` are typed, `Rows` are shown. The plain client and
//! the line editor are the two on its other side. Touches stderr.

use std::io::{self, Write};

use super::meant::Answer;
use crate::shown::Shown;
use crate::text::Refusal;

/// Columns of a terminal that does not say how many it has.
pub(in crate::client) const COLUMNS: usize = 80;
/// Wipes the row that the cursor is on.
pub(in crate::client) const WIPE: &str = "\r\x1b[K";

/// Where lines come from.
pub(in crate::client) trait Lines: Send {
    /// The next line, without its end; `None` at the end of the input. Blocks.
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>>;
    /// The end was Ctrl-C: nobody wants to wait for what is still under way.
    fn is_hurried(&self) -> bool {
        false
    }
    /// The last line was typed for itself: it is no part of a paste, which is text whatever it says.
    fn is_typed(&self) -> bool {
        true
    }
    /// Words of the client's own, of what has just been typed.
    fn tells(&mut self, words: &str) {
        // A stderr that is closed cannot be told.
        writeln!(io::stderr(), "{}", Shown::of(words)).unwrap_or_default();
    }
    /// A question of ours. Blocks until it is answered.
    fn asks(&mut self, question: &str) -> io::Result<Answer> {
        // A stderr that is closed asks nobody; the next line answers all the same.
        writeln!(io::stderr(), "{question}").unwrap_or_default();
        Ok(match self.next_line()? {
            Some(Ok(line)) => Answer::parse(&String::from_utf8_lossy(&line), Answer::Yes),
            _ => Answer::Other,
        })
    }
}

/// Where rows are shown.
pub(in crate::client) trait Rows: Send {
    /// One line, laid out in rows already, without the end of the last. It may wait for the `flush`.
    fn row(&mut self, row: &Shown) -> io::Result<()>;
    /// What was shown reaches the reader.
    fn flush(&mut self) -> io::Result<()>;
    /// One picture of the waiting animation, on the row where the next line will stand.
    fn animate(&mut self, picture: &Shown) -> io::Result<()>;
    /// How wide the window is; asked before each line.
    fn columns(&mut self) -> usize {
        COLUMNS
    }
    /// What is known of the talk has changed: a prompt may be another.
    fn refresh(&mut self) -> io::Result<()> {
        Ok(())
    }
    /// A message of ours has reached the group.
    fn said(&mut self, _text: &Shown) {}
}
