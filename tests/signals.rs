//! Signals other than Ctrl-C, SIGTERM and SIGHUP (those are in `stop.rs`): what would end a process stops the server in
//! order, or does nothing.
#![cfg(all(feature = "signals", target_os = "linux"))]

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use crate::program::ServerProgram;
use crate::support::{DEADLINE, Peer};

#[path = "support/program.rs"]
mod program;
mod support;

fn hears_the_stop(peer: &mut Peer) {
    peer.expect("The connection is closed: the server stops");
    peer.expect("Disconnected");
    peer.expect_end();
}

#[test]
fn sigquit_and_the_end_of_the_processor_time_stop_it_in_order() {
    // At the limit one comes every second. Another SIGQUIT would end it at once.
    for (signal, more) in [(Signal::QUIT, 0), (Signal::XCPU, 3)] {
        let mut server = ServerProgram::start(&[]);
        let (mut anna, mut unnamed) = (server.group("anna"), server.peer());
        unnamed.expect("Your nickname?");
        server.program.signal(signal);
        server.program.expect_error("a signal: the server stops");
        (0..more).for_each(|_| server.program.signal(signal));
        hears_the_stop(&mut anna);
        hears_the_stop(&mut unnamed);
        drop((anna, unnamed));
        assert_eq!(server.program.wait().code(), Some(0), "{signal:?}");
        server.program.expect_error("stopped");
    }
}

#[test]
fn a_second_sigquit_ends_it_at_once() {
    let mut server = ServerProgram::start(&[]);
    // It does not close its side: the stop waits for it.
    let mut anna = server.login("anna");
    server.program.signal(Signal::QUIT);
    hears_the_stop(&mut anna);
    let begun = Instant::now();
    server.program.signal(Signal::QUIT);
    assert_eq!(server.program.wait().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(2), "the second signal waits for nothing: {:?}", begun.elapsed());
}

/// Those that Linux alone has, by their numbers: SIGSTKFLT, SIGPWR, and the first and the last of the real-time ones.
const OF_LINUX: &[u32] =
    if cfg!(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        &[16, 30, 34, 64]
    } else {
        &[]
    };

#[test]
fn a_signal_that_means_nothing_to_it_is_logged_and_everyone_chats_on() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let mut anna = server.group("anna");
    let signals = [Signal::USR1, Signal::USR2, Signal::ALARM, Signal::VTALARM, Signal::PROF, Signal::IO];
    for (i, signal) in signals.into_iter().cycle().take(12).enumerate() {
        server.program.signal(signal);
        server.program.expect_error("means nothing to this program, which goes on");
        anna.send(&format!("{i}"));
        anna.expect(&format!("(broadcast) anna: {i}"));
    }
    for number in OF_LINUX {
        let kill = format!("kill -{number} {}", server.program.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success(), "{kill}");
        server.program.expect_error("means nothing to this program, which goes on");
        anna.send(&format!("after {number}"));
        anna.expect(&format!("(broadcast) anna: after {number}"));
    }
    server.program.signal(Signal::TERM);
    hears_the_stop(&mut anna);
    drop(anna);
    assert_eq!(server.program.wait().code(), Some(0));
}

/// `ulimit -f`, which many a host sets. What does not fit is lost; the server does not notice that nobody reads it.
#[test]
fn a_log_file_that_may_not_grow_any_more_does_not_end_the_server() {
    const BYTES: u64 = 4096;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("log");
    let mut command = Command::new("sh");
    let log_into = "exec \"$0\" --port 0 --rate off 2> \"$1\"";
    command.args(["-c", log_into, env!("CARGO_BIN_EXE_chat-server")]).arg(&path).env("RUST_LOG", "trace");
    let mut server = ServerProgram::run(&mut command);
    let pid = Pid::from_raw(server.program.id().try_into().expect("a process number"));
    prlimit(pid, Resource::Fsize, Rlimit { current: Some(BYTES), maximum: Some(BYTES) }).expect("our own child");
    let mut anna = server.group("anna");
    let size = || File::open(&path).and_then(|log| log.metadata()).map_or(0, |log| log.len());
    let until = Instant::now() + DEADLINE;
    while size() < BYTES {
        anna.send("hello");
        anna.expect("(broadcast) anna: hello");
        assert!(Instant::now() < until, "the log grows: {:?}", fs::read_to_string(&path));
    }
    for i in 0..100 {
        anna.send(&format!("{i}"));
        anna.expect(&format!("(broadcast) anna: {i}"));
    }
    server.program.signal(Signal::TERM);
    hears_the_stop(&mut anna);
    drop(anna);
    assert_eq!(server.program.wait().code(), Some(0));
}
