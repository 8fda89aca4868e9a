//! The prompt of `chat`: who writes, and to whom it goes.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use support::Server;

#[test]
fn the_prompt_says_to_whom() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &["--nickname", "anna"], 24, 80);
    terminal.wait_for("1. write to one user");
    terminal.type_in("1\r");
    terminal.wait_for("1.boris");
    terminal.type_in("1\r");
    terminal.wait_for("[anna to boris]");
    terminal.type_in("hello\r");
    boris.skip_to("(private) anna : hello");
    terminal.type_in("MENU\r");
    terminal.wait_for_draft("[anna]");
    terminal.type_in("2\r");
    terminal.wait_for_draft("[anna in the group]");
}

#[test]
fn at_tells_questions_the_prompt_says_where_each_line_goes() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("TELL\r");
    terminal.wait_for_draft("[anna: TELL to whom?]");
    terminal.type_in("boris\r");
    terminal.wait_for_draft("[anna to boris, once]");
    // No word counts there, and ? is no HELP.
    terminal.type_in("?\r");
    boris.skip_to("(private) anna : ?");
    terminal.wait_for("you to boris: ?");
    terminal.wait_for_draft("[anna in the group]");
    let rows = terminal.history();
    assert!(!rows.iter().any(|row| row.starts_with("[anna to boris, once] ?")), "one's own line once: {rows:#?}");
}

#[test]
fn where_nobody_has_the_nickname_tell_asks_again_and_so_does_the_prompt() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("TELL\rgleb\r");
    terminal.wait_for("Not sent: nobody here is called gleb; choose somebody else");
    terminal.wait_for_draft("[anna: TELL to whom?]");
    terminal.type_in("boris\r");
    terminal.wait_for_draft("[anna to boris, once]");
    terminal.type_in("coffee?\r");
    boris.skip_to("(private) anna : coffee?");
    terminal.wait_for_draft("[anna in the group]");
}

#[test]
fn ctrl_c_gives_tells_questions_up_and_does_not_leave() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("TELL\r");
    terminal.wait_for_draft("[anna: TELL to whom?]");
    terminal.type_in("\x03");
    terminal.wait_for("No message was sent");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("TELL\rboris\r");
    terminal.wait_for_draft("[anna to boris, once]");
    // A draft is cleared first, as everywhere.
    terminal.type_in("half a secret");
    terminal.wait_for_draft("[anna to boris, once] half a secret");
    terminal.type_in("\x03");
    terminal.wait_for_draft("[anna to boris, once]");
    terminal.type_in("\x03");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("to all\r");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    boris.expect("(broadcast) anna: to all");
}

#[test]
fn when_the_partner_has_left_the_prompt_says_so_at_once() {
    let server = Server::without_rate();
    let boris = server.login("boris");
    let mut terminal = Terminal::chat(&server, &["--nickname", "anna"], 24, 80);
    terminal.wait_for("1. write to one user");
    terminal.type_in("1\rboris\r");
    terminal.wait_for_draft("[anna to boris]");
    terminal.type_in("a draft");
    terminal.wait_for_draft("[anna to boris] a draft");
    boris.quit();
    terminal.wait_for_draft("[anna to nobody] a draft");
    terminal.type_in("\r");
    terminal.wait_for("Not delivered: boris has left");
    terminal.wait_for_draft("[anna]");
    assert!(terminal.contents().contains("[anna to nobody] a draft"), "what was not sent can still be read");
}

#[test]
fn a_short_answer_is_written_out_before_it_goes_out() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("/r yes\r");
    terminal.wait_for("Not sent: nobody has written to you alone yet");
    boris.send("/tell anna coffee?");
    terminal.wait_for("boris to you: coffee?");
    // Pasted, the space after it is no key.
    terminal.type_in("\x1b[200~/r yes\x1b[201~\r");
    terminal.wait_for_draft("[anna in the group] /tell boris yes");
    terminal.type_in("\r");
    boris.skip_to("(private) anna : yes");
}

/// A prompt that shrinks under a draft is drawn without a gap, and says all that it has to in a narrow window.
#[test]
fn a_prompt_that_shrinks_leaves_no_gap() {
    let server = Server::without_rate();
    let name = "constantine-the-second";
    let partner = server.group(name);
    let mut terminal = Terminal::chat(&server, &[], 15, 60);
    terminal.wait_for("Your nickname?");
    terminal.type_in("anna\r");
    terminal.wait_for_draft("[anna]");
    terminal.type_in("1\r");
    terminal.wait_for("Choose your user-chat");
    terminal.type_in(&format!("{name}\r"));
    terminal.wait_for_draft(&format!("[anna to {name}]"));
    terminal.type_in("a draft");
    terminal.wait_for_draft(&format!("[anna to {name}] a draft"));
    drop(partner);
    terminal.wait_for_draft("[anna to nobody] a draft");
    terminal.type_in("\x03MENU\r");
    terminal.wait_for_draft("[anna]");
    terminal.type_in("MENU");
    terminal.wait_for_draft("[anna] MENU");
}
