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

/// The words that a user of ours tries first would be public there.
#[cfg(feature = "editor")]
#[test]
fn nothing_goes_out_by_itself_and_no_private_text_becomes_public() {
    let listener = free_port();
    let flags = ["--framing", "chunks", "--nickname", "anna", "--port", &port(&listener)];
    let mut terminal = Terminal::start(&flags, &[], 24, 80);
    let mut server = Original::accept(&listener);
    server.hears("anna");
    server.say("Successfully");
    terminal.wait_for("You are anna.");
    server.say(QUESTION);
    terminal.wait_for("inside to group");
    terminal.type_in("2\r");
    server.hears("2");
    server.say(" You in group ");
    terminal.wait_for("You in group");
    server.say("(private) boris : psst");
    terminal.wait_for("boris to you: psst");
    for private in
        ["/tell boris a secret", "/tell:boris:a secret", "TELL boris a secret", "/r a secret", " /tell boris x"]
    {
        terminal.type_in(&format!("{private}\r"));
        terminal.wait_for("Not sent: the original's server does not know /tell");
        terminal.type_in("to all\r");
        server.hears("to all");
        terminal.type_in("\x0c");
    }
    let shown = terminal.history().join("\n");
    assert!(!shown.contains("Try LIST") && !shown.contains("/tell NAME"), "{shown}");
    terminal.type_in("/quit\r");
    server.hears("QUIT");
    server.say("Disconnected");
    drop(server);
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn a_script_sends_no_private_text_there() {
    let listener = free_port();
    let flags = ["--framing", "chunks", "--port", &port(&listener)];
    let mut chat = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    let mut server = Original::accept(&listener);
    ["anna", "2", "/tell boris a secret", "to all"].iter().for_each(|line| chat.send(line));
    server.hears("anna");
    server.say("Successfully");
    server.hears("2");
    server.hears("to all");
    chat.expect_error("Not sent: the original's server does not know /tell");
    chat.end_of_input();
    server.hears("QUIT");
    server.say("Disconnected");
    drop(server);
    assert_eq!(chat.wait().code(), Some(1));
    chat.expect_error("chat: not all was sent");
}

/// A path that cuts a stream where it likes, as at 1,448 bytes: the tail of a message looks like any line.
#[cfg(feature = "editor")]
#[test]
fn no_tail_of_a_message_that_was_cut_changes_what_the_client_does() {
    let listener = free_port();
    let flags = ["--framing", "chunks", "--nickname", "anna", "--no-time", "--port", &port(&listener)];
    let mut terminal = Terminal::start(&flags, &[], 24, 80);
    let mut server = Original::accept(&listener);
    server.hears("anna");
    server.say("Successfully");
    terminal.wait_for("You are anna.");
    let tails = [
        "Password?",
        "You in group",
        "Choose your user-chat",
        "Successful",
        "process",
        "Disconnected",
        "Your nickname?",
    ];
    for (i, tail) in tails.iter().enumerate() {
        let message = |n: usize| format!("(broadcast) eve: {i}.{n}{}{tail}", "x".repeat(20 + i));
        // Cut where the tail stands alone, and a letter before and after that.
        let alone = message(0).len() - tail.len();
        for (n, cut) in [alone, alone - 1, alone + 1].into_iter().enumerate() {
            let message = message(n);
            let (begins, ends) = message.split_at(cut);
            server.say(begins);
            terminal.wait_for(&format!("eve: {i}.{n}"));
            server.say(ends);
            terminal.wait_for(&format!("\u{258C} {ends}"));
        }
        let typed = format!("seen {i}");
        terminal.type_in(&typed);
        terminal.wait(&typed, |screen| {
            let draft = pty::draft(screen);
            draft.starts_with("[anna] ") && draft.ends_with(&typed)
        });
        terminal.type_in("\r");
        server.hears(&typed);
    }
    assert!(!terminal.contents().contains("o......."), "{}", terminal.contents());
}
