//! Lines at their edges: how they end, how long they may be, and what may stand in them.

use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::program::ServerProgram;
use crate::support::{Peer, QUESTION, Server};

#[path = "support/program.rs"]
mod program;
mod support;

/// Two in the group; each has heard the other join.
fn two_in_the_group(server: &Server) -> (Peer, Peer) {
    let (boris, anna) = (server.group("boris"), server.group("anna"));
    let mut boris = boris;
    boris.expect("(broadcast) General information: anna has joined the Chat");
    (anna, boris)
}

#[test]
fn a_line_may_end_in_a_carriage_return_and_a_newline() {
    let server = Server::start();
    let mut anna = server.peer();
    anna.send_bytes(b"anna\r\n2\r\na\r\nb\nq\r\n");
    anna.skip_to("(broadcast) anna: a");
    anna.expect("(broadcast) anna: b");
    anna.expect("Disconnected");
    anna.expect_end();
}

#[test]
fn a_line_that_comes_letter_by_letter_is_one_line() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    for byte in "привет\n".bytes() {
        anna.send_bytes(&[byte]);
        // What is tested is a pause between two halves of a letter, longer than any that the server makes itself.
        thread::sleep(Duration::from_millis(300));
    }
    anna.expect("(broadcast) anna: привет");
    boris.expect("(broadcast) anna: привет");
}

#[test]
fn a_thousand_lines_in_one_write_are_a_thousand_lines_in_order() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = two_in_the_group(&server);
    let lines: String = (0..1000).map(|i| format!("line {i:04} {}\n", "x".repeat(55))).collect();
    assert!(lines.len() >= 64 * 1024, "{}", lines.len());
    anna.send_bytes(lines.as_bytes());
    for line in lines.lines() {
        boris.expect(&format!("(broadcast) anna: {line}"));
        anna.expect(&format!("(broadcast) anna: {line}"));
    }
}

#[test]
fn a_last_line_without_its_end_is_answered_and_not_delivered() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    anna.send_bytes(b"a\r\n\n\r\nb");
    anna.end_of_stream();
    anna.expect("(broadcast) anna: a");
    anna.expect_start("Not sent: the line has no end");
    anna.expect("Disconnected");
    anna.expect_end();
    boris.expect("(broadcast) anna: a");
    boris.expect("(broadcast) General information: anna has left the Chat");
}

#[test]
fn a_message_of_just_the_limit_is_delivered_and_one_byte_more_is_refused() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    let (fits, too_long) = ("a".repeat(4096), "a".repeat(4097));
    // Two bytes a letter: the limit stands between two letters here, and inside a letter there.
    let (cyrillic, cut_inside) = ("я".repeat(2048), format!("a{}", "я".repeat(2048)));
    for (text, is_delivered) in [(&fits, true), (&too_long, false), (&cyrillic, true), (&cut_inside, false)] {
        for end in ["\n", "\r\n"] {
            anna.send_bytes(format!("{text}{end}next\n").as_bytes());
            if is_delivered {
                anna.expect(&format!("(broadcast) anna: {text}"));
                boris.expect(&format!("(broadcast) anna: {text}"));
            } else {
                anna.expect_start("Not sent: the line is longer than 4096 bytes");
            }
            anna.expect("(broadcast) anna: next");
            boris.expect("(broadcast) anna: next");
        }
    }
}

#[test]
fn a_long_line_is_refused_up_to_its_newline_and_the_next_one_works() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    anna.send_bytes(&[b'a'; 60 * 1024]);
    anna.send_bytes(b"\nnext\n");
    anna.expect_start("Not sent: the line is longer than 4096 bytes");
    anna.expect("(broadcast) anna: next");
    boris.expect("(broadcast) anna: next");
}

#[test]
fn without_a_newline_in_64_kib_the_connection_is_closed_with_the_reason() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    let mut unnamed = server.peer();
    unnamed.expect("Your nickname?");
    for peer in [&mut anna, &mut unnamed] {
        peer.send_bytes(&[b'a'; 64 * 1024]);
        peer.expect("The connection is closed: 64 KiB came without a line end");
        peer.expect("Disconnected");
        peer.expect_end();
    }
    boris.expect("(broadcast) General information: anna has left the Chat");
    boris.send("alone");
    boris.expect("(broadcast) boris: alone");
}

