//! Lesson: the server: `start_server` accepts, starts a thread for each client, and at the stop waits for all of them.
//! Touches the listeners and starts the threads; the conversation is in `server/session.rs`.
//!
//! # Threads
//! `accept` (the thread that calls `start_server`; `accept-unframed` for the second listener), `client-N` for each
//! client, `delivery` for all, `late-N` for each client that reads too slowly. All but the first hold a handle on which
//! nobody ever sends: when it is disconnected, all have ended, those that panicked included.

use std::convert::Infallible;
use std::io::{self, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;

use self::client::Client;
use self::client::accounts::Accounts;
use self::client::admission::{self, Admitted};
use self::client::resume::{self, Resumes};
use self::client::shared::Shared;
use self::delivery::{Delivery, DeliveryThread};
use self::keeper::{Desk, Keeper};
use self::order::{Engine, Here};
use self::parcel::Parcel;
use self::registry::Registry;
use self::robust::balancers::Balancers;
use self::robust::connection::{ClientId, Connection};
use self::robust::late::Writer;
use self::robust::leave::Leave;
use self::robust::motd::Motd;
use self::robust::places::{Places, Spares};
use self::robust::rate_limit::RateLimit;
use self::robust::seldom::Seldom;
use self::store::Store;
use crate::limits::{
    ACCEPT_PAUSE_MAX, ACCEPT_PAUSE_MIN, CLIENT_STACK, CLIENTS, LATE_THREADS_MIN, LOGIN, PEER_TIMEOUT, RATE_PER_SECOND,
    SINGLE_STACK, STOP_TOTAL,
};
use crate::protocol::{self, DISCONNECTED};
use crate::sockopts;
use crate::wire::Framing;

pub(crate) mod client;
pub mod delivery;
#[cfg(test)]
mod faults;
pub mod keeper;
#[cfg(test)]
mod model;
pub mod order;
pub mod parcel;
pub mod present;
pub mod registry;
pub mod robust;
pub(crate) mod room;
pub(crate) mod seat;
mod session;
pub mod store;
mod tap;
mod word;

pub use self::robust::stop::Stop;
pub use self::robust::{addresses, capacity, connection, leave, motd};
pub use self::tap::Glass;

/// How the server behaves. `Config::default()` is what `chat-server` does without flags.
#[derive(Debug)]
pub struct Config {
    /// Most clients at once. Not checked here: see `capacity`.
    pub max_clients: usize,
    /// Most late threads at once, beside the clients' own.
    pub late_threads: usize,
    /// Most clients at once from one address. `None`: half of them, and from this computer all.
    pub per_address: Option<usize>,
    /// Lines a second from one client after its burst; what its address may do follows from it. `None` is no limit.
    pub rate: Option<u32>,
    /// The teacher's blackboard, shown after the welcome.
    pub motd: Option<Motd>,
    /// From the connection to the nickname.
    pub login: Duration,
    /// A vanished peer is found out within this time (feature `sockopts`).
    pub peer_timeout: Duration,
    /// A second listener, for clients that frame nothing.
    pub unframed: Option<TcpListener>,
    /// What outlasts the server; `None` keeps nothing.
    pub database: Option<Database>,
    /// Who looks on, and at what (feature `glass`).
    pub glass: Glass,
    /// What several servers agree by; `None` for one that is alone.
    pub order: Option<Box<dyn Engine>>,
    /// Who keeps order; without one everybody may do everything.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// Who connects for others; `None`: every connection is its sender's own.
    pub balancers: Option<Box<dyn Balancers>>,
}

/// Both halves of a database.
#[derive(Debug)]
pub struct Database {
    /// For the delivery thread.
    pub(crate) store: Box<dyn Store>,
    /// For the clients' threads.
    pub(crate) accounts: Arc<dyn Accounts>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            max_clients: CLIENTS,
            late_threads: CLIENTS.max(LATE_THREADS_MIN),
            per_address: None,
            rate: Some(RATE_PER_SECOND),
            motd: None,
            login: LOGIN,
            peer_timeout: PEER_TIMEOUT,
            unframed: None,
            database: None,
            glass: Glass::default(),
            order: None,
            keeper: None,
            balancers: None,
        }
    }
}

