//! A client that vanishes without a word, as when a cable is pulled: found out in time, be it idle or spoken to.
//!
//! One test pulls a cable of its own: the loopback of a network namespace. Another takes a socket away from its
//! connection. That takes Linux, root, util-linux and iproute2, and the feature `sockopts`; so they are run on demand:
//! `cargo test --test vanish -- --ignored`.
#![cfg(all(feature = "sockopts", target_os = "linux"))]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::socket::{setsockopt, sockopt::TcpRepair};

use crate::program::{Program, ServerProgram};

#[path = "support/program.rs"]
mod program;
mod support;

/// The server runs with `--peer-timeout 5`. Its promise is that time; the machine may add to it.
const FOUND_OUT: Duration = Duration::from_secs(20);

fn inside(server: &ServerProgram, command: &[&str]) -> Command {
    let mut nsenter = Command::new("nsenter");
    nsenter.args(["--net", "--target", &server.program.id().to_string()]).args(command);
    nsenter
}

/// Somebody in the group, in the server's namespace.
fn joins(server: &ServerProgram, nickname: &str) -> Program {
    let port = server.address.port().to_string();
    let mut chat =
        Program::run(&mut inside(server, &[env!("CARGO_BIN_EXE_chat"), "--port", &port, "--nickname", nickname]));
    chat.send("2");
    while chat.line() != "You in group" {}
    chat
}

#[test]
#[ignore = "needs root, to make a network namespace"]
fn a_client_that_vanishes_is_found_out_idle_or_with_data_on_the_way() {
    for is_spoken_to in [false, true] {
        let up = "ip link set lo up && exec \"$0\" --port 0 --peer-timeout 5 --rate 1";
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", up, env!("CARGO_BIN_EXE_chat-server")]);
        let mut server = ServerProgram::run(&mut command);
        let (mut anna, _boris) = (joins(&server, "anna"), joins(&server, "boris"));
        if is_spoken_to {
            // At one line a second the server has something to send for longer than this test runs.
            (0..80).for_each(|i| anna.send(&format!("line {i}")));
            while !anna.line().starts_with("You write faster than") {}
        }
        let pulled = inside(&server, &["ip", "link", "set", "lo", "down"]).stdin(Stdio::null()).status();
        assert!(pulled.expect("nsenter runs").success(), "the cable is pulled");
        let begun = Instant::now();
        for _ in 0..2 {
            let line = server.program.expect_error(" left: ");
            assert!(line.contains("the connection broke (timed out)"), "{line}");
        }
        assert!(begun.elapsed() < FOUND_OUT, "{:?}", begun.elapsed());
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
