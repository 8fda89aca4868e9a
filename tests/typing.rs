//! Typing into `chat` where the server is slow, or the room is loud.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use pty::played::Played;
use support::free_port;

use chatroom::protocol::QUESTION;

#[test]
fn a_prompt_is_whole_where_the_answer_is_slow() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[], 24, 80);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say("Successfully");
    terminal.wait_for_draft("[anna]");
    server.say(QUESTION);
    terminal.wait_for("1. write to one user");
    terminal.type_in("2\r");
    server.expect("2");
    terminal.wait_for_draft("[anna]");
    terminal.type_in("draft");
    terminal.wait_for_draft("[anna]              draft");
    server.say("You in group");
    terminal.wait_for_draft("[anna in the group] draft");
}
