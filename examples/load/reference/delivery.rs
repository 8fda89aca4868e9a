//! `delivery`: a thread for each client reads; one delivery thread takes all that waits in one queue, joins it, and
//! writes once to each. The busier the room, the fewer writes for each message. This is how our server delivers.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::sink::Sink;
use super::{QUEUE, greeting, read_all, spawn};

/// How soon a socket that was full is tried again.
const AGAIN: Duration = Duration::from_millis(1);

enum Parcel {
    Joined(Sink),
    Said(Vec<u8>),
}

pub(super) fn serve(listener: &TcpListener) -> io::Result<()> {
    let (queue, parcels) = bounded(QUEUE);
    spawn("delivery", move || deliver(&parcels))?;
    for stream in listener.incoming() {
        let stream = Arc::new(stream?);
        stream.set_nodelay(true)?;
        queue.send(Parcel::Joined(Sink::new(Arc::clone(&stream)))).map_err(io::Error::other)?;
        let queue = queue.clone();
        spawn("client", move || {
            // An error means that the delivery thread has gone, and the process with it.
            read_all(&stream, |lines| queue.send(Parcel::Said(lines.to_vec())).unwrap_or_default());
        })?;
    }
    Ok(())
}

fn deliver(parcels: &Receiver<Parcel>) {
    let mut sinks: Vec<Sink> = Vec::new();
    let mut batch = Vec::new();
    loop {
        let first = if sinks.iter().any(Sink::waits) {
            parcels.recv_timeout(AGAIN)
        } else {
            parcels.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        if matches!(first, Err(RecvTimeoutError::Disconnected)) {
            return;
        }
        let mut joined = Vec::new();
        for parcel in first.into_iter().chain(parcels.try_iter().take(QUEUE)) {
            match parcel {
                Parcel::Joined(sink) => joined.push(sink),
                Parcel::Said(lines) => batch.extend_from_slice(&lines),
            }
        }
        sinks.iter_mut().for_each(|sink| sink.write(&batch));
        sinks.retain(|sink| !sink.has_ended());
        for mut sink in joined {
            sink.write(&greeting());
            sinks.push(sink);
        }
        batch.clear();
    }
}
