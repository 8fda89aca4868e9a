//! Feature glass: who is connected to the glass server: a bounded number, so that the chat keeps its descriptors and
//! threads. Touches one small lock, and at the end the visitors' sockets.
//!
//! # Locks
//! `here`: the sockets. Nothing is read or written under it; they are shut under it, which does not wait.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use parking_lot::Mutex;

/// Connections at once: four watchers, and the short requests of their pages.
pub(super) const VISITORS: usize = 12;
/// Watchers at once.
pub(super) const WATCHERS: usize = 4;

/// All who are connected.
#[derive(Debug, Default)]
pub(super) struct Visitors {
    here: Mutex<Here>,
}

#[derive(Debug, Default)]
struct Here {
    sockets: HashMap<u64, Arc<TcpStream>>,
    count: u64,
    watchers: usize,
    /// All were sent away, and nobody is let in any more.
    is_over: bool,
}

/// One of them. Dropped, its place is free again.
#[derive(Debug)]
pub(super) struct Visitor {
    visitors: Arc<Visitors>,
    pub(super) number: u64,
    pub(super) stream: Arc<TcpStream>,
    is_watcher: bool,
}

impl Visitors {
    /// A place; or the stream back, where all are taken.
    pub(super) fn take(self: &Arc<Self>, stream: TcpStream) -> Result<Visitor, TcpStream> {
        let mut here = self.here.lock();
        if here.is_over || here.sockets.len() >= VISITORS {
            return Err(stream);
        }
        here.count += 1;
        let (number, stream) = (here.count, Arc::new(stream));
        here.sockets.insert(number, Arc::clone(&stream));
        Ok(Visitor { visitors: Arc::clone(self), number, stream, is_watcher: false })
    }

    /// Ends every connection, whatever its thread waits for.
    pub(super) fn shutdown(&self) {
        let mut here = self.here.lock();
        here.is_over = true;
        for socket in here.sockets.values() {
            // An error means that the connection has already ended.
            socket.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }
}

impl Visitor {
    /// Becomes a watcher; false where there are four already.
    pub(super) fn watches(&mut self) -> bool {
        let mut here = self.visitors.here.lock();
        if here.watchers < WATCHERS {
            here.watchers += 1;
            self.is_watcher = true;
        }
        self.is_watcher
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        let mut here = self.visitors.here.lock();
        here.sockets.remove(&self.number);
        here.watchers -= usize::from(self.is_watcher);
    }
}
