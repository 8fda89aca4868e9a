//! The stop: everyone is told, what was said before is read first, the process ends in time, and the port is free.

use std::net::TcpListener;
#[cfg(feature = "signals")]
use std::process::Command;
use std::time::{Duration, Instant};

#[cfg(feature = "signals")]
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use chatroom::server::{Config, Stop, start_server};

#[cfg(all(feature = "signals", target_os = "linux"))]
use crate::held::Held;
#[cfg(feature = "signals")]
use crate::program::ServerProgram;
use crate::support::{Peer, Server, free_port};

#[cfg(all(feature = "signals", target_os = "linux"))]
#[path = "support/held.rs"]
mod held;
#[cfg(feature = "signals")]
#[path = "support/program.rs"]
mod program;
mod support;

/// The promise is three seconds; a busy machine may add to it.
const IN_TIME: Duration = Duration::from_secs(5);
const REASON: &str = "The connection is closed: the server stops";

#[track_caller]
fn hears_the_stop(peer: &mut Peer) {
    peer.expect(REASON);
    peer.expect("Disconnected");
    peer.expect_end();
}

#[test]
fn everyone_is_told_wherever_they_stand() {
    let server = Server::with(Config { rate: Some(1), unframed: Some(free_port()), ..Config::default() });
    let mut unnamed = server.peer();
    unnamed.expect("Your nickname?");
    let mut at_the_question = server.login("anna");
    let mut private = server.login("boris").private_with("anna");
    at_the_question.expect_start("boris writes to you alone");
    let mut telling = server.login("vera");
    telling.send("1");
    telling.expect("Choose your user-chat");
    telling.expect_start("1.anna");
    let mut in_the_group = server.group("gleb");
    let mut delayed = server.group("dasha");
    in_the_group.expect("(broadcast) General information: dasha has joined the Chat");
    // The eighteenth line is the last that is free: the thread waits for its pace.
    delayed.send_bytes("LIST\n".repeat(200).as_bytes());
    for _ in 0..18 {
        delayed.skip_to_start("Users in chatroom");
    }
    delayed.expect("In the group, 2 of 5: gleb, dasha");
    delayed.expect_start("You write faster than");
    let mut unframed = Peer::connect(server.unframed.expect("a second listener"));
    unframed.expect("Your nickname?");
    server.stop().expect("an orderly stop");
    for peer in [&mut unnamed, &mut at_the_question, &mut private, &mut telling, &mut in_the_group, &mut unframed] {
        hears_the_stop(peer);
    }
    delayed.skip_to(REASON);
    delayed.expect("Disconnected");
    delayed.expect_end();
}

#[test]
fn a_stop_that_comes_before_the_start_is_not_lost() {
    let stop = Stop::new();
    stop.stop();
    stop.stop();
    let config = Config { unframed: Some(free_port()), ..Config::default() };
    start_server(free_port(), config, &stop).expect("it ends at once");
}

#[test]
fn a_thousand_lines_that_nobody_has_read_yet_are_read_before_the_goodbye() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    let text = "x".repeat(1000);
    for i in 0..1000 {
        anna.send(&format!("{i} {text}"));
    }
    for i in 0..1000 {
        anna.expect(&format!("(broadcast) anna: {i} {text}"));
    }
    let address = server.address;
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| server.stop().expect("an orderly stop"));
        for i in 0..1000 {
            boris.expect(&format!("(broadcast) anna: {i} {text}"));
        }
        hears_the_stop(&mut boris);
        hears_the_stop(&mut anna);
        drop((boris, anna));
    });
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    drop(TcpListener::bind(address).expect("the port binds at once"));
}

/// Says so much that who does not read is late: the kernel has taken all that it takes.
fn says_5_mb(anna: &mut Peer) {
    let text = "x".repeat(4000);
    for _ in 0..1300 {
        anna.send(&text);
        anna.skip_to(&format!("(broadcast) anna: {text}"));
    }
}

#[test]
fn a_client_that_never_reads_does_not_hold_up_the_stop() {
    let server = Server::without_rate();
    let stalled = server.group("stalled");
    says_5_mb(&mut server.group("anna"));
    let begun = Instant::now();
    server.stop().expect("an orderly stop");
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    drop(stalled);
}

#[cfg(feature = "signals")]
#[test]
fn a_client_that_never_reads_does_not_hold_up_sigterm() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let stalled = server.group("stalled");
    says_5_mb(&mut server.group("anna"));
    let begun = Instant::now();
    server.program.signal(Signal::TERM);
    assert_eq!(server.program.wait().code(), Some(0));
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    drop(stalled);
}

#[test]
fn clients_that_stay_connected_are_let_go_a_second_after_their_goodbye() {
    let server = Server::start();
    let mut peers: Vec<Peer> = (0..20).map(|i| server.login(&format!("user{i}x"))).collect();
    let begun = Instant::now();
    server.stop().expect("an orderly stop");
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(900), "they had no second for the goodbye: {took:?}");
    assert!(took < IN_TIME, "{took:?}");
    peers.iter_mut().for_each(hears_the_stop);
}

