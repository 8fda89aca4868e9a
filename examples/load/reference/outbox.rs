//! `outbox`: a bounded channel and a writer thread for each client, the usual plan. Nobody waits for a slow reader; but
//! each message wakes every writer thread, and each client costs two threads.

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use super::{QUEUE, greeting, read_all, spawn};

type Message = Arc<[u8]>;
type Everyone = Arc<Mutex<Vec<(Arc<TcpStream>, Sender<Message>)>>>;

pub(super) fn serve(listener: &TcpListener) -> io::Result<()> {
    let everyone = Everyone::default();
    for stream in listener.incoming() {
        let stream = Arc::new(stream?);
        stream.set_nodelay(true)?;
        let (outbox, messages) = bounded(QUEUE);
        let writing = Arc::clone(&stream);
        spawn("writer", move || write_all(&writing, &messages))?;
        // In one step under the lock: who has been greeted hears everything.
        let mut listeners = everyone.lock();
        (&*stream).write_all(&greeting())?;
        listeners.push((Arc::clone(&stream), outbox));
        drop(listeners);
        let everyone = Arc::clone(&everyone);
        spawn("client", move || client(&stream, &everyone))?;
    }
    Ok(())
}

fn client(stream: &Arc<TcpStream>, everyone: &Everyone) {
    read_all(stream, |lines| {
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            let message = Message::from(line);
            // Under the lock, so that all outboxes get one order. A full outbox belongs to a reader that is too slow.
            everyone.lock().retain(|(listener, outbox)| {
                let taken = outbox.try_send(Arc::clone(&message)).is_ok();
                if !taken {
                    listener.shutdown(Shutdown::Both).unwrap_or_default();
                }
                taken
            });
        }
    });
    everyone.lock().retain(|(other, _)| !Arc::ptr_eq(other, stream));
}

/// The writer thread: joins what waits, ends when its outbox is dropped or its socket breaks.
fn write_all(mut stream: &TcpStream, messages: &Receiver<Message>) {
    let mut joined = Vec::new();
    for message in messages {
        joined.clear();
        joined.extend_from_slice(&message);
        messages.try_iter().for_each(|message| joined.extend_from_slice(&message));
        if stream.write_all(&joined).is_err() {
            return;
        }
    }
}
