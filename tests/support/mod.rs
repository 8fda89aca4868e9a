//! What all tests share: a server in this process, and `Peer`, a client made of nothing but a socket.
//!
//! A test waits for lines, never for time: each wait ends with the event, or fails after `DEADLINE`, which only a fault
//! ever uses up. To show that something does *not* come, a test asks for something after it: the server has one order.
#![allow(dead_code, reason = "no test file uses every helper")]
#![allow(unreachable_pub, reason = "a test has no public interface; pub here means: for the test files")]

use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chatroom::server::{Config, Stop, start_server};

use self::outside::Outside;

pub mod outside;
mod peer;

pub use self::peer::Peer;

/// Far longer than anything takes on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The question, as clients see it.
pub const QUESTION: &str = "What do you want: 1. write to one user or 2. go into the group";

/// The variables that choose a language.
pub const LOCALE: &[&str] = &["LC_ALL", "LC_MESSAGES", "LANG"];

/// A program speaks English, whatever language whoever runs the tests has chosen; unless the test has.
pub fn in_english(command: &mut Command) -> &mut Command {
    for name in LOCALE {
        if command.get_envs().all(|(set, _)| set != *name) {
            command.env_remove(name);
        }
    }
    command
}

/// A running server on a free port of 127.0.0.1. Dropped, it stops, and its threads are waited for. Where
/// `SERVER_PROGRAM` names another program, it is that one: see `outside`.
pub struct Server {
    pub address: SocketAddr,
    /// The second listener, where the configuration has one.
    pub unframed: Option<SocketAddr>,
    stop: Stop,
    thread: Option<JoinHandle<io::Result<()>>>,
    outside: Option<Outside>,
}

impl Server {
    /// A server as `chat-server` without flags starts it.
    pub fn start() -> Server {
        Server::with(Config::default())
    }

    /// A server that lets everyone write as fast as they can.
    pub fn without_rate() -> Server {
        Server::with(Config { rate: None, ..Config::default() })
    }

    pub fn with(config: Config) -> Server {
        if let Some(command) = outside::command() {
            let outside = Outside::start(command, &config);
            let address = outside.address;
            return Server { address, unframed: None, stop: Stop::new(), thread: None, outside: Some(outside) };
        }
        Server::on(free_port(), config)
    }

    /// On a port that the test has chosen.
    pub fn on(listener: TcpListener, config: Config) -> Server {
        let address = listener.local_addr().expect("a bound listener has an address");
        let unframed =
            config.unframed.as_ref().map(|listener| listener.local_addr().expect("a bound listener has an address"));
        let stop = Stop::new();
        let its_stop = stop.clone();
        let builder = thread::Builder::new().name("server".into());
        let thread = builder.spawn(move || start_server(listener, config, &its_stop)).expect("a thread can be started");
        Server { address, unframed, stop, thread: Some(thread), outside: None }
    }

    /// A fresh connection, from which nothing was read.
    pub fn peer(&self) -> Peer {
        Peer::connect(self.address)
    }

    /// Somebody who is asked the question.
    pub fn login(&self, nickname: &str) -> Peer {
        self.peer().login(nickname)
    }

    /// Somebody in the group.
    pub fn group(&self, nickname: &str) -> Peer {
        self.login(nickname).group()
    }

    /// Stops the server, and says how it ended.
    pub fn stop(mut self) -> io::Result<()> {
        self.end()
    }

    /// Waits for the server to end by itself.
    pub fn wait(mut self) -> io::Result<()> {
        let thread = self.thread.take().expect("nobody has waited yet");
        thread.join().expect("start_server does not panic")
    }

    fn end(&mut self) -> io::Result<()> {
        self.stop.stop();
        drop(self.outside.take());
        self.thread.take().map_or(Ok(()), |thread| thread.join().expect("start_server does not panic"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let ended = self.end();
        if !thread::panicking() {
            ended.expect("the server ends without an error");
        }
    }
}

/// One `read`, made again where it was interrupted. Linux interrupts a wait that has a timeout when the process is stopped
/// and goes on, as when a whole machine is.
pub fn read(mut stream: impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A listener on a port that the system chose.
pub fn free_port() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).expect("the system has a free port")
}
