//! Feature cluster: what all have heard, compared with what was said and with each other. Pure.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use crate::person::Person;

/// How one fault was survived, of all people together.
#[derive(Debug)]
pub(crate) struct Verdict {
    messages: usize,
    /// Messages that others heard, and somebody did not.
    missed: usize,
    /// Messages that somebody heard again.
    doubled: usize,
    /// Messages that nobody heard.
    lost: usize,
    /// Joins and leaves that somebody was told of.
    notices: usize,
    /// Different sequences of what was heard.
    orders: usize,
    /// The longest silence of each person, sorted.
    silences: Vec<Duration>,
}

impl Verdict {
    /// Whether nothing is wrong, and 99 of 100 people were back in time.
    pub(crate) fn is_well(&self, silence: Duration) -> bool {
        let wrong = self.missed + self.doubled + self.lost + self.notices;
        wrong == 0 && self.orders == 1 && self.silence(99) <= silence
    }

    fn silence(&self, of_hundred: usize) -> Duration {
        let at = (self.silences.len() * of_hundred).div_ceil(100).saturating_sub(1);
        self.silences.get(at).copied().unwrap_or_default()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { messages, missed, doubled, lost, notices, orders, .. } = self;
        write!(f, "{messages:>8} {missed:>6} {doubled:>7} {lost:>4} {notices:>7} {orders:>6}  ")?;
        [50, 99, 100].iter().try_for_each(|&part| write!(f, "   {:.2} s", self.silence(part).as_secs_f64()))
    }
}

pub(crate) fn compare(sent: &[String], people: &[Person]) -> Verdict {
    let mut verdict = Verdict {
        messages: sent.len(),
        missed: 0,
        doubled: 0,
        lost: 0,
        notices: 0,
        orders: people.iter().map(|person| &person.heard).collect::<HashSet<_>>().len(),
        silences: people.iter().map(|person| person.longest_silence).collect(),
    };
    verdict.silences.sort_unstable();
    let mut heard_by: HashMap<&String, usize> = HashMap::new();
    for person in people {
        let heard: HashSet<&String> = person.heard.iter().collect();
        verdict.doubled += person.heard.len() - heard.len();
        verdict.notices += person.notices;
        heard.into_iter().for_each(|message| *heard_by.entry(message).or_default() += 1);
    }
    for message in sent {
        match heard_by.get(message) {
            None => verdict.lost += 1,
            Some(count) => verdict.missed += people.len() - count,
        }
    }
    verdict
}
