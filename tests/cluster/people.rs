//! Servers of a cluster, and people on them. Now and then a busy machine keeps the servers from each other for a second,
//! and everyone is told: a test that is not about that does not hear it.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chatroom::cluster;
use chatroom::server::Config;

use crate::engine::{Etcd, LOOK};
use crate::program::Program;
use crate::relay::Relay;
use crate::support::{DEADLINE, Peer, QUESTION, Server};

/// Of what the servers say about themselves.
const ABOUT_SERVERS: &str = "The servers ";

/// A server of a cluster, in this process.
pub(crate) fn server(etcd: &Etcd, name: &str) -> Server {
    Server::with(config(etcd, name))
}

/// The same behind a network of its own.
pub(crate) fn server_behind(relay: &Relay, name: &str) -> Server {
    Server::with(config_at(&[relay.address.to_string()], name))
}

pub(crate) fn config(etcd: &Etcd, name: &str) -> Config {
    config_at(&etcd.endpoints(), name)
}

fn config_at(endpoints: &[String], name: &str) -> Config {
    let order = cluster::engine(endpoints, name).expect("etcd answers");
    Config { order: Some(order), rate: None, ..Config::default() }
}

/// The program, and where it listens.
pub(crate) fn program(etcd: &Etcd, name: &str, more: &[&str]) -> (Program, SocketAddr) {
    let endpoints: Vec<String> = etcd.endpoints().iter().map(|place| format!("http://{place}")).collect();
    let endpoints = endpoints.join(",");
    let mut flags = vec!["-p", "0", "--rate", "off", "--cluster", &endpoints, "--server-name", name];
    flags.extend(more);
    let mut program = Program::start(env!("CARGO_BIN_EXE_chat-server"), &flags);
    let first = program.line();
    let address = first.strip_prefix("Listening on ").and_then(|address| address.parse().ok());
    (program, address.unwrap_or_else(|| panic!("it says where it listens, not {first:?}")))
}

/// Somebody on one of the servers.
pub(crate) struct Guest {
    pub(crate) nickname: String,
    peer: Peer,
}

impl Guest {
    /// In the group.
    #[track_caller]
    pub(crate) fn group(address: SocketAddr, nickname: &str) -> Guest {
        let mut guest = Guest::login(address, nickname);
        guest.send("2");
        guest.expect("You in group");
        guest
    }

    /// At the question. Where a busy machine keeps the servers from each other, or the name is not free yet, again.
    #[track_caller]
    pub(crate) fn login(address: SocketAddr, nickname: &str) -> Guest {
        let until = Instant::now() + DEADLINE;
        loop {
            let mut peer = Peer::connect(address);
            if peer.next_line().as_deref() == Some("Your nickname?") {
                peer.send(nickname);
                let answer = peer.line();
                if answer == "Successfully" {
                    let mut guest = Guest { nickname: nickname.into(), peer };
                    guest.skip_to(QUESTION);
                    return guest;
                }
            }
            assert!(Instant::now() < until, "{nickname} comes in");
            thread::sleep(LOOK);
        }
    }

    #[track_caller]
    pub(crate) fn send(&mut self, line: &str) {
        self.peer.send(line);
    }

    /// The next line, or the end.
    #[track_caller]
    pub(crate) fn next_line(&mut self) -> Option<String> {
        loop {
            let line = self.peer.next_line()?;
            if !line.starts_with(ABOUT_SERVERS) {
                return Some(line);
            }
        }
    }

    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        self.next_line().unwrap_or_else(|| panic!("{}: the connection ended", self.nickname))
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, line: &str) {
        assert_eq!(self.line(), line, "what {} is shown", self.nickname);
    }

    #[track_caller]
    pub(crate) fn expect_start(&mut self, start: &str) -> String {
        let line = self.line();
        assert!(line.starts_with(start), "{} is shown {line:?}, not {start:?}", self.nickname);
        line
    }

    /// Reads on to this line; gives those before it.
    #[track_caller]
    pub(crate) fn skip_to(&mut self, line: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let got = self.line();
            if got == line {
                return before;
            }
            before.push(got);
        }
    }

    /// Says it to the group, and hears it.
    #[track_caller]
    pub(crate) fn say(&mut self, text: &str) -> Vec<String> {
        self.send(text);
        self.skip_to(&format!("(broadcast) {}: {text}", self.nickname))
    }

    /// The connection itself, for who wants to hear all.
    pub(crate) fn peer(&mut self) -> &mut Peer {
        &mut self.peer
    }
}

/// People who talk in the group, each in a thread of its own: says a line, waits for its echo, says the next.
pub(crate) struct Talk {
    people: Vec<JoinHandle<Heard>>,
}

/// What one of them said, and heard.
pub(crate) struct Heard {
    pub(crate) nickname: String,
    pub(crate) said: usize,
    pub(crate) lines: Vec<String>,
}

/// What ends a talk.
pub(crate) const END: &str = "(broadcast) the.last: that is all";

impl Talk {
    /// They come in one after the other, and begin when all are there.
    pub(crate) fn begin(addresses: &[SocketAddr], count: usize) -> Talk {
        let mut guests: Vec<Guest> = (0..count)
            .map(|index| Guest::group(addresses[index % addresses.len()], &format!("guest{index}")))
            .collect();
        for guest in &mut guests {
            guest.say("I am here");
        }
        let people = guests.into_iter().map(|guest| {
            let builder = thread::Builder::new().name(guest.nickname.clone());
            builder.spawn(move || talks(guest)).expect("a thread can be started")
        });
        Talk { people: people.collect() }
    }

    /// Somebody says the last word; what everyone has heard from the first line of the talk on.
    pub(crate) fn end(self, address: SocketAddr) -> Vec<Heard> {
        let mut last = Guest::group(address, "the.last");
        last.say("that is all");
        self.people.into_iter().map(|person| person.join().expect("it does not panic")).collect()
    }
}

fn talks(mut guest: Guest) -> Heard {
    let (mut said, mut lines) = (0, Vec::new());
    let own = format!("(broadcast) {}: line ", guest.nickname);
    guest.send(&format!("line {said}"));
    loop {
        let line = guest.line();
        if line == END {
            return Heard { nickname: guest.nickname, said, lines };
        }
        if line.starts_with(&own) {
            said += 1;
            // Some lines a second each: a chat, not a flood.
            thread::sleep(Duration::from_millis(50));
            guest.send(&format!("line {said}"));
        }
        lines.push(line);
    }
}

/// Everyone heard one and the same, and in it each line of each of them once and in its order. What was on its way when the
/// last word was said may have come or not. Gives how many lines were said.
#[track_caller]
pub(crate) fn is_one_order(heard: &[Heard]) -> usize {
    // The first lines tell who is here, while others still come.
    let talk = |heard: &Heard| -> Vec<String> {
        heard.lines.iter().filter(|line| line.contains(": line ")).cloned().collect()
    };
    let order = talk(&heard[0]);
    for other in heard {
        let lines = talk(other);
        let differs = order.iter().zip(&lines).position(|(a, b)| a != b);
        assert_eq!(differs, None, "{} and {} hear different lines", heard[0].nickname, other.nickname);
        assert_eq!(lines.len(), order.len(), "{} and {} hear as much", heard[0].nickname, other.nickname);
    }
    for person in heard {
        let own = format!("(broadcast) {}: ", person.nickname);
        let said: Vec<&str> = order.iter().filter_map(|line| line.strip_prefix(&own)).collect();
        let expected: Vec<String> = (0..person.said).map(|number| format!("line {number}")).collect();
        assert_eq!(said, expected, "what {} said, each line once", person.nickname);
    }
    order.len()
}
