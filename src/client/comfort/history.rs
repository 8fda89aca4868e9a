//! Comfort: what the group said last, as a server with a database shows it to whoever enters: of that, what was shown
//! before is left out. Pure.
//!
//! Texts may be equal, so it is not asked whether a line was shown before, but where in the one sequence the other goes on:
//! the last lines that were shown have to be found again as they stand, one after the other. Where that fits in more than
//! one place, the times decide: of lines that we heard we know when, but by our own clock.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::client::heard::{Heard, past};
use crate::limits::HISTORY_MAX;
use crate::protocol::{HISTORY_BEGINS, HISTORY_ENDS};

/// Seconds by which a line may have been under way longer than another.
const UNDER_WAY: i64 = 5;

/// One message in the group.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    /// Seconds since 1970, by the server's clock where that was told, else by ours.
    time: i64,
    line: String,
}

/// What becomes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::client) enum Becomes {
    /// It is shown.
    Now,
    /// It waits for what follows, or is not shown.
    Not,
    /// These are shown in its place.
    These(Vec<String>),
}

/// What was shown of the group.
#[derive(Debug, Default)]
pub(in crate::client) struct History {
    /// The last messages, oldest first.
    shown: VecDeque<Message>,
    /// The last line was `You in group`: a history that follows was not asked for.
    entered: bool,
    /// Such a history, as far as it has come.
    coming: Option<Vec<String>>,
}

impl History {
    /// What to do with one line of the server's.
    pub(in crate::client) fn hears(&mut self, heard: &Heard<'_>, line: &str) -> Becomes {
        let entered = std::mem::replace(&mut self.entered, *heard == Heard::InGroup);
        if let Heard::ToAll { .. } = heard {
            self.has_shown(Message { time: now(), line: line.to_owned() });
        }
        let Some(coming) = &mut self.coming else {
            let begins = entered && line == HISTORY_BEGINS;
            self.coming = begins.then(Vec::new);
            return if begins { Becomes::Not } else { Becomes::Now };
        };
        // It comes in one piece. Anything else is no history, and is shown as it came.
        let goes_on = parse(line).is_some() && coming.len() <= HISTORY_MAX;
        coming.push(line.to_owned());
        if goes_on {
            return Becomes::Not;
        }
        let mut lines = self.coming.take().unwrap_or_default();
        if line == HISTORY_ENDS {
            self.leave_out(&mut lines);
        }
        if lines.len() > 1 {
            lines.insert(0, HISTORY_BEGINS.to_owned());
        }
        Becomes::These(lines)
    }

    /// The connection is lost: what of a history has come is shown with the next.
    pub(in crate::client) fn lost(&mut self) {
        (self.entered, self.coming) = (false, None);
    }

    fn has_shown(&mut self, said: Message) {
        self.shown.push_back(said);
        if self.shown.len() > HISTORY_MAX {
            self.shown.pop_front();
        }
    }

    /// Leaves out of a history, with its last line, what was shown before; with nothing left, its last line too.
    fn leave_out(&mut self, lines: &mut Vec<String>) {
        let said: Vec<Message> = lines.iter().filter_map(|line| parse(line)).collect();
        if let Some(upto) = self.shown_upto(&said) {
            let from = upto.saturating_sub(self.shown.len());
            lines.drain(from..upto);
        }
        if lines.len() == 1 {
            lines.clear();
        }
        // From here on these are the last that were shown.
        self.shown = said.into();
    }

    /// How many lines of `said`, from its beginning, are not after the last that was shown; `None`: all are.
    fn shown_upto(&self, said: &[Message]) -> Option<usize> {
        let fits = (1..=said.len()).filter_map(|upto| Some((self.delay(said.get(..upto)?)?, upto)));
        // Best where the clocks agree; then where more lines do.
        let how_well = |&(delay, upto): &(i64, usize)| {
            let lines = upto.min(self.shown.len());
            (delay > UNDER_WAY, Reverse(lines), delay, upto)
        };
        fits.min_by_key(how_well).map(|(_, upto)| upto)
    }

    /// Where the last lines of `said` are the last that were shown: by how much their times differ.
    fn delay(&self, said: &[Message]) -> Option<i64> {
        let pairs = || said.iter().rev().zip(self.shown.iter().rev());
        if pairs().next().is_none() || pairs().any(|(said, shown)| said.line != shown.line) {
            return None;
        }
        let delays = || pairs().map(|(said, shown)| said.time - shown.time);
        let (least, most) = (delays().min()?, delays().max()?);
        // Clocks may differ, but always by as much; a line that was shown in a history has the server's time.
        (most - least <= UNDER_WAY || least.abs().max(most.abs()) <= UNDER_WAY).then(|| least.abs().max(most.abs()))
    }
}

