//! What the server is compared with: four tiny servers that hand every line to every client. They have no names, no
//! checks and no commands, so they show what each way to deliver costs by itself.
//!
//! A client is greeted with the line that our server says at that place, `You in group`, and hears all from there on.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use chatroom::protocol::IN_GROUP;
use clap::ValueEnum;

mod delivery;
mod direct;
mod floor;
mod outbox;
mod sink;

/// Bytes asked for in one read.
const READ_BYTES: usize = 16 * 1024;
/// Stack of each thread here, as small as the server's.
const STACK: usize = 256 * 1024;
/// Messages that may wait in a queue.
const QUEUE: usize = 1024;

/// A way to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reference {
    /// One thread in all: what came in while it wrote is joined, and written once to each
    Floor,
    /// The sender's thread writes to every socket, as in the original
    Direct,
    /// A writer thread and a bounded channel for each client
    Outbox,
    /// One delivery thread that takes all that waits and writes once to each, as in our server
    Delivery,
}

impl Reference {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Reference::Floor => "floor",
            Reference::Direct => "direct",
            Reference::Outbox => "outbox",
            Reference::Delivery => "delivery",
        }
    }

    /// Serves until the process is ended. Says first where, as chat-server does.
    pub(crate) fn serve(self) -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        rustix::net::listen(&listener, 1024)?;
        writeln!(io::stdout(), "Listening on {}", listener.local_addr()?)?;
        match self {
            Reference::Floor => floor::serve(&listener),
            Reference::Direct => direct::serve(&listener),
            Reference::Outbox => outbox::serve(&listener),
            Reference::Delivery => delivery::serve(&listener),
        }
    }
}

/// The first line that a client gets.
fn greeting() -> Vec<u8> {
    format!("{IN_GROUP}\n").into_bytes()
}

/// Whole lines out of what one client's socket gave.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// One read: appends the lines that are whole now to `out`. `Ok(false)` is the end.
    fn read(&mut self, mut stream: impl Read, out: &mut Vec<u8>) -> io::Result<bool> {
        let mut bytes = [0; READ_BYTES];
        let count = stream.read(&mut bytes)?;
        self.rest.extend_from_slice(&bytes[..count]);
        if let Some(newline) = self.rest.iter().rposition(|&byte| byte == b'\n') {
            out.extend(self.rest.drain(..=newline));
        }
        Ok(count > 0)
    }
}

/// Reads one client until its end; `each` gets what every read brought, in whole lines.
fn read_all(stream: &TcpStream, mut each: impl FnMut(&[u8])) {
    let (mut lines, mut whole) = (Lines::default(), Vec::new());
    while lines.read(stream, &mut whole).unwrap_or(false) {
        each(&whole);
        whole.clear();
    }
}

/// A thread as the server has them.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.into()).stack_size(STACK).spawn(work).map(drop)
}
