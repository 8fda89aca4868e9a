//! Clients that read slowly or not at all: nobody else waits for them, and who cannot keep up is cut.

use std::io::Write;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded};
use rustix::process::Signal;

use crate::program::{Program, ServerProgram};
use crate::support::{DEADLINE, Peer, read};

#[path = "support/program.rs"]
mod program;
mod support;

/// Longer than any stall that is allowed, shorter than the patience with a late client: a delivery thread that waited
/// for one would take longer.
const NO_STALL: Duration = Duration::from_secs(5);

/// A message near the limit: 1,500 of them are 6 MB, of which the kernel alone swallows 4 or more.
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

/// Says 6 MB and waits until the room has heard that `nickname` was cut; of nobody else's leaving.
#[track_caller]
fn says_much_until_cut(peer: &mut Peer, name: &str, nickname: &str) {
    let mut notices = says_much(peer, name, 1500);
    if notices.is_empty() {
        notices.push(peer.line());
    }
    assert_eq!(notices, [cut_notice(nickname)]);
}

const TOO_LATE: &str = " has left the Chat (too late: could not keep up)";

fn cut_notice(nickname: &str) -> String {
    format!("(broadcast) General information: {nickname}{TOO_LATE}")
}

/// Each of them is in the log twice: when the late thread gave up, and when the session left, with the reason.
#[track_caller]
fn is_too_late_in_the_log(server: &mut ServerProgram, nicknames: &[impl AsRef<str>]) {
    let gave_up = " is too late: it did not read what it was sent";
    let until = Instant::now() + DEADLINE;
    while server.program.count(gave_up) < nicknames.len() || server.program.count(" left: ") < nicknames.len() {
        assert!(Instant::now() < until, "not all of them are in the log: {:#?}", server.program.all());
        // The log has a thread of its own, which tells nobody: it has to be looked for.
        thread::sleep(Duration::from_millis(5));
    }
    for nickname in nicknames {
        let left = format!("{} left: too late: could not keep up with the chat", nickname.as_ref());
        assert_eq!(server.program.count(&left), 1, "{left}");
    }
    assert_eq!(server.program.count(gave_up), nicknames.len());
}

/// A small receive buffer: the kernel swallows little for this client.
fn reads_little(peer: &Peer) {
    rustix::net::sockopt::set_socket_recv_buffer_size(peer.stream(), 32 * 1024).expect("a socket takes this option");
}

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn a_stalled_reader_delays_nobody_and_is_cut() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let (stalled, mut boris, mut anna) = (server.group("vera"), server.group("boris"), server.group("anna"));
    let text = format!("(broadcast) anna: {}", long_text());
    thread::scope(|scope| {
        scope.spawn(|| (0..1500).for_each(|_| drop(boris.skip_to(&text))));
        says_much_until_cut(&mut anna, "anna", "vera");
    });
    is_too_late_in_the_log(&mut server, &["vera"]);
    drop(stalled);
}

#[test]
#[ignore = "waits ten seconds for nothing to be read; .ci/run runs it"]
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
                let read = read(slow.stream(), &mut [0]);
                assert!(matches!(read, Ok(1)), "what the kernel had taken is still there: {read:?}");
            }
        };
        scope.spawn(reads);
        let hears = scope.spawn(|| (0..1500).flat_map(|_| boris.skip_to(&text)).collect::<Vec<String>>());
        says_much_until_cut(&mut anna, "anna", "vera");
        let notices = hears.join().expect("boris hears all 1,500");
        assert!(notices.is_empty() || notices == [cut_notice("vera")], "{notices:?}");
        drop(stop);
    });
    is_too_late_in_the_log(&mut server, &["vera"]);
}

