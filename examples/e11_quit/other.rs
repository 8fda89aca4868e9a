//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::Run;

pub(crate) fn named(name: &str) -> Run {
    match name {
        "looks_at_a_flag" => looks_at_a_flag,
        "drops" => |server, typed, shown| ends_by(server, &typed, shown, |_| ()),
        "writes_no_more" => {
            |server, typed, shown| ends_by(server, &typed, shown, |server| drop(server.shutdown(Shutdown::Write)))
        }
        "nobody_joined" => nobody_joined,
        "deaf_to_the_server" => {
            |server, typed, shown| ends_by(server, &typed, shown, |server| drop(server.shutdown(Shutdown::Both)))
        }
        "sends_q" => sends_q,
        _ => panic!("nobody has answered {name}"),
    }
}

fn show_all(mut server: &TcpStream, shown: &Sender<u8>) {
    let mut byte = [0];
    while matches!(server.read(&mut byte), Ok(1)) && shown.send(byte[0]).is_ok() {}
}

/// No second channel: it looks at a flag between the lines, ten times a second.
fn looks_at_a_flag(server: TcpStream, typed: Receiver<String>, shown: Sender<u8>) -> io::Result<()> {
    let (server, has_closed) = (Arc::new(server), Arc::new(AtomicBool::new(false)));
    let (heard, close) = (Arc::clone(&server), Arc::clone(&has_closed));
    let hear = thread::Builder::new().spawn(move || {
        show_all(&heard, &shown);
        close.store(true, Ordering::Relaxed);
    })?;
    while !has_closed.load(Ordering::Relaxed) {
        match typed.recv_timeout(Duration::from_millis(100)) {
            Ok(line) if line == "q" => break,
            Ok(line) => (&*server).write_all(format!("{line}\n").as_bytes())?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    drop(server.shutdown(Shutdown::Both));
    hear.join().map_err(|_| io::Error::other("it panicked"))
}

/// Two threads of which the second is joined; only `wake` differs. It waits for a line, whatever the server does.
fn ends_by(server: TcpStream, typed: &Receiver<String>, shown: Sender<u8>, wake: fn(&TcpStream)) -> io::Result<()> {
    let server = Arc::new(server);
    let heard = Arc::clone(&server);
    let hear = thread::Builder::new().spawn(move || show_all(&heard, &shown))?;
    for line in typed.iter().take_while(|line| line != "q") {
        (&*server).write_all(format!("{line}\n").as_bytes())?;
    }
    wake(&server);
    drop(server);
    hear.join().map_err(|_| io::Error::other("it panicked"))
}

/// The thread is told to end, and nobody waits until it has.
fn nobody_joined(server: TcpStream, typed: Receiver<String>, shown: Sender<u8>) -> io::Result<()> {
    thread::Builder::new().spawn(move || looks_at_a_flag(server, typed, shown)).map(drop)
}

/// The word that is for the client alone goes to the server too.
fn sends_q(server: TcpStream, typed: Receiver<String>, shown: Sender<u8>) -> io::Result<()> {
    let (server, heard) = (Arc::new(server), shown);
    thread::scope(|scope| {
        scope.spawn(|| show_all(&server, &heard));
        for line in &typed {
            (&*server).write_all(format!("{line}\n").as_bytes())?;
            if line == "q" {
                break;
            }
        }
        server.shutdown(Shutdown::Both)
    })
}
