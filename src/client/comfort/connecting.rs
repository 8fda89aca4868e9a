//! Comfort: finds the server: of all the addresses that a name has, the first that answers. Touches sockets that are
//! not connected.
//!
//! # Threads
//! `address` tries one address. They begin one after the other, a quarter of a second apart or as soon as the one before
//! has failed, so that an address behind which nobody is costs no more than that: `localhost` may be `::1` first, while
//! the server listens at 127.0.0.1. Who comes too late closes its socket and ends; one that hears nothing at all, after
//! ten seconds.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::limits::{PEER_TIMEOUT, SINGLE_STACK};
use crate::sockopts;

/// How long one address of the server may take to answer.
const CONNECT: Duration = Duration::from_secs(10);
/// How long it is alone: then the next one is tried beside it. RFC 8305 has the same.
const HEAD_START: Duration = Duration::from_millis(250);

/// What became of one try.
type Tried = io::Result<TcpStream>;

/// Connects to a server, at the first of its addresses that answers. Blocks up to ten seconds, and a quarter of a second
/// more for each address beyond the first.
///
/// # Errors
/// The name has no address, or none of its addresses answers; the message says what can be done.
pub fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let unknown = |why: io::Error| {
        let told = format!("cannot find the host '{host}'; check the name given with --ip-address: {why}");
        io::Error::new(why.kind(), told)
    };
    let no_server = |why: io::Error| {
        let told = format!(
            "cannot connect to {host} port {port}; start chat-server there, or name another with --ip-address and --port: {why}"
        );
        io::Error::new(why.kind(), told)
    };
    let addresses = (host, port).to_socket_addrs().map_err(unknown)?.collect();
    let stream = first_that_answers(addresses).map_err(no_server)?;
    stream.set_nodelay(true)?;
    sockopts::keepalive(&stream, PEER_TIMEOUT)?;
    Ok(stream)
}

/// The race. The last error is that of the address that gave up last.
fn first_that_answers(addresses: Vec<SocketAddr>) -> Tried {
    let (tell, tried) = bounded(addresses.len());
    let none = io::Error::other("it has no address");
    let (mut addresses, mut last, mut under_way) = (addresses.into_iter(), none, 0);
    loop {
        let mut is_last = true;
        if let Some(address) = addresses.next() {
            begin(address, tell.clone())?;
            under_way += 1;
            is_last = addresses.len() == 0;
        }
        if under_way == 0 {
            return Err(last);
        }
        match next(&tried, is_last) {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => {
                under_way -= 1;
                last = error;
            }
            None => {}
        }
    }
}

/// What a try came to; `None`: the next address is to begin meanwhile.
fn next(tried: &Receiver<Tried>, is_last: bool) -> Option<Tried> {
    let patience = if is_last { CONNECT * 2 } else { HEAD_START };
    match tried.recv_timeout(patience) {
        Ok(tried) => Some(tried),
        Err(RecvTimeoutError::Timeout) if !is_last => None,
        Err(_) => Some(Err(io::ErrorKind::TimedOut.into())),
    }
}

fn begin(address: SocketAddr, tell: Sender<Tried>) -> io::Result<()> {
    let attempt = move || {
        let tried = match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) if is_itself(&stream) => Err(io::ErrorKind::ConnectionRefused.into()),
            tried => tried,
        };
        // Another address has answered before.
        tell.send(tried).unwrap_or_default();
    };
    thread::Builder::new().name("address".into()).stack_size(SINGLE_STACK).spawn(attempt).map(|_detached| ())
}

/// Whether a connection ends where it begins. Where nobody listens on a port of those that the system gives to clients, it
/// may give us that very port; then TCP connects us with ourselves, as two who call each other at once.
fn is_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

    use super::*;

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        (listener, address)
    }

    #[test]
    fn an_address_that_does_not_answer_does_not_keep_the_others_waiting() {
        let (deaf, silent) = listener();
        // Nobody accepts, and its queue is full: Linux then ignores who knocks.
        rustix::net::listen(&deaf, 0).expect("a listener takes another length of its queue");
        let mut queued = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&silent, Duration::from_millis(300)) {
            queued.push(stream);
        }
        let (_server, address) = listener();
        let refused = listener().1;
        let begun = Instant::now();
        let stream = first_that_answers(vec![silent, refused, address]).expect("one of them answers");
        assert_eq!(stream.peer_addr().expect("it is connected"), address);
        assert!(begun.elapsed() < CONNECT / 2, "{:?}", begun.elapsed());
        let error = first_that_answers(vec![refused, refused]).expect_err("nobody listens");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(first_that_answers(Vec::new()).expect_err("no address").to_string(), "it has no address");
    }

    #[test]
    fn a_connection_with_oneself_is_told_from_one_with_a_server() {
        let (listener, server) = listener();
        assert!(!is_itself(&TcpStream::connect(server).expect("it listens")));
        drop(listener);
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port");
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        bind(&socket, &port).expect("the port is free");
        connect(&socket, &port).expect("nobody listens, so it is ourselves");
        assert!(is_itself(&TcpStream::from(socket)));
    }

    /// The system gives such a port to clients: sooner or later one of these tries would be connected with itself.
    #[test]
    fn where_nobody_listens_nobody_answers() {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port");
        for _ in 0..2000 {
            // Another test may have taken the port by now.
            if let Ok(stream) = super::connect("127.0.0.1", free.port()) {
                assert_ne!(stream.local_addr().expect("connected"), free, "it talks to itself");
            }
        }
    }
}
