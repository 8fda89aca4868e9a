//! The keys of `chat` in a real pseudo-terminal, as users of terminals know them.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
#[cfg(feature = "signals")]
use pty::played::Played;
use support::Server;
#[cfg(feature = "signals")]
use support::free_port;

#[test]
fn what_is_typed_ahead_is_sent_line_by_line() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.wait_for("Your nickname?");
    terminal.type_in("anna\r2\rfirst\rsecond\rthi");
    for line in ["first", "second"] {
        boris.skip_to(&format!("(broadcast) anna: {line}"));
    }
    terminal.wait_for_draft("[anna in the group] thi");
}

#[test]
fn the_keys_do_what_they_do_elsewhere() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let prompt = "[anna in the group]";
    terminal.type_in("a draft");
    terminal.wait_for_draft("[anna in the group] a draft");
    terminal.type_in("\x03");
    terminal.wait_for_draft(prompt);
    terminal.type_in("hello\r");
    boris.skip_to("(broadcast) anna: hello");
    terminal.wait_for("anna: hello");
    // The unsent draft comes back.
    terminal.type_in("unsent\x1b[A");
    terminal.wait_for_draft("[anna in the group] hello");
    terminal.type_in("\x1b[B");
    terminal.wait_for_draft("[anna in the group] unsent");
    terminal.type_in("\x03\x12hel");
    terminal.wait_for("(reverse-i-search)`hel': hello");
    terminal.type_in("\r");
    boris.skip_to("(broadcast) anna: hello");
    // Words, nicknames, and whom one answers.
    terminal.type_in("LI\t");
    terminal.wait_for_draft("[anna in the group] LIST");
    terminal.type_in("\x03BO\t");
    terminal.wait_for_draft("[anna in the group] boris:");
    terminal.type_in("\t");
    terminal.wait_for_draft("[anna in the group] BO");
    boris.send("/tell anna psst");
    terminal.wait_for("psst");
    terminal.wait_for_draft("[anna in the group] BO");
    terminal.type_in("\x03/r yes\r");
    boris.skip_to("(private) anna : yes");
    terminal.type_in("?\r");
    terminal.wait_for("back to the question");
    terminal.type_in("\x04");
    assert_eq!(terminal.leave(), 0);
    boris.skip_to("(broadcast) General information: anna has left the Chat");
}

#[test]
fn ctrl_c_on_an_empty_line_leaves() {
    let server = Server::without_rate();
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("\x03");
    terminal.wait_for("Disconnected");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn ctrl_z_and_fg_bring_the_draft_back() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::shell(&format!(
        "cd \"$XDG_STATE_HOME\"; set -m; stty -g >before; \"$CHAT\" -p {} -n anna; stty -g >stopped; echo now fg; fg >/dev/null",
        server.address.port()
    ));
    terminal.wait_for("1. write to one user");
    terminal.type_in("2\r");
    terminal.wait_for("[anna in the group]");
    let draft = "a draft of two rows ".repeat(5);
    let whole = format!("[anna in the group] {}", draft.trim_end());
    terminal.type_in(&draft);
    terminal.wait_for_draft(&whole);
    terminal.type_in("\x1a");
    terminal.wait_for("now fg");
    terminal.wait_for_draft(&whole);
    terminal.type_in("end\r");
    boris.skip_to(&format!("(broadcast) anna: {draft}end"));
    let setting = |name| std::fs::read_to_string(terminal.home().join(name)).expect("what stty said");
    assert_eq!(setting("before"), setting("stopped"), "while it was stopped the terminal was as it had been");
    terminal.wait_for("now fg");
    terminal.type_in("\x04");
    assert_eq!(terminal.leave(), 0);
}

/// `kill -STOP`, of a client that has told its number; the shell says `stty sane`, and lets it go on.
#[cfg(feature = "signals")]
fn stop_and_let_go_on(terminal: &Terminal) {
    let id = std::fs::read_to_string(terminal.home().join("id")).expect("its number");
    let id = rustix::process::Pid::from_raw(id.trim().parse().expect("a number")).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::STOP).expect("it runs");
    terminal.wait_for("now fg");
}

#[test]
#[cfg(feature = "signals")]
fn after_a_stop_from_outside_the_terminal_is_silent_again() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::shell(&format!(
        "cd \"$XDG_STATE_HOME\"; set -m; sh -c 'echo $$ >id; exec \"$CHAT\" -p {} -n anna'; stty sane; echo now fg; fg >/dev/null",
        server.address.port()
    ));
    terminal.wait_for("1. write to one user");
    terminal.type_in("2\r");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("a draft");
    terminal.wait_for_draft("[anna in the group] a draft");
    stop_and_let_go_on(&terminal);
    terminal.wait_for_draft("[anna in the group] a draft");
    terminal.type_in(" and more\r");
    boris.skip_to("(broadcast) anna: a draft and more");
    assert!(!terminal.echoes(), "what is typed is not shown by the terminal itself");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("\x04");
    assert_eq!(terminal.leave(), 0);
}

