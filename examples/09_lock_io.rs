//! A lock held over a write to a socket, and the same lock let go before it.
//!
//! See: while one thread writes under the lock to a client that does not read, a second one that only wants to look up a
//! name has to wait; where the first copies what it needs and lets go, the second has its answer at once.
//!
//! Run: `cargo run --example 09_lock_io`. It prints what `docs/en/09_shared_state.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;
use parking_lot::Mutex;

/// More than the kernel keeps for somebody who does not read.
const TOO_MUCH: usize = 32 * 1024 * 1024;
/// Long enough for an answer that comes at all.
const A_WHILE: Duration = Duration::from_secs(1);

/// Who is here, under one lock: the nickname, and the socket.
type Members = Mutex<HashMap<&'static str, Arc<TcpStream>>>;

/// The guard lives to the end of the function, and so does the lock.
fn write_under_the_lock(members: &Members, bytes: &[u8]) -> io::Result<()> {
    let members = members.lock();
    members["anna"].as_ref().write_all(bytes)
}

/// At the inner brace the guard is dropped, and the lock is free.
fn copy_let_go_write(members: &Members, bytes: &[u8]) -> io::Result<()> {
    let anna = {
        let members = members.lock();
        Arc::clone(&members["anna"])
    };
    anna.as_ref().write_all(bytes)
}

/// Thread A tells anna something, and she does not read it; thread B only looks how many are here.
fn a_and_b(what: &str, tell_anna: fn(&Members, &[u8]) -> io::Result<()>) -> io::Result<bool> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let anna = TcpStream::connect(listener.local_addr()?)?;
    let socket = Arc::new(listener.accept()?.0);
    let members: Members = Mutex::new(HashMap::from([("anna", Arc::clone(&socket))]));
    let (answer, answered) = bounded(1);
    thread::scope(|scope| {
        let a = scope.spawn(|| tell_anna(&members, &vec![0; TOO_MUCH]));
        anna.peek(&mut [0])?; // a first byte has come: A stands in its write, and stays there
        scope.spawn(|| answer.send(members.lock().len()));
        let in_time = answered.recv_timeout(A_WHILE).is_ok();
        println!("{what}: B {}", if in_time { "has its answer" } else { "still waits" });
        // So that the example ends: the write fails.
        socket.shutdown(Shutdown::Both)?;
        assert!(a.join().expect("it only writes").is_err());
        Ok(in_time)
    })
}

fn main() -> io::Result<()> {
    assert!(!a_and_b("a write under the lock      ", write_under_the_lock)?);
    assert!(a_and_b("copy, let go, then the write", copy_let_go_write)?);
    Ok(())
}
