//! A server's address that does not answer: `chat` can be ended while it waits, at once.
#![cfg(all(feature = "editor", target_os = "linux"))]

mod pty;
mod support;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use pty::Terminal;
use pty::played::in_the_group;
use rustix::process::{Pid, Signal, kill_process};
use support::{DEADLINE, free_port};

/// How long the end may take.
const SOON: Duration = Duration::from_secs(3);

/// Makes a listener drop what comes: nobody accepts, and its queue is full. Linux then ignores who knocks.
fn fill(listener: &TcpListener) -> Vec<TcpStream> {
    rustix::net::listen(listener, 0).expect("a listener takes another length of its queue");
    let address: SocketAddr = listener.local_addr().expect("its address");
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        waiting.push(stream);
    }
    waiting
}

/// A try begins a second after the loss, and there is nothing to be seen of it but its thread.
fn wait_for_thread(terminal: &Terminal, name: &str) {
    let tasks = format!("/proc/{}/task", terminal.process_id());
    let deadline = Instant::now() + DEADLINE;
    let runs = || {
        let threads = std::fs::read_dir(&tasks).expect("chat runs").flatten();
        threads.flat_map(|thread| std::fs::read_to_string(thread.path().join("comm"))).any(|comm| comm.trim() == name)
    };
    while !runs() {
        assert!(Instant::now() < deadline, "no thread {name}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn the_first_connection_can_be_given_up() {
    let listener = free_port();
    let _waiting = fill(&listener);
    let port = listener.local_addr().expect("its address").port().to_string();
    for by_key in [true, false] {
        let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[], 24, 80);
        // It says nothing while it waits; a key that comes before it is there is kept for it.
        terminal.wait_until_it_runs("chat");
        let begun = Instant::now();
        if by_key {
            terminal.type_in("\x03");
        } else {
            kill_process(Pid::from_raw(terminal.process_id()).expect("a process"), Signal::TERM).expect("it runs");
        }
        assert_ne!(terminal.leave(), 0);
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    }
}

#[test]
fn the_way_back_can_be_given_up() {
    for end in ["\x03", "\x04", "QUIT\r", ""] {
        let listener = free_port();
        let (mut terminal, server) = in_the_group(&listener);
        let _waiting = fill(&listener);
        drop(server);
        terminal.wait_for("The server is gone");
        wait_for_thread(&terminal, "connect");
        let begun = Instant::now();
        if end.is_empty() {
            kill_process(Pid::from_raw(terminal.process_id()).expect("a process"), Signal::TERM).expect("it runs");
        } else {
            terminal.type_in(end);
        }
        assert_eq!(terminal.leave(), if end.is_empty() { 130 } else { 0 }, "{end:?}");
        assert!(begun.elapsed() < SOON, "{end:?}: {:?}", begun.elapsed());
    }
}
