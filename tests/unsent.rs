//! What becomes of the lines that are typed while the server goes: none is lost in silence, none goes where it should not.
#![cfg(feature = "editor")]

mod pty;
mod support;

use chatroom::server::Config;
use pty::Terminal;
use pty::played::{Played, in_the_group};
use support::{Server, free_port};

#[test]
fn a_password_that_nobody_asks_for_any_more_goes_nowhere() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("REGISTER\r");
    server.expect("REGISTER");
    server.say("Password?");
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct");
    terminal.wait_for_draft("Password? *******");
    drop(server);
    terminal.wait_for("A password was asked for");
    terminal.type_in(" horse\r");
    terminal.wait_for("Not sent: the server that asked for a password has gone");
    terminal.type_in("to all\r");
    let mut server = Played::accept(&listener);
    server.welcome();
    server.expect("to all");
    server.say("(broadcast) anna: to all");
    terminal.wait_for("anna: to all");
    // It still knows its own nickname: the next way back takes it again.
    drop(server);
    Played::accept(&listener).welcome();
    assert!(!terminal.contents().contains("horse"), "{}", terminal.contents());
}

#[test]
fn a_paste_while_the_server_is_away_arrives_whole() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop(server);
    terminal.wait_for("The server is gone");
    let lines: Vec<String> = (1..=150).map(|i| format!("pasted {i}")).collect();
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", lines.join("\r")));
    terminal.wait_for("send 150 lines? y/N");
    terminal.type_in("y\r");
    let mut server = Played::accept(&listener);
    server.welcome();
    lines.iter().for_each(|line| server.expect(line));
}

#[test]
fn what_does_not_fit_while_the_server_is_away_is_told() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop((listener, server));
    terminal.wait_for("The server is gone");
    let lines: Vec<String> = (1..=1003).map(|i| i.to_string()).collect();
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", lines.join("\r")));
    terminal.wait_for("send 1003 lines? y/N");
    terminal.type_in("y\r");
    terminal.wait_for("Not sent: too many lines wait for the server already");
    terminal.type_in("\x04");
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("Not sent: 1000");
    terminal.wait_for("Not sent: 3 lines");
}

#[test]
fn lines_without_their_receipts_are_counted_where_they_are_many() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    let lines: Vec<String> = (1..=300).map(|i| format!("pasted {i}")).collect();
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", lines.join("\r")));
    terminal.wait_for("send 300 lines? y/N");
    terminal.type_in("y\r");
    lines.iter().for_each(|line| server.expect(line));
    lines.iter().take(39).for_each(|line| server.say(&format!("(broadcast) anna: {line}")));
    terminal.wait_for("anna: pasted 39");
    drop(server);
    terminal.wait_for("Not known to have arrived: 261 lines");
}

/// A refusal is for the line that was refused, and for no other.
#[test]
fn a_message_is_told_though_a_word_before_it_was_refused() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("/dance\rhello\r");
    server.expect("/dance");
    server.expect("hello");
    server.say("Not sent: there is no word /dance");
    terminal.wait_for("there is no word /dance");
    drop(server);
    terminal.wait_for("Not known to have arrived: hello");
    assert!(!terminal.contents().contains("arrived: /dance"), "{}", terminal.contents());
}

#[test]
fn ctrl_c_does_not_wait_for_a_long_paste_that_is_under_way() {
    let server = Server::with(Config { rate: Some(10), ..Config::default() });
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let lines: Vec<String> = (1..=2000).map(|i| format!("pasted {i}")).collect();
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", lines.join("\r")));
    terminal.wait_for("send 2000 lines? y/N");
    terminal.type_in("y\r");
    terminal.wait_for("anna: pasted 19");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("\x03");
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("Not known to have arrived: 19");
    terminal.wait_for("chat: you have left without the server's goodbye");
}

#[test]
fn what_waited_is_told_when_one_leaves() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop((listener, server));
    terminal.wait_for("The server is gone");
    terminal.type_in("hello\r");
    terminal.wait_for("[anna away");
    terminal.type_in("\x03");
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("Not sent: hello");
    assert!(!terminal.contents().contains("Not sent: QUIT"), "{}", terminal.contents());
}
