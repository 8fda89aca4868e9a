//! The teacher's console in the server's own terminal: it is the same console, it mixes with the log by whole lines, and
//! whatever becomes of the terminal the server goes on.
#![cfg(all(feature = "console", feature = "editor"))]

use std::net::SocketAddr;

use crate::pty::Terminal;
use crate::support::{Peer, outside};

mod pty;
mod support;

const SERVER: &str = env!("CARGO_BIN_EXE_chat-server");

/// A shell with job control that starts a server, and where that listens.
fn server(script: &str) -> (Terminal, SocketAddr, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let start = format!("'{SERVER}' --port 0 --socket '{}'", folder.path().join("ctl").display());
    let terminal = Terminal::shell(&format!("set -m; {}", script.replace("SERVER", &start)));
    terminal.wait_for("seconds to choose a nickname");
    let contents = terminal.contents();
    let line = contents.lines().find(|line| line.contains("istening on ")).expect("it says where");
    (terminal, outside::address(line.trim()), folder)
}

#[test]
fn what_is_typed_in_the_servers_terminal_is_a_command_and_the_log_leaves_it_whole() {
    let (mut terminal, address, _folder) = server("SERVER");
    terminal.wait_for("This terminal is the teacher's console: help lists the commands");
    let mut anna = Peer::connect(address).login("anna");
    terminal.type_in("say In five ");
    // A line of the log comes while something is being typed.
    Peer::connect(address).login("boris").quit();
    terminal.wait_for("boris left: said goodbye");
    terminal.type_in("minutes\r");
    anna.expect("(server) In five minutes");
    terminal.wait_for("told everybody, 1 connected");
    terminal.type_in("mute\r");
    terminal.wait_for("refused: write mute NICK|NUMBER 5m");
    // Ctrl-D stops nothing, and the console goes on.
    terminal.type_in("\x04");
    terminal.wait_for("Ctrl-D does not stop the server; the command 'stop' does");
    terminal.type_in("say still here\r");
    anna.expect("(server) still here");
    terminal.type_in("stop\r");
    anna.expect("(server) The server stops now");
    anna.expect("The connection is closed: the server stops");
    assert_eq!(terminal.leave(), 0);
    let log = terminal.history();
    assert!(
        log.iter().any(|line| line.ends_with("the console: \"say still here\": told everybody, 1 connected")),
        "{log:#?}"
    );
}

#[test]
fn a_server_in_the_background_goes_on_and_hears_its_terminal_again_when_it_has_it_back() {
    let (mut terminal, address, _folder) =
        server("SERVER & read go; fg; echo stopped; read go; bg; echo behind; read go; fg");
    // `chat-server &`: reading the terminal must not stop it.
    let mut anna = Peer::connect(address).login("anna").group();
    anna.send("one");
    anna.expect("(broadcast) anna: one");
    terminal.type_in("\r");
    terminal.wait_for("ctl");
    terminal.type_in("say to the front\r");
    anna.expect("(server) to the front");
    // Ctrl-Z stops it, as it stops everything; `bg` has it go on for good.
    terminal.type_in("\x1a");
    terminal.wait_for("stopped");
    terminal.type_in("\r");
    terminal.wait_for("behind");
    for text in ["two", "three"] {
        anna.send(text);
        anna.expect(&format!("(broadcast) anna: {text}"));
    }
    terminal.type_in("\r");
    terminal.type_in("say to the front again\r");
    anna.expect("(server) to the front again");
    terminal.type_in("stop\r");
    anna.expect("(server) The server stops now");
    anna.skip_to("Disconnected");
}