/// Byte sequences that are no UTF-8: stray and missing continuations, overlong forms, surrogates, beyond the last.
const MALFORMED: &[&[u8]] = &[
    b"\x80",
    b"\xBF",
    b"\x80\xBF",
    b"\x80\x80\x80\x80",
    b"\xC2",
    b"\xDF",
    b"\xC2 ",
    b"\xE1\x80",
    b"\xE1\x80 ",
    b"\xE1",
    b"\xF1\x80\x80",
    b"\xF1\x80",
    b"\xF1",
    b"\xF1\x80\x80 ",
    b"\xC0\x80",
    b"\xC0\xAF",
    b"\xC1\xBF",
    b"\xE0\x80\x80",
    b"\xE0\x80\xAF",
    b"\xE0\x9F\xBF",
    b"\xF0\x80\x80\x80",
    b"\xF0\x80\x80\xAF",
    b"\xF0\x8F\xBF\xBF",
    b"\xED\xA0\x80",
    b"\xED\xAD\xBF",
    b"\xED\xBF\xBF",
    b"\xED\xA0\x80\xED\xB0\x80",
    b"\xED\xAF\xBF\xED\xBF\xBF",
    b"\xF4\x90\x80\x80",
    b"\xF5\x80\x80\x80",
    b"\xF7\xBF\xBF\xBF",
    b"\xF8\x88\x80\x80\x80",
    b"\xFB\xBF\xBF\xBF\xBF",
    b"\xFC\x84\x80\x80\x80\x80",
    b"\xFD\xBF\xBF\xBF\xBF\xBF",
    b"\xFE",
    b"\xFF",
    b"\xFE\xFE\xFF\xFF",
    b"\xD0\xBF\xD1",
    b"\xD0\xD0\xBF",
    b"caf\xE9",
];

#[test]
fn bytes_that_are_no_utf_8_are_refused_and_never_relayed() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = two_in_the_group(&server);
    assert!(MALFORMED.len() >= 40);
    for bytes in MALFORMED {
        anna.send_bytes(&[b"before ", *bytes, b" after\n"].concat());
        anna.expect_start("Not sent: the line is not UTF-8");
    }
    anna.send("clean");
    anna.expect("(broadcast) anna: clean");
    boris.expect("(broadcast) anna: clean");
}

/// Every control character but the tab and the newline, line separators, bidirectional marks but for the three that
/// keyboards write: those are left out of a text.
fn what_drives_terminals() -> Vec<char> {
    let controls = ('\0'..='\u{9F}').filter(|&c| c.is_control() && c != '\t' && c != '\n');
    let listed = ['\u{2028}', '\u{2029}'];
    controls.chain(listed).chain('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}').collect()
}

#[test]
fn what_drives_terminals_is_refused_in_a_nickname_and_in_every_kind_of_text() {
    let server = Server::without_rate();
    let mut anna = server.peer();
    anna.expect("Your nickname?");
    for c in what_drives_terminals() {
        anna.send(&format!("an{c}na"));
        anna.expect_start("Not sent: ");
        anna.expect("Your nickname?");
    }
    anna.send("anna");
    anna.skip_to(QUESTION);
    let mut anna = anna.group();
    let mut boris = server.group("boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    for c in what_drives_terminals() {
        for line in [format!("a{c}b"), format!("/tell boris a{c}b"), format!("LIST a{c}b"), format!("/a{c}b")] {
            anna.send(&line);
            let refusal = anna.expect_start("Not sent: the line holds U+");
            assert!(!refusal.contains(c), "{refusal:?}");
        }
    }
    anna.send("clean");
    anna.expect("(broadcast) anna: clean");
    boris.expect("(broadcast) anna: clean");
}

/// None of it is there as it was sent, nor bytes that are no UTF-8.
fn assert_clean(line: &str, where_: &str) {
    let raw = |c: char| c == '\t' || c == '\u{FFFD}' || what_drives_terminals().contains(&c);
    assert!(!line.contains(raw), "{where_}: {line:?}");
}

#[test]
fn what_drives_terminals_reaches_neither_a_receiver_nor_the_log() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["--port", "0", "--rate", "off", "--show-text"]).env("RUST_LOG", "debug");
    let mut server = ServerProgram::run(&mut command);
    let mut boris = server.group("boris");
    let mut anna = server.peer();
    let raw: Vec<Vec<u8>> = what_drives_terminals()
        .into_iter()
        .map(|c| c.to_string().into_bytes())
        .chain(MALFORMED.iter().map(|bytes| bytes.to_vec()))
        .collect();
    for bytes in &raw {
        anna.send_bytes(&[b"an", bytes.as_slice(), b"na\n"].concat());
        assert_clean(&anna.skip_to_start("Not sent: "), "a refused nickname");
    }
    anna.send("an\tna");
    assert_clean(&anna.skip_to_start("Not sent: "), "a refused nickname");
    anna.send("anna");
    anna.skip_to(QUESTION);
    let mut anna = anna.group();
    let places: [&[u8]; 6] = [b"a", b"/tell boris a", b"/tell b", b"LIST b", b"HELP a", b"/a"];
    for bytes in &raw {
        for place in places {
            anna.send_bytes(&[place, bytes, b"b\n"].concat());
            assert_clean(&anna.line(), "a refused line");
        }
    }
    anna.send("the end");
    anna.expect("(broadcast) anna: the end");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    boris.expect("(broadcast) anna: the end");
    anna.send("a\tb");
    boris.expect("(broadcast) anna: a b");
    anna.quit();
    server.program.expect_error("anna left: said goodbye");
    let log = server.program.all();
    assert!(log.iter().any(|line| line.contains("read a line: 7 bytes \"the end\"")), "the log shows what is said");
    assert!(log.iter().any(|line| line.contains("3 bytes \"a b\"")), "a tab is one space");
    for line in log {
        assert_clean(line, "the log");
    }
}
