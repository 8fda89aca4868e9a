//! One person and a server: what you type and what you read, as `nc` shows it.
//!
//! See: every line of the protocol that a newcomer meets, in its order. What is typed has `> ` before it.
//!
//! Run: `cargo run --example 01_first_talk`. It prints what `docs/en/01_task.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use chatroom::limits::SERVER_LINE_BYTES;
use chatroom::protocol::{DISCONNECTED, IN_GROUP, QUESTION, YOUR_NICKNAME};
use chatroom::server::{Config, Stop, start_server};
use chatroom::wire::{Framing, Incoming, MessageReader};

/// What is typed, and the line that is waited for after it.
const TALK: &[(&str, &str)] = &[
    ("anna", QUESTION),
    ("2", IN_GROUP),
    ("hello, is anybody here?", "(broadcast) anna: hello, is anybody here?"),
    ("LIST", "Users in chatroom: ['anna']"),
    ("QUIT", DISCONNECTED),
];

/// Prints lines as they come, up to the one that is waited for.
fn show_until(expected: &str, server: &TcpStream, reader: &mut MessageReader) -> io::Result<()> {
    loop {
        match reader.take() {
            Some(Incoming::Line(line)) => {
                let line = String::from_utf8_lossy(&line).into_owned();
                println!("{line}");
                if line == expected {
                    return Ok(());
                }
            }
            Some(other) => return Err(io::Error::other(format!("{expected:?} did not come, but {other:?}"))),
            None => reader.fill(server)?,
        }
    }
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut server = TcpStream::connect(listener.local_addr()?)?;
    server.set_read_timeout(Some(Duration::from_secs(10)))?;
    let stop = Stop::new();
    let server_stop = stop.clone();
    let running = thread::Builder::new().spawn(move || start_server(listener, Config::default(), &server_stop))?;

    let mut reader = MessageReader::new(Framing::Lines, SERVER_LINE_BYTES);
    show_until(YOUR_NICKNAME, &server, &mut reader)?;
    for (typed, expected) in TALK {
        println!("> {typed}");
        server.write_all(format!("{typed}\n").as_bytes())?;
        show_until(expected, &server, &mut reader)?;
    }
    drop(server);
    stop.stop();
    running.join().map_err(|_| io::Error::other("the server panicked"))?
}
