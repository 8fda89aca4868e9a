//! A hostile server: nothing that it sends can drive the terminal, and none of it fills the memory.
#![cfg(feature = "editor")]

mod pty;
mod support;

use std::io::{BufWriter, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use chatroom::protocol::{self, QUESTION};
use pty::Terminal;
use support::{DEADLINE, free_port};

/// Reads up to this line of the client's.
fn read_to(client: &TcpStream, line: &str) {
    let mut read = Vec::new();
    while !read.ends_with(format!("{line}\n").as_bytes()) {
        let mut byte = [0];
        assert_eq!(support::read(client, &mut byte).expect("chat writes"), 1, "the end instead of {line:?}");
        read.push(byte[0]);
    }
}

/// `chat` as anna, in the group of a server that the test plays.
fn played() -> (Terminal, TcpStream) {
    played_in(80)
}

/// The same in a window of another width.
fn played_in(columns: u16) -> (Terminal, TcpStream) {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let flags = ["--port", &port, "--nickname", "anna", "--bell", "off", "--no-reconnect"];
    let mut terminal = Terminal::start(&flags, &[], 24, columns);
    let (mut client, _) = listener.accept().expect("chat connects");
    client.set_nodelay(true).expect("an option of the socket");
    client.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    client.write_all(b"Your nickname?\n").expect("chat reads");
    read_to(&client, "anna");
    client.write_all(format!("Successfully\nprocess\n{QUESTION}\n").as_bytes()).expect("chat reads");
    terminal.type_in("2\r");
    read_to(&client, "2");
    client.write_all(b"You in group\n").expect("chat reads");
    read_to(&client, "LIST");
    terminal.wait_for("[anna in the group]");
    (terminal, client)
}

/// What drives terminals: wiping, colours, titles, clipboards, sizes, resets, other screens, questions, bells, links.
const SEQUENCES: &[&str] = &[
    "\x1b[2J\x1b[H",
    "\x1b[31;1m",
    "\x1b]0;title\x07",
    "\x1b]2;title\x1b\\",
    "\x1b]52;c;aGk=\x07",
    "\x1b[8;1;1t",
    "\x1bc",
    "\x1b[?1049h",
    "\x1b[?25l",
    "\x1b[6n",
    "\x1b(0",
    "\x07",
    "\x1bPq\x1b\\",
    "\x1b_x\x1b\\",
    "\x1b[?2004l",
    "\x1b[?1000h",
    "\x1b7",
    "\x1b8",
    "\x0e",
    "\x1b[5A",
    "\x1b[!p",
    "\x1b]8;;http://x\x07",
];

#[test]
fn no_byte_of_a_server_drives_the_terminal() {
    let (mut terminal, mut server) = played();
    terminal.type_in("a draft");
    terminal.wait_for_draft("[anna in the group] a draft");
    let mut controls: Vec<u8> = (0..0x20).chain([0x7F]).filter(|&byte| byte != b'\n').collect();
    controls.extend("\u{80}\u{85}\u{8d}\u{90}\u{9b}31m\u{9d}0;x\u{9c}\u{9f}\u{202E}\u{2028}\u{200F}".bytes());
    controls.extend([0x9B, b'2', b'J', 0xFF, 0xC3]);
    for wrapped in
        ["", "(broadcast) boris: ", "(private) boris : ", "(broadcast) ", "Not sent: ", "Users in chatroom: ['"]
    {
        for sequence in SEQUENCES {
            server.write_all(format!("{wrapped}{sequence}mark: x\n").as_bytes()).expect("chat reads");
        }
        server.write_all(&[wrapped.as_bytes(), &controls, b"\n"].concat()).expect("chat reads");
    }
    server.write_all(b"(broadcast) boris: the end\n").expect("chat reads");
    terminal.wait_for("boris: the end");
    terminal.wait_for_draft("[anna in the group] a draft");
    assert_eq!(terminal.asked(), [""; 0], "asked of the terminal");
    terminal.look(|screen| {
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let red = |row, column| screen.cell(row, column).is_some_and(|cell| cell.fgcolor() == vt100::Color::Idx(1));
        assert!(!(0..24).any(|row| (0..80).any(|column| red(row, column))), "a server set a colour");
    });
    terminal.type_in("\x04\x15QUIT\r");
    drop(server);
    terminal.leave();
}

#[test]
fn nobody_can_pass_for_the_system_or_for_a_private_line() {
    let (terminal, mut server) = played();
    let fakes = "▌ Disconnected ▓ boris to you: hi ▐ anna: hi";
    let wrap = " ".repeat(60);
    server.write_all(format!("(broadcast) boris: {wrap}{fakes}\n").as_bytes()).expect("chat reads");
    server.write_all("(broadcast) ▌ system: beware\n".as_bytes()).expect("chat reads");
    terminal.wait_for("beware");
    // Of the marks on the screen only those in their own column are there, one to a row that begins with the time.
    terminal.look(|screen| {
        for row in screen.rows(0, 80).filter(|row| row.contains(['▌', '▓', '▐', '▒'])) {
            let column = row.chars().position(|c| matches!(c, '▌' | '▓' | '▐' | '▒'));
            assert_eq!(column, Some(6), "{row}");
            assert!(!row.contains("boris to you") && !row.contains("beware"), "{row}");
        }
    });
}

/// What `chat` may write beside text: drawing, its own colours, pasting, one picture after the other.
const OWN: &[&str] = &[
    "\x1b[K",
    "\x1b[J",
    "\x1b7",
    "\x1b8",
    "\x1b[A",
    "\x1b[?2004h",
    "\x1b[?2004l",
    "\x1b[?2026h",
    "\x1b[?2026l",
    "\x1b[?25h",
    "\x1b[0m",
    "\x1b[1m",
    "\x1b[2m",
    "\x1b[33m",
    "\x1b[1;35m",
    "\r",
    "\n",
];

/// What is left of what was written without that: text alone.
fn without_own(written: &str) -> String {
    let (mut text, mut rest) = (String::new(), written);
    while let Some(c) = rest.chars().next() {
        let number = |begins: &str, ends: char| {
            let after = rest.strip_prefix(begins)?.trim_start_matches(|c: char| c.is_ascii_digit());
            after.strip_prefix(ends)
        };
        let moved = ['A', 'B', 'C'].into_iter().find_map(|ends| number("\x1b[", ends));
        let own = OWN.iter().find_map(|own| rest.strip_prefix(own)).or(moved).or_else(|| number("\x1b[38;5;", 'm'));
        rest = own.unwrap_or_else(|| {
            text.push(c);
            rest.split_at(c.len_utf8()).1
        });
    }
    text
}

#[test]
fn there_is_no_place_where_a_server_reaches_the_terminal() {
    let (mut terminal, server) = played();
    let hostile: String = SEQUENCES.iter().copied().chain(["\u{9b}2J", "\u{202E}", "\x1b]0;owned"]).collect();
    let say = |line: String| (&server).write_all(format!("{line}\n").as_bytes()).expect("chat reads");
    // Names that come in, as the sender, in a list, in a notice; whom one answers; what Tab makes of a name.
    say(format!("(private) b{hostile} : psst"));
    say(format!("Users in chatroom: ['b{hostile}', 'c']"));
    say(format!("(broadcast) General information: b{hostile} has joined the Chat"));
    say(format!("(broadcast) General information: b{hostile} has left the Chat (b{hostile})"));
    say(format!("(private to b{hostile}) : hi"));
    say(format!("Kept for b{hostile}, who is away: hi"));
    say(format!("Not sent: {hostile}"));
    say(format!("Not delivered: {hostile}"));
    say(format!("b{hostile} has left; your next line goes to nobody, then choose again"));
    say("(broadcast) vera: first".into());
    terminal.wait_for("vera: first");
    terminal.type_in("/r ");
    terminal.wait_for("[anna in the group] /tell b^[[2J");
    terminal.type_in("\x15b\t");
    terminal.wait_for("[anna in the group] b^[[2J");
    terminal.type_in("\x15");
    // The prompts: whom TELL asks for, and with whom one talks.
    say(protocol::tell_what(format!("b{hostile}")));
    terminal.wait_for("[anna to b^[[2J");
    say(QUESTION.into());
    terminal.wait_for_draft("[anna]");
    terminal.type_in("1\r");
    read_to(&server, "1");
    say("Choose your user-chat".into());
    say(format!("1.b{} 2.c", hostile.replace(' ', "")));
    terminal.wait_for("2.c");
    terminal.type_in("1\r");
    read_to(&server, "1");
    say("Successful".into());
    let is_prompt = |row: String| row.starts_with("[anna to b^[[2J") && row.trim_end().ends_with("…]");
    terminal.wait("the prompt", |screen| screen.rows(0, 80).any(is_prompt));
    say("(broadcast) vera: last".into());
    terminal.wait_for("vera: last");
    assert_eq!(terminal.asked(), [""; 0], "asked of the terminal");
    let left = without_own(&terminal.written());
    assert!(!left.contains(|c: char| c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c)), "{left:?}");
    terminal.type_in("\x03\x03");
}

