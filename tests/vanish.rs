//! A client that vanishes without a word, as when a cable is pulled: found out in time, be it idle or spoken to.
//!
//! One test pulls a cable of its own, between two network namespaces. Another takes a socket away from its connection.
//! That takes Linux, root, util-linux and iproute2, and the feature `sockopts`; so they are run on demand:
//! `cargo test --test vanish -- --ignored`.
#![cfg(all(feature = "sockopts", target_os = "linux"))]

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::socket::{setsockopt, sockopt::TcpRepair};

use crate::network::{goes_into_the_group, inside, joins_by_cable, joins_by_cable_with, runs, server_alone};
use crate::program::{Program, ServerProgram};

#[path = "support/network.rs"]
mod network;
#[path = "support/program.rs"]
mod program;
mod support;

/// The server runs with `--peer-timeout 5`. Its promise is that time; the machine may add to it.
const FOUND_OUT: Duration = Duration::from_secs(20);

/// In a network of its own.
fn server_with_a_cable() -> ServerProgram {
    server_alone("ip link set lo up", &["--ip-address", "0.0.0.0", "--peer-timeout", "5", "--rate", "1"])
}

/// A `chat` in the server's own network, in the group.
fn joins(server: &ServerProgram, nickname: &str) -> Program {
    let port = server.address.port().to_string();
    in_the_group(inside(&server.program, &[env!("CARGO_BIN_EXE_chat"), "--port", &port, "--nickname", nickname]))
}

fn in_the_group(mut command: Command) -> Program {
    let mut chat = Program::run(&mut command);
    goes_into_the_group(&mut chat);
    chat
}

#[test]
#[ignore = "needs root, to make a network namespace"]
fn a_client_finds_out_in_its_own_time_that_the_server_has_vanished() {
    let server = server_with_a_cable();
    let mut anna = joins_by_cable_with(&server, "anna", &["--peer-timeout", "2"]);
    let begun = Instant::now();
    // At the server's end: the client's own end still says that it is there.
    runs(inside(&server.program, &["ip", "address", "delete", "10.0.0.1/24", "dev", "here"]));
    runs(inside(
        &server.program,
        &["sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/here/arp_ignore; ip neigh flush all"],
    ));
    assert_eq!(anna.wait_for(FOUND_OUT).code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
#[ignore = "needs root, to make a network namespace"]
fn a_client_that_vanishes_is_found_out_idle_or_with_data_on_the_way() {
    for is_spoken_to in [false, true] {
        let mut server = server_with_a_cable();
        let mut boris = joins(&server, "boris");
        let anna = joins_by_cable(&server, "anna");
        boris.expect("(broadcast) General information: anna has joined the Chat");
        if is_spoken_to {
            // At one line a second the server has something to send for longer than this test runs.
            (0..80).for_each(|i| boris.send(&format!("line {i}")));
            while !boris.line().starts_with("You write faster than") {}
        }
        // At anna's end: the server's own end still says that it is there.
        runs(inside(&anna, &["ip", "link", "set", "there", "down"]));
        let begun = Instant::now();
        while boris.line() != "(broadcast) General information: anna has left the Chat" {}
        assert!(begun.elapsed() < FOUND_OUT, "{:?}", begun.elapsed());
        let line = server.program.expect_error(" left: ");
        // Timed out or, where the kernel could not even find the other end any more, unreachable.
        assert!(line.contains("anna left: the connection broke ("), "{line}");
    }
}

#[test]
#[ignore = "needs root, to close a socket without a word"]
fn a_client_whose_socket_is_gone_without_a_word_is_found_out() {
    let server = ServerProgram::start(&["--peer-timeout", "5"]);
    let mut boris = server.group("boris");
    for is_spoken_to in [false, true] {
        let anna = server.group("anna");
        boris.expect("(broadcast) General information: anna has joined the Chat");
        // Within 0.2 s her kernel acknowledges what she has read. Earlier, the server's would send it again, and be told.
        std::thread::sleep(Duration::from_millis(500));
        // In this mode the kernel forgets a socket that is closed, and tells the peer nothing.
        setsockopt(anna.stream(), TcpRepair, &1).expect("root may do this");
        let begun = Instant::now();
        drop(anna);
        if is_spoken_to {
            boris.send("hello");
            boris.expect("(broadcast) boris: hello");
        }
        boris.expect("(broadcast) General information: anna has left the Chat");
        assert!(begun.elapsed() < FOUND_OUT, "{:?}", begun.elapsed());
        // Idle, nobody can know before the first probe, after half of the time.
        assert!(is_spoken_to || begun.elapsed() > Duration::from_secs(2), "it was told: {:?}", begun.elapsed());
    }
}
