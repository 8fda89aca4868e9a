//! A server that is played by the test, line by line.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use chatroom::protocol::QUESTION;

use super::Terminal;
use crate::support::DEADLINE;

/// The server's side of one connection, played by the test.
pub(crate) struct Played {
    pub(crate) client: TcpStream,
    read: Vec<u8>,
}

impl Played {
    pub(crate) fn accept(listener: &TcpListener) -> Played {
        let (client, _) = listener.accept().expect("chat connects");
        client.set_read_timeout(Some(DEADLINE)).expect("a timeout");
        let mut played = Played { client, read: Vec::new() };
        played.say("Your nickname?");
        played
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.client.write_all(format!("{line}\n").as_bytes()).expect("chat reads");
    }

    /// The next line is this one. Of sessions that go on with another connection it knows nothing.
    pub(crate) fn expect(&mut self, line: &str) {
        let mut said = self.line(line);
        if said == "/resume" && line != said {
            self.say("Not sent: there is no word /resume");
            said = self.line(line);
        }
        assert_eq!(said, line);
    }

    pub(crate) fn line(&mut self, expected: &str) -> String {
        let newline = loop {
            if let Some(newline) = self.read.iter().position(|&byte| byte == b'\n') {
                break newline;
            }
            // `read_exact` goes on after an interruption; `read` does not.
            let mut byte = [0];
            self.client.read_exact(&mut byte).unwrap_or_else(|error| panic!("no {expected:?}: {error}"));
            self.read.extend(byte);
        };
        let said: Vec<u8> = self.read.drain(..=newline).collect();
        String::from_utf8_lossy(&said).trim_end().to_owned()
    }

    /// From the nickname into the group.
    pub(crate) fn welcome(&mut self) {
        self.expect("anna");
        for line in ["Successfully", "process", "Welcome", QUESTION] {
            self.say(line);
        }
        self.expect("2");
        self.say("You in group");
    }
}

/// `chat` as anna in the group of a server that the test plays.
pub(crate) fn in_the_group(listener: &TcpListener) -> (Terminal, Played) {
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[], 24, 80);
    let server = enter_group(&mut terminal, listener);
    (terminal, server)
}

/// The same for a client that runs already.
pub(crate) fn enter_group(terminal: &mut Terminal, listener: &TcpListener) -> Played {
    let mut server = Played::accept(listener);
    terminal.type_in("2\r");
    server.welcome();
    server.expect("LIST");
    server.say("Users in chatroom: ['anna']");
    terminal.wait_for("[anna in the group]");
    server
}
