//! How the server is told to stop, from any thread. Touches the listeners' addresses, to wake `accept`.
//!
//! `accept` cannot be interrupted, so `stop` connects to each listener once. For that a descriptor is kept spare: at the
//! descriptor limit, just when a stop is wanted most, there would be none. Whoever waits for time to pass waits on the
//! stop channel instead of sleeping: nobody sends on it, and that it disconnects is the news.
//!
//! # Locks
//! `inner`: what is left to be let go of. The connections are made after it is released.

use std::convert::Infallible;
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, select_biased};
use parking_lot::Mutex;

/// How long the connection that wakes `accept` may take; on the same machine it takes no time at all.
const WAKE: Duration = Duration::from_secs(1);

/// The server's stop, shared by those who cause it and those who wait for it.
#[derive(Debug, Clone)]
pub struct Stop {
    stopped: Receiver<Infallible>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    /// Dropped by the stop: that is the signal.
    signal: Option<Sender<Infallible>>,
    /// Dropped by the stop: its descriptor is for the connection that wakes `accept`.
    spare: Option<File>,
    listeners: Vec<SocketAddr>,
}

impl Default for Stop {
    fn default() -> Self {
        Stop::new()
    }
}

impl Stop {
    /// Nothing is stopped yet.
    pub fn new() -> Self {
        let (signal, stopped) = bounded(0);
        let inner = Inner { signal: Some(signal), spare: File::open("/dev/null").ok(), listeners: Vec::new() };
        Stop { stopped, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Stops the server: wakes `accept` and all who `wait`. Again and from several threads: nothing more happens.
    pub fn stop(&self) {
        let listeners = {
            let mut inner = self.inner.lock();
            if inner.signal.take().is_none() {
                return;
            }
            inner.spare = None;
            std::mem::take(&mut inner.listeners)
        };
        for address in listeners {
            if let Err(error) = TcpStream::connect_timeout(&address, WAKE) {
                // Either `accept` is awake since it fails too, or the listener has gone: both are fine.
                log::debug!("no connection to wake {address}: {error}");
            }
        }
    }

    /// Whether the stop has come.
    pub fn is_stopped(&self) -> bool {
        self.stopped.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Waits for `time` to pass. True where the stop came first.
    pub fn wait(&self, time: Duration) -> bool {
        self.stopped.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
    }

    /// What comes out of `channel` first; `None` where the stop came before it.
    pub fn or_first<T>(&self, channel: &Receiver<T>) -> Option<T> {
        select_biased! {
            recv(self.stopped) -> _ => None,
            recv(channel) -> value => value.ok(),
        }
    }

    /// A listener that `stop` has to wake.
    pub(super) fn wakes(&self, mut address: SocketAddr) {
        // "Any address" is nothing to connect to; such a listener hears the loopback address too.
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            });
        }
        self.inner.lock().listeners.push(address);
    }
}
