//! The plain client on a terminal: where the terminal is dumb, or without the feature `editor`.

mod pty;
mod support;

use pty::Terminal;
use pty::played::Played;
use support::{Server, free_port};

#[test]
fn a_dumb_terminal_gets_no_escape_codes() {
    let server = Server::without_rate();
    let port = server.address.port().to_string();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[("TERM", "dumb")], 24, 80);
    terminal.wait_for("1. write to one user");
    terminal.type_in("2\r");
    terminal.wait_for("You in group");
    boris.send("hello");
    terminal.wait_for("(broadcast) boris: hello");
    terminal.type_in("QUIT\r");
    terminal.wait_for("Disconnected");
    assert_eq!(terminal.leave(), 0);
    assert_eq!(terminal.escapes(), 0, "a dumb terminal gets no escape codes");
}

/// The plain client, at the question for anna's password.
fn at_the_password() -> (Terminal, Played) {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let dumb: &[_] = if cfg!(feature = "editor") { &[("TERM", "dumb")] } else { &[] };
    let terminal = Terminal::start(&["--port", &port, "--nickname", "anna", "--no-reconnect"], dumb, 24, 80);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    assert!(terminal.echoes());
    server.say("Password?");
    terminal.wait_for("Password?");
    (terminal, server)
}

#[test]
fn a_password_is_not_seen() {
    let (mut terminal, mut server) = at_the_password();
    assert!(!terminal.echoes());
    terminal.type_in("correct horse\r");
    server.expect("correct horse");
    assert!(terminal.echoes(), "what is typed next is seen again");
    server.say("Successfully");
    terminal.type_in("QUIT\r");
    server.expect("QUIT");
    server.say("Disconnected");
    drop(server);
    assert_eq!(terminal.leave(), 0);
    assert!(!terminal.contents().contains("horse"), "{}", terminal.contents());
}

#[test]
fn the_terminal_is_as_it_was_where_the_server_goes_at_the_password() {
    let (mut terminal, server) = at_the_password();
    assert!(!terminal.echoes());
    drop(server);
    assert_eq!(terminal.leave(), 1);
}

#[test]
#[cfg(feature = "signals")]
fn the_terminal_is_as_it_was_after_ctrl_c_at_the_password() {
    let (mut terminal, _server) = at_the_password();
    assert!(!terminal.echoes());
    terminal.type_in("half\x03");
    assert_eq!(terminal.leave(), 130);
}
