//! A session that goes on with another connection: nothing is missed, nothing comes twice, nobody is told of a leave.

use crate::program::ServerProgram;
use crate::support::{Peer, QUESTION, Server};

#[path = "support/program.rs"]
mod program;
mod support;

/// A client that counts its lines, as one that may come back does.
struct Client {
    peer: Peer,
    token: String,
    /// Lines received since the token, that one included.
    received: u64,
}

impl Client {
    /// In the chat, at the question.
    fn login(mut peer: Peer, nickname: &str) -> Client {
        peer.expect("Your nickname?");
        peer.send("/resume");
        let line = peer.line();
        let token = line.strip_prefix("Session: ").expect("a token").to_owned();
        let mut client = Client { peer, token, received: 1 };
        client.expect("Your nickname?");
        client.peer.send(nickname);
        client.skip_to(QUESTION);
        client
    }

    fn group(peer: Peer, nickname: &str) -> Client {
        let mut client = Client::login(peer, nickname);
        client.peer.send("2");
        client.expect("You in group");
        client
    }

    fn line(&mut self) -> String {
        self.received += 1;
        self.peer.line()
    }

    fn expect(&mut self, line: &str) {
        assert_eq!(self.line(), line);
    }

    fn skip_to(&mut self, line: &str) {
        while self.line() != line {}
    }

    /// Comes with another connection; the old one breaks before, or is left as it is. Gives the three figures.
    fn comes_back(&mut self, server: &Server, breaks: bool) -> String {
        let mut peer = server.peer();
        peer.expect("Your nickname?");
        let old = std::mem::replace(&mut self.peer, peer);
        let stands = if breaks {
            old.reset();
            None
        } else {
            Some(old)
        };
        self.peer.send(&format!("/resume {} {}", self.token, self.received));
        let figures = self.peer.expect_start("Resumed: ");
        if let Some(old) = stands {
            old.end_of_stream();
        }
        figures
    }
}

#[test]
fn what_was_missed_comes_once_and_in_order_and_nobody_hears_of_a_leave() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    let mut boris = Client::group(server.peer(), "boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    for round in 0..5 {
        for line in 0..10 {
            anna.send(&format!("{round} {line}"));
            anna.expect(&format!("(broadcast) anna: {round} {line}"));
            if line < 5 {
                boris.expect(&format!("(broadcast) anna: {round} {line}"));
            }
        }
        let taken = 3 + round;
        let breaks = round % 2 == 0;
        assert_eq!(boris.comes_back(&server, breaks), format!("Resumed: {taken} taken, 5 follow, 0 lost"));
        for line in 5..10 {
            boris.expect(&format!("(broadcast) anna: {round} {line}"));
        }
        boris.peer.send("back");
        boris.expect("(broadcast) boris: back");
        anna.expect("(broadcast) boris: back");
    }
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna', 'boris']");
    boris.peer.send("QUIT");
    boris.expect("Disconnected");
    anna.expect("(broadcast) General information: boris has left the Chat");
}

/// Others speak in the very moment in which the connections change.
#[test]
fn who_comes_back_again_and_again_hears_each_line_of_a_busy_room_once() {
    const LINES: usize = 2000;
    let server = Server::without_rate();
    let anna = server.group("anna");
    let mut boris = Client::group(server.peer(), "boris");
    let says_all = move || {
        let mut anna = anna;
        anna.expect("(broadcast) General information: boris has joined the Chat");
        for number in 0..LINES {
            anna.send(&format!("line {number}"));
            anna.expect(&format!("(broadcast) anna: line {number}"));
        }
        anna
    };
    let speaks = std::thread::Builder::new().spawn(says_all).expect("a thread");
    for number in 0..LINES {
        if number % 40 == 39 {
            let figures = boris.comes_back(&server, number % 80 == 39);
            assert!(figures.ends_with(" 0 lost"), "{figures}");
        }
        boris.expect(&format!("(broadcast) anna: line {number}"));
    }
    speaks.join().expect("anna has said all");
}

