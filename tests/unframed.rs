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
fn a_client_that_sends_lines_is_written_lines_on_that_port_too() {
    let server = with_unframed();
    let _anna = server.login("anna");
    let mut boris = Unframed::connect(&server);
    boris.expect_alone("Your nickname?\n");
    boris.send("anna\n");
    boris.expect_alone("This nickname already used\n");
    boris.read_to("Your nickname?\n");
    boris.send("boris\n");
    boris.expect_alone("Successfully\n");
    boris.expect_alone("process\n");
    boris.read_to(&format!("{QUESTION}\n"));
    // A line may come in two reads.
    boris.send("2\nhel");
    boris.read_to("You in group\n");
    boris.send("lo\n");
    boris.expect_alone("(broadcast) boris: hello\n");
    // The last message without its end is taken after a while.
    boris.send("no end");
    boris.expect_alone("(broadcast) boris: no end\n");
}

#[test]
fn what_is_long_comes_in_recvs_of_their_own_and_no_letter_is_cut() {
    let server = Server::with(Config {
        unframed: Some(free_port()),
        motd: Some("доска ".repeat(400).as_str().into()),
        ..Config::default()
    });
    let mut anna = server.peer();
    anna.send("anna\n2");
    anna.skip_to("You in group");
    let mut boris = Unframed::connect(&server);
    boris.expect_alone("Your nickname?\n");
    boris.send("boris");
    boris.expect_alone("Successfully\n");
    boris.expect_alone("process");
    boris.read_to(&format!("{QUESTION}\n"));
    boris.send("2");
    boris.expect_alone("You in group\n");
    let text = "щ".repeat(2048);
    for _ in 0..3 {
        anna.send(&text);
    }
    let wanted = format!("(broadcast) anna: {text}\n").repeat(3);
    let mut all = String::new();
    while all.len() < wanted.len() {
        let chunk = boris.0.chunk(); // fails at half a letter
        assert!(!chunk.is_empty() && chunk.len() < 1024, "{} bytes in one recv", chunk.len());
        all += &chunk;
    }
    assert_eq!(all, wanted);
    boris.send("QUIT");
    boris.read_to("Disconnected\n");
    boris.0.expect_end();
}

#[test]
fn who_sends_no_line_end_is_told_once_what_is_missing_and_where_to_go() {
    let (server, plain) = (with_unframed(), Server::start());
    let port = server.unframed.expect("a second listener").port();
    for (server, advice) in [
        (&server, format!("programs that send none connect to port {port}, this server's --unframed-port")),
        (&plain, "for programs that send none the server has to be started with --unframed-port PORT".into()),
    ] {
        let told = format!(
            "Your line has no line end, so it is not taken yet: a newline has to follow (press Enter); {advice}"
        );
        let mut anna = server.peer();
        anna.expect("Your nickname?");
        anna.send_bytes(b"an");
        anna.expect(&told);
        anna.send_bytes(b"na\n2\nhel");
        anna.skip_to("You in group");
        anna.send_bytes(b"lo\n");
        anna.expect("(broadcast) anna: hello");
    }
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
