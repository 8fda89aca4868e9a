//! `direct`: the sender's own thread writes to every socket, one after the other, as in the original. Simple; but each
//! message costs each sender N writes, two senders' messages reach two readers in different orders, and one reader that
//! stops holds up everybody who speaks.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use parking_lot::Mutex;

use super::{greeting, read_all, spawn};

type Everyone = Arc<Mutex<Arc<Vec<Arc<TcpStream>>>>>;

pub(super) fn serve(listener: &TcpListener) -> io::Result<()> {
    let everyone = Everyone::default();
    for stream in listener.incoming() {
        let stream = Arc::new(stream?);
        stream.set_nodelay(true)?;
        // In one step under the lock: who has been greeted hears everything.
        let mut listeners = everyone.lock();
        (&*stream).write_all(&greeting())?;
        Arc::make_mut(&mut *listeners).push(Arc::clone(&stream));
        drop(listeners);
        let everyone = Arc::clone(&everyone);
        spawn("client", move || client(&stream, &everyone))?;
    }
    Ok(())
}

fn client(stream: &Arc<TcpStream>, everyone: &Everyone) {
    read_all(stream, |lines| {
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            // Not under the lock: the original has none. So others may speak at the same time, and orders differ.
            let listeners = Arc::clone(&everyone.lock());
            for mut listener in listeners.iter().map(|listener| &**listener) {
                // Who has gone is found out by its own thread.
                listener.write_all(line).unwrap_or_default();
            }
        }
    });
    Arc::make_mut(&mut *everyone.lock()).retain(|other| !Arc::ptr_eq(other, stream));
}
