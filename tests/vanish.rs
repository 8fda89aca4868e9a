//! A client that vanishes without a word, as when a cable is pulled: found out in time, be it idle or spoken to.
//!
//! The test pulls a cable of its own: the loopback of a network namespace. That takes root, util-linux and iproute2, and
//! the feature `sockopts`; so it is run on demand: `cargo test --test vanish -- --ignored`.
#![cfg(feature = "sockopts")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
