//! Networks of a test's own: programs in namespaces, and a cable between two. Takes Linux, root, util-linux and iproute2.
#![allow(dead_code, reason = "no test file uses every helper")]
#![allow(unreachable_pub, reason = "a test has no public interface; pub here means: for the test files")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Program, ServerProgram};
use crate::support::DEADLINE;

/// A server in a network of its own, once `prepare` was done there.
pub fn server_alone(prepare: &str, flags: &[&str]) -> ServerProgram {
    let runs = format!("{prepare}\nexec \"$0\" --port 0 \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-ec", &runs, env!("CARGO_BIN_EXE_chat-server")]).args(flags);
    ServerProgram::run(&mut command)
}

/// A command in the network of a program.
pub fn inside(program: &Program, command: &[&str]) -> Command {
    let mut nsenter = Command::new("nsenter");
    nsenter.args(["--net", "--target", &program.id().to_string()]).args(command);
    nsenter
}

pub fn runs(mut command: Command) {
    let status = command.stdin(Stdio::null()).status().expect("the command can be started");
    assert!(status.success(), "{command:?}");
}

/// A `chat` in the group, at the other end of a cable that is plugged in for it: `here` is the server's end of it, `there` the
/// other.
pub fn joins_by_cable(server: &ServerProgram, nickname: &str) -> Program {
    joins_by_cable_with(server, nickname, &[])
}

/// The same, with more flags.
pub fn joins_by_cable_with(server: &ServerProgram, nickname: &str, flags: &[&str]) -> Program {
    let port = server.address.port().to_string();
    // It has its end of the cable when the test has plugged it in.
    let waits = "until ip link set there up 2>/dev/null; do sleep 0.05; done; \
                 ip address add 10.0.0.2/24 dev there && exec \"$0\" --ip-address 10.0.0.1 --port \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", waits, env!("CARGO_BIN_EXE_chat"), &port, "--nickname", nickname]);
    command.args(flags);
    let mut chat = Program::run(&mut command);
    let process = chat.id().to_string();
    // It is in its own network once that is not the server's.
    let until = Instant::now() + DEADLINE;
    while network(chat.id()) == network(std::process::id()) {
        assert!(Instant::now() < until, "unshare makes a network");
        // The kernel tells nobody: it has to be looked for.
        std::thread::sleep(Duration::from_millis(5));
    }
    let cable = ["ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", &process];
    runs(inside(&server.program, &cable));
    runs(inside(&server.program, &["ip", "address", "add", "10.0.0.1/24", "dev", "here"]));
    runs(inside(&server.program, &["ip", "link", "set", "here", "up"]));
    goes_into_the_group(&mut chat);
    chat
}

/// Names the network that a process is in.
fn network(process: u32) -> PathBuf {
    fs::read_link(format!("/proc/{process}/ns/net")).expect("the process runs")
}

pub fn goes_into_the_group(chat: &mut Program) {
    chat.send("2");
    while chat.line() != "You in group" {}
}
