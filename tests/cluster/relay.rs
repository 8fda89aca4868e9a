//! A network between one server and the engine that a test can cut: what is under way is lost, and nobody gets through. Or
//! it loses the answers alone.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use parking_lot::Mutex;

use crate::support::free_port;

pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    wires: Arc<Mutex<Wires>>,
    loses: Arc<AtomicBool>,
}

/// What stands in the answer to a transaction that was done.
const DONE: &[u8] = b"\"succeeded\":true";

#[derive(Default)]
struct Wires {
    is_cut: bool,
    open: Vec<TcpStream>,
}

impl Relay {
    /// In front of what listens at `to`. Its threads end with the process.
    pub(crate) fn to(to: SocketAddr) -> Relay {
        let listener = free_port();
        let address = listener.local_addr().unwrap();
        let wires = Arc::<Mutex<Wires>>::default();
        let loses = Arc::<AtomicBool>::default();
        let (its_wires, its_loses) = (Arc::clone(&wires), Arc::clone(&loses));
        spawn(move || accept(&listener, to, &its_wires, &its_loses));
        Relay { address, wires, loses }
    }

    /// From now on whatever is done is done, and nobody is told: the connection breaks instead.
    pub(crate) fn loses_answers(&self) {
        self.loses.store(true, Ordering::Relaxed);
    }

    pub(crate) fn cut(&self) {
        let mut wires = self.wires.lock();
        wires.is_cut = true;
        for wire in wires.open.drain(..) {
            wire.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }

    pub(crate) fn mend(&self) {
        self.wires.lock().is_cut = false;
    }
}

fn spawn(run: impl FnOnce() + Send + 'static) {
    thread::Builder::new().name("relay".into()).spawn(run).expect("a thread can be started");
}

fn accept(listener: &TcpListener, to: SocketAddr, wires: &Mutex<Wires>, loses: &Arc<AtomicBool>) {
    for near in listener.incoming().flatten() {
        let Ok(far) = TcpStream::connect(to) else { continue };
        let mut wires = wires.lock();
        if wires.is_cut {
            continue;
        }
        let (near, far) = (Arc::new(near), Arc::new(far));
        for (from, into) in [(&near, &far), (&far, &near)] {
            let (from, into, loses) = (Arc::clone(from), Arc::clone(into), Arc::clone(loses));
            spawn(move || carry(&from, &into, &loses));
        }
        #[expect(clippy::disallowed_methods, reason = "a second handle, to cut it by")]
        wires.open.extend([near.try_clone(), far.try_clone()].into_iter().flatten());
    }
}

fn carry(mut from: &TcpStream, mut into: &TcpStream, loses: &AtomicBool) {
    let mut bytes = [0; 64 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        let is_lost = loses.load(Ordering::Relaxed) && bytes[..count].windows(DONE.len()).any(|part| part == DONE);
        if count == 0 || is_lost || into.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    for end in [from, into] {
        end.shutdown(Shutdown::Both).unwrap_or_default();
    }
}
