//! `chat` with its line editor in a real pseudo-terminal, seen through a screen emulator.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use support::Server;

/// Types half a line, lets 50 messages arrive, sees the half line whole and at the bottom, sends it whole.
fn survives(terminal: &mut Terminal, server: &Server, draft: &str) {
    let mut boris = server.group("boris");
    terminal.type_in(draft);
    let whole = format!("[anna in the group] {draft}");
    terminal.wait_for_draft(whole.trim_end());
    for i in 1..=50 {
        boris.send(&format!("message {i}"));
    }
    terminal.wait_for("message 50");
    terminal.wait_for_draft(whole.trim_end());
    terminal.type_in(" end\r");
    boris.skip_to(&format!("(broadcast) anna: {draft} end"));
    terminal.wait_for_draft("[anna in the group]");
    terminal.wait_for(" end");
    let shown: Vec<String> = terminal.history().into_iter().filter(|row| row.contains("message ")).collect();
    assert_eq!(shown.len(), 50, "each message once: {shown:#?}");
    for (i, row) in shown.iter().enumerate() {
        assert!(row.ends_with(&format!("message {}", i + 1)), "in order: {shown:#?}");
    }
    let own = terminal.history().into_iter().filter(|row| row.contains(" end")).count();
    assert_eq!(own, 1, "one's own line once:\n{}", terminal.contents());
}

#[test]
fn half_a_line_survives_fifty_messages_in_any_script() {
    for draft in ["half a line", "половина строки ёжик", "半分の行 中文", "half 🙂🎉 a line 🙂"]
    {
        let server = Server::without_rate();
        let mut terminal = Terminal::chat(&server, &[], 24, 80);
        terminal.enter();
        survives(&mut terminal, &server, draft);
    }
}

#[test]
fn a_draft_of_two_rows_survives_fifty_messages() {
    for draft in ["long ".repeat(20).trim_end(), "длинный черновик ".repeat(7).trim_end(), &"中文".repeat(30)]
    {
        let server = Server::without_rate();
        let mut terminal = Terminal::chat(&server, &[], 24, 80);
        terminal.enter();
        survives(&mut terminal, &server, draft);
    }
}

/// Waits until the last rows of the screen are this draft, at this width.
fn wait_until_drawn(terminal: &Terminal, draft: &str, columns: u16) {
    let characters: Vec<char> = draft.chars().collect();
    let rows: Vec<String> = characters
        .chunks(usize::from(columns))
        .map(|row| row.iter().collect::<String>().trim_end().to_owned())
        .collect();
    terminal.wait(&format!("draft at {columns} columns"), |screen| {
        let shown: Vec<String> = screen.rows(0, columns).map(|row| row.trim_end().to_owned()).collect();
        let last = shown.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
        shown[..last].ends_with(&rows)
    });
}

#[test]
fn a_draft_survives_a_new_size_of_the_window() {
    let server = Server::without_rate();
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    // From wide to narrow, where it needs two rows, and back; then all goes on as if nothing had happened.
    terminal.type_in("a draft, чтобы жить");
    let whole = "[anna in the group] a draft, чтобы жить";
    let mut vera = server.group("vera");
    for (columns, message) in [(30, "narrow"), (12, "tiny"), (80, "wide")] {
        terminal.resize(24, columns);
        wait_until_drawn(&terminal, whole, columns);
        vera.send(message);
        terminal.wait_for(message);
        wait_until_drawn(&terminal, whole, columns);
    }
    terminal.type_in("\x03");
    survives(&mut terminal, &server, "in a window that was narrow");
}

