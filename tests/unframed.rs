//! Clients that frame nothing, as the original's: each message one bare `send`, and what one `recv` gives is compared. They
//! sit in one room with clients that send lines.

use std::time::Instant;

use chatroom::server::Config;

use crate::support::{DEADLINE, Peer, QUESTION, Server, free_port};

mod support;

fn with_unframed() -> Server {
    Server::with(Config { unframed: Some(free_port()), ..Config::default() })
}

/// What the original's client does: one bare `send` each time, and a `recv` to compare with.
struct Unframed(Peer);

impl Unframed {
    fn connect(server: &Server) -> Unframed {
        Unframed(Peer::connect(server.unframed.expect("the server has a second listener")))
    }

    fn send(&mut self, message: &str) {
        self.0.send_bytes(message.as_bytes());
    }

    /// One `recv` gives this and nothing else.
    #[track_caller]
    fn expect_alone(&mut self, message: &str) {
        let chunk = self.0.chunk();
        if chunk != message {
            self.0.fail(&format!("expected one recv with {message:?} alone"));
        }
    }

    /// Up to a message that has to come, however it is cut.
    #[track_caller]
    fn read_to(&mut self, end: &str) {
        let until = Instant::now() + DEADLINE;
        let mut all = String::new();
        while !all.ends_with(end) {
            all += &self.0.chunk();
            assert!(Instant::now() < until && all.len() < 64 * 1024, "expected {end:?}, got {all:?}");
        }
    }

    fn login(server: &Server, nickname: &str) -> Unframed {
        let mut client = Unframed::connect(server);
        client.expect_alone("Your nickname?\n");
        client.send(nickname);
        client.expect_alone("Successfully\n");
        client.expect_alone("process");
        client.read_to(&format!("{QUESTION}\n"));
        client
    }
}

#[test]
fn the_originals_client_talks_in_one_room_with_clients_that_send_lines() {
    let server = with_unframed();
    let mut anna = server.group("anna");
    let mut boris = Unframed::login(&server, "boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    boris.send("2");
    boris.expect_alone("You in group\n");
    boris.send("hello from 2019");
    boris.expect_alone("(broadcast) boris: hello from 2019\n");
    anna.expect("(broadcast) boris: hello from 2019");
    anna.send("hello, boris");
    anna.expect("(broadcast) anna: hello, boris");
    boris.expect_alone("(broadcast) anna: hello, boris\n");
    boris.send("MENU");
    boris.expect_alone(&format!("{QUESTION}\n"));
    boris.send("1");
    boris.read_to("Choose your user-chat\n1.anna\n");
    boris.send("1");
    boris.expect_alone("Successful\n");
    anna.expect_start("boris writes to you alone");
    boris.send("between us");
    boris.expect_alone("(private to anna) : between us\n");
    anna.expect("(private) boris : between us");
    anna.send("/tell boris yes");
    boris.expect_alone("(private) anna : yes\n");
    anna.expect("(private to boris) : yes");
    boris.send("QUIT");
    boris.read_to("Disconnected\n");
    boris.0.expect_end();
    anna.expect("(broadcast) General information: boris has left the Chat");
}

#[test]
fn the_originals_client_gets_a_taken_nickname_in_a_recv_of_its_own() {
    let server = with_unframed();
    let _anna = server.login("anna");
    let mut other = Unframed::connect(&server);
    other.expect_alone("Your nickname?\n");
    other.send("anna");
    other.expect_alone("This nickname already used");
    other.read_to("Your nickname?\n");
    other.send("gleb");
    other.expect_alone("Successfully\n");
}

#[test]
fn a_chunk_of_several_lines_and_one_that_is_too_long_are_dealt_with() {
    let server = with_unframed();
    let mut anna = server.group("anna");
    let mut boris = Unframed::login(&server, "boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    boris.send("2");
    boris.expect_alone("You in group\n");
    boris.send("one\ntwo\r\n");
    anna.expect("(broadcast) boris: one");
    anna.expect("(broadcast) boris: two");
    boris.read_to("(broadcast) boris: two\n");
    boris.send(&"a".repeat(4096));
    anna.expect(&format!("(broadcast) boris: {}", "a".repeat(4096)));
    boris.read_to("a\n");
    // What is too long is refused whole: its rest is no message.
    for length in [4098, 10_000] {
        boris.send(&"b".repeat(length));
        boris.read_to("Not sent: the line is longer than 4096 bytes; send it in parts\n");
        boris.send("next");
        boris.expect_alone("(broadcast) boris: next\n");
        anna.expect("(broadcast) boris: next");
    }
}
