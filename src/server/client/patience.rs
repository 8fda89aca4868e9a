//! Robust: how long a client's thread waits for what it reads: the login in all, and the rest of a line that has begun.
//! Arithmetic on instants; touches nothing.

use std::time::{Duration, Instant};

use crate::limits::{LINE_PARTS, NO_LINE_END};
use crate::server::robust::leave::Leave;
use crate::wire::Framing;

/// A socket takes no time at all for "for ever".
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// How long the next read may wait.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    login: Option<LoginTime>,
    line: LineEnd,
}

/// The login is not done.
#[derive(Debug)]
struct LoginTime {
    /// When the patience ends, in all, however slowly the bytes trickle in.
    until: Instant,
    /// It has ended, and what had arrived by then was read.
    looked_once_more: bool,
}

/// The rest of a line that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    /// Until when it may come, before something is done about it.
    Until(Option<Instant>),
    /// Its client was told, once, what is missing: now it may take as long as it likes.
    Told,
}

impl Default for LineEnd {
    fn default() -> Self {
        LineEnd::Until(None)
    }
}

impl Patience {
    /// From now on the login has so much time.
    pub(super) fn login_begins(&mut self, time: Duration) {
        self.login = Instant::now().checked_add(time).map(|until| LoginTime { until, looked_once_more: false });
    }

    /// From now on the client may be silent for as long as it likes.
    pub(super) fn login_is_done(&mut self) {
        self.login = None;
    }

    /// When the login's patience ends; `None` where it is done.
    pub(crate) fn login_until(&self) -> Option<Instant> {
        self.login.as_ref().map(|login| login.until)
    }

    /// That the login waits for others costs none of its patience.
    pub(super) fn login_waits(&mut self, time: Duration) {
        if let Some(until) = self.login_until().and_then(|until| until.checked_add(time)) {
            self.login_has_until(until);
        }
    }

    /// The login does not end before this.
    pub(crate) fn login_has_until(&mut self, at_least: Instant) {
        if let Some(login) = &mut self.login {
            login.until = login.until.max(at_least);
        }
    }

    pub(super) fn login_is_over(&self) -> bool {
        self.login_until().is_some_and(|until| until < Instant::now())
    }

    /// How long the next read may wait; `None` is for ever. When the login's patience is over, what has already arrived is
    /// read, once: while this process or the whole machine was stopped, the time went on, and the nickname may have been
    /// here long before.
    ///
    /// # Errors
    /// The login's patience is over.
    pub(super) fn of_next_read(&mut self, framing: Framing, line_has_begun: bool) -> Result<Option<Duration>, Leave> {
        let now = Instant::now();
        if let Some(login) = self.login.as_mut().filter(|login| login.until <= now) {
            if std::mem::replace(&mut login.looked_once_more, true) {
                return Err(Leave::LoginTimeout);
            }
        }
        let line_until = match &mut self.line {
            LineEnd::Until(until) if line_has_begun => {
                let patience = if framing == Framing::Lines { NO_LINE_END } else { LINE_PARTS };
                Some(*until.get_or_insert(now + patience))
            }
            LineEnd::Until(_) | LineEnd::Told => None,
        };
        let until = [self.login_until(), line_until].into_iter().flatten().min();
        Ok(until.map(|until| until.saturating_duration_since(now).max(SHORTEST_WAIT)))
    }

    /// Something has come.
    pub(super) fn has_read(&mut self) {
        if let LineEnd::Until(until) = &mut self.line {
            *until = None;
        }
    }

    /// The rest of a line has been waited for as long as it may. Where lines end at a newline it is not waited for again.
    pub(super) fn rest_is_missing(&mut self, framing: Framing) -> bool {
        let is_missing = matches!(self.line, LineEnd::Until(Some(until)) if until <= Instant::now());
        if is_missing {
            self.line = if framing == Framing::Lines { LineEnd::Told } else { LineEnd::default() };
        }
        is_missing
    }
}