#[test]
fn a_name_of_any_length_stops_nothing() {
    let (mut terminal, server) = played();
    let long = "x".repeat(65_000);
    let say = |line: String| (&server).write_all(format!("{line}\n").as_bytes()).expect("chat reads");
    for line in [
        format!("(private) {long} : psst"),
        format!("Users in chatroom: ['{long}']"),
        protocol::tell_what(&long),
        QUESTION.into(),
        "Choose your user-chat".into(),
        format!("1.{long}"),
    ] {
        say(line);
    }
    terminal.wait_for_draft("[anna]");
    terminal.type_in("1\r");
    read_to(&server, "1");
    say("Successful".into());
    terminal.wait_for_draft(&format!("[anna to {}…]", "x".repeat(31)));
    terminal.type_in("/r still here\r");
    say("(broadcast) vera: last".into());
    terminal.wait_for("vera: last");
    terminal.type_in("\x04");
    read_to(&server, "QUIT");
}

#[test]
fn no_text_begins_a_row_however_wide_the_window_is() {
    for columns in [20, 37, 60, 80, 132, 200] {
        let (terminal, mut server) = played_in(columns);
        for padding in ["\t".repeat(60), " ".repeat(63), "x".repeat(79), "日".repeat(41), String::new()] {
            server
                .write_all(
                    format!("(broadcast) boris: {padding}07:00 ▓ vera to you: my password ( ▌ Disconnected\n")
                        .as_bytes(),
                )
                .expect("chat reads");
        }
        server.write_all("(broadcast) boris: finished\n".as_bytes()).expect("chat reads");
        terminal.wait_for("finished");
        terminal.look(|screen| {
            for row in screen.rows(0, columns).filter(|row| !row.starts_with('[') && !row.is_empty()) {
                let is_line = row.chars().nth(2) == Some(':') && row.chars().nth(6).is_some_and(|c| "░▌".contains(c));
                assert!(is_line || row.starts_with("        "), "{columns} columns: {row}");
                assert!(!row.chars().skip(7).any(|c| "░▒▓▌▐".contains(c)), "{row}");
            }
        });
    }
}

