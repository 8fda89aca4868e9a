//! What the teacher did at the console is kept, and forgotten with whom it was about; and who is ignored is not shown out of
//! the file either.

#![cfg(feature = "console")]

use std::path::Path;
use std::process::Command;

use crate::support::{Folder, Peer, Program, Server, run, without_time};

/// A command of the console; its answer.
#[track_caller]
fn ctl(socket: &Path, command: &str) {
    let mut ctl = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    let output = ctl.args(["ctl", "--socket"]).arg(socket).args(command.split(' ')).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_the_teacher_did_is_kept_in_order_and_is_forgotten_with_whom_it_was_about() {
    let folder = Folder::new();
    let socket = folder.path("ctl");
    let mut server = Program::start(&folder.database(), &["--socket", socket.to_str().unwrap()], "info");
    let mut anna = Peer::connect(server.address);
    anna.send("Anna");
    anna.until("Successfully");
    for command in ["say good morning", "mute anna 5m", "who", "stop"] {
        ctl(&socket, command);
    }
    assert_eq!(server.wait(), Some(0));
    let sql = folder.sql();
    let mut acts = sql.prepare("SELECT command || ' ' || coalesce(name, '-') FROM acts ORDER BY id").unwrap();
    let acts: Vec<String> = acts.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(acts, ["say good morning -", "mute anna 5m anna", "stop -"], "what only looks is not kept");
    assert_eq!(run(&["account", "delete", "anna"], &folder.database()).0, Some(0));
    assert_eq!(folder.number("SELECT count(*) FROM acts WHERE name = 'anna'"), 0);
}

#[test]
fn history_leaves_out_who_is_ignored() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    boris.send("one");
    boris.until("(broadcast) boris: one");
    anna.send("two\nIGNORE boris\nHISTORY\nMENU\n2");
    for _asked_for_and_then_at_the_entrance in 0..2 {
        anna.until("History begins (times are UTC)");
        let shown = anna.until("History ends");
        let shown: Vec<String> = shown.iter().map(|line| without_time(line)).collect();
        assert_eq!(shown, ["(broadcast) anna: two"]);
    }
}
