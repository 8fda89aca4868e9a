//! `chat` at servers that do not speak the protocol: a student's echo server, one that broadcasts, one that is silent.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;

use program::Program;
use support::{DEADLINE, free_port};

#[path = "support/program.rs"]
mod program;
#[cfg(feature = "editor")]
mod pty;
mod support;

const OTHER: &str = "This server speaks another protocol";

fn chat(listener: &TcpListener, flags: &[&str]) -> Program {
    let port = listener.local_addr().expect("its address").port().to_string();
    Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(["--port", &port]).args(flags))
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (client, _) = listener.accept().expect("chat connects");
    client.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    client
}

/// Sends back what comes, until nothing does.
fn echo(mut client: TcpStream) {
    let mut bytes = [0; 1024];
    while let Ok(count @ 1..) = support::read(&client, &mut bytes) {
        client.write_all(&bytes[..count]).expect("chat reads");
    }
}

#[track_caller]
fn skip_to(chat: &mut Program, start: &str) -> String {
    loop {
        let line = chat.line();
        if line.starts_with(start) {
            return line;
        }
    }
}

#[test]
fn a_script_at_an_echo_server_sends_its_lines_shows_what_comes_and_ends() {
    let listener = free_port();
    let mut chat = chat(&listener, &["--nickname", "anna"]);
    for line in ["hello", "Your nick", "LIST"] {
        chat.send(line);
    }
    chat.end_of_input();
    let mut client = accept(&listener);
    // A greeting without an end, that drives terminals.
    client.write_all(b"Welcome\x1b[2J").expect("chat reads");
    let served = std::thread::Builder::new().spawn(move || echo(client)).expect("a thread");
    skip_to(&mut chat, OTHER);
    assert!(skip_to(&mut chat, "Welcome").starts_with("Welcome^[[2J"));
    for line in ["hello", "Your nick", "LIST"] {
        skip_to(&mut chat, line);
    }
    assert_eq!(chat.wait().code(), Some(0));
    served.join().expect("the server ends");
    let (out, _) = chat.rest();
    assert!(!out.iter().any(|line| line.contains("anna") || line.contains("QUIT")), "{out:?}");
}

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn a_script_ends_at_a_server_that_neither_answers_nor_closes() {
    let listener = free_port();
    let mut chat = chat(&listener, &[]);
    chat.send("hello");
    chat.end_of_input();
    let mut client = accept(&listener);
    skip_to(&mut chat, OTHER);
    let mut said = String::new();
    client.read_to_string(&mut said).expect("its direction is closed");
    assert_eq!(said, "hello\n");
    assert_eq!(chat.wait().code(), Some(0));
}

#[test]
fn a_connection_that_breaks_is_no_success() {
    let listener = free_port();
    let mut chat = chat(&listener, &[]);
    let client = accept(&listener);
    skip_to(&mut chat, OTHER);
    client.shutdown(Shutdown::Both).expect("it is open");
    drop(client);
    assert_eq!(chat.wait().code(), Some(1));
    chat.expect_error("the connection to the server is lost");
}

/// A server of ours that was slow.
#[test]
fn where_the_nickname_is_asked_for_late_it_is_a_chat_after_all() {
    let listener = free_port();
    let mut chat = chat(&listener, &["--nickname", "anna"]);
    let mut client = accept(&listener);
    skip_to(&mut chat, OTHER);
    client.write_all(b"Your nickname?\n").expect("chat reads");
    skip_to(&mut chat, "It is a chat server after all");
    let mut said = [0; 5];
    client.read_exact(&mut said).expect("the nickname");
    assert_eq!(&said, b"anna\n");
    client.write_all(b"Successfully\nprocess\nWelcome\n").expect("chat reads");
    skip_to(&mut chat, "Welcome");
    chat.send("2");
    chat.end_of_input();
    let mut said = String::new();
    client.read_to_string(&mut said).expect("its direction is closed");
    assert_eq!(said, "2\nQUIT\n");
    client.write_all(b"Disconnected\n").expect("chat reads");
    drop(client);
    assert_eq!(chat.wait().code(), Some(0));
}

#[cfg(feature = "editor")]
mod at_a_terminal {
    use super::*;
    use crate::pty::Terminal;

    #[test]
    fn what_is_typed_goes_out_and_quit_leaves() {
        types_and_leaves("QUIT\r", 0);
    }

    #[test]
    fn what_is_typed_goes_out_and_ctrl_d_leaves() {
        types_and_leaves("\x04", 0);
    }

    #[test]
    fn what_is_typed_goes_out_and_ctrl_c_leaves() {
        types_and_leaves("\x03", 130);
    }

    fn types_and_leaves(leave: &str, status: u32) {
        let listener = free_port();
        let port = listener.local_addr().expect("its address").port().to_string();
        let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[], 24, 80);
        let client = accept(&listener);
        let served = std::thread::Builder::new().spawn(move || echo(client)).expect("a thread");
        terminal.wait_for(OTHER);
        terminal.type_in("/tell boris hi\r");
        terminal.wait_for("\u{258C} /tell boris hi");
        terminal.type_in("?\r");
        terminal.wait_for("\u{258C} ?");
        terminal.type_in(leave);
        assert_eq!(terminal.leave(), status, "{leave:?}");
        served.join().expect("the server ends");
        assert!(!terminal.contents().contains("\u{258C} QUIT"), "{}", terminal.contents());
    }
}
