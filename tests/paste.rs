//! What is pasted into `chat`.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use support::Server;

#[test]
fn a_long_paste_is_asked_about_once() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("\x1b[200~one\rtwo\rthree\x1b[201~\r");
    for line in ["one", "two", "three"] {
        boris.skip_to(&format!("(broadcast) anna: {line}"));
    }
    let paste: Vec<String> = (1..=12).map(|i| format!("line {i}")).collect();
    let paste = format!("\x1b[200~{}\x1b[201~\r", paste.join("\r"));
    terminal.type_in(&paste);
    terminal.wait_for("send 12 lines? y/N");
    terminal.type_in("n\r");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in(&paste);
    terminal.wait("a second question", |screen| screen.contents().matches("send 12 lines? y/N").count() == 2);
    terminal.type_in("y\r");
    for i in 1..=12 {
        boris.skip_to(&format!("(broadcast) anna: line {i}"));
    }
}

/// Waits until the last row is the question.
fn wait_for_question(terminal: &Terminal) {
    terminal.wait("question in the last row", |screen| {
        screen.contents().lines().rfind(|row| !row.is_empty()).is_some_and(|row| row.trim_end() == "send 12 lines? y/N")
    });
}

/// Pastes twelve lines as anna in the group, and answers the question.
fn pastes_twelve_lines(terminal: &mut Terminal, answer: &str) {
    let paste: Vec<String> = (1..=12).map(|i| format!("line {i}")).collect();
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", paste.join("\r")));
    wait_for_question(terminal);
    terminal.type_in(answer);
}

#[test]
fn a_paste_that_is_not_sent_is_told_and_can_be_had_back() {
    for answer in ["\r", "n\r", "No\r", "\x03", "\x04"] {
        let server = Server::without_rate();
        let mut boris = server.group("boris");
        let mut terminal = Terminal::chat(&server, &[], 24, 80);
        terminal.enter();
        pastes_twelve_lines(&mut terminal, answer);
        terminal.wait_for("Not sent: 12 lines; the arrow up brings them back");
        terminal.wait_for_draft("[anna in the group]");
        terminal.type_in("\x1b[A");
        terminal.wait_for("paste of 12 lines, Enter sends");
        terminal.type_in("\r");
        wait_for_question(&terminal);
        terminal.type_in("yes\r");
        boris.expect("(broadcast) General information: anna has joined the Chat");
        for i in 1..=12 {
            boris.expect(&format!("(broadcast) anna: line {i}"));
        }
    }
}

#[test]
fn what_is_no_answer_to_the_question_is_the_next_draft() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    pastes_twelve_lines(&mut terminal, "yesterday it rained\r");
    terminal.wait_for("Not sent: 12 lines");
    terminal.wait_for_draft("[anna in the group] yesterday it rained");
    terminal.type_in("\r");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    boris.expect("(broadcast) anna: yesterday it rained");
}

#[test]
fn no_line_of_a_paste_at_tells_questions_becomes_public() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    terminal.type_in("TELL\r");
    terminal.wait_for_draft("[anna: TELL to whom?]");
    terminal.type_in("\x1b[200~boris\rsecret one\rsecret two\x1b[201~\r");
    terminal.wait_for("Not sent: one nickname is asked for");
    terminal.wait_for_draft("[anna: TELL to whom?]");
    terminal.type_in("boris\r");
    terminal.wait_for_draft("[anna to boris, once]");
    terminal.type_in("\x1b[200~secret one\rLIST\rsecret two\x1b[201~\r");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    for text in ["secret one", "LIST", "secret two"] {
        boris.expect(&format!("(private) anna : {text}"));
    }
    terminal.wait_for_draft("[anna in the group]");
}
