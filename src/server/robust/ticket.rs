//! Robust: what a connection has whose session may go on with another one: a secret token, and the socket that is handed
//! over. Touches nothing.
//!
//! # Locks
//! `handed`: the socket on its way from one thread to the other. Nothing is read or written under it.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::wire::MessageReader;

/// What a connection has whose session may go on with another one.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) token: String,
    handed: Mutex<Option<Handed>>,
    came: Condvar,
}

/// A new socket for a session, what was read from it already, and how many lines its client has received.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) stream: Arc<TcpStream>,
    pub(crate) reader: MessageReader,
    pub(crate) received: u64,
}

impl Ticket {
    /// With this token; nothing was handed over yet.
    pub(crate) fn new(token: String) -> Self {
        Ticket { token, handed: Mutex::default(), came: Condvar::new() }
    }

    /// Hands a socket over, and wakes who waits for it.
    pub(crate) fn hand(&self, handed: Handed) {
        *self.handed.lock() = Some(handed);
        self.came.notify_all();
    }

    /// What was handed over, after waiting for it up to `time`.
    pub(crate) fn take(&self, time: Duration) -> Option<Handed> {
        let mut handed = self.handed.lock();
        self.came.wait_while_for(&mut handed, |handed| handed.is_none(), time);
        handed.take()
    }
}
