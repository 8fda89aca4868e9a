//! Test: faults inside the server, for tests alone: a panic in a client's thread, under the lock, in the delivery
//! thread; a stop while a thousand lines are in the queue; and the rule that no lock is held over the queue.
//! `in_a_session` and `in_the_delivery_thread` are the two places where a text brings its fault about; neither is in
//! any build but that of the unit tests.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use parking_lot::Mutex;

use self::support::{DEADLINE, Peer, Server, free_port};
use super::client::admission;
use super::client::resume::Resumes;
use super::client::shared::Shared;
use super::delivery::Delivery;
use super::parcel::Parcel;
use super::registry::Registry;
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use super::robust::places::{Places, Spares};
use super::robust::rate_limit::RateLimit;
use super::{Config, Stop, client_thread};
use crate::text::Nickname;
use crate::wire::{Framing, is_timeout};

mod store;
#[path = "../../tests/support/mod.rs"]
mod support;

const PANIC: &str = "panic";
const PANIC_UNDER_THE_LOCK: &str = "panic under the lock";
const PANIC_IN_THE_DELIVERY_THREAD: &str = "panic in the delivery thread";
const HOLD_THE_DELIVERY_THREAD: &str = "hold the delivery thread";
/// A blank line, which says nothing to anybody: when it is read, all that its client said before is in the queue.
const ALL_ARE_QUEUED: &str = " \u{A0} \u{A0} ";

/// While a test has this lock, a delivery thread that was told to hold waits for it.
static HELD: Mutex<()> = Mutex::new(());
static ARE_QUEUED: AtomicBool = AtomicBool::new(false);

/// Unwinds as a panic does, without a word on stderr, which other tests share.
pub(super) fn panics() {
    panic::resume_unwind(Box::new("a fault that a test asked for"));
}

/// What a client's thread has just read.
pub(super) fn in_a_session(registry: &Registry, said: &str) {
    match said {
        PANIC => panics(),
        PANIC_UNDER_THE_LOCK => registry.panic_under_the_lock(),
        ALL_ARE_QUEUED => ARE_QUEUED.store(true, Ordering::Release),
        _ => {}
    }
}

/// What the delivery thread is about to render.
pub(super) fn in_the_delivery_thread(said: &str) {
    if said == PANIC_IN_THE_DELIVERY_THREAD {
        // Meanwhile others come, whose parcels nobody will ever take.
        thread::sleep(Duration::from_millis(100));
        panics();
    }
    if said == HOLD_THE_DELIVERY_THREAD {
        drop(HELD.lock());
    }
}

#[test]
fn a_panic_in_one_session_harms_one_session() {
    const PANICS: usize = 100;
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut vera = server.group("vera");
    boris.expect("(broadcast) General information: vera has joined the Chat");
    thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..PANICS {
                // Who comes after the first comes the moment the other has ended: the name is free by then.
                let mut anna = server.group("anna");
                anna.send(if i % 2 == 0 { PANIC } else { PANIC_UNDER_THE_LOCK });
                anna.skip_to("The connection is closed: a fault in the server, which has been logged");
                anna.expect("Disconnected");
                anna.expect_end();
            }
        });
        for i in 0..1000 {
            vera.send(&format!("line {i}"));
            vera.skip_to(&format!("(broadcast) vera: line {i}"));
        }
    });
    boris.send("the end");
    let heard = boris.skip_to("(broadcast) boris: the end");
    let (lines, notices): (Vec<&String>, Vec<&String>) = heard.iter().partition(|line| line.contains("vera: line"));
    let expected: Vec<String> = (0..1000).map(|i| format!("(broadcast) vera: line {i}")).collect();
    assert_eq!(lines, expected.iter().collect::<Vec<_>>());
    assert_eq!(notices.len(), 2 * PANICS);
    for (i, notice) in notices.iter().enumerate() {
        let what = if i % 2 == 0 { "joined" } else { "left" };
        assert_eq!(**notice, format!("(broadcast) General information: anna has {what} the Chat"));
    }
    vera.send("LIST");
    vera.skip_to("Users in chatroom: ['boris', 'vera']");
}

#[test]
fn a_panic_before_the_login_gives_the_place_back() {
    let server = Server::with(Config { max_clients: 1, ..Config::default() });
    for _ in 0..5 {
        let until = Instant::now() + DEADLINE;
        loop {
            let mut peer = server.peer();
            let first = peer.next_line();
            if first.as_deref() == Some("Your nickname?") {
                peer.send(PANIC);
                peer.skip_to("Disconnected");
                break;
            }
            assert!(Instant::now() < until, "the place is free again");
        }
    }
}

