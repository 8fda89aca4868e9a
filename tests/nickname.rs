//! What is left of a session when it has ended, whichever way: nothing, and its nickname is free within a second. After a
//! panic too: `src/server/faults.rs`.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::program::Program;
use crate::support::{DEADLINE, Peer, QUESTION, Server};

#[path = "support/program.rs"]
mod program;
mod support;

/// The promise.
const IN_TIME: Duration = Duration::from_secs(1);

/// Logs in as `nickname`, again and again until it is free.
#[track_caller]
fn is_free_in_time(server: &Server, nickname: &str) {
    let begun = Instant::now();
    let mut peer = server.peer();
    peer.expect("Your nickname?");
    peer.send(nickname);
    loop {
        // Between the answers there may be the line about the rate.
        match peer.line().as_str() {
            "Successfully" => break,
            "Your nickname?" => peer.send(nickname),
            _ => assert!(begun.elapsed() < DEADLINE, "{nickname} is never free again"),
        }
    }
    assert!(begun.elapsed() <= IN_TIME, "{nickname} was taken for {:?}", begun.elapsed());
}

#[test]
fn a_nickname_is_free_after_quit() {
    let server = Server::start();
    let mut anna = server.group("anna");
    anna.send("QUIT");
    is_free_in_time(&server, "anna");
}

#[test]
fn a_nickname_is_free_after_the_end_of_the_stream() {
    let server = Server::start();
    server.group("anna").end_of_stream();
    is_free_in_time(&server, "anna");
}

#[test]
fn a_nickname_is_free_after_a_reset_in_every_phase() {
    // Whoever asks again and again is told about the rate, which would stand between question and answer.
    let server = Server::without_rate();
    let _boris = server.login("boris");
    let phases: [fn(&mut Peer); 5] = [
        |_| {},
        |peer| peer.send("1"),
        |peer| peer.send("2"),
        |peer| peer.send("/tell boris hi"),
        |peer| peer.send_bytes(b"half a lin"),
    ];
    // A name of its own for each: who has tried a name holds it a moment longer.
    for (phase, name) in phases.into_iter().zip(["anna", "vera", "gleb", "anna2", "vera2"]) {
        let mut peer = server.login(name);
        phase(&mut peer);
        peer.reset();
        is_free_in_time(&server, name);
    }
    let talking = server.login("gleb2").private_with("boris");
    talking.reset();
    is_free_in_time(&server, "gleb2");
}

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn a_nickname_is_free_after_being_cut() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let stalled = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    let text = "x".repeat(4000);
    let notice = "(broadcast) General information: anna has left the Chat (too late: could not keep up)";
    loop {
        boris.send(&text);
        let line = boris.line();
        if line == notice {
            break;
        }
        assert_eq!(line, format!("(broadcast) boris: {text}"));
    }
    is_free_in_time(&server, "anna");
    drop(stalled);
}

#[test]
fn a_nickname_is_free_after_the_client_was_killed() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let flags = ["--port", &server.address.port().to_string(), "--nickname", "anna"];
    let mut anna = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    while anna.line() != QUESTION {}
    boris.expect("(broadcast) General information: anna has joined the Chat");
    anna.signal(Signal::KILL);
    is_free_in_time(&server, "anna");
    boris.expect("(broadcast) General information: anna has left the Chat");
}
