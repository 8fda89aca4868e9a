//! `floor`: the bare thing, what the machine can do at all. One thread waits for all sockets at once (epoll). What came
//! in while it wrote is joined and written once to each client. No names, no checks, no thread for anybody.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::fd::OwnedFd;

use super::sink::Sink;
use super::{Lines, greeting};

/// How soon a socket that was full is tried again.
const AGAIN: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
/// The listener's mark among the events; a client's is its descriptor.
const LISTENER: u64 = u64::MAX;

struct Client {
    stream: Arc<std::net::TcpStream>,
    lines: Lines,
    sink: Sink,
}

pub(super) fn serve(listener: &TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    let mut clients: HashMap<u64, Client> = HashMap::new();
    let mut events = Vec::with_capacity(1024);
    let mut batch = Vec::new();
    let (mut number, mut some_wait) = (0, false);
    loop {
        epoll::wait(&epoll, spare_capacity(&mut events), some_wait.then_some(&AGAIN))?;
        for event in events.drain(..) {
            match event.data.u64() {
                LISTENER => accept(listener, &epoll, &mut number, &mut clients)?,
                id => {
                    let Some(client) = clients.get_mut(&id) else { continue };
                    match client.lines.read(&*client.stream, &mut batch) {
                        Ok(true) => {}
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Ok(false) | Err(_) => drop(clients.remove(&id)),
                    }
                }
            }
        }
        if some_wait || !batch.is_empty() {
            clients.values_mut().for_each(|client| client.sink.write(&batch));
            clients.retain(|_, client| !client.sink.has_ended());
            some_wait = clients.values().any(|client| client.sink.waits());
            batch.clear();
        }
    }
}

/// Takes everyone who waits at the door.
fn accept(
    listener: &TcpListener,
    epoll: &OwnedFd,
    number: &mut u64,
    clients: &mut HashMap<u64, Client>,
) -> io::Result<()> {
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => Arc::new(stream),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        *number += 1;
        epoll::add(epoll, &stream, EventData::new_u64(*number), EventFlags::IN)?;
        let mut client = Client { stream: Arc::clone(&stream), lines: Lines::default(), sink: Sink::new(stream) };
        client.sink.write(&greeting());
        clients.insert(*number, client);
    }
}
