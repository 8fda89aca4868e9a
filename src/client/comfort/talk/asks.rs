//! Comfort: what the editor asks of the talk: for its prompt, for completion, for the row of a line that was sent. Pure
//! but for `wait_until_answered`.

use std::time::{Duration, Instant};

use super::{Known, Secret, Server, Talk, Tell};
use crate::client::comfort::prompt::{Place, Prompt};
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

    /// Who writes, and to whom it goes, in a window so wide.
    pub(in crate::client) fn prompt(&self, columns: u16) -> Shown {
        let state = self.state.lock();
        state.prompt().shown(self.lang, state.nickname.as_deref().unwrap_or("?"), columns.into())
    }

    /// What gives up the question that stands open, where one does: then Ctrl-C need not leave the chat.
    pub(in crate::client) fn gives_up(&self) -> Option<&'static str> {
        let state = self.state.lock();
        match state.tell {
            Tell::No => {
                let is_asked = matches!(state.secret, Secret::Asked | Secret::Withdrawn);
                (is_asked && state.nickname.is_some()).then_some("")
            }
            Tell::Sent | Tell::Who => Some("MENU"),
            Tell::What(_) => Some(""),
        }
    }

    /// Whether it is time to ask who is here, for the first screen: true once, where one begins to talk.
    pub(in crate::client) fn is_arrival(&self) -> bool {
        let mut state = self.state.lock();
        let arrived = state.place.is_chat() && !state.people.listed;
        state.people.listed |= arrived;
        arrived
    }

    /// Whether what is typed goes to one user alone.
    pub(in crate::client) fn is_private(&self) -> bool {
        let state = self.state.lock();
        let is_private = matches!(state.place, Place::Private(_) | Place::Alone(_));
        matches!(state.tell, Tell::What(_)) || (state.tell == Tell::No && is_private)
    }

    /// Whether the server will show `line` again: then its row need not stay. While the server is away it waits, and stays.
    pub(in crate::client) fn has_receipt(&self, line: &str) -> bool {
        let state = self.state.lock();
        state.away.seconds.is_none() && state.has_receipt(line)
    }

    /// Whether `line` says nothing where it would go. At a question an empty line is an answer.
    pub(in crate::client) fn is_nothing(&self, line: &str) -> bool {
        let state = self.state.lock();
        let is_message = state.tell == Tell::No && state.place.is_chat();
        is_blank(line) && (is_message || state.away.seconds.is_some())
    }

    /// Whether `line` answers the server's question, and means nothing anywhere else: `2`, a nickname.
    pub(in crate::client) fn is_answer(&self, line: &str) -> bool {
        let state = self.state.lock();
        let ours = state.server == Server::Ours && state.tell == Tell::No && state.away.seconds.is_none();
        ours && !state.place.is_chat() && matches!(Said::parse(line), Said::Message(_))
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
        self.state.lock().people.last_private.as_deref().filter(|name| name.len() <= NAME_BYTES).map(Shown::of)
    }

    /// Whose names begin with `beginning`, in either case; who spoke last comes first, we ourselves never.
    pub(in crate::client) fn nicknames(&self, beginning: &str) -> Vec<Shown> {
        let state = self.state.lock();
        let beginning = beginning.to_lowercase();
        let is_meant = |name: &&String| {
            name.len() <= NAME_BYTES && name.to_lowercase().starts_with(&beginning) && !state.is_us(name)
        };
        state.people.here.iter().filter(is_meant).map(|name| Shown::of(name)).collect()
    }
}

impl Known {
    fn prompt(&self) -> Prompt<'_> {
        match (self.secret, self.away.seconds, &self.tell) {
            _ if self.server == Server::Other => Prompt::AsItIs,
            (Secret::Withdrawn, ..) => Prompt::Password,
            (_, Some(seconds), _) => Prompt::Away(seconds),
            (Secret::Registers | Secret::Asked | Secret::Sent, ..) => Prompt::Password,
            (Secret::No, None, Tell::Who) => Prompt::TellWho,
            (Secret::No, None, Tell::What(to)) => Prompt::TellWhat(to),
            (Secret::No, None, Tell::No | Tell::Sent) => Prompt::To(&self.place),
        }
    }
}