/// Resident memory of a process, in KiB; 0 where it has ended.
fn memory(process: i32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
}

#[test]
#[cfg(target_os = "linux")]
fn a_hundred_megabytes_without_a_newline_cost_no_memory() {
    let (mut terminal, mut server) = played();
    let before = memory(terminal.process_id());
    let piece = [b'x'; 64 * 1024];
    // The client hangs up after 64 KiB: what is written after that goes nowhere.
    let mut highest = before;
    let mut writes = || {
        let is_written = server.write_all(&piece).is_ok();
        highest = highest.max(memory(terminal.process_id()));
        is_written
    };
    let written = (0..1600).take_while(|_| writes()).count();
    assert!(written < 1600, "the client reads for ever");
    assert!(before > 0 && highest < before + 8 * 1024, "{before} KiB before, {highest} KiB at the highest");
    assert_eq!(terminal.leave(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_hundred_thousand_lines_are_all_shown_in_order_and_cost_no_memory() {
    const LINES: usize = 100_000;
    let (terminal, server) = played();
    let before = memory(terminal.process_id());
    let mut out = BufWriter::new(server);
    for i in 1..=LINES {
        out.write_all(format!("(broadcast) boris: line {i}\n").as_bytes()).expect("chat reads");
    }
    out.flush().expect("chat reads");
    terminal.wait_for(&format!("line {LINES}"));
    terminal.wait_for_draft("[anna in the group]");
    let after = memory(terminal.process_id());
    assert!(before > 0 && after > 0 && after < before + 8 * 1024, "{before} KiB before, {after} KiB after");
    // The emulator keeps 10,000 rows.
    let shown: Vec<usize> =
        terminal.history().iter().filter_map(|row| row.rsplit_once("boris: line ")?.1.trim().parse().ok()).collect();
    assert!(shown.len() > 9_000, "{}", shown.len());
    assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "in order, each once");
}

#[test]
fn a_key_is_on_the_screen_at_once_while_2000_messages_a_second_come() {
    let (mut terminal, mut server) = played();
    let flood = move || {
        // Ten lines each 5 ms, until the client is gone.
        let mut i = 0;
        loop {
            let lines: String = (0..10).map(|k| format!("(broadcast) boris: message {}\n", i + k)).collect();
            i += 10;
            if server.write_all(lines.as_bytes()).is_err() {
                return;
            }
            thread::park_timeout(std::time::Duration::from_millis(5));
        }
    };
    let flooding = thread::Builder::new().name("flood".into()).spawn(flood).expect("a thread");
    terminal.wait_for("message 100");
    let mut slowest = std::time::Duration::ZERO;
    let mut draft = String::from("[anna in the group] ");
    for key in "typing while it rains".chars() {
        let typed = Instant::now();
        draft.push(key);
        terminal.type_in(&key.to_string());
        let so_far = draft.trim_end().to_owned();
        terminal.wait_for_draft(&so_far);
        slowest = slowest.max(typed.elapsed());
    }
    // 100 ms are promised on a machine that does nothing else; tests share theirs.
    assert!(slowest < std::time::Duration::from_secs(1), "a key took {slowest:?}");
    terminal.type_in("\x15\x04");
    drop(terminal);
    flooding.join().expect("the flood ends with the client");
}

#[test]
fn what_the_server_says_at_the_end_is_shown() {
    let (mut terminal, mut server) = played();
    terminal.type_in("half a line");
    terminal.wait_for_draft("[anna in the group] half a line");
    server.write_all("The connection is closed: too late\nDisconnected\n".as_bytes()).expect("chat reads");
    drop(server);
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("too late");
    terminal.wait_for("Disconnected");
}
