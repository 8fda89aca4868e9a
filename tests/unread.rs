//! A terminal that nobody reads, as after Ctrl-S in a multiplexer or in a window that hangs.
#![cfg(all(feature = "editor", feature = "signals"))]

mod support;

use std::io::Write;
use std::time::Instant;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use support::{DEADLINE, Server};

#[test]
fn the_first_signal_ends_chat_also_where_its_terminal_does_not_read() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let home = tempfile::tempdir().expect("a home folder");
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat"));
    command.args(["-p", &server.address.port().to_string(), "-n", "anna"]);
    command.env("TERM", "xterm-256color");
    command.env("XDG_STATE_HOME", home.path());
    let mut chat = pair.slave.spawn_command(command).expect("chat starts");
    let mut keyboard = pair.master.take_writer().expect("its keyboard");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    keyboard.write_all(b"2\rhere\r").expect("the terminal takes keys");
    boris.expect("(broadcast) anna: here");
    // More than a pseudo-terminal holds: chat is in the middle of a write.
    for _ in 0..200 {
        boris.send(&"x".repeat(1000));
    }
    boris.send("the last");
    boris.skip_to("(broadcast) boris: the last");
    let id = chat.process_id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).expect("it runs");
    kill_process(id, Signal::TERM).expect("it runs");
    let begun = Instant::now();
    let ended = loop {
        match chat.try_wait().expect("chat can be waited for") {
            Some(ended) => break ended,
            None if begun.elapsed() > DEADLINE => {
                chat.kill().expect("it runs");
                panic!("one signal does not end it");
            }
            None => std::thread::park_timeout(std::time::Duration::from_millis(10)),
        }
    };
    assert_eq!(ended.exit_code(), 130);
}
