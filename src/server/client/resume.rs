//! Robust: a session outlives its connection for a while. A client that asks for it at `Your nickname?` gets a secret
//! token; when its connection breaks, its thread waits where it stands, and goes on there with the connection that brings
//! the token. Nobody is told of a leave or a join. Touches the connections, and the queue by its own `Client`.
//!
//! # Threads
//! The thread of the new connection finds the session, hands its socket over, and ends without a word. The session's own
//! thread takes it: it is the only one that reads for that session, before and after.
//!
//! # Locks
//! `sessions`: which token is whose. Nothing is read or written under it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Asked, Client};
use crate::limits::{RATE_SLICE, RESUME};
use crate::protocol::{self, Resume};
use crate::server::parcel::Parcel;
use crate::server::robust::connection::Connection;
use crate::server::robust::leave::Leave;
use crate::server::robust::ticket::{Handed, Ticket};
use crate::sockopts;
use crate::text::{Nickname, Text};
use crate::wire::{Framing, Incoming};

/// Whose session may go on with another connection.
#[derive(Debug, Default)]
pub(crate) struct Resumes {
    sessions: Mutex<HashMap<String, Weak<Connection>>>,
}

impl Resumes {
    fn add(&self, token: &str, session: &Arc<Connection>) {
        self.sessions.lock().insert(token.to_owned(), Arc::downgrade(session));
    }

    /// The session of this token, if it still is one.
    fn find(&self, token: &str) -> Option<Arc<Connection>> {
        let session = self.sessions.lock().get(token)?.upgrade();
        session.filter(|session| session.why_ends().is_none() && !session.has_ended())
    }

    fn remove(&self, token: &str) {
        self.sessions.lock().remove(token);
    }
}

/// 128 bits that nobody can guess.
fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What was said, where it is about resuming. True: it was, and is dealt with. `at_login`: at `Your nickname?`.
///
/// # Errors
/// `Resumed`: the session that it named goes on with this connection, and this thread has nothing more to do.
pub(in crate::server) fn asked(client: &mut Client, line: &Text, at_login: bool) -> Result<bool, Leave> {
    let Some(resume) = Resume::parse(line.as_str()) else { return Ok(false) };
    if client.connection.framing != Framing::Lines {
        client.send(protocol::not_sent("/resume: no session can be resumed on this port"))?;
        return Ok(true);
    }
    match resume {
        Resume::New => begin(client)?,
        Resume::Session { .. } if !at_login => {
            client.send(protocol::not_sent("a session is resumed at the question for the nickname"))?;
        }
        Resume::Session { token, received } => {
            let Some(session) = client.shared.resumes.find(token) else {
                client.send(protocol::NOT_RESUMED)?;
                return Ok(true);
            };
            return hand_over(client, &session, received);
        }
        Resume::Wrong => client.send(protocol::not_sent("/resume alone, or /resume TOKEN LINES as you were told"))?,
    }
    Ok(true)
}

/// Gives this session a token, and counts its lines from here on.
fn begin(client: &mut Client) -> Result<(), Leave> {
    // Whoever comes back by another server is asked for the nickname, which this one must not hold until then.
    if client.shared.order.is_some() {
        return client.send(protocol::not_sent("/resume: no session can be resumed among several servers"));
    }
    let token = match token() {
        Ok(token) => token,
        Err(error) => {
            log::warn!("no session can be resumed: {error}");
            return client.send(protocol::not_sent("/resume: no session can be resumed here"));
        }
    };
    let ticket = Ticket::new(token.clone());
    if !client.connection.has_ticket(ticket) {
        return client.send(protocol::not_sent("/resume: this session has its token already"));
    }
    client.shared.resumes.add(&token, &client.connection);
    client.delivery().post(Parcel::Records(client.id))?;
    client.send(protocol::session(&token))
}

/// Gives this connection's socket to that session. The room forgets this connection first: nothing more is written by it.
fn hand_over(client: &mut Client, session: &Connection, received: u64) -> Result<bool, Leave> {
    let Some(ticket) = session.ticket() else { return Ok(true) };
    client.delivery().post(Parcel::Forgets(client.id))?;
    client.delivery().wait_for_commit()?;
    log::info!("{} goes on as {}, from {}", client.id, session.id, client.connection.address());
    // First the old socket: where it seems to be alive, its thread wakes from its `read`. From then on it waits for this one.
    session.lose();
    ticket.hand(Handed { stream: client.connection.stream(), reader: client.take_reader(), received });
    Err(Leave::Resumed)
}

/// What comes next from the client, whichever connection brings it.
///
/// # Errors
/// The session is over, and why.
pub(super) fn read(client: &mut Client, asked: Asked) -> Result<Incoming, Leave> {
    loop {
        match client.read(asked) {
            Ok(Incoming::End) if client.connection.ticket().is_some() => wait(client, client.why_ended(Leave::End))?,
            Err(why @ Leave::Broken(_)) => wait(client, why)?,
            Ok(incoming) => {
                client.taken += 1;
                return Ok(incoming);
            }
            Err(why) => return Err(why),
        }
    }
}

/// The session's own thread has lost its connection: waits for another one, and goes on with it.
///
/// # Errors
/// It has none coming, or there is a better reason to leave. `why` is what the thread has seen.
fn wait(client: &mut Client, why: Leave) -> Result<(), Leave> {
    let connection = Arc::clone(&client.connection);
    let may_return = matches!(why, Leave::End | Leave::Broken(_)) && client.patience.login_until().is_none();
    let Some(ticket) = connection.ticket().filter(|_| may_return) else { return Err(why) };
    connection.lose();
    client.delivery().post(Parcel::Away(client.id))?;
    log::info!("{} has lost its connection ({why}), and may come back within {} s", client.name, RESUME.as_secs());
    let until = Instant::now() + RESUME;
    let handed = loop {
        if let Some(handed) = ticket.take(RATE_SLICE) {
            break handed;
        }
        let stopped = client.shared.stop.is_stopped().then_some(Leave::ServerStops);
        let over = (Instant::now() >= until).then_some(why);
        if let Some(leave) = connection.why_ends().or(stopped).or(over) {
            return Err(leave);
        }
    };
    if let Err(error) = sockopts::tune(&handed.stream, client.shared.config.peer_timeout) {
        log::debug!("{}: its socket takes not all options: {error}", client.id);
    }
    let sockets = connection.has_another(handed.stream);
    client.reads_on(handed.reader);
    let (id, taken) = (client.id, client.taken);
    client.delivery().post(Parcel::Returns { id, sockets, received: handed.received, taken })
}

/// Somebody asks for this nickname: a session that has lost its connection gives it up. Blocks until it has,
/// `TAKE_BACK` at most.
///
/// # Errors
/// The client that asks is gone.
pub(crate) fn give_up(client: &Client, nickname: &Nickname) -> Result<(), Leave> {
    // Among several servers it may be on another one.
    let holder = client.shared.registry.holder(nickname).and_then(|(_, holder)| holder);
    let Some(holder) = holder.filter(|holder| holder.is_lost()) else { return Ok(()) };
    holder.ask_to_leave(Leave::NotBack);
    client.waits_until_left(nickname, holder.id)
}

/// The session is over: nobody may go on with it.
pub(in crate::server) fn end(client: &Client) {
    if let Some(ticket) = client.connection.ticket() {
        client.shared.resumes.remove(&ticket.token);
        // A socket that comes too late is closed; its client will ask anew.
        drop(ticket.take(Duration::ZERO));
    }
}
