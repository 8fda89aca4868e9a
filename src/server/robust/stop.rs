//! Robust: how the server is told to stop, from any thread. Touches the listeners, to wake `accept`.
//!
//! `accept` cannot be interrupted, and a connection to oneself wakes it only where one can be made: not without a
//! loopback, nor where the address was taken away. So `stop` shuts the listener down, as one shuts a connection down. On
//! Linux `accept` then returns with an error, whatever has become of the network; where a system refuses to do that, the
//! connection to oneself is what is left. Whoever waits for time to pass waits on the stop channel instead of sleeping:
//! nobody sends on it, and that it disconnects is the news.
//!
//! # Locks
//! `inner`: what is left to be let go of. The listeners are woken after it is released.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
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
    listeners: Vec<Listening>,
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
        let inner = Inner { signal: Some(signal), listeners: Vec::new() };
        Stop { stopped, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Stops the server: wakes `accept` and all who `wait`. Again and from several threads: nothing more happens.
    pub fn stop(&self) {
        let listeners = {
            let mut inner = self.inner.lock();
            if inner.signal.take().is_none() {
                return;
            }
            std::mem::take(&mut inner.listeners)
        };
        listeners.into_iter().for_each(Listening::wake);
    }

    /// Whether the stop has come.
    pub fn is_stopped(&self) -> bool {
        self.stopped.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Waits for the stop.
    pub(crate) fn waits(&self) {
        // Nobody sends: that it disconnects is the news.
        self.stopped.iter().for_each(drop);
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

    /// A listener that `stop` has to wake. One that comes after the stop is not kept: it would keep its port taken.
    ///
    /// # Errors
    /// No descriptor is left for a second handle on it.
    pub(crate) fn wakes(&self, listener: &TcpListener) -> io::Result<()> {
        let listening = Listening::new(listener)?;
        let mut inner = self.inner.lock();
        if inner.signal.is_some() {
            inner.listeners.push(listening);
        }
        Ok(())
    }
}

/// A second handle on a listener, and its address. std shuts down nothing but a `TcpStream`; for the kernel both are a
/// socket, so this handle is one of those.
#[derive(Debug)]
struct Listening {
    socket: TcpStream,
    address: SocketAddr,
}

impl Listening {
    fn new(listener: &TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Listening { socket: OwnedFd::from(listener.try_clone()?).into(), address })
    }

    /// Ends the `accept` that waits on this listener, and every later one.
    fn wake(self) {
        let Listening { socket, address } = self;
        if let Err(error) = socket.shutdown(Shutdown::Both) {
            log::debug!("{address} cannot be shut down: {error}; a connection wakes it");
            // First the handle: its descriptor may be the last one that this connection can have.
            drop(socket);
            if let Err(error) = TcpStream::connect_timeout(&reachable(address), WAKE) {
                log::error!("no connection to wake {address}: {error}; a second signal ends the server");
            }
        }
    }
}

/// "Any address" is nothing to connect to; such a listener hears the loopback address too.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}