/// The delivery thread is held while a thousand lines come, so that they are in the queue when the signal comes. (Where
/// debuggers are forbidden it is not held: then some are delivered already, and the rest is in the queue.)
#[cfg(all(feature = "signals", target_os = "linux"))]
#[test]
fn what_is_in_the_queue_at_sigterm_is_read_by_200_clients_then_the_goodbye_and_status_0_in_time() {
    const LINES: usize = 1000;
    for no_descriptor_is_left in [false, true] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        command.args(["--port", "0", "--rate", "off"]).env("RUST_LOG", "info,chatroom::server::client=debug");
        let mut server = ServerProgram::run(&mut command);
        let peers: Vec<Peer> = (0..200).map(|i| server.login(&format!("user{i}x"))).collect();
        let mut peers: Vec<Peer> = peers.into_iter().map(Peer::group).collect();
        let mut anna = server.group("anna");
        let waiting = no_descriptor_is_left.then(|| takes_the_last_descriptor(&mut server));

        let held = Held::thread(server.program.id(), "delivery");
        let lines: String = (0..LINES).map(|i| format!("line {i}\n")).collect();
        // A blank line, which says nothing to anybody: when it was read, all before it are in the queue.
        let blank = " ".repeat(77);
        anna.send_bytes(format!("{lines}{blank}\n").as_bytes());
        server.program.expect_error("read a line: 77 bytes");
        server.program.signal(Signal::TERM);
        server.program.expect_error("stopping: 201 in the chat");
        drop(held);

        let begun = Instant::now();
        for peer in peers.iter_mut().chain([&mut anna]) {
            peer.skip_to("(broadcast) anna: line 0");
            (1..LINES).for_each(|i| peer.expect(&format!("(broadcast) anna: line {i}")));
            hears_the_stop(peer);
        }
        drop((peers, anna, waiting));
        assert_eq!(server.program.wait().code(), Some(0));
        assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
        server.program.expect_error("stopped");
    }
}

/// Comes in until there is no descriptor for another one, and gives those who came.
#[cfg(feature = "signals")]
fn takes_the_last_descriptor(server: &mut ServerProgram) -> Vec<Peer> {
    let pid = Pid::from_raw(server.program.id().try_into().expect("a process number"));
    let limit = Some(server.descriptors() as u64);
    prlimit(pid, Resource::Nofile, Rlimit { current: limit, maximum: limit }).expect("our own child");
    // More than the numbers that may be free between those in use.
    let waiting = (0..10).map(|_| server.peer()).collect();
    server.program.expect_error("cannot accept");
    waiting
}

#[cfg(feature = "signals")]
#[test]
fn ctrl_c_stops_it_and_a_second_signal_ends_it_at_once() {
    let mut server = ServerProgram::start(&[]);
    // It does not close its side: the stop waits for it.
    let mut anna = server.login("anna");
    let begun = Instant::now();
    server.program.signal(Signal::INT);
    server.program.expect_error("a signal: the server stops; another one ends it at once");
    hears_the_stop(&mut anna);
    server.program.signal(Signal::INT);
    assert_eq!(server.program.wait().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(2), "the second signal waits for nothing: {:?}", begun.elapsed());
}

/// Where a terminal is closed, the shell and the system each send one, tmux another.
#[cfg(feature = "signals")]
#[test]
fn several_hangups_are_one_orderly_stop() {
    let mut server = hears_hangups();
    let mut anna = server.group("anna");
    server.program.signal(Signal::HUP);
    server.program.expect_error("a signal: the server stops");
    server.program.signal(Signal::HUP);
    server.program.signal(Signal::HUP);
    hears_the_stop(&mut anna);
    drop(anna);
    assert_eq!(server.program.wait().code(), Some(0));
    server.program.expect_error("stopped");
}

/// A server that hears hang-ups, also where the tests run under `nohup`: what they start would ignore them too.
#[cfg(feature = "signals")]
fn hears_hangups() -> ServerProgram {
    let mut env = Command::new("env");
    env.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_chat-server"), "--port", "0"]);
    ServerProgram::run(&mut env)
}

/// As under `nohup`, which has SIGHUP ignored for what it starts.
#[cfg(all(feature = "signals", target_os = "linux"))]
#[test]
fn a_server_that_is_to_outlive_its_terminal_does() {
    let mut nohup = Command::new("sh");
    nohup.args(["-c", "trap '' HUP; exec \"$0\" --port 0", env!("CARGO_BIN_EXE_chat-server")]);
    let mut server = ServerProgram::run(&mut nohup);
    let mut anna = server.group("anna");
    server.program.signal(Signal::HUP);
    // One that stops lets nobody in.
    let mut boris = server.group("boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    boris.send("still here");
    anna.expect("(broadcast) boris: still here");
    server.program.signal(Signal::TERM);
    hears_the_stop(&mut anna);
    drop((anna, boris));
    assert_eq!(server.program.wait().code(), Some(0));
    server.program.expect_error("stopped");

    let mut server = hears_hangups();
    let mut anna = server.group("anna");
    server.program.signal(Signal::HUP);
    hears_the_stop(&mut anna);
    drop(anna);
    assert_eq!(server.program.wait().code(), Some(0));
}

#[cfg(feature = "signals")]
#[test]
fn the_port_binds_again_at_once_twenty_times_in_a_row() {
    let mut port = "0".to_owned();
    for _ in 0..20 {
        let flags = ["--port", &port];
        let mut server = ServerProgram::run(Command::new(env!("CARGO_BIN_EXE_chat-server")).args(flags));
        let mut anna = server.group("anna");
        server.program.signal(Signal::TERM);
        hears_the_stop(&mut anna);
        drop(anna);
        assert_eq!(server.program.wait().code(), Some(0));
        port = server.address.port().to_string();
    }
}

#[cfg(feature = "signals")]
#[test]
fn a_stop_works_where_no_descriptor_is_left() {
    let mut server = ServerProgram::start(&[]);
    let mut anna = server.group("anna");
    let waiting = takes_the_last_descriptor(&mut server);
    anna.send("still here");
    anna.expect("(broadcast) anna: still here");
    server.program.signal(Signal::TERM);
    hears_the_stop(&mut anna);
    drop((anna, waiting));
    assert_eq!(server.program.wait().code(), Some(0));
}