#[test]
#[ignore = "waits ten seconds for nothing to be read; .ci/run runs it"]
fn a_client_that_is_stopped_in_its_tracks_is_cut_and_the_others_hear_everything() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let (mut boris, mut anna) = (server.group("boris"), server.group("anna"));
    let flags = ["--port", &server.address.port().to_string(), "--nickname", "vera"];
    let mut vera = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    vera.send("2");
    while vera.line() != "You in group" {}
    anna.expect("(broadcast) General information: vera has joined the Chat");
    vera.signal(Signal::STOP);
    let text = format!("(broadcast) anna: {}", long_text());
    thread::scope(|scope| {
        scope.spawn(|| (0..1500).for_each(|_| drop(boris.skip_to(&text))));
        says_much_until_cut(&mut anna, "anna", "vera");
    });
    is_too_late_in_the_log(&mut server, &["vera"]);
}

#[test]
#[ignore = "waits ten seconds for nothing to be read; .ci/run runs it"]
fn a_client_that_asks_and_never_reads_is_cut() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let mut anna = server.group("anna");
    let crowd: Vec<Peer> = (0..20).map(|i| server.login(&format!("{}{i}", "w".repeat(30)))).collect();
    let greedy = server.login("greedy");
    asks_and_never_reads(&greedy, 200);
    anna.skip_to(&cut_notice("greedy"));
    anna.send("still here");
    anna.expect("(broadcast) anna: still here");
    is_too_late_in_the_log(&mut server, &["greedy"]);
    drop(crowd);
}

/// LIST, so many hundred times. The server may cut it while it still writes.
fn asks_and_never_reads(peer: &Peer, hundreds: usize) {
    let asked = (0..hundreds).try_for_each(|_| peer.stream().write_all("LIST\n".repeat(100).as_bytes()));
    drop(asked);
}

/// Without `sockopts` the kernel takes up to four megabytes for each of them: more than is said here.
#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
#[cfg(feature = "sockopts")]
fn two_hundred_who_do_not_read_harm_nobody_else() {
    const STALLED: usize = 200;
    // For all of them together more than may wait, when their kernels have had half a megabyte each.
    const MESSAGES: usize = 600;
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let names: Vec<String> = (0..STALLED).map(|i| format!("user{i}x")).collect();
    let joins = |name: &String| {
        let peer = server.login(name);
        reads_little(&peer);
        peer.group()
    };
    let stalled: Vec<Peer> = names.iter().map(joins).collect();
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    anna.expect("(broadcast) General information: boris has joined the Chat");
    let text = format!("(broadcast) anna: {}", long_text());
    let (stop, stopped) = bounded::<()>(0);
    let mut notices = thread::scope(|scope| {
        let hears = scope.spawn(|| (0..MESSAGES).flat_map(|_| boris.skip_to(&text)).collect::<Vec<String>>());
        // Ten ask for the list again and again; of the others every third reads a byte a second.
        scope.spawn(|| stalled.iter().step_by(STALLED / 10).for_each(|peer| asks_and_never_reads(peer, 20)));
        let reads = || {
            while stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                // Of one that was cut there may be nothing left to read.
                stalled.iter().skip(2).step_by(3).for_each(|peer| drop(read(peer.stream(), &mut [0])));
            }
        };
        scope.spawn(reads);
        let mut notices = says_much(&mut anna, "anna", MESSAGES);
        while notices.len() < STALLED {
            notices.push(anna.line());
        }
        drop(stop);
        // What waits is bounded, whoever does not read. 256 MiB, with a batch beyond it, and what the server needs itself.
        let most = server.status("VmHWM");
        assert!(most < 400 * 1024, "{most} KiB");
        let all_heard = hears.join().expect("boris hears all of it");
        assert!(all_heard.iter().all(|line| line.ends_with(TOO_LATE)), "{all_heard:?}");
        notices
    });
    notices.sort();
    let mut expected: Vec<String> = names.iter().map(|name| cut_notice(name)).collect();
    expected.sort();
    assert_eq!(notices, expected);
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna', 'boris']");
    is_too_late_in_the_log(&mut server, &names);
}
