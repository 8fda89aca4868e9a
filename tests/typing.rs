//! Typing into `chat` where the server is slow, or the room is loud.
#![cfg(feature = "editor")]

mod pty;
mod support;

use std::thread;
use std::time::{Duration, Instant};

use pty::Terminal;
use pty::played::{Played, in_the_group};
use support::{Server, free_port};

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
    terminal.wait_for_draft("[anna] draft");
    server.say("You in group");
    terminal.wait_for_draft("[anna in the group] draft");
}

#[test]
fn a_key_is_on_the_screen_at_once_while_two_thousand_messages_a_second_come() {
    const MESSAGES: usize = 6000;
    const BURST: usize = 20;
    /// Between two bursts: 2,000 messages a second.
    const PAUSE: Duration = Duration::from_millis(10);
    /// Promised for each key; asked of the median, since the machine may be busy with other tests.
    const BOUND: Duration = Duration::from_millis(100);

    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    let floods = move || {
        let began = Instant::now();
        for burst in 0..MESSAGES / BURST {
            let due = began + PAUSE * u32::try_from(burst).expect("few");
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let lines: Vec<_> =
                (0..BURST).map(|i| format!("(broadcast) boris: message {}", burst * BURST + i)).collect();
            server.say(&lines.join("\n"));
        }
        server
    };
    let flood = thread::Builder::new().name("flood".into()).spawn(floods).expect("a thread");
    terminal.wait_for("boris: message");
    let mut draft = String::from("[anna in the group] ");
    let mut waits = Vec::new();
    for key in "abcdefghijklmnopqrst".chars() {
        draft.push(key);
        let typed = Instant::now();
        terminal.type_in(&key.to_string());
        terminal.wait_for_draft(&draft);
        waits.push(typed.elapsed());
    }
    assert!(!flood.is_finished(), "the messages ended before the keys did");
    terminal.wait_for(&format!("message {}", MESSAGES - 1));
    terminal.wait_for_draft(&draft);
    let shown: Vec<String> = terminal.history().into_iter().filter(|row| row.contains("message ")).collect();
    assert_eq!(shown.len(), MESSAGES, "nothing lost, nothing twice");
    for (i, row) in shown.iter().enumerate() {
        assert!(row.ends_with(&format!(" message {i}")), "in order: {row} is row {i}");
    }
    waits.sort();
    assert!(waits[waits.len() / 2] < BOUND, "{waits:?}");
    flood.join().expect("the flood has ended");
}

#[test]
fn a_server_that_is_silent_is_told_and_can_be_left() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("into the void\r");
    server.expect("into the void");
    terminal.type_in("draft");
    terminal.wait_for("No answer yet: into the void");
    terminal.wait_for_draft("[anna in the group] draft");
    server.say("(broadcast) anna: into the void");
    terminal.wait_for("anna: into the void");
    terminal.type_in("\x03\x03");
    server.expect("QUIT");
    // No goodbye comes, and the connection stays.
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("chat: you have left without the server's goodbye");
}

/// Too few descriptors for rustyline, which opens some of its own for each line.
#[test]
#[cfg(all(target_os = "linux", feature = "signals"))]
fn a_terminal_that_cannot_be_read_is_one_line_and_status_1() {
    let server = Server::start();
    let port = server.address.port();
    // With fewer descriptors there is no editor, and the plain client works; with more there is nothing amiss.
    let ends = |limit: usize| {
        let mut terminal = Terminal::shell(&format!("ulimit -n {limit}; exec $CHAT --port {port} --nickname anna"));
        terminal.wait_for("go into the group");
        terminal.type_in("QUIT\r");
        let status = terminal.leave();
        let is_told = terminal.contents().contains("chat: cannot read the input: ");
        assert_eq!(status == 1, is_told, "{limit}: status {status}");
        is_told
    };
    assert!((8..20).any(ends), "no limit at which the terminal cannot be read");
}

#[test]
fn a_password_that_is_typed_ahead_is_not_seen_and_goes_nowhere_else() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("REGISTER\r");
    server.expect("REGISTER");
    // The answer is slow: there is a prompt again.
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct horse");
    terminal.wait_for("*************");
    terminal.type_in("\r");
    server.say("At least 8 characters, twice; an empty line gives it up");
    server.say("Password?");
    server.expect("correct horse");
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct horse\r");
    server.say("Password?");
    server.expect("correct horse");
    server.say("Registered: anna is yours");
    terminal.wait_for_draft("[anna in the group]");
    // A server that keeps nothing: it would go to all.
    terminal.type_in("REGISTER\r");
    server.expect("REGISTER");
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct horse");
    terminal.wait_for("*************");
    server.say("Not sent: REGISTER needs a server with a database; this one keeps nothing");
    terminal.wait_for("Not sent: REGISTER needs");
    terminal.type_in("\r");
    terminal.wait_for("Not sent: no password is asked for");
    terminal.type_in("to all\r");
    server.expect("to all");
    terminal.type_in("\x1b[A\x1b[A");
    terminal.wait_for_draft("[anna in the group] REGISTER");
    let shown = terminal.history().join("\n");
    assert!(!shown.contains("correct"), "{shown}");
}

#[test]
fn what_is_no_chat_server_is_told_and_can_be_left() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let dumb = [("TERM", "dumb")];
    for environment in [&[][..], if cfg!(feature = "signals") { &dumb } else { &[] }] {
        let mut terminal = Terminal::start(&["--port", &port], environment, 24, 80);
        let (_silent, _) = listener.accept().expect("chat connects");
        terminal.wait_for("Connected, but nothing comes");
        terminal.type_in("\x03");
        assert_eq!(terminal.leave(), 130);
    }
}

#[test]
fn what_is_refused_by_the_client_itself_has_its_mark_and_its_place() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &["--no-time"], 24, 80);
    terminal.enter();
    terminal.type_in(&format!("{}\rafter\r", "x".repeat(5000)));
    boris.skip_to("(broadcast) anna: after");
    terminal.wait_for("▐ anna: after");
    let shown = terminal.history().join("\n");
    let refused = shown.find("▌ Not sent: the line is longer than 4096 bytes");
    assert!(refused.is_some() && refused < shown.find("▐ anna: after"), "{shown}");
}

#[test]
fn an_answer_to_a_question_is_no_history() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("hello\r");
    boris.skip_to("(broadcast) anna: hello");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("MENU\r");
    terminal.wait_for_draft("[anna]");
    terminal.type_in("2\r");
    terminal.wait_for_draft("[anna in the group]");
    // What was sent, then the word that was typed before it; and nothing before those.
    terminal.type_in("\x1b[A");
    terminal.wait_for_draft("[anna in the group] MENU");
    terminal.type_in("\x1b[A");
    terminal.wait_for_draft("[anna in the group] hello");
    terminal.type_in("\x1b[A!\r");
    boris.skip_to("(broadcast) anna: hello!");
}
