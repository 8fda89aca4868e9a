//! Feature glass: the glass server's own listener: one thread for each request, as in the chat. Touches its sockets.
//!
//! # Threads
//! `glass` accepts until the stop; `glass-N` answers one request. A watcher's thread is the only one that waits for that
//! watcher: it has a timeout, and whoever stops reading is dropped. Nothing of the chat ever waits for any of them.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Sender;

use super::http::{self, Request, Status, WRITE_TIME};
use super::tap::journal::{Journal, Next};
use super::visitors::{Visitor, Visitors};
use super::{metrics, pages, threads};
use crate::limits::{ACCEPT_PAUSE_MAX, CLIENT_STACK};
use crate::server::Stop;
use crate::wire::is_timeout;

/// How often a watcher that is told nothing is looked after: has it gone?
const LOOK: Duration = Duration::from_millis(250);
/// A moment, to a socket.
const MOMENT: Duration = Duration::from_millis(1);
/// How long a browser waits before it comes back, in milliseconds.
const RETRY: &str = "retry: 1000\n\n";

/// What all of its threads share.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) journal: Arc<Journal>,
    pub(super) visitors: Arc<Visitors>,
    pub(super) stop: Stop,
}

/// Starts the thread that accepts.
///
/// # Errors
/// No thread could be started.
pub(super) fn start(listener: TcpListener, shared: Shared, alive: &Sender<Infallible>) -> io::Result<()> {
    let own = listener.local_addr()?;
    let alive = alive.clone();
    let builder = thread::Builder::new().name("glass".into()).stack_size(CLIENT_STACK);
    builder.spawn(move || accept(&listener, own, &shared, &alive))?;
    Ok(())
}

fn accept(listener: &TcpListener, own: SocketAddr, shared: &Shared, alive: &Sender<Infallible>) {
    while !shared.stop.is_stopped() {
        match listener.accept() {
            Ok((stream, _)) => let_in(stream, own, shared, alive),
            // No descriptor is left, for one: the chat needs them more.
            Err(_) if shared.stop.wait(ACCEPT_PAUSE_MAX) => return,
            Err(error) => log::debug!("the glass server cannot accept: {error}"),
        }
    }
}

fn let_in(stream: TcpStream, own: SocketAddr, shared: &Shared, alive: &Sender<Infallible>) {
    let visitor = match shared.visitors.take(stream) {
        Ok(visitor) => visitor,
        Err(stream) => return refuse(&stream, Status::TooMany),
    };
    let (journal, alive) = (Arc::clone(&shared.journal), alive.clone());
    let builder = thread::Builder::new().name(format!("glass-{}", visitor.number)).stack_size(CLIENT_STACK);
    let visit = move || {
        visit(visitor, own, &journal);
        drop(alive);
    };
    if let Err(error) = builder.spawn(visit) {
        log::debug!("no thread for a visitor of the glass server: {error}");
    }
}

/// Whom nothing can be told has gone.
fn refuse(stream: &TcpStream, status: Status) {
    let told = stream.set_write_timeout(Some(WRITE_TIME)).and_then(|()| http::refuse(stream, status));
    if told.is_ok() {
        end(stream);
    }
}

/// Closing with unread bytes would destroy the answer on its way: so first our side, then what the visitor still sends is read,
/// for a moment.
fn end(mut stream: &TcpStream) {
    let shut = stream.shutdown(std::net::Shutdown::Write).and_then(|()| stream.set_read_timeout(Some(LOOK)));
    let mut unread = [0; 1024];
    let mut reads = if shut.is_ok() { 64 } else { 0 };
    while reads > 0 && stream.read(&mut unread).is_ok_and(|count| count > 0) {
        reads -= 1;
    }
}

/// One request, one answer.
fn visit(mut visitor: Visitor, own: SocketAddr, journal: &Arc<Journal>) {
    let stream = Arc::clone(&visitor.stream);
    let done = stream.set_write_timeout(Some(WRITE_TIME)).and_then(|()| match http::request(&stream, own)? {
        Ok(request) if request.path == "/events" => {
            if visitor.watches() {
                return watch(&stream, journal, request.last_event.as_deref());
            }
            http::refuse(&stream, Status::TooMany)
        }
        Ok(request) => answer(&stream, &request, journal),
        Err(status) => http::refuse(&stream, status),
    });
    match done {
        Ok(()) => end(&stream),
        Err(error) => log::debug!("a visitor of the glass server: {error}"),
    }
}

fn answer(stream: &TcpStream, request: &Request, journal: &Journal) -> io::Result<()> {
    match request.path.as_str() {
        "/threads.json" => http::answer(stream, "application/json", threads::json().as_bytes()),
        "/metrics" => http::answer(stream, metrics::KIND, metrics::text(journal).as_bytes()),
        path => match pages::find(path) {
            Some((kind, page)) => http::answer(stream, kind, page.as_bytes()),
            None => http::refuse(stream, Status::NotFound),
        },
    }
}

/// Server-Sent Events: each is a line with its number, a line with its JSON, and an empty one. Ends with the run, or with the
/// watcher: who does not read is dropped after `WRITE_TIME`.
fn watch(mut stream: &TcpStream, journal: &Arc<Journal>, last: Option<&str>) -> io::Result<()> {
    http::begin_events(stream)?;
    let (run, text) = (process::id(), journal.tap().shows_text());
    stream.write_all(format!("{RETRY}event: hello\ndata: {{\"run\":{run},\"text\":{text}}}\n\n").as_bytes())?;
    // What another run of the server numbered so is something else.
    let of_this_run = last.and_then(|last| last.split_once('-')).filter(|(its, _)| its.parse() == Ok(run));
    let mut watch = journal.watch(of_this_run.and_then(|(_, number)| number.parse().ok()));
    loop {
        match watch.next(LOOK) {
            Next::Events(events) => {
                let mut said = String::new();
                for (number, event) in events {
                    // Writing into a string cannot fail.
                    write!(said, "id: {run}-{number}\ndata: {}\n\n", event.json(number)).unwrap_or_default();
                }
                stream.write_all(said.as_bytes())?;
            }
            Next::Nothing if has_gone(stream)? => return Ok(()),
            Next::Nothing => {}
            Next::Over => return stream.write_all(b"event: over\ndata: {}\n\n"),
        }
    }
}

/// The watcher has closed its side. What else it may send is read and forgotten.
fn has_gone(mut stream: &TcpStream) -> io::Result<bool> {
    stream.set_read_timeout(Some(MOMENT))?;
    match stream.read(&mut [0; 256]) {
        Ok(count) => Ok(count == 0),
        Err(error) if is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error),
    }
}
