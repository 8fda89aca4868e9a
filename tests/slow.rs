//! Clients that read slowly or not at all: nobody else waits for them, and who cannot keep up is cut.

use std::io::{Read, Write};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};
use rustix::process::Signal;

use crate::program::{Program, ServerProgram};
use crate::support::{DEADLINE, Peer, Server};

#[path = "support/program.rs"]
mod program;
mod support;

/// Longer than any stall that is allowed, shorter than the patience with a late client: a delivery thread that waited
/// for one would take longer.
const NO_STALL: Duration = Duration::from_secs(5);

/// A message near the limit: 3,000 of them are 12 MB, of which the kernel alone swallows 4 or more.
fn long_text() -> String {
    "x".repeat(4000)
}

/// Says so many long messages, and waits for the echo of each. Gives the other lines that came.
fn says_much(peer: &mut Peer, nickname: &str, messages: usize) -> Vec<String> {
    let text = long_text();
    let mut others = Vec::new();
    for _ in 0..messages {
        let said = Instant::now();
        peer.send(&text);
        others.extend(peer.skip_to(&format!("(broadcast) {nickname}: {text}")));
        assert!(said.elapsed() < NO_STALL, "an echo took {:?}", said.elapsed());
    }
    others
}

/// Says 12 MB and waits until the room has heard that `nickname` was cut; of nobody else's leaving.
#[track_caller]
fn says_much_until_cut(peer: &mut Peer, name: &str, nickname: &str) {
    let mut notices = says_much(peer, name, 3000);
    if notices.is_empty() {
        notices.push(peer.line());
    }
    assert_eq!(notices, [cut_notice(nickname)]);
}

fn cut_notice(nickname: &str) -> String {
    format!("(broadcast) General information: {nickname} has left the Chat (too late: could not keep up)")
}

/// A small receive buffer: the kernel swallows little for this client.
fn reads_little(peer: &Peer) {
    rustix::net::sockopt::set_socket_recv_buffer_size(peer.stream(), 32 * 1024).expect("a socket takes this option");
}

#[test]
fn a_stalled_reader_delays_nobody_and_is_cut() {
    let server = ServerProgram::start(&["--rate", "off"]);
    let (stalled, mut boris, mut anna) = (server.group("vera"), server.group("boris"), server.group("anna"));
    let text = format!("(broadcast) anna: {}", long_text());
    thread::scope(|scope| {
        scope.spawn(|| (0..3000).for_each(|_| drop(boris.skip_to(&text))));
        says_much_until_cut(&mut anna, "anna", "vera");
    });
    let mut server = server;
    server.program.expect_error("is too late: it did not read what it was sent");
    server.program.expect_error("left: too late: could not keep up with the chat");
    drop(stalled);
}

#[test]
fn a_client_that_reads_a_byte_a_second_is_cut_and_the_others_hear_everything() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let slow = server.login("vera");
    reads_little(&slow);
    let (slow, mut boris, mut anna) = (slow.group(), server.group("boris"), server.group("anna"));
    let text = format!("(broadcast) anna: {}", long_text());
    boris.expect("(broadcast) General information: anna has joined the Chat");
    let (stop, stopped) = bounded::<()>(0);
    thread::scope(|scope| {
        // A byte now and then shows that it lives; it does not show that it keeps up.
        let reads = move || {
            while stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                let read = slow.stream().read(&mut [0]);
                assert!(matches!(read, Ok(1)), "what the kernel had taken is still there: {read:?}");
            }
        };
        scope.spawn(reads);
        let hears = scope.spawn(|| (0..3000).flat_map(|_| boris.skip_to(&text)).collect::<Vec<String>>());
        says_much_until_cut(&mut anna, "anna", "vera");
        let notices = hears.join().expect("boris hears all 3,000");
        assert!(notices.is_empty() || notices == [cut_notice("vera")], "{notices:?}");
        drop(stop);
    });
    server.program.expect_error("is too late: it did not read what it was sent");
    server.program.expect_error("vera left: too late: could not keep up with the chat");
}

#[test]
fn a_client_that_is_stopped_in_its_tracks_is_cut() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    let flags = ["--port", &server.address.port().to_string(), "--nickname", "vera"];
    let mut vera = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    vera.send("2");
    while vera.line() != "You in group" {}
    anna.expect("(broadcast) General information: vera has joined the Chat");
    vera.signal(Signal::STOP);
    says_much_until_cut(&mut anna, "anna", "vera");
}

#[test]
fn a_client_that_asks_and_never_reads_is_cut() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    let crowd: Vec<Peer> = (0..20).map(|i| server.login(&format!("{}{i}", "w".repeat(30)))).collect();
    let greedy = server.login("greedy");
    // The server may cut it while it still writes.
    let asked = (0..1000).try_for_each(|_| greedy.stream().write_all("LIST\n".repeat(100).as_bytes()));
    drop(asked);
    anna.skip_to(&cut_notice("greedy"));
    anna.send("still here");
    anna.expect("(broadcast) anna: still here");
    drop(crowd);
}

#[test]
fn two_hundred_who_do_not_read_harm_nobody_else() {
    const STALLED: usize = 200;
    const MESSAGES: usize = 1500;
    let server = Server::without_rate();
    let stalled: Vec<Peer> = (0..STALLED)
        .map(|i| {
            let peer = server.login(&format!("user{i}x"));
            reads_little(&peer);
            peer.group()
        })
        .collect();
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    anna.expect("(broadcast) General information: boris has joined the Chat");
    let text = format!("(broadcast) anna: {}", long_text());
    let mut notices = thread::scope(|scope| {
        scope.spawn(|| (0..MESSAGES).for_each(|_| drop(boris.skip_to(&text))));
        says_much(&mut anna, "anna", MESSAGES)
    });
    while notices.len() < STALLED {
        notices.push(anna.line());
    }
    notices.sort();
    let mut expected: Vec<String> = (0..STALLED).map(|i| cut_notice(&format!("user{i}x"))).collect();
    expected.sort();
    assert_eq!(notices, expected);
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna', 'boris']");
    drop(stalled);
}

/// A server whose log says who is late.
fn tells_who_is_late() -> ServerProgram {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["--port", "0", "--rate", "off"]).env("RUST_LOG", "chatroom::server::late=debug");
    ServerProgram::run(&mut command)
}

/// Says numbered messages from `first` on until somebody is late, and 100 more, which wait in the backlog behind the
/// megabytes that the kernel has taken. The log may lag behind, so the backlog's megabyte is not filled up. Gives the number
/// of the next message.
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
        slow.send("and another thing");
        got.extend(slow.chunk().into_bytes());
    }
    assert!(got == expected.as_bytes(), "{} of {} bytes", got.len(), expected.len());
    slow.expect_end();
}
