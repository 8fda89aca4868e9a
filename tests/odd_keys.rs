//! Keys and bytes that stop other chats: what comes in is never held back by one, and none of them eats the next.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use support::Server;

#[test]
fn no_key_stops_what_comes_in_and_none_eats_the_next() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let odd: &[&[u8]] = &[
        b"\x1b",
        b"\x18",
        b"\x16",
        b"\x11",
        b"\x1d",
        b"\x1b5",
        b"\x1b-",
        b"\x1b[",
        b"\x1bO",
        b"\x1b[24~",
        b"\x1b[<0;1;1M",
        b"\x13",
        b"\x00",
        b"\x1b\x1b",
    ];
    for (i, keys) in odd.iter().enumerate() {
        terminal.type_bytes(keys);
        boris.send(&format!("message {i}"));
        terminal.wait_for(&format!("boris: message {i}"));
    }
    // What was begun is given up by now, or by the next key.
    terminal.type_in("\rstill here\r");
    boris.skip_to("(broadcast) anna: still here");
}

#[test]
fn half_a_letter_stops_nothing_and_is_not_sent() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    for half in [b"caf\xc3".as_slice(), b"caf\xe9 au lait", b"\xff"] {
        terminal.type_bytes(half);
        boris.send("hello");
        terminal.wait_for("boris: hello");
        terminal.type_in("\r");
        terminal.wait_for("Not sent: the line is not UTF-8");
        terminal.wait_for_draft("[anna in the group]");
        terminal.type_in("\x0c");
        terminal.wait("a clear screen", |screen| !screen.contents().contains("Not sent"));
    }
    terminal.type_in("café\r");
    boris.skip_to("(broadcast) anna: café");
}

#[test]
fn a_paste_without_its_end_is_over_after_a_second() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    for paste in ["\x1b[200~text", "\x1b[200~text\x1b", "\x1b[200~text\x1b\x1b[201~"] {
        terminal.type_in(paste);
        terminal.wait_for_draft("[anna in the group] text");
        terminal.type_in("\r");
        boris.skip_to("(broadcast) anna: text");
        terminal.wait_for_draft("[anna in the group]");
    }
}

#[test]
fn a_paste_that_is_taller_than_half_the_window_is_one_row() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    let paste: Vec<String> = (1..=10_000).map(|i| format!("line {i}")).collect();
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~", paste.join("\r")));
    terminal.wait_for_draft("[anna in the group] ¶ paste of 10000 lines, Enter sends");
    let before = terminal.written().len();
    boris.send("hello");
    terminal.wait_for("boris: hello");
    terminal.wait_for_draft("[anna in the group] ¶ paste of 10000 lines, Enter sends");
    assert!(terminal.written().len() < before + 1000, "a message costs the terminal little");
    // It is one character, with text before and after it.
    terminal.type_in("\x7f");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("\x1b[200~1\r2\r3\r4\r5\r6\x1b[201~\r");
    terminal.wait_for("send 6 lines? y/N");
    terminal.type_in("y\r");
    for i in 1..=6 {
        boris.skip_to(&format!("(broadcast) anna: {i}"));
    }
}

#[test]
fn a_draft_of_joined_pictures_and_tabs_wipes_nothing() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    boris.send("keep this");
    terminal.wait_for("keep this");
    terminal.type_in(&format!("\x1b[200~{}\tb\x1b[201~", "a".repeat(79 - "[anna in the group] ".len())));
    terminal.wait_for("a b");
    terminal.type_in("c");
    terminal.wait_for("a bc");
    terminal.type_in(&format!("\x15{}x", "👩\u{200D}🚀".repeat(16)));
    terminal.wait_for("🚀x");
    terminal.type_in("\x15gone");
    terminal.wait_for_draft("[anna in the group] gone");
    assert!(terminal.contents().contains("keep this"));
    boris.send("after it");
    terminal.wait_for("after it");
    assert!(terminal.contents().contains("keep this"));
}
