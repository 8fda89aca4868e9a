//! The fleet: all clients, played by one thread. It waits for all sockets at once (epoll), reads what came, and writes
//! what is due; so the server has the rest of the machine.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::OwnedFd;

use crate::client::{Client, Stage};
use crate::durations::Durations;
use crate::recorder::{Recorder, Stamp};

/// Logins under way at once: below the accept backlog of the server.
const LOGINS: usize = 500;
/// Events dealt with before it is looked at what is due to be sent.
const EVENTS: usize = 256;
/// Bytes asked for in one read.
const READ_BYTES: usize = 256 * 1024;
/// So long without a byte, and the server is taken to have said all that it will say.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);

/// All clients.
pub(crate) struct Fleet {
    pub(crate) clients: Vec<Client>,
    epoll: OwnedFd,
    events: Vec<Event>,
    buffer: Vec<u8>,
    pub(crate) recorder: Recorder,
    pub(crate) delays: Durations,
    /// Messages heard, by everyone together.
    pub(crate) deliveries: usize,
    start: Instant,
    last_heard: Instant,
    /// The line with which the load begins, once it was sent.
    first_line: Vec<u8>,
    size: usize,
}

impl Fleet {
    pub(crate) fn new(clients: usize, size: usize) -> io::Result<Self> {
        let now = Instant::now();
        Ok(Fleet {
            clients: Vec::with_capacity(clients),
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(EVENTS),
            buffer: vec![0; READ_BYTES],
            recorder: Recorder::new(clients, size),
            delays: Durations::new(),
            deliveries: 0,
            start: now,
            last_heard: now,
            first_line: Vec::new(),
            size,
        })
    }

    /// Brings everyone into the group. The last `frozen` then read no more.
    pub(crate) fn join(&mut self, address: SocketAddr, count: usize, frozen: usize) -> io::Result<()> {
        self.last_heard = Instant::now();
        loop {
            let under_way = self.count(Stage::Login);
            for number in self.clients.len()..count.min(self.clients.len() + LOGINS - under_way.min(LOGINS)) {
                let client = Client::connect(address, number)?;
                let data = EventData::new_u64(number as u64);
                epoll::add(&self.epoll, &client.stream, data, EventFlags::IN)?;
                self.clients.push(client);
            }
            if self.clients.len() == count && self.count(Stage::Login) == 0 {
                break;
            }
            self.step(SILENCE)?;
            if self.is_silent() {
                return Err(io::Error::other(format!("{under_way} clients are not answered any more")));
            }
        }
        for client in &mut self.clients[count - frozen..] {
            epoll::delete(&self.epoll, &client.stream)?;
            client.stage = Stage::Frozen;
        }
        Ok(())
    }

    /// Says the line with which the load begins, and waits until everyone has heard it.
    pub(crate) fn begin(&mut self) -> io::Result<()> {
        let first_line = format!("the load begins {}", std::process::id());
        self.first_line = format!("{first_line}\n").into_bytes();
        self.clients[0].say(&first_line)?;
        while self.count(Stage::InGroup) > 0 {
            self.step(SILENCE)?;
            if self.is_silent() {
                return Err(io::Error::other("not everyone heard that the load begins"));
            }
        }
        self.start = Instant::now();
        Ok(())
    }

    /// Since the load began.
    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// How many clients are there.
    pub(crate) fn count(&self, stage: Stage) -> usize {
        self.clients.iter().filter(|client| client.stage == stage).count()
    }

    /// Nothing came for a long time.
    pub(crate) fn is_silent(&self) -> bool {
        self.last_heard.elapsed() >= SILENCE
    }

    /// The next `count` messages of one client, in one write.
    pub(crate) fn send(&mut self, number: usize, count: usize) -> io::Result<()> {
        let sent = self.now();
        let client = &mut self.clients[number];
        for _ in 0..count {
            let stamp = Stamp { sender: number, number: client.sent, sent };
            client.sent += 1;
            client.add(&stamp.text(self.size));
        }
        client.flush()
    }

    /// Waits up to `patience` for something to come, and deals with it.
    pub(crate) fn step(&mut self, patience: Duration) -> io::Result<()> {
        let held_up = self.clients.iter().take(crate::SENDERS_MAX).any(Client::is_held_up);
        let patience = if held_up { patience.min(Duration::from_millis(1)) } else { patience };
        let timeout = Timespec::try_from(patience).expect("a patience of seconds");
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in std::mem::take(&mut self.events).drain(..) {
            let number = usize::try_from(event.data.u64()).map_err(io::Error::other)?;
            self.read(number)?;
        }
        self.events.reserve(EVENTS);
        if held_up {
            self.clients.iter_mut().take(crate::SENDERS_MAX).try_for_each(Client::flush)?;
        }
        Ok(())
    }

    /// One read of one client.
    fn read(&mut self, number: usize) -> io::Result<()> {
        let client = &mut self.clients[number];
        let Some(bytes) = client.read(&mut self.buffer)? else { return Ok(()) };
        if bytes.is_empty() {
            epoll::delete(&self.epoll, &client.stream)?;
            client.stage = Stage::Gone;
            return Ok(());
        }
        self.last_heard = Instant::now();
        let counts = match client.stage {
            Stage::Login => return client.log_in(bytes),
            Stage::Counts => bytes,
            Stage::InGroup if !self.first_line.is_empty() => client.find(&self.first_line, bytes).unwrap_or_default(),
            Stage::InGroup | Stage::Frozen | Stage::Gone => return Ok(()),
        };
        let now = self.last_heard - self.start;
        let (mut heard, mut own) = (0, 0);
        self.recorder.hear(number, counts, |stamp| {
            heard += 1;
            own += usize::from(stamp.sender == number);
            self.delays.add(now.saturating_sub(stamp.sent));
        });
        self.deliveries += heard;
        client.echoes += own;
        Ok(())
    }
}