#[test]
#[cfg(feature = "signals")]
fn after_a_stop_from_outside_a_password_is_not_shown() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port();
    let mut terminal = Terminal::shell(&format!(
        "cd \"$XDG_STATE_HOME\"; set -m; sh -c 'echo $$ >id; exec \"$CHAT\" -p {port} -n anna'; stty sane; echo now fg; fg >/dev/null"
    ));
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say("Password?");
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct");
    terminal.wait_for_draft("Password? *******");
    stop_and_let_go_on(&terminal);
    terminal.wait_for_draft("Password? *******");
    assert!(!terminal.echoes(), "what is typed is not shown by the terminal itself");
    terminal.type_in(" horse");
    terminal.wait_for_draft("Password? *************");
    terminal.type_in("\r");
    server.expect("correct horse");
    assert!(!terminal.written().contains("correct") && !terminal.written().contains("horse"), "it was shown");
}

#[test]
fn history_comes_back_without_private_texts() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    for line in ["hello all", "/tell boris a secret", "TELL", "boris", "another secret", "bye all"] {
        terminal.type_in(&format!("{line}\r"));
    }
    boris.skip_to("(broadcast) anna: hello all");
    boris.skip_to("(private) anna : a secret");
    boris.skip_to("(private) anna : another secret");
    boris.skip_to("(broadcast) anna: bye all");
    terminal.wait_for("anna: bye all");
    terminal.type_in("QUIT\r");
    assert_eq!(terminal.leave(), 0);
    let kept = std::fs::read_to_string(terminal.home().join("chatroom/history")).expect("the history");
    assert_eq!(kept, "hello all\nbye all\n");

    let port = server.address.port().to_string();
    let mut again = Terminal::start_at(terminal.into_home(), &["--port", &port], &[], 24, 80);
    again.enter();
    again.type_in("\x1b[A\x1b[A\x1b[A\x1b[A");
    again.wait_for_draft("[anna in the group] hello all");
}

#[test]
fn what_comes_in_during_a_search_waits_for_the_next_key() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("hello\r");
    boris.skip_to("(broadcast) anna: hello");
    terminal.type_in("\x12hel");
    terminal.wait_for("(reverse-i-search)`hel': hello");
    for i in 1..=20 {
        boris.send(&format!("message {i}"));
    }
    boris.skip_to("(broadcast) boris: message 20");
    // Nothing shows when the last of them has come: so a letter is typed and taken back, again and again.
    for key in "l\x7f".chars().cycle() {
        terminal.type_in(&key.to_string());
        let search = if key == 'l' { "(reverse-i-search)`hell': hello" } else { "(reverse-i-search)`hel': hello" };
        terminal.wait("the search in the last row", |screen| {
            screen.contents().lines().rfind(|row| !row.is_empty()) == Some(search)
        });
        if terminal.contents().contains("message 20") {
            break;
        }
    }
    terminal.type_in("\x07draft");
    terminal.wait_for_draft("[anna in the group] draft");
    let shown: Vec<String> = terminal.history().into_iter().filter(|row| row.contains("message ")).collect();
    assert_eq!(shown.len(), 20, "each message once: {shown:#?}");
    assert!(!terminal.history().iter().any(|row| row.contains("reverse")), "the search leaves nothing behind");
}

#[test]
fn a_search_where_there_is_nothing_to_find_holds_nothing_back() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("draft\x12");
    terminal.wait_for_draft("[anna in the group] draft");
    for i in 1..=3 {
        boris.send(&format!("message {i}"));
        terminal.wait_for(&format!("message {i}"));
    }
}

#[test]
fn the_end_of_the_server_ends_a_search_too() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &["--no-reconnect"], 24, 80);
    terminal.enter();
    terminal.type_in("hello\r");
    boris.skip_to("(broadcast) anna: hello");
    terminal.type_in("\x12hel");
    terminal.wait_for("(reverse-i-search)`hel': hello");
    boris.send("the last message");
    boris.skip_to("(broadcast) boris: the last message");
    drop(server);
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("chat: the server has closed the connection");
    let history = terminal.history();
    assert!(history.iter().any(|row| row.ends_with("boris: the last message")), "{history:#?}");
    assert!(!history.iter().any(|row| row.contains("reverse")), "the search leaves nothing behind: {history:#?}");
}
