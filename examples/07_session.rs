//! Two people and every kind of line: anna on the left, boris on the right, `> ` before what they type.
//!
//! See: a refused nickname, the question, the group, a private message and its receipt, a private chat, and its end.
//!
//! Run: `cargo run --example 07_session`. It prints what `docs/en/07_protocol.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use chatroom::limits::SERVER_LINE_BYTES;
use chatroom::server::{Config, Stop, start_server};
use chatroom::wire::{Framing, Incoming, MessageReader};

const COLUMN: usize = 64;

/// Somebody with a connection, and a column to be shown in.
struct Person {
    server: TcpStream,
    reader: MessageReader,
    column: usize,
}

impl Person {
    fn connect(server: SocketAddr, column: usize) -> io::Result<Person> {
        let server = TcpStream::connect(server)?;
        server.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Person { server, reader: MessageReader::new(Framing::Lines, SERVER_LINE_BYTES), column })
    }

    /// Types a line, and waits for the line that begins with `expected`.
    fn types(&mut self, typed: &str, expected: &str) -> io::Result<()> {
        self.show(&format!("> {typed}"));
        self.server.write_all(format!("{typed}\n").as_bytes())?;
        self.reads(expected)
    }

    fn reads(&mut self, expected: &str) -> io::Result<()> {
        loop {
            match self.reader.take() {
                Some(Incoming::Line(line)) => {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    self.show(&line);
                    if line.starts_with(expected) {
                        return Ok(());
                    }
                }
                Some(other) => return Err(io::Error::other(format!("{expected:?} did not come, but {other:?}"))),
                None => self.reader.fill(&self.server)?,
            }
        }
    }

    /// One line, in as many rows as it needs.
    fn show(&self, line: &str) {
        let mut row = String::new();
        for word in line.split(' ') {
            if row.chars().count() + word.chars().count() + 1 > COLUMN {
                println!("{:indent$}{row}", "", indent = self.column);
                row = "  ".into();
            } else if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
        println!("{:indent$}{row}", "", indent = self.column);
    }
}

fn talk(server: SocketAddr) -> io::Result<()> {
    let mut anna = Person::connect(server, 0)?;
    anna.reads("Your nickname?")?;
    anna.types("LIST", "Your nickname?")?;
    anna.types("anna", "What do you want")?;
    anna.types("2", "You in group")?;
    let mut boris = Person::connect(server, COLUMN + 2)?;
    boris.reads("Your nickname?")?;
    boris.types("boris", "What do you want")?;
    anna.reads("(broadcast) General information: boris has joined")?;
    anna.types("/tell boris coffee?", "(private to boris)")?;
    boris.reads("(private) anna : coffee?")?;
    boris.types("1", "1.anna")?;
    boris.types("1", "Successful")?;
    anna.reads("boris writes to you alone")?;
    boris.types("at 5", "(private to anna)")?;
    anna.reads("(private) boris : at 5")?;
    anna.types("QUIT", "Disconnected")?;
    boris.reads("anna has left")?;
    boris.types("or at 6?", "What do you want")
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let stop = Stop::new();
    let server_stop = stop.clone();
    let running = thread::Builder::new().spawn(move || start_server(listener, Config::default(), &server_stop))?;
    let talked = talk(address);
    stop.stop();
    running.join().map_err(|_| io::Error::other("the server panicked"))??;
    talked
}
