//! What the editor asks of the talk: for its prompt, for completion, for the row of a line that was sent. Pure but for
//! `wait_until_answered`.

use std::time::{Duration, Instant};

use super::{Place, Talk};

impl Talk {
    /// Waits for the answer to what was sent last, where it changes the place: the next prompt will be right. Not for
    /// long: a server that is slow must not stop anybody from typing. False: the answer is still to come.
    pub(in crate::client) fn wait_until_answered(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        while state.awaited && !self.answered.wait_until(&mut state, deadline).timed_out() {}
        !std::mem::take(&mut state.awaited)
    }

    /// The prompt while an answer is still to come: as wide as the one that the answer may bring.
    pub(in crate::client) fn wide_prompt(&self) -> String {
        let state = self.state.lock();
        let nickname = state.nickname.as_deref().unwrap_or(&state.offered);
        let partner = (state.place == Place::Choosing).then(|| Place::Private(state.partner()));
        let next = [Some(Place::Group), partner].into_iter().flatten();
        let width = next.map(|place| self.lang.prompt(nickname, &place).chars().count()).max().unwrap_or_default();
        drop(state);
        format!("{:width$}", self.prompt())
    }

    /// Who writes, and to whom it goes.
    pub(in crate::client) fn prompt(&self) -> String {
        let state = self.state.lock();
        let nickname = state.nickname.as_deref().unwrap_or("?");
        if let Some(seconds) = state.away {
            // As wide as the prompt that will stand here when the server is back.
            let width = self.lang.prompt(nickname, &Place::Group).chars().count();
            return format!("{:width$}", self.lang.away(nickname, seconds));
        }
        self.lang.prompt(nickname, &state.place)
    }

    /// Whether it is time to ask who is here, for the first screen: true once, where one begins to talk.
    pub(in crate::client) fn is_arrival(&self) -> bool {
        let mut state = self.state.lock();
        let arrived = matches!(state.place, Place::Group | Place::Private(_)) && !state.listed;
        state.listed |= arrived;
        arrived
    }

    /// Whether what is typed goes to one user alone.
    pub(in crate::client) fn is_private(&self) -> bool {
        matches!(self.state.lock().place, Place::Private(_))
    }

    /// Whether the server will show `line` again: then its row need not stay. While the server is away it waits, and stays.
    pub(in crate::client) fn has_receipt(&self, line: &str) -> bool {
        let state = self.state.lock();
        state.away.is_none() && state.has_receipt(line)
    }

    /// Whether `line` says nothing where it would go. At a question an empty line is an answer.
    pub(in crate::client) fn is_nothing(&self, line: &str) -> bool {
        let state = self.state.lock();
        let is_message = !state.in_tell && matches!(state.place, Place::Group | Place::Private(_));
        line.trim().is_empty() && (is_message || state.away.is_some())
    }

    /// Who wrote to us alone last.
    pub(in crate::client) fn last_private(&self) -> Option<String> {
        self.state.lock().last_private.clone()
    }

    /// Whose names begin with `beginning`, in either case; who spoke last comes first, we ourselves never.
    pub(in crate::client) fn nicknames(&self, beginning: &str) -> Vec<String> {
        let state = self.state.lock();
        let beginning = beginning.to_lowercase();
        let is_meant = |name: &&String| name.to_lowercase().starts_with(&beginning) && !state.is_us(name);
        state.here.iter().filter(is_meant).cloned().collect()
    }
}
