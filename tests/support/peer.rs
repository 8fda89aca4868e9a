//! A client made of nothing but a socket, as `nc` is. Whatever it does not expect fails the test, with all that was said.

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::time::Instant;

use rustix::net;

use super::{DEADLINE, QUESTION};

/// How many of the last lines a failure shows.
const SHOWN: usize = 60;

pub struct Peer {
    stream: TcpStream,
    received: Vec<u8>,
    /// How much of `received` was handed out.
    taken: usize,
    /// All that was said, both ways.
    talk: Vec<String>,
}

impl Peer {
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Peer {
        Peer::of(TcpStream::connect(address).expect("the server accepts"))
    }

    /// Connects from another address of this computer: on Linux all that begin with 127 are its own.
    #[track_caller]
    pub fn connect_from(source: Ipv4Addr, address: SocketAddr) -> Peer {
        let socket = net::socket(net::AddressFamily::INET, net::SocketType::STREAM, None).expect("a socket");
        net::bind(&socket, &SocketAddr::from((source, 0))).expect("an address of this computer");
        net::connect(&socket, &address).expect("the server accepts");
        Peer::of(TcpStream::from(socket))
    }

    /// The peer of a connection that is there already.
    pub fn of(stream: TcpStream) -> Peer {
        stream.set_read_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
        stream.set_write_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
        stream.set_nodelay(true).expect("a socket takes this option");
        Peer { stream, received: Vec::new(), taken: 0, talk: Vec::new() }
    }

    /// Says its nickname and reads on to the question. Says it again where somebody has just left with it: the room is
    /// told first, and then the name is free.
    #[track_caller]
    pub fn login(mut self, nickname: &str) -> Peer {
        let until = Instant::now() + DEADLINE;
        loop {
            self.expect("Your nickname?");
            self.send(nickname);
            let mut line = self.line();
            // Who leaves may take longer to give the name back than twenty tries take.
            if line.starts_with("You write faster than") {
                line = self.line();
            }
            match line.as_str() {
                "Successfully" => break,
                "This nickname already used" if Instant::now() < until => drop(self.expect_start(nickname)),
                _ => self.fail("expected \"Successfully\""),
            }
        }
        self.expect("process");
        self.expect_start("Welcome");
        self.expect(QUESTION);
        self
    }

    /// From the question into the group.
    #[track_caller]
    pub fn group(mut self) -> Peer {
        self.send("2");
        self.expect("You in group");
        self
    }

    /// From the question into a private chat with `partner`.
    #[track_caller]
    pub fn private_with(mut self, partner: &str) -> Peer {
        self.send("1");
        self.expect("Choose your user-chat");
        self.expect_start("");
        self.send(partner);
        self.expect("Successful");
        self
    }

    #[track_caller]
    pub fn send(&mut self, line: &str) {
        self.send_bytes(format!("{line}\n").as_bytes());
    }

    /// Sends bytes as they are.
    #[track_caller]
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.talk.push(format!("-> {}", shown(bytes)));
        if let Err(error) = self.stream.write_all(bytes) {
            self.fail(&format!("cannot send: {error}"));
        }
    }

    /// The next line is `line`.
    #[track_caller]
    pub fn expect(&mut self, line: &str) {
        let got = self.line();
        if got != line {
            self.fail(&format!("expected {line:?}"));
        }
    }

    /// The next line begins with `start`.
    #[track_caller]
    pub fn expect_start(&mut self, start: &str) -> String {
        let got = self.line();
        if !got.starts_with(start) {
            self.fail(&format!("expected a line that begins with {start:?}"));
        }
        got
    }

    /// Reads on to a line that is `line`; gives the lines before it.
    #[track_caller]
    pub fn skip_to(&mut self, line: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let got = self.line();
            if got == line {
                return before;
            }
            before.push(got);
        }
    }

    /// Reads on to a line that begins with `start`, and gives it.
    #[track_caller]
    pub fn skip_to_start(&mut self, start: &str) -> String {
        loop {
            let line = self.line();
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// Says QUIT and reads on to the end.
    #[track_caller]
    pub fn quit(mut self) {
        self.send("QUIT");
        self.skip_to("Disconnected");
        self.expect_end();
    }

    /// The server has closed the connection, and nothing more comes.
    #[track_caller]
    pub fn expect_end(&mut self) {
        if let Some(line) = self.next_line() {
            self.fail(&format!("expected the end, not {line:?}"));
        }
    }

    /// The next line; a test that gets none fails.
    #[track_caller]
    pub fn line(&mut self) -> String {
        match self.next_line() {
            Some(line) => line,
            None => self.fail("expected a line, the connection ended"),
        }
    }

    /// The next line, or `None` at the end of the stream, be it orderly or a reset.
    #[track_caller]
    pub fn next_line(&mut self) -> Option<String> {
        self.next_bytes().map(|line| String::from_utf8(line).expect("a server sends UTF-8"))
    }

    /// The same as bytes: a telnet client is answered with some that are no text.
    #[track_caller]
    pub fn next_bytes(&mut self) -> Option<Vec<u8>> {
        let mut searched = self.taken;
        loop {
            if let Some(at) = self.received[searched..].iter().position(|&byte| byte == b'\n') {
                let line = self.received[self.taken..searched + at].to_vec();
                self.taken = searched + at + 1;
                self.talk.push(format!("<- {}", shown(&line)));
                return Some(line);
            }
            self.received.drain(..self.taken);
            self.taken = 0;
            searched = self.received.len();
            if self.read() == 0 {
                self.talk.push(format!("<- {} and the end", shown(&self.received)));
                return None;
            }
        }
    }

    /// What one `recv` gives, as the original's client reads.
    #[track_caller]
    pub fn chunk(&mut self) -> String {
        self.received.clear();
        self.taken = 0;
        let count = self.read();
        self.talk.push(format!("<- {}", shown(&self.received)));
        String::from_utf8(self.received.drain(..count).collect()).expect("a server sends UTF-8")
    }

    #[track_caller]
    fn read(&mut self) -> usize {
        let mut buffer = [0; 64 * 1024];
        let begun = Instant::now();
        match super::read(&self.stream, &mut buffer) {
            Ok(count) => {
                self.received.extend_from_slice(&buffer[..count]);
                count
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                self.fail(&format!("nothing came for {:?}", begun.elapsed()))
            }
            Err(error) => {
                self.talk.push(format!("<- {error}"));
                0
            }
        }
    }

    /// Sends no more: the server reads an end of stream.
    pub fn end_of_stream(&self) {
        self.stream.shutdown(Shutdown::Write).expect("the connection is open");
    }

    /// Ends the connection with a reset, as a program does that is killed with unread bytes in its socket.
    pub fn reset(self) {
        let at_once = Some(std::time::Duration::ZERO);
        net::sockopt::set_socket_linger(&self.stream, at_once).expect("a socket takes this option");
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    #[track_caller]
    pub fn fail(&self, why: &str) -> ! {
        let skipped = self.talk.len().saturating_sub(SHOWN);
        let talk = self.talk[skipped..].join("\n  ");
        panic!("{why}\nThe conversation, without its first {skipped} lines:\n  {talk}\n")
    }
}

/// Bytes for the eye, cut where they are many.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let short: String = text.trim_end_matches('\n').chars().take(200).collect();
    let rest = text.chars().count().saturating_sub(201);
    if rest > 0 { format!("{short:?} and {rest} more") } else { format!("{short:?}") }
}
