//! Comfort: what the editor asks of the talk: for its prompt, for completion, for the row of a line that was sent. Pure
//! but for `wait_until_answered`.

use std::time::{Duration, Instant};

use super::{Place, Server, State, Talk, Tell};
use crate::client::comfort::lang::Lang;
use crate::protocol::Said;
use crate::shown::Shown;
use crate::text::is_blank;

/// A name that is longer is none that a server gives, and has no place in a draft.
const NAME_BYTES: usize = 256;

impl Talk {
    /// Waits for the answer to what was sent last, where it changes the place: the next prompt will be right. Not for
    /// long: a server that is slow must not stop anybody from typing. False: the answer is still to come.
    pub(in crate::client) fn wait_until_answered(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        while state.awaited && !self.answered.wait_until(&mut state, deadline).timed_out() {}
        !std::mem::take(&mut state.awaited)
    }

    /// Who writes, and to whom it goes. However long the names are that a server brought, it is short.
    pub(in crate::client) fn prompt(&self) -> Shown {
        Shown::of(&self.state.lock().prompt(self.lang))
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

    /// Whether `line` answers the server's question, and means nothing anywhere else: `2`, a nickname.
    pub(in crate::client) fn is_answer(&self, line: &str) -> bool {
        let state = self.state.lock();
        let is_asked = matches!(state.place, Place::Nickname | Place::Question | Place::Choosing);
        let ours = state.server == Server::Ours && state.tell == Tell::No && state.away.is_none();
        ours && is_asked && matches!(Said::parse(line), Said::Message(_))
    }

    /// Whether TELL asks for a nickname, or will ask at once.
    pub(in crate::client) fn is_asked_whom(&self) -> bool {
        matches!(self.state.lock().tell, Tell::Sent | Tell::Who)
    }

    /// Who gets what is typed next, where TELL asks for it.
    pub(in crate::client) fn told(&self) -> Option<Shown> {
        match &self.state.lock().tell {
            Tell::What(to) => Some(Shown::of(to)),
            _ => None,
        }
    }

    /// Who wrote to us alone last.
    pub(in crate::client) fn last_private(&self) -> Option<Shown> {
        self.state.lock().last_private.as_deref().filter(|name| name.len() <= NAME_BYTES).map(Shown::of)
    }

    /// Whose names begin with `beginning`, in either case; who spoke last comes first, we ourselves never.
    pub(in crate::client) fn nicknames(&self, beginning: &str) -> Vec<Shown> {
        let state = self.state.lock();
        let beginning = beginning.to_lowercase();
        let is_meant = |name: &&String| {
            name.len() <= NAME_BYTES && name.to_lowercase().starts_with(&beginning) && !state.is_us(name)
        };
        state.here.iter().filter(is_meant).map(|name| Shown::of(name)).collect()
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
            return lang.away(nickname, seconds);
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