#[test]
fn a_private_chat_stands_and_what_was_written_meanwhile_arrives() {
    let server = Server::start();
    let mut anna = server.login("anna");
    let mut boris = Client::login(server.peer(), "boris");
    boris.peer.send("1");
    boris.expect("Choose your user-chat");
    boris.expect("1.anna");
    boris.peer.send("anna");
    boris.expect("Successful");
    anna.expect_start("boris writes to you alone");
    boris.peer.send("before");
    boris.expect("(private to anna) : before");
    anna.expect("(private) boris : before");
    // What the server has read is taken, whether its answer has arrived or not.
    boris.peer.send("on the way");
    anna.expect("(private) boris : on the way");
    anna.send("/tell boris an answer");
    anna.expect("(private to boris) : an answer");
    anna.expect(QUESTION);
    assert_eq!(boris.comes_back(&server, true), "Resumed: 6 taken, 2 follow, 0 lost");
    boris.expect("(private to anna) : on the way");
    boris.expect("(private) anna : an answer");
    boris.peer.send("after");
    boris.expect("(private to anna) : after");
    anna.expect("(private) boris : after");
}

#[test]
fn who_asks_for_the_nickname_of_somebody_who_is_away_gets_it_and_the_token_is_void() {
    let mut server = ServerProgram::start(&[]);
    let mut anna = server.group("anna");
    let boris = Client::group(server.peer(), "boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    let (token, received) = (boris.token.clone(), boris.received);
    boris.peer.reset();
    server.program.expect_error("boris has lost its connection");
    anna.send("/tell boris are you there?");
    anna.expect("(private to boris) : are you there?");
    let _other = server.login("boris");
    anna.expect("(broadcast) General information: boris has left the Chat");
    anna.expect("Not delivered: boris lost the connection and is not back; private lines that did not arrive: 1");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    let mut peer = server.peer();
    peer.expect("Your nickname?");
    peer.send(&format!("/resume {token} {received}"));
    peer.expect("Not resumed: that session has ended; answer with a nickname");
    peer.expect("Your nickname?");
}

#[test]
fn what_is_wrong_about_a_resume_is_said_and_costs_nothing_else() {
    let server = Server::start();
    let mut peer = server.peer();
    peer.expect("Your nickname?");
    for (wrong, answer) in [
        ("/resume 0123", "Not sent: /resume alone, or /resume TOKEN LINES as you were told"),
        ("/resume 0123 many", "Not sent: /resume alone, or /resume TOKEN LINES as you were told"),
        ("/resume 0123 -1", "Not sent: /resume alone, or /resume TOKEN LINES as you were told"),
        ("/resume 0123 4 5", "Not sent: /resume alone, or /resume TOKEN LINES as you were told"),
        ("/resume 0123 4", "Not resumed: that session has ended; answer with a nickname"),
    ] {
        peer.send(wrong);
        peer.expect(answer);
        peer.expect("Your nickname?");
    }
    peer.send("/resume");
    peer.expect_start("Session: ");
    peer.expect("Your nickname?");
    peer.send("/resume");
    peer.expect("Not sent: /resume: this session has its token already");
    peer.expect("Your nickname?");
    peer.send("anna");
    peer.expect("Successfully");
}

#[test]
fn what_could_not_be_kept_is_counted_and_the_rest_comes() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    let mut boris = Client::group(server.peer(), "boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    let text = "x".repeat(979);
    for number in 100..200 {
        anna.send(&format!("{number} {text}"));
        anna.expect(&format!("(broadcast) anna: {number} {text}"));
    }
    let figures = boris.comes_back(&server, true);
    let numbers: Vec<u64> = figures.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    assert_eq!(numbers[1] + numbers[2], 100, "{figures}");
    assert!(numbers[2] > 0, "{figures}");
    for number in 100 + numbers[2]..200 {
        boris.expect(&format!("(broadcast) anna: {number} {text}"));
    }
}

#[test]
fn the_stop_waits_for_nobody_who_is_away() -> std::io::Result<()> {
    let server = Server::start();
    let boris = Client::group(server.peer(), "boris");
    let mut anna = server.group("anna");
    boris.peer.reset();
    anna.send("/tell boris are you there?");
    anna.expect("(private to boris) : are you there?");
    server.stop()
}
