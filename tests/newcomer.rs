//! What a newcomer types for a word is asked about, once; `/nick` says where it works.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use pty::played::in_the_group;
use support::{Server, free_port};

#[test]
fn a_word_that_was_meant_does_not_go_to_the_whole_class_and_is_asked_about_once() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("help\r");
    terminal.wait_for("Is the word HELP meant? Y/n");
    terminal.type_in("y\r");
    server.expect("HELP");
    // Now it is known.
    terminal.type_in("exit\r");
    server.expect("exit");
}

#[test]
fn a_text_that_is_meant_is_sent_and_something_else_is_the_next_draft() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("Quit\r");
    terminal.wait_for("Is the word QUIT meant? Y/n");
    terminal.type_in("n\r");
    server.expect("Quit");
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("list\r");
    terminal.wait_for("Is the word LIST meant? Y/n");
    terminal.type_in("who is here\r");
    terminal.wait_for_draft("[anna in the group] who is here");
    terminal.type_in("\r");
    server.expect("who is here");
}

#[test]
fn where_it_is_an_answer_or_a_part_of_a_paste_nothing_is_asked() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("\x1b[200~one\rquit\x1b[201~\r");
    server.expect("one");
    server.expect("quit");
    terminal.type_in("TELL\r");
    server.expect("TELL");
    server.say(chatroom::protocol::TELL_WHO);
    terminal.wait_for_draft("[anna: TELL to whom?]");
    terminal.type_in("exit\r");
    server.expect("exit");
}

/// A terminal without an editor.
#[test]
fn the_plain_client_asks_too() {
    let server = Server::start();
    let port = server.address.port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[("TERM", "dumb")], 24, 80);
    terminal.wait_for("1. write to one user");
    terminal.type_in("2\r");
    terminal.wait_for("You in group");
    terminal.type_in("exit\r");
    terminal.wait_for("Is the word QUIT meant? Y/n");
    terminal.type_in("\r");
    terminal.wait_for("Disconnected");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn nick_says_where_it_works() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    for nick in ["/nick vera\r", "/nick\r"] {
        terminal.type_in(nick);
        terminal.wait_for("Not sent: /nick NAME works only while a lost server is tried again");
    }
    terminal.type_in("/nickname\r");
    server.expect("/nickname");
}