#[test]
fn a_panic_of_the_delivery_thread_ends_the_server_and_nobody_hangs() {
    for _ in 0..3 {
        let server = Server::with(Config { unframed: Some(free_port()), rate: None, ..Config::default() });
        let mut peers: Vec<Peer> = (0..5).map(|i| server.login(&format!("user{i}x"))).collect();
        let mut unnamed = server.peer();
        unnamed.expect("Your nickname?");
        let mut anna = server.group("anna");
        let address = server.address;
        let comes = thread::Builder::new().name("comes".into()).spawn(move || {
            // Some of these are on their way through the queue when it breaks. The tests beside this one need descriptors too:
            // no more than a hundred, and not all of them before it breaks.
            let mut open = Vec::new();
            while open.len() < 100 {
                let Ok(stream) = TcpStream::connect(address) else { break };
                open.push(stream);
                thread::sleep(Duration::from_millis(2));
            }
            open
        });
        let comes = comes.expect("a thread can be started");
        let begun = Instant::now();
        anna.send(PANIC_IN_THE_DELIVERY_THREAD);
        for peer in peers.iter_mut().chain([&mut unnamed, &mut anna]) {
            while peer.next_line().is_some() {}
        }
        let still_connected = comes.join().expect("it does not panic");
        let error = server.wait().expect_err("it is no orderly end");
        assert!(error.to_string().contains("the delivery thread panicked"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        for mut stream in still_connected {
            stream.set_read_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
            // The end, or a reset: a timeout would be somebody who hangs.
            let ended = stream.read_to_end(&mut Vec::new());
            assert!(!ended.is_err_and(|error| is_timeout(&error)), "one of those who came is still connected");
        }
    }
}

#[test]
fn what_is_in_the_queue_when_the_stop_comes_is_read_before_the_goodbye() {
    const LINES: usize = 1000;
    let server = Server::without_rate();
    let peers: Vec<Peer> = (0..200).map(|i| server.login(&format!("user{i}x"))).collect();
    let mut peers: Vec<Peer> = peers.into_iter().map(Peer::group).collect();
    let mut anna = server.group("anna");
    let held = HELD.lock();
    let lines: String = (0..LINES).map(|i| format!("line {i}\n")).collect();
    anna.send_bytes(format!("{HOLD_THE_DELIVERY_THREAD}\n{lines}{ALL_ARE_QUEUED}\n").as_bytes());
    let until = Instant::now() + DEADLINE;
    while !ARE_QUEUED.load(Ordering::Acquire) {
        assert!(Instant::now() < until, "the queue takes them all");
        thread::yield_now();
    }
    let address = server.address;
    thread::scope(|scope| {
        let stopping = scope.spawn(|| server.stop());
        // Nobody listens any more: the stop has come.
        while TcpStream::connect(address).is_ok() {
            thread::yield_now();
        }
        let begun = Instant::now();
        drop(held);
        for peer in peers.iter_mut().chain([&mut anna]) {
            peer.skip_to(&format!("(broadcast) anna: {HOLD_THE_DELIVERY_THREAD}"));
            (0..LINES).for_each(|i| peer.expect(&format!("(broadcast) anna: line {i}")));
            peer.expect("The connection is closed: the server stops");
            peer.expect("Disconnected");
            peer.expect_end();
        }
        stopping.join().expect("it does not panic").expect("an orderly stop");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    });
}

/// All that a session can do, with whom, and how it ends; nothing of it waits for the socket.
const SCRIPT: &str =
    "anna\nboris\nLIST\n1\n1\nhello\n/tell vera hi\nMENU\n2\nto all\nTELL\nvera\nhi\nHELP\nanna\nQUIT\n";

#[test]
fn no_lock_is_held_over_the_queue() {
    let mut count = 0;
    let locks = |shared: &Shared, connection: &Connection| {
        assert!(shared.registry.lock_is_free(), "the registry's lock is held over a parcel");
        assert!(connection.backlog.try_lock_for(DEADLINE).is_some(), "a backlog's lock is held over a parcel");
    };
    runs_slowly(locks, |(), _parcel| count += 1);
    assert!(count > 20, "the script went through the session: {count} parcels");
}

#[test]
fn a_nickname_is_taken_until_its_leave_is_in_the_queue() {
    let boris = Nickname::parse("boris").expect("a nickname");
    let (mut was_in, mut has_left) = (false, false);
    let is_in = |shared: &Shared, _: &Connection| shared.registry.find(&boris).is_some();
    runs_slowly(is_in, |is_in, parcel| {
        has_left |= matches!(parcel, Parcel::Left { .. });
        assert!(is_in || has_left || !was_in, "the name is free, and its leave still waits for the queue");
        was_in |= is_in;
    });
    assert!(was_in && has_left, "boris came and went");
}

#[test]
fn who_was_cut_is_not_listened_to_any_more() {
    let count = Cell::new(0);
    let cuts = |_: &Shared, connection: &Connection| {
        if count.get() == 12 {
            // Its socket is left as it is: what the client has sent can still be read.
            connection.backlog.lock().cut_off(Leave::TooLate);
        }
    };
    runs_slowly(cuts, |(), _parcel| count.set(count.get() + 1));
    // Those that were on their way, the leave and the goodbye.
    assert!(count.get() < 18, "{} parcels: the rest of the script was dealt with", count.get());
}

/// A session with a queue of one parcel. `before` looks at it while that parcel waits: what the session's thread holds
/// then, it holds while waiting for the queue. `taken` gets what it saw, and the parcel.
fn runs_slowly<T>(before: impl Fn(&Shared, &Connection) -> T, taken: impl FnMut(T, &Parcel)) {
    let (queue, parcels) = bounded(1);
    let shared = Arc::new(Shared {
        registry: Arc::default(),
        order: None,
        accounts: None,
        delivery: Delivery::with(queue),
        stop: Stop::new(),
        places: Places::new(10, None, Spares::new(1)),
        rate_limit: RateLimit::new(None, Instant::now()),
        sent_away: Mutex::default(),
        ids: AtomicU64::new(1),
        config: Config { rate: None, ..Config::default() },
        resumes: Resumes::default(),
        unframed_port: None,
    });
    for name in ["anna", "vera"] {
        let nickname = Nickname::parse(name).expect("a nickname");
        shared.registry.register(&connection(&shared).0, &nickname).expect("it is free");
        shared.registry.announce(&nickname);
    }
    let (connection, mut peer) = connection(&shared);
    peer.write_all(SCRIPT.as_bytes()).expect("the kernel takes it");
    let admitted = admission::lets_in(&connection, &shared).expect("a free place");
    let (alive, ended) = bounded(0);
    let (its_shared, its_connection) = (Arc::clone(&shared), Arc::clone(&connection));
    let session = move || client_thread(its_connection, its_shared, admitted, alive);
    thread::Builder::new().name("session".into()).spawn(session).expect("a thread can be started");
    takes_slowly(&parcels, &connection, || before(&shared, &connection), taken);
    drop(peer);
    assert!(ended.recv_timeout(DEADLINE).is_err_and(|error| error.is_disconnected()), "the session has ended");
}

/// Takes one parcel after the other, up to the goodbye.
fn takes_slowly<T>(
    parcels: &Receiver<Parcel>,
    connection: &Connection,
    before: impl Fn() -> T,
    mut taken: impl FnMut(T, &Parcel),
) {
    loop {
        let until = Instant::now() + DEADLINE;
        while !parcels.is_full() {
            assert!(Instant::now() < until, "the session goes on");
            thread::yield_now();
        }
        // Time for the session to come to its next parcel, and to wait there. Too short, it would find less, never more.
        thread::sleep(Duration::from_millis(10));
        let seen = before();
        let parcel = parcels.recv_timeout(DEADLINE).expect("a parcel waits");
        taken(seen, &parcel);
        match parcel {
            Parcel::Private { arrived, .. } => arrived.send(true).expect("the session waits for it"),
            Parcel::Close(..) => return connection.close(),
            _ => {}
        }
    }
}

/// A connection and its peer.
fn connection(shared: &Shared) -> (Arc<Connection>, TcpStream) {
    let listener = free_port();
    let peer = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
    let (stream, address) = listener.accept().expect("somebody has connected");
    let id = ClientId(shared.ids.fetch_add(1, Ordering::Relaxed));
    (Arc::new(Connection::new(id, stream, address, Framing::Lines)), peer)
}
