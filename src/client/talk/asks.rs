//! What the editor asks of the talk: for its prompt, for completion, for the row of a line that was sent. Pure but for
//! `wait_until_answered`.

use std::time::{Duration, Instant};

use super::{Place, Server, State, Talk, Tell};
use crate::client::lang::Lang;
use crate::text::is_blank;

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
        let next = match (&state.tell, &state.place) {
            (Tell::No, Place::Choosing) => self.lang.prompt(nickname, &Place::Private(state.partner())),
            (Tell::No, _) => String::new(),
            (Tell::Sent, _) => self.lang.tell_who(nickname),
            (Tell::Who | Tell::What(_), _) => self.lang.tell_what(nickname, &state.chosen),
        };
        let group = self.lang.prompt(nickname, &Place::Group);
        let width = next.chars().count().max(group.chars().count());
        format!("{:width$}", state.prompt(self.lang))
    }

    /// Who writes, and to whom it goes.
    pub(in crate::client) fn prompt(&self) -> String {
        self.state.lock().prompt(self.lang)
    }

    /// What gives up the question that stands open, where one does: then Ctrl-C need not leave the chat.
    pub(in crate::client) fn gives_up(&self) -> Option<&'static str> {
        let state = self.state.lock();
        match state.tell {
            Tell::No => (state.secret && state.nickname.is_some()).then_some(""),
            Tell::Sent | Tell::Who => Some("MENU"),
            Tell::What(_) => Some(""),
        }
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
        let state = self.state.lock();
        matches!((&state.tell, &state.place), (Tell::What(_), _) | (Tell::No, Place::Private(_)))
    }

    /// Whether the server will show `line` again: then its row need not stay. While the server is away it waits, and stays.
    pub(in crate::client) fn has_receipt(&self, line: &str) -> bool {
        let state = self.state.lock();
        state.away.is_none() && state.has_receipt(line)
    }

    /// Whether `line` says nothing where it would go. At a question an empty line is an answer.
    pub(in crate::client) fn is_nothing(&self, line: &str) -> bool {
        let state = self.state.lock();
        let is_message = state.tell == Tell::No && matches!(state.place, Place::Group | Place::Private(_));
        is_blank(line) && (is_message || state.away.is_some())
    }

    /// Whether TELL asks for a nickname, or will ask at once.
    pub(in crate::client) fn is_asked_whom(&self) -> bool {
        matches!(self.state.lock().tell, Tell::Sent | Tell::Who)
    }

    /// Who gets what is typed next, where TELL asks for it.
    pub(in crate::client) fn told(&self) -> Option<String> {
        match &self.state.lock().tell {
            Tell::What(to) => Some(to.clone()),
            _ => None,
        }
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

impl State {
    fn prompt(&self, lang: Lang) -> String {
        let nickname = self.nickname.as_deref().unwrap_or("?");
        if self.server == Server::Other {
            return "> ".to_owned();
        }
        if self.withdrawn {
            return lang.password().to_owned();
        }
        if let Some(seconds) = self.away {
            // As wide as the prompt that will stand here when the server is back.
            let width = lang.prompt(nickname, &Place::Group).chars().count();
            return format!("{:width$}", lang.away(nickname, seconds));
        }
        match &self.tell {
            _ if self.is_hidden() => lang.password().to_owned(),
            Tell::Who => lang.tell_who(nickname),
            Tell::What(to) => lang.tell_what(nickname, to),
            Tell::No | Tell::Sent if self.is_alone => lang.to_nobody(nickname),
            Tell::No | Tell::Sent => lang.prompt(nickname, &self.place),
        }
    }
}
