//! A socket that is written without ever waiting for it: `floor` and `delivery` use it.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustix::net::{SendFlags, send};

/// Bytes that may wait for a reader; beyond it the connection is ended.
const WAITING_BYTES: usize = 1024 * 1024;

/// One listener's socket, and what it has not taken yet.
pub(super) struct Sink {
    stream: Arc<TcpStream>,
    waiting: Vec<u8>,
    ended: bool,
}

impl Sink {
    pub(super) fn new(stream: Arc<TcpStream>) -> Self {
        Sink { stream, waiting: Vec::new(), ended: false }
    }

    /// Writes what the socket takes at once and keeps the rest.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if self.ended {
            return;
        }
        let result = if self.waiting.is_empty() {
            send_now(&self.stream, bytes).map(|taken| self.waiting.extend_from_slice(&bytes[taken..]))
        } else {
            self.waiting.extend_from_slice(bytes);
            send_now(&self.stream, &self.waiting).map(|taken| drop(self.waiting.drain(..taken)))
        };
        if result.is_err() || self.waiting.len() > WAITING_BYTES {
            self.waiting = Vec::new();
            self.ended = true;
            self.stream.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }

    /// Something waits: it has to be written again soon.
    pub(super) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }
}

fn send_now(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match send(stream, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
        Ok(taken) => Ok(taken),
        Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}