fn now() -> i64 {
    // A clock before 1970 is no clock: then it is 1970.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn parse(line: &str) -> Option<Message> {
    past(line).map(|(time, line)| Message { time, line: line.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Framing;

    const NOON: i64 = 1_790_000_000;

    /// A history as a server sends it, and what is shown of it.
    fn enters(history: &mut History, said: &[(i64, &str)]) -> Vec<String> {
        let stamp = |time: i64| {
            let (day, second) = ((time - NOON) / 86_400, (time - NOON).rem_euclid(86_400));
            assert!((0..5).contains(&day), "the test's days are few");
            // NOON is 2026-09-21 14:13:20.
            let second = second + 14 * 3600 + 13 * 60 + 20;
            format!(
                "2026-09-{} {:02}:{:02}:{:02}",
                21 + day + second / 86_400,
                second / 3600 % 24,
                second / 60 % 60,
                second % 60
            )
        };
        let mut lines = vec!["You in group".to_owned(), HISTORY_BEGINS.to_owned()];
        lines.extend(said.iter().map(|(time, text)| format!("[{}] (broadcast) boris: {text}", stamp(*time))));
        lines.push(HISTORY_ENDS.to_owned());
        let mut shown = Vec::new();
        for line in &lines {
            match history.hears(&Heard::parse(line, Framing::Lines), line) {
                Becomes::Now => shown.push(line.clone()),
                Becomes::Not => {}
                Becomes::These(lines) => shown.extend(lines),
            }
        }
        assert_eq!(shown.remove(0), "You in group");
        let texts = shown.iter().filter_map(|line| line.split_once("boris: "));
        let texts: Vec<String> = texts.map(|(_, text)| text.to_owned()).collect();
        let frame = if texts.is_empty() { 0 } else { 2 };
        assert_eq!(shown.len(), texts.len() + frame, "{shown:?}");
        texts
    }

    fn says(history: &mut History, time: i64, text: &str) {
        history.has_shown(Message { time, line: format!("(broadcast) boris: {text}") });
    }

    #[test]
    fn only_what_was_not_shown_is_shown_and_nothing_where_that_is_nothing() {
        let mut history = History::default();
        assert_eq!(enters(&mut history, &[(NOON, "a"), (NOON + 1, "b")]), ["a", "b"]);
        says(&mut history, NOON + 2, "c");
        assert!(enters(&mut history, &[(NOON, "a"), (NOON + 1, "b"), (NOON + 2, "c")]).is_empty());
        assert_eq!(enters(&mut history, &[(NOON + 1, "b"), (NOON + 2, "c"), (NOON + 9, "d")]), ["d"]);
        // So much was said meanwhile that nothing of it was shown.
        assert_eq!(enters(&mut history, &[(NOON + 20, "x"), (NOON + 21, "y")]), ["x", "y"]);
    }

    #[test]
    fn equal_texts_are_told_apart_by_where_they_stand_and_by_their_times() {
        let mut history = History::default();
        for time in [0, 60, 120] {
            says(&mut history, NOON + time, "hi");
        }
        let all: Vec<(i64, &str)> = (0..5).map(|i| (NOON + i * 60, "hi")).collect();
        assert_eq!(enters(&mut history, &all), ["hi", "hi"]);
        let mut history = History::default();
        says(&mut history, NOON + 60, "hi");
        // Before the one that was heard there was one, and after it another.
        assert_eq!(enters(&mut history, &all[..3]), ["hi", "hi"]);
        // A server whose clock is an hour ahead.
        let mut history = History::default();
        for (time, text) in [(0, "a"), (7, "b"), (20, "a"), (27, "b")] {
            says(&mut history, NOON + time, text);
        }
        let said = [(0, "a"), (7, "b"), (20, "a"), (27, "b"), (90, "a"), (180, "b")];
        assert_eq!(enters(&mut history, &said.map(|(time, text)| (NOON + 3600 + time, text))), ["a", "b"]);
    }

    #[test]
    fn what_was_asked_for_is_shown_whole() {
        let mut history = History::default();
        says(&mut history, NOON, "a");
        for line in [HISTORY_BEGINS, "[2026-09-21 14:13:20] (broadcast) boris: a", HISTORY_ENDS] {
            assert_eq!(history.hears(&Heard::parse(line, Framing::Lines), line), Becomes::Now);
        }
    }

    #[test]
    fn what_is_no_history_is_shown_as_it_came() {
        let mut history = History::default();
        for (line, shown) in [
            ("You in group", Becomes::Now),
            (HISTORY_BEGINS, Becomes::Not),
            ("[2026-09-21 14:13:20] (broadcast) boris: a", Becomes::Not),
        ] {
            assert_eq!(history.hears(&Heard::parse(line, Framing::Lines), line), shown);
        }
        let Becomes::These(lines) = history.hears(&Heard::Prose("?"), "?") else { panic!("it is shown") };
        assert_eq!(lines, [HISTORY_BEGINS, "[2026-09-21 14:13:20] (broadcast) boris: a", "?"]);
    }

    #[test]
    fn times_are_read() {
        let time = |line: &str| parse(line).map(|said| said.time);
        assert_eq!(time("[1970-01-01 00:00:00] x"), Some(0));
        assert_eq!(time("[2000-02-29 12:00:00] x"), Some(951_825_600));
        assert_eq!(time("[2026-09-21 14:13:20] x"), Some(1_790_000_000));
        assert_eq!(time("[x] x"), None);
    }
}
