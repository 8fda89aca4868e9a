//! A network between one server and the engine that a test can cut: what is under way is lost, and nobody gets through.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use crate::support::free_port;

pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    wires: Arc<Mutex<Wires>>,
}

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
        let its_wires = Arc::clone(&wires);
        spawn(move || accept(&listener, to, &its_wires));
        Relay { address, wires }
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

fn accept(listener: &TcpListener, to: SocketAddr, wires: &Mutex<Wires>) {
    for near in listener.incoming().flatten() {
        let Ok(far) = TcpStream::connect(to) else { continue };
        let mut wires = wires.lock();
        if wires.is_cut {
            continue;
        }
        let (near, far) = (Arc::new(near), Arc::new(far));
        for (from, into) in [(&near, &far), (&far, &near)] {
            let (from, into) = (Arc::clone(from), Arc::clone(into));
            spawn(move || carry(&from, &into));
        }
        #[expect(clippy::disallowed_methods, reason = "a second handle, to cut it by")]
        wires.open.extend([near.try_clone(), far.try_clone()].into_iter().flatten());
    }
}

fn carry(mut from: &TcpStream, mut into: &TcpStream) {
    let mut bytes = [0; 64 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || into.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    for end in [from, into] {
        end.shutdown(Shutdown::Both).unwrap_or_default();
    }
}
