//! A server that is lost comes back: with the nickname, the place, the draft, and what was typed meanwhile.
#![cfg(feature = "editor")]

mod pty;
mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use chatroom::protocol::{ALREADY_USED, QUESTION};
use chatroom::server::Config;
use pty::Terminal;
use support::{DEADLINE, Server, free_port};

/// The server's side of one connection, played by the test.
struct Played {
    client: TcpStream,
    read: Vec<u8>,
}

impl Played {
    fn accept(listener: &TcpListener) -> Played {
        let (client, _) = listener.accept().expect("chat connects");
        client.set_read_timeout(Some(DEADLINE)).expect("a timeout");
        let mut played = Played { client, read: Vec::new() };
        played.say("Your nickname?");
        played
    }

    fn say(&mut self, line: &str) {
        self.client.write_all(format!("{line}\n").as_bytes()).expect("chat reads");
    }

    /// The next line is this one.
    fn expect(&mut self, line: &str) {
        let newline = loop {
            if let Some(newline) = self.read.iter().position(|&byte| byte == b'\n') {
                break newline;
            }
            let mut bytes = [0; 256];
            let count = self.client.read(&mut bytes).unwrap_or_else(|error| panic!("no {line:?}: {error}"));
            assert!(count > 0, "the end instead of {line:?}");
            self.read.extend(&bytes[..count]);
        };
        let said: Vec<u8> = self.read.drain(..=newline).collect();
        assert_eq!(String::from_utf8_lossy(&said).trim_end(), line);
    }

    /// From the nickname into the group.
    fn welcome(&mut self) {
        self.expect("anna");
        for line in ["Successfully", "process", "Welcome", QUESTION] {
            self.say(line);
        }
        self.expect("2");
        self.say("You in group");
    }
}

/// `chat` as anna in the group of a server that the test plays.
fn in_the_group(listener: &TcpListener) -> (Terminal, Played) {
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[], 24, 80);
    let mut server = Played::accept(listener);
    terminal.type_in("2\r");
    server.welcome();
    server.expect("LIST");
    server.say("Users in chatroom: ['anna']");
    terminal.wait_for("[anna in the group]");
    (terminal, server)
}

#[test]
fn what_was_typed_meanwhile_goes_out_once_and_in_order() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("one\rtwo\ra dra");
    terminal.wait_for("a dra");
    let mut server = Played::accept(&listener);
    server.welcome();
    server.expect("one");
    server.expect("two");
    server.say("(broadcast) anna: one");
    server.say("(broadcast) anna: two");
    terminal.wait_for("anna: two");
    // The draft is kept, and goes on.
    terminal.type_in("ft\r");
    server.expect("a draft");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("QUIT\r");
    server.expect("QUIT");
    server.say("Disconnected");
    drop(server);
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn a_line_without_its_receipt_is_told_and_not_sent_again() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("arrived\r");
    server.expect("arrived");
    server.say("(broadcast) anna: arrived");
    terminal.wait_for("anna: arrived");
    terminal.type_in("who knows\r");
    server.expect("who knows");
    drop(server);
    terminal.wait_for("Not known to have arrived: who knows");
    let mut server = Played::accept(&listener);
    server.welcome();
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("next\r");
    server.expect("next");
    assert!(!terminal.contents().contains("Not known to have arrived: arrived"));
}

#[test]
fn the_nickname_of_the_lost_session_is_asked_for_again() {
    let listener = free_port();
    let (terminal, server) = in_the_group(&listener);
    drop(server);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say(ALREADY_USED);
    server.say("anna is taken, or looks like a name that is; anna2 is free");
    server.say("Your nickname?");
    terminal.wait_for("still holds your nickname");
    server.welcome();
    terminal.wait_for_draft("[anna in the group]");
}

#[test]
fn a_private_chat_is_taken_up_again_or_the_question_comes() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[], 24, 80);
    let enter = |partner_is_there: bool| {
        let mut server = Played::accept(&listener);
        server.expect("anna");
        for line in ["Successfully", "process", QUESTION] {
            server.say(line);
        }
        server.expect("1");
        server.say("Choose your user-chat");
        server.say("1.boris");
        server.expect("boris");
        server.say(if partner_is_there { "Successful" } else { "Not sent: nobody here is called boris" });
        server
    };
    terminal.type_in("1\rboris\r");
    let mut server = enter(true);
    server.expect("LIST");
    terminal.wait_for_draft("[anna to boris]");
    drop(server);
    let server = enter(true);
    terminal.wait_for_draft("[anna to boris]");
    drop(server);
    let mut server = enter(false);
    server.say("Choose your user-chat");
    server.say("1.vera");
    server.expect("MENU");
    server.say(QUESTION);
    terminal.wait_for_draft("[anna]");
}

#[test]
fn one_can_leave_while_the_server_is_away() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop((listener, server));
    terminal.wait_for("[anna away");
    terminal.type_in("\x04");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn a_lost_server_is_the_end_where_that_is_wanted() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna", "--no-reconnect"], &[], 24, 80);
    let mut server = Played::accept(&listener);
    terminal.type_in("2\r");
    server.welcome();
    terminal.wait_for("You in group");
    drop(server);
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("chat: the connection to the server is lost");
}

/// On an address of its own, where nobody else takes the port meanwhile.
#[test]
#[cfg(target_os = "linux")]
fn a_server_that_is_started_again_has_everyone_back() {
    let host = format!("127.{}.{}.1", 1 + std::process::id() % 200, std::process::id() / 200 % 250);
    let listener = TcpListener::bind((host.as_str(), 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let server = Server::on(listener, Config::default());
    let port = address.port().to_string();
    let mut terminal = Terminal::start(&["--ip-address", &host, "--port", &port], &[], 24, 80);
    terminal.enter();
    drop(server);
    terminal.wait_for("[anna away");
    terminal.type_in("are you back?\r");
    let server = Server::on(TcpListener::bind(address).expect("the same port"), Config::default());
    terminal.wait_for("anna: are you back?");
    terminal.wait_for_draft("[anna in the group]");
    let mut boris = server.group("boris");
    boris.send("LIST");
    boris.skip_to("Users in chatroom: ['anna', 'boris']");
    let shown = terminal.history().into_iter().filter(|row| row.contains("anna: are you back?")).count();
    assert_eq!(shown, 1, "it arrived once:\n{}", terminal.contents());
}