/// Runs the server on a bound listener until `stop`. Blocks all that time; at the stop up to three seconds more, in
/// which what is in the queue is delivered, everyone gets `Disconnected`, and the threads are waited for.
///
/// # Errors
/// The first descriptors and threads could not be had, or the delivery thread panicked, or several servers had agreed that
/// this one is dead: then everyone was disconnected.
pub fn start_server(listener: TcpListener, mut config: Config, stop: &Stop) -> io::Result<()> {
    let unframed = config.unframed.take();
    for listener in unframed.iter().chain([&listener]) {
        stop.wakes(listener)?;
    }
    let unframed_port = unframed.as_ref().map(TcpListener::local_addr).transpose()?.map(|address| address.port());
    let (alive, ended) = bounded::<Infallible>(0);
    let spares = Spares::new(config.late_threads);
    let glass = mem::take(&mut config.glass).start(stop)?;
    let writer = Writer::new(Arc::clone(&spares), alive.clone()).watched(glass.tap());
    let (store, accounts): (_, Option<Arc<dyn Accounts>>) =
        config.database.take().map(|halves| (halves.store, halves.accounts)).unzip();
    let (delivery, delivery_thread) = Delivery::start(writer, store, stop.clone())?;
    let registry = Arc::<Registry>::default();
    let here = || Here { delivery: delivery.clone(), registry: Arc::clone(&registry), stop: stop.clone() };
    let newest = || accounts.as_ref().map(|accounts| accounts.newest()).transpose();
    let order = order::begin(config.order.take(), here, newest)?;
    let shared = Arc::new(Shared {
        registry,
        order,
        accounts,
        delivery,
        stop: stop.clone(),
        places: Places::new(config.max_clients, config.per_address, spares),
        rate_limit: RateLimit::new(config.rate, Instant::now()),
        sent_away: Mutex::default(),
        ids: AtomicU64::new(1),
        config,
        resumes: Resumes::default(),
        unframed_port,
    });
    if let Some(keeper) = &shared.config.keeper {
        Arc::clone(keeper).opens(Desk::new(&shared))?;
    }
    accept_until_stop(listener, unframed, &shared, &alive)?;
    let all_ended = end(shared, alive, &ended, delivery_thread)?;
    glass.end(all_ended)?;
    log::info!("stopped");
    Ok(())
}

/// The stop: everyone gets the goodbye, and all threads are waited for, the delivery thread last. False where some were
/// left to the end of the process.
fn end(
    shared: Arc<Shared>,
    alive: Sender<Infallible>,
    ended: &Receiver<Infallible>,
    delivery_thread: DeliveryThread,
) -> io::Result<bool> {
    let deadline = Instant::now() + STOP_TOTAL;
    log::info!("stopping: {} in the chat", shared.registry.count());
    // An error means that the delivery thread has gone; the join below says why.
    shared.delivery.post(Parcel::Stop(Leave::ServerStops.reason().unwrap_or_default().into())).unwrap_or_default();
    let agreed = order::end(shared.order.as_deref());
    drop((shared, alive));
    let all_ended = ended.recv_deadline(deadline) != Err(RecvTimeoutError::Timeout);
    if !all_ended {
        log::warn!("not every thread ended in time; the end of the process ends them");
    }
    delivery_thread.join(all_ended)?;
    agreed?;
    Ok(all_ended)
}

/// Accepts on both listeners, and closes them at the stop.
fn accept_until_stop(
    listener: TcpListener,
    unframed: Option<TcpListener>,
    shared: &Arc<Shared>,
    alive: &Sender<Infallible>,
) -> io::Result<()> {
    if let Some(listener) = unframed {
        accept_beside("accept-unframed", listener, Framing::Chunks, shared, alive)?;
    }
    if shared.delivery.tap().is_one_thread() {
        // It stands in a session when the stop comes.
        accept_beside("accept", listener, Framing::Lines, shared, alive)?;
        shared.stop.waits();
    } else {
        accept(&listener, Framing::Lines, shared, alive);
    }
    Ok(())
}

