//! `chat --framing chunks` with a server that sends as the original's does: nothing is framed, some lines have spaces
//! around them, and lines that were sent apart arrive glued.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use crate::program::Program;
use crate::pty::Terminal;
use crate::support::{DEADLINE, free_port};

#[path = "support/program.rs"]
mod program;
mod pty;
mod support;

const QUESTION: &str = "What are you want: 1. send to one user or 2. inside to group ";

/// The server's side, played by the test. Whoever calls `say` twice waits in between until the first was shown: what is
/// glued is glued in one `say`.
struct Original(TcpStream);

impl Original {
    fn accept(listener: &TcpListener) -> Original {
        let (client, _) = listener.accept().expect("chat connects");
        client.set_read_timeout(Some(DEADLINE)).expect("a timeout");
        Original(client)
    }

    fn say(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).expect("chat reads");
    }

    /// As the original: what one `read` gives is a message.
    fn hears(&mut self, message: &str) {
        let mut bytes = [0; 1024];
        let count = support::read(&self.0, &mut bytes).unwrap_or_else(|error| panic!("no {message:?}: {error}"));
        assert_eq!(String::from_utf8_lossy(&bytes[..count]), message);
    }
}

fn port(listener: &TcpListener) -> String {
    listener.local_addr().expect("its address").port().to_string()
}

#[test]
fn glued_lines_are_told_apart_and_what_users_write_is_no_line_of_the_protocol() {
    let listener = free_port();
    let flags = ["--framing", "chunks", "--nickname", "anna", "--port", &port(&listener)];
    let mut chat = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    let mut server = Original::accept(&listener);
    chat.expect("Your nickname?");
    server.hears("anna");
    server.say("Successfullyprocess");
    chat.expect("Successfully");
    server.say("Welcome to the chat room. \nThis chat is unique\n    ");
    chat.expect("Welcome to the chat room. ");
    chat.expect("This chat is unique");
    chat.expect("    ");
    server.say(QUESTION);
    chat.expect(QUESTION);
    chat.send("2");
    server.hears("2");
    server.say(" You in group (broadcast) boris: hi");
    chat.expect("You in group");
    chat.expect("(broadcast) boris: hi");
    for text in ["the word is process", "process", "Successfully", "I was Disconnected"] {
        server.say(&format!("(broadcast) boris: {text}"));
        chat.expect(&format!("(broadcast) boris: {text}"));
    }
    chat.send("QUIT");
    server.hears("QUIT");
    server.say("(broadcast) boris: byeDisconnected");
    chat.expect("(broadcast) boris: byeDisconnected");
    drop(server);
    assert_eq!(chat.wait().code(), Some(0));
}

#[test]
fn a_text_that_ends_as_the_goodbye_is_none() {
    let listener = free_port();
    let flags = ["--framing", "chunks", "--nickname", "anna", "--port", &port(&listener)];
    let mut chat = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    let mut server = Original::accept(&listener);
    server.hears("anna");
    server.say("Successfully");
    chat.expect("Your nickname?");
    chat.expect("Successfully");
    server.say("(broadcast) boris: I was Disconnected");
    chat.expect("(broadcast) boris: I was Disconnected");
    drop(server);
    assert_eq!(chat.wait().code(), Some(1));
    chat.expect_error("the connection to the server is lost");
}

#[test]
fn the_animation_starts_where_process_is_glued_and_is_gone_with_the_next_line() {
    let listener = free_port();
    let flags = ["--framing", "chunks", "--nickname", "anna", "--no-time", "--port", &port(&listener)];
    let terminal = Terminal::start(&flags, &[], 24, 80);
    let mut server = Original::accept(&listener);
    server.hears("anna");
    server.say("Successfullyprocess");
    terminal.wait_for("You are anna.");
    let is_picture = |row: &String| {
        let row = row.trim_end();
        row.len() == "[o.......]".len() && row.starts_with('[') && row.contains(".o") && row.ends_with(".]")
    };
    terminal.wait("picture of the animation", |screen| screen.rows(0, 80).any(|row| is_picture(&row)));
    server.say("Welcome to the chat room.");
    terminal.wait_for("▌ Welcome to the chat room.");
    assert!(!terminal.history().iter().any(is_picture), "{}", terminal.contents());
    assert!(!terminal.contents().contains("process"), "{}", terminal.contents());
}
