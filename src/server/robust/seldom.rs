//! Robust: a log line that anybody can cause, as often as they like: it is said once a second at most. Pure; touches
//! nothing.

use std::time::Instant;

use crate::limits::ACCEPT_PAUSE_MAX;

/// When it was said last, and how often it was not said since.
#[derive(Debug, Default)]
pub(crate) struct Seldom {
    said: Option<Instant>,
    unsaid: u64,
}

impl Seldom {
    /// Whether to say it now: how often it was left unsaid since the last time, or `None`.
    pub(crate) fn is_due(&mut self) -> Option<u64> {
        if self.said.is_some_and(|said| said.elapsed() < ACCEPT_PAUSE_MAX) {
            self.unsaid += 1;
            return None;
        }
        self.said = Some(Instant::now());
        Some(std::mem::take(&mut self.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_second_with_the_count_of_what_was_not() {
        let mut seldom = Seldom::default();
        assert_eq!(seldom.is_due(), Some(0));
        assert!((0..1000).all(|_| seldom.is_due().is_none()));
        seldom.said = Instant::now().checked_sub(ACCEPT_PAUSE_MAX);
        assert_eq!(seldom.is_due(), Some(1000));
    }
}