/// Accepts in a thread of its own.
fn accept_beside(
    name: &str,
    listener: TcpListener,
    framing: Framing,
    shared: &Arc<Shared>,
    alive: &Sender<Infallible>,
) -> io::Result<()> {
    let (shared, alive) = (Arc::clone(shared), alive.clone());
    let builder = thread::Builder::new().name(name.into()).stack_size(SINGLE_STACK);
    builder.spawn(move || accept(&listener, framing, &shared, &alive))?;
    Ok(())
}

/// Accepts until the stop. It does nothing but accept and spawn. When `accept` fails (no descriptors left) it waits,
/// longer each time, and goes on.
fn accept(listener: &TcpListener, framing: Framing, shared: &Arc<Shared>, alive: &Sender<Infallible>) {
    if let Err(error) = sockopts::listen_more(listener) {
        log::warn!("fewer may wait to be accepted: {error}");
    }
    // A stop that came before the listener was known to it wakes nobody here.
    if shared.stop.is_stopped() {
        return;
    }
    let mut pause = ACCEPT_PAUSE_MIN;
    let mut failed = Seldom::default();
    for stream in listener.incoming() {
        if shared.stop.is_stopped() {
            return;
        }
        match stream {
            Ok(stream) => {
                pause = ACCEPT_PAUSE_MIN;
                spawn(stream, framing, shared, alive);
            }
            Err(error) => {
                if failed.is_due().is_some() {
                    log::warn!("cannot accept: {error}; who is here chats on, and it is tried again");
                }
                if shared.stop.wait(pause) {
                    return;
                }
                pause = (pause * 2).min(ACCEPT_PAUSE_MAX);
            }
        }
    }
}

/// One client, one thread: the original's `thread.start()`, but with a name, a small stack, and an answer for whom there
/// is no place or no thread.
fn spawn(stream: TcpStream, framing: Framing, shared: &Arc<Shared>, alive: &Sender<Infallible>) {
    let address = match stream.peer_addr() {
        Ok(address) => address,
        Err(error) => return log::debug!("somebody was gone before being accepted: {error}"),
    };
    let id = ClientId(shared.ids.fetch_add(1, Ordering::Relaxed));
    let connection = Arc::new(Connection::new(id, stream, address, framing).watched(shared.delivery.tap()));
    let admitted = match admission::lets_in(&connection, shared) {
        Ok(admitted) => admitted,
        Err(why) => {
            admission::log_sent_away(shared, address, &why);
            return send_away(&connection.stream(), &why);
        }
    };
    if let Err(error) = sockopts::tune(&connection.stream(), shared.config.peer_timeout) {
        log::debug!("{id}: its socket takes not all options: {error}");
    }
    if shared.delivery.tap().is_one_thread() {
        return client_thread(connection, Arc::clone(shared), admitted, alive.clone());
    }
    let builder = thread::Builder::new().name(id.to_string()).stack_size(CLIENT_STACK);
    let (shared, alive, its_connection) = (Arc::clone(shared), alive.clone(), Arc::clone(&connection));
    if let Err(error) = builder.spawn(move || client_thread(its_connection, shared, admitted, alive)) {
        log::warn!("no thread for {id}: {error}");
        send_away(&connection.stream(), "the server has no thread left for you; try again later");
    }
}

/// One short line to a socket that no thread has. Errors do not matter: the connection is closed in any case.
fn send_away(mut stream: &TcpStream, why: &str) {
    let goodbye = format!("{}\n{DISCONNECTED}\n", protocol::closed(why));
    stream.write_all(goodbye.as_bytes()).unwrap_or_default();
    stream.shutdown(std::net::Shutdown::Write).unwrap_or_default();
}

/// A client's thread, from the first line to the last. A panic in the session is one more way to leave.
fn client_thread(connection: Arc<Connection>, shared: Arc<Shared>, admitted: Admitted, _alive: Sender<Infallible>) {
    let Ok(mut client) = Client::new(connection, shared, admitted) else { return };
    let session = || client.come_in().map_or_else(|leave| leave, |()| session::session(&mut client));
    let leave = panic::catch_unwind(AssertUnwindSafe(session)).unwrap_or(Leave::Fault);
    client.shared.has_left(client.id);
    if leave == Leave::Resumed {
        return; // the connection is another session's now
    }
    resume::end(&client);
    client.shared.has_left(client.id);
    client.log_end(leave);
    client.goodbye(leave);
}