#[test]
fn a_draft_survives_a_new_width_where_the_terminal_lays_it_out_anew() {
    let server = Server::without_rate();
    let port = server.address.port().to_string();
    let mut terminal = Terminal::start(&["--port", &port], &[("TMUX", "a socket")], 24, 80);
    terminal.enter();
    let mut boris = server.group("boris");
    for i in 1..=40 {
        boris.send(&format!("message {i}"));
    }
    terminal.wait_for("message 40");
    let draft = "два ряда and more ".repeat(6);
    let whole = format!("[anna in the group] {}.", draft.trim_end());
    terminal.type_in(&format!("{}.", draft.trim_end()));
    terminal.wait_for_draft(&whole);
    // From two rows to one, to three, back to two, to five.
    for (i, columns) in [160, 50, 80, 29].into_iter().enumerate() {
        let escapes = terminal.escapes();
        terminal.reflow(columns);
        terminal.wait_for_draft(&whole);
        boris.send(&format!("at {columns} columns"));
        terminal.wait("the message above the whole draft", |screen| {
            screen.contents().contains(&format!("at {columns} columns")) && pty::draft(screen) == whole
        });
        assert!(terminal.escapes() > escapes, "it was drawn anew");
        let history = terminal.history();
        let messages = history.iter().filter(|row| row.contains("boris: message ")).count();
        assert_eq!(messages, 40, "none is wiped at {columns} columns: {history:#?}");
        let before: Vec<_> = history.iter().filter(|row| row.contains(" columns")).collect();
        assert_eq!(before.len(), i + 1, "{history:#?}");
        let drafts = history.iter().filter(|row| row.contains("два ряда")).count();
        assert_eq!(drafts, 1, "no part of the draft is left behind at {columns} columns: {history:#?}");
    }
}

#[test]
fn no_message_is_wiped_where_the_terminal_is_not_known() {
    let server = Server::without_rate();
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let mut boris = server.group("boris");
    let draft = "два ряда and more ".repeat(6);
    terminal.type_in(draft.trim_end());
    let is_whole = |screen: &vt100::Screen| pty::draft(screen).matches("and more").count() == 6;
    terminal.wait("the whole draft: no key is under way when the window changes", is_whole);
    let mut sent = 0;
    // It lays out anew, and then it does not.
    for (i, columns) in [160, 50, 120, 29, 100, 40, 80, 160, 60, 130, 35, 80].into_iter().enumerate() {
        for _ in 0..10 {
            sent += 1;
            boris.send(&format!("message {sent}."));
            // Shown, it has been drawn for its own ring: none is under way when the window changes.
            terminal.wait_for(&format!("message {sent}."));
        }
        terminal.wait("the draft", is_whole);
        if i < 6 { terminal.reflow(columns) } else { terminal.resize(24, columns) }
    }
    boris.send("the end");
    terminal.wait_for("the end");
    let history = terminal.history().join("\n");
    let lost: Vec<usize> = (1..=sent).filter(|i| !history.contains(&format!("message {i}."))).collect();
    assert!(lost.is_empty(), "wiped: {lost:?}\n{history}");
}

#[test]
fn messages_leave_no_gap_in_the_top_row() {
    let server = Server::without_rate();
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let mut boris = server.group("boris");
    terminal.wait_for("boris has joined");
    // The answer to the client's own LIST.
    terminal.wait_for("Here: ");
    terminal.type_in("draft\x0c");
    terminal.wait("an empty screen", |screen| screen.contents().trim_end() == "[anna in the group] draft");
    boris.send("hello");
    terminal.wait("the message in the top row", |screen| {
        let rows: Vec<String> = screen.rows(0, 80).collect();
        rows[0].ends_with("boris: hello") && rows[1].starts_with("[anna in the group] draft")
    });
}

#[test]
fn the_end_of_the_server_leaves_the_terminal_as_it_was() {
    let server = Server::without_rate();
    let mut terminal = Terminal::chat(&server, &["--no-reconnect"], 24, 80);
    terminal.enter();
    terminal.type_in("half a line");
    terminal.wait_for_draft("[anna in the group] half a line");
    drop(server);
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("Disconnected");
    terminal.wait_for("chat: the server has closed the connection");
    terminal.wait("end of bracketed paste", |screen| !screen.bracketed_paste());
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    for signal in ["TERM", "HUP", "QUIT"] {
        let server = Server::without_rate();
        let mut terminal = Terminal::chat(&server, &[], 24, 80);
        terminal.enter();
        terminal.type_in("half a line");
        terminal.wait_for_draft("[anna in the group] half a line");
        let process = terminal.process_id().to_string();
        // The shell's own: not every system has a program `kill`.
        let killed = std::process::Command::new("sh").args(["-c", "kill -s $0 $1", signal, &process]).status();
        assert!(killed.expect("every system has a shell").success());
        assert_eq!(terminal.leave(), 130);
        terminal.wait("end of bracketed paste", |screen| !screen.bracketed_paste());
    }
}
