//! Late: what a socket does not take waits in a backlog, and a thread of the client's own writes it. Who catches up has
//! lost nothing; who takes nothing for too long is cut, and told if its socket takes that.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::program::ServerProgram;
use crate::support::{DEADLINE, Peer};

#[path = "support/program.rs"]
mod program;
mod support;

/// Near the limit: the kernel takes four megabytes or more before somebody is late.
fn long_text() -> String {
    "x".repeat(4000)
}

/// A server whose log says who is late.
fn tells_who_is_late() -> ServerProgram {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["--port", "0", "--rate", "off"]).env("RUST_LOG", "chatroom::server::robust::late=debug");
    ServerProgram::run(&mut command)
}

/// Says numbered messages from `first` on until somebody is late, and 100 more, which wait in the backlog behind the
/// megabytes that the kernel has taken. Gives the number of the next message.
fn says_until_somebody_is_late(server: &mut ServerProgram, anna: &mut Peer, first: usize) -> usize {
    let mut next = first;
    let mut say = |count: usize| {
        for i in next..next + count {
            anna.send(&format!("{i} {}", long_text()));
            anna.expect_start(&format!("(broadcast) anna: {i} x"));
        }
        next += count;
        next
    };
    while !server.program.has_said_now("is late: its socket did not take") {
        assert!(say(10) < first + 20_000, "the kernel swallows no end");
    }
    say(100)
}

#[test]
fn who_is_late_and_catches_up_has_lost_nothing() {
    let mut server = tells_who_is_late();
    let mut late = server.group("late");
    let mut anna = server.group("anna");
    late.expect("(broadcast) General information: anna has joined the Chat");
    let mut read = 0;
    for _ in 0..3 {
        let said = says_until_somebody_is_late(&mut server, &mut anna, read);
        for i in read..said {
            late.expect_start(&format!("(broadcast) anna: {i} x"));
        }
        // Late again is only who was punctual in between.
        let until = Instant::now() + DEADLINE;
        while server.program.count("has caught up") < server.program.count("is late: its socket did not take") {
            assert!(Instant::now() < until, "late has caught up");
            // The log tells nobody: it has to be looked for.
            thread::sleep(Duration::from_millis(5));
        }
        read = said;
    }
}

#[test]
fn the_goodbye_arrives_whole_though_a_megabyte_waits_and_the_peer_goes_on_typing() {
    let mut server = tells_who_is_late();
    let mut slow = server.group("slow");
    let mut anna = server.group("anna");
    slow.expect("(broadcast) General information: anna has joined the Chat");
    let said = says_until_somebody_is_late(&mut server, &mut anna, 0);
    slow.send("QUIT");
    anna.expect("(broadcast) General information: slow has left the Chat");
    let messages = (0..said).map(|i| format!("(broadcast) anna: {i} {}\n", long_text()));
    let expected = messages.collect::<String>() + "Disconnected\n";
    let mut got = Vec::with_capacity(expected.len());
    while got.len() < expected.len() {
        // A program that is stopped and goes on, as when a laptop sleeps, finds its waits interrupted.
        if got.len() < 1_000_000 {
            server.program.signal(Signal::STOP);
            server.program.signal(Signal::CONT);
        }
        slow.send("and another thing");
        got.extend(slow.chunk().into_bytes());
    }
    assert!(got == expected.as_bytes(), "{} of {} bytes", got.len(), expected.len());
    slow.expect_end();
}

#[test]
#[ignore = "waits ten seconds for nothing to come; .ci/run runs it"]
fn who_takes_not_a_byte_for_ten_seconds_is_cut() {
    let mut server = tells_who_is_late();
    let stalled = server.group("stalled");
    let mut anna = server.group("anna");
    says_until_somebody_is_late(&mut server, &mut anna, 0);
    let begun = Instant::now();
    anna.expect("(broadcast) General information: stalled has left the Chat (too late: could not keep up)");
    // Sooner, and something else had ended it.
    assert!(begun.elapsed() > Duration::from_secs(5), "after {:?}", begun.elapsed());
    server.program.expect_error("is too late: it did not read what it was sent");
    drop(stalled);
}

#[test]
#[ignore = "sleeps for longer than a late client may; .ci/run runs it"]
fn a_server_that_slept_gives_who_is_late_its_ten_seconds_all_the_same() {
    let mut server = tells_who_is_late();
    let mut slow = server.group("slow");
    let mut anna = server.group("anna");
    slow.expect("(broadcast) General information: anna has joined the Chat");
    let said = says_until_somebody_is_late(&mut server, &mut anna, 0);
    server.program.sleeps_while(|| thread::sleep(Duration::from_secs(11)));
    // It is not at once that everyone reads on. The late thread's next write waits for a second.
    thread::sleep(Duration::from_secs(3));
    assert!(!server.program.has_said("is too late"));
    (0..said).for_each(|i| slow.expect(&format!("(broadcast) anna: {i} {}", long_text())));
    server.program.expect_error("has caught up");
}

#[test]
#[ignore = "waits ten seconds for nothing to be read; .ci/run runs it"]
fn who_is_cut_is_told_why_if_its_socket_takes_that_within_a_second() {
    let mut server = tells_who_is_late();
    // The second is the server's: on a busy machine it may be over before this process has its turn.
    let is_told = (0..5).any(|_| {
        let (mut slow, mut anna) = (server.group("slow"), server.group("anna"));
        says_until_somebody_is_late(&mut server, &mut anna, 0);
        server.program.expect_error("is too late: it did not read what it was sent");
        let mut last = Vec::new();
        while let Some(line) = slow.next_line() {
            last.push(line);
            last.drain(..last.len().saturating_sub(2));
        }
        last == ["The connection is closed: too late: could not keep up with the chat", "Disconnected"]
    });
    assert!(is_told, "five were cut and read at once, and none was told");
}
