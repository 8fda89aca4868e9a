//! Feature cluster: what all have heard, compared with what was said and with each other. Pure.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use crate::person::Person;

/// The columns of a verdict.
pub(crate) const COLUMNS: &str =
    "   said  stayed: missed  back: missed  doubled  lost  out of order  notices   silence";

/// How one fault was survived, of all people together.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    said: usize,
    /// People whose connection lived, and messages that others heard and one of them did not.
    stayed: (usize, usize),
    /// The same of those who had to connect anew.
    back: (usize, usize),
    /// Messages that somebody heard again.
    doubled: usize,
    /// Messages that nobody heard.
    lost: usize,
    /// People who heard something in another order than the others.
    out_of_order: usize,
    /// Joins and leaves that somebody was told of.
    notices: usize,
    /// The longest silence of each person, sorted.
    silences: Vec<Duration>,
}

impl Verdict {
    /// Whether nothing is wrong, and 99 of 100 people heard the next message in time. Who has to come back misses what is
    /// said meanwhile, unless clients can resume.
    pub(crate) fn is_well(&self, silence: Duration, resumes: bool) -> bool {
        let of_the_gone = self.back.1 + self.lost + self.notices;
        let gone_are_well = !resumes || of_the_gone == 0 && self.silence(99) <= silence;
        self.stayed.1 + self.doubled + self.out_of_order == 0 && gone_are_well
    }

    fn silence(&self, of_hundred: usize) -> Duration {
        let at = (self.silences.len() * of_hundred).div_ceil(100).saturating_sub(1);
        self.silences.get(at).copied().unwrap_or_default()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { said, stayed, back, doubled, lost, out_of_order, notices, .. } = self;
        write!(f, "{said:>7} {:>7} {:>7} {:>5} {:>7}", stayed.0, stayed.1, back.0, back.1)?;
        write!(f, " {doubled:>8} {lost:>5} {out_of_order:>13} {notices:>8}  ")?;
        [50, 99, 100].iter().try_for_each(|&part| write!(f, " {:.2} s", self.silence(part).as_secs_f64()))
    }
}

/// The order is what the one who heard most has heard.
pub(crate) fn compare(sent: &[String], people: &[Person]) -> Verdict {
    let order = people.iter().map(|person| &person.heard).max_by_key(|heard| heard.len());
    let places: HashMap<&String, usize> =
        order.into_iter().flatten().enumerate().map(|(at, line)| (line, at)).collect();
    let mut verdict = Verdict { said: sent.len(), ..Verdict::default() };
    verdict.silences = people.iter().map(|person| person.longest_silence).collect();
    verdict.silences.sort_unstable();
    let all: HashSet<&String> = people.iter().flat_map(|person| &person.heard).collect();
    verdict.lost = sent.iter().filter(|line| !all.contains(line)).count();
    for person in people {
        let heard: HashSet<&String> = person.heard.iter().collect();
        let of = if person.came_back { &mut verdict.back } else { &mut verdict.stayed };
        *of = (of.0 + 1, of.1 + sent.iter().filter(|line| all.contains(line) && !heard.contains(line)).count());
        verdict.doubled += person.heard.len() - heard.len();
        verdict.notices += person.notices;
        let at: Vec<usize> = person.heard.iter().filter_map(|line| places.get(line).copied()).collect();
        verdict.out_of_order += usize::from(at.windows(2).any(|two| two[0] > two[1]));
    }
    verdict
}
