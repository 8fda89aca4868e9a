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
fn messages_leave_no_gap_in_the_top_row() {
    let server = Server::without_rate();
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let mut boris = server.group("boris");
    terminal.wait_for("boris has joined");
    terminal.type_in("draft\x0c");
    terminal.wait("an empty screen", |screen| screen.contents().trim_end() == "[anna in the group] draft");
    boris.send("hello");
    terminal.wait("the message in the top row", |screen| {
        let rows: Vec<String> = screen.rows(0, 80).collect();
        rows[0].ends_with("boris: hello") && rows[1].starts_with("[anna in the group] draft")
    });
}

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
    for signal in ["TERM", "HUP"] {
        let server = Server::without_rate();
        let mut terminal = Terminal::chat(&server, &[], 24, 80);
        terminal.enter();
        terminal.type_in("half a line");
        terminal.wait_for_draft("[anna in the group] half a line");
        let process = terminal.process_id().to_string();
        let killed = std::process::Command::new("kill").args(["-s", signal, &process]).status();
        assert!(killed.expect("kill runs").success());
        assert_eq!(terminal.leave(), 130);
        terminal.wait("end of bracketed paste", |screen| !screen.bracketed_paste());
    }
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
fn a_transcript_is_appended_and_has_a_first_line_at_once() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    std::fs::write(&path, "before\n").expect("the file is written");
    let mut terminal = Terminal::chat(&server, &["--log", path.to_str().expect("a path")], 24, 80);
    terminal.wait_for("Your nickname?");
    let first = std::fs::read_to_string(&path).expect("the transcript");
    assert!(first.starts_with("before\n") && first.ends_with("--- chat begins\n"), "{first}");
    terminal.enter();
    boris.send("hello");
    terminal.wait_for("boris: hello");
    let whole = std::fs::read_to_string(&path).expect("the transcript");
    // The answer to the client's own LIST may stand before it or after it.
    assert!(whole.contains(" (broadcast) boris: hello\n"), "{whole}");
    assert!(!whole.contains('\x1b'));

    let nowhere = folder.path().join("nowhere/log");
    let mut refused = Terminal::chat(&server, &["--log", nowhere.to_str().expect("a path")], 24, 80);
    assert_eq!(refused.leave(), 1);
    refused.wait_for("cannot keep a transcript");
}

#[test]
fn flags_and_environment_change_the_look() {
    let server = Server::without_rate();
    let port = server.address.port().to_string();
    let mut boris = server.group("boris");
    let flags = ["--port", &port, "--nickname", "anna", "--no-time", "--quiet"];
    let mut terminal = Terminal::start(&flags, &[("NO_COLOR", "1"), ("LC_ALL", "ru_RU.UTF-8")], 24, 80);
    terminal.wait_for("▌ Вы anna.");
    terminal.type_in("2\r");
    terminal.wait_for("▌ Вы в общем чате");
    terminal.wait_for_draft("[anna в общем чате]");
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", "line\r".repeat(6)));
    terminal.wait_for("отправить строк: 6? д/Н");
    terminal.type_in("н\r");
    terminal.wait_for_draft("[anna в общем чате]");
    drop(server.group("vera"));
    boris.skip_to("(broadcast) General information: vera has left the Chat");
    boris.send("Привет, ANNA");
    terminal.wait_for("▒ boris: Привет, ANNA");
    assert!(!terminal.contents().contains("vera"), "joins and leaves are not shown");
    boris.send("/tell anna psst");
    terminal.wait_for("▓ boris → вам: psst");
    assert_eq!(terminal.asked(), ["bell", "bell"], "one's name and a private message ring");
    terminal.look(|screen| {
        let plain = |row, column| {
            screen.cell(row, column).is_none_or(|cell| cell.fgcolor() == vt100::Color::Default && !cell.bold())
        };
        assert!((0..24).all(|row| (0..80).all(|column| plain(row, column))), "NO_COLOR");
    });
}
