//! Comfort: finds the server: of all the servers that were named, and all the addresses that a name has, the first that
//! answers. Touches sockets that are not connected.
//!
//! # Threads
//! `address` tries one address. They begin one after the other, a quarter of a second apart or as soon as the one before
//! has failed, so that an address behind which nobody is costs no more than that: `localhost` may be `::1` first, while
//! the server listens at 127.0.0.1. Who comes too late closes its socket and ends; one that hears nothing at all, after
//! ten seconds.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::limits::SINGLE_STACK;
use crate::sockopts;

/// How long one address of the server may take to answer.
const CONNECT: Duration = Duration::from_secs(10);
/// How long it is alone: then the next one is tried beside it. RFC 8305 has the same.
const HEAD_START: Duration = Duration::from_millis(250);

/// What became of one try: a connection, with the address that answered.
type Tried = io::Result<(TcpStream, SocketAddr)>;

/// Where the chat is to be found: at one server, or at several that are tried in turn. Clones share whose turn it is.
#[derive(Debug, Clone)]
pub struct Servers {
    servers: Arc<[(String, u16)]>,
    /// The one that is tried first.
    turn: Arc<AtomicUsize>,
    peer_timeout: Duration,
}

impl Servers {
    /// Hosts and ports, in the order of being tried. A connection that dies without a word is found out within
    /// `peer_timeout`, or a second or two (feature `sockopts`).
    pub fn new(servers: Vec<(String, u16)>, peer_timeout: Duration) -> Self {
        Servers { servers: servers.into(), turn: Arc::default(), peer_timeout }
    }

    /// Connects to the first that answers. Blocks up to ten seconds, and a quarter of a second more for each address beyond
    /// the first. Next time the turn is with the one behind it: what was lost, or sent us away, is tried last. Of several
    /// servers one answers when it says something: a balancer accepts too while there is nobody behind it.
    ///
    /// # Errors
    /// No name has an address, or no address answers; the message says what can be done.
    pub fn connect(&self) -> io::Result<TcpStream> {
        let count = self.servers.len();
        let turn = self.turn.load(Ordering::Relaxed);
        let in_turn = (0..count).map(|number| (turn + number) % count);
        let mut addresses: Vec<(SocketAddr, usize)> = Vec::new();
        let mut unknown = io::Error::other("it has no address");
        for number in in_turn {
            let Some((host, port)) = self.servers.get(number) else { continue };
            match (host.as_str(), *port).to_socket_addrs() {
                Ok(found) => addresses.extend(found.map(|address| (address, number))),
                Err(why) => {
                    let told = format!("cannot find the host '{host}'; check the name given with --ip-address: {why}");
                    unknown = io::Error::new(why.kind(), told);
                }
            }
        }
        if addresses.is_empty() {
            return Err(unknown);
        }
        let only = addresses.iter().map(|&(address, _)| address).collect();
        let (stream, address) = first_that_answers(only, count > 1).map_err(|why| self.none_answers(&why))?;
        let number = addresses.iter().find(|(other, _)| *other == address).map_or(turn, |&(_, number)| number);
        self.turn.store((number + 1) % count, Ordering::Relaxed);
        stream.set_nodelay(true)?;
        sockopts::keepalive(&stream, self.peer_timeout)?;
        Ok(stream)
    }

    /// The last error, behind what can be done.
    fn none_answers(&self, why: &io::Error) -> io::Error {
        let told = if let [(host, port)] = &*self.servers {
            format!(
                "cannot connect to {host} port {port}; start chat-server there, or name another with --ip-address and --port: {why}"
            )
        } else {
            let named: Vec<String> = self.servers.iter().map(|(host, port)| format!("{host} {port}")).collect();
            let named = named.join(", ");
            format!("none of these answers: {named}; start chat-server there, or name others with --ip-address: {why}")
        };
        io::Error::new(why.kind(), told)
    }
}

/// The race. The last error is that of the address that gave up last.
fn first_that_answers(addresses: Vec<SocketAddr>, has_to_speak: bool) -> Tried {
    let (tell, tried) = bounded(addresses.len());
    let (mut addresses, mut last, mut under_way) = (addresses.into_iter(), io::ErrorKind::NotFound.into(), 0);
    loop {
        let mut is_last = true;
        if let Some(address) = addresses.next() {
            begin(address, has_to_speak, tell.clone())?;
            under_way += 1;
            is_last = addresses.len() == 0;
        }
        if under_way == 0 {
            return Err(last);
        }
        match next(&tried, is_last) {
            Some(Ok(answered)) => return Ok(answered),
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

fn begin(address: SocketAddr, has_to_speak: bool, tell: Sender<Tried>) -> io::Result<()> {
    let attempt = move || {
        let tried = match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) if is_itself(&stream) => Err(io::ErrorKind::ConnectionRefused.into()),
            Ok(stream) if has_to_speak => speaks(stream),
            tried => tried,
        };
        // Where that fails, another address has answered before.
        tell.send(tried.map(|stream| (stream, address))).unwrap_or_default();
    };
    thread::Builder::new().name("address".into()).stack_size(SINGLE_STACK).spawn(attempt).map(|_detached| ())
}

/// Waits until the server has said something, and leaves that unread. One that ends without a word is none.
fn speaks(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_read_timeout(Some(CONNECT))?;
    if stream.peek(&mut [0])? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    stream.set_read_timeout(None)?;
    Ok(stream)
}

/// Whether a connection ends where it begins. Where nobody listens on a port of those that the system gives to clients, it
/// may give us that very port; then TCP connects us with ourselves, as two who call each other at once.
fn is_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
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
        let (stream, answered) = first_that_answers(vec![silent, refused, address], false).expect("one answers");
        assert_eq!(stream.peer_addr().expect("it is connected"), address);
        assert_eq!(answered, address);
        assert!(begun.elapsed() < CONNECT / 2, "{:?}", begun.elapsed());
        let error = first_that_answers(vec![refused, refused], false).expect_err("nobody listens");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(first_that_answers(Vec::new(), false).is_err(), "no address");
    }

    #[test]
    fn of_several_servers_the_next_has_its_turn_and_one_that_says_nothing_is_none() {
        let (accepts, closes) = listener();
        // They end with the process.
        let serve = |listener: TcpListener, greeting: &'static [u8]| {
            let answer = move || {
                while let Ok((mut stream, _)) = listener.accept() {
                    stream.write_all(greeting).unwrap_or_default();
                }
            };
            thread::Builder::new().spawn(answer).map(|_detached| ()).expect("a thread can be started");
        };
        serve(accepts, b"");
        let [first, second] = [listener(), listener()].map(|(listener, address)| {
            serve(listener, b"Your nickname?\n");
            address
        });
        let named = [closes, first, second].map(|address| (address.ip().to_string(), address.port()));
        let servers = Servers::new(named.to_vec(), Duration::from_secs(1));
        let answers = || servers.clone().connect().and_then(|stream| stream.peer_addr()).expect("one answers");
        assert_eq!([answers(), answers(), answers(), answers()], [first, second, first, second]);
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
            if let Ok((stream, _)) = first_that_answers(vec![free], false) {
                assert_ne!(stream.local_addr().expect("connected"), free, "it talks to itself");
            }
        }
    }
}
