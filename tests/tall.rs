//! A draft in `chat` that is taller than the window: the chat stays on the screen.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use support::Server;

/// So many numbers, each of five characters.
fn numbers(count: usize) -> String {
    (1..=count).map(|i| format!("{i:04} ")).collect()
}

#[test]
fn a_typed_draft_that_is_taller_than_the_window_leaves_the_chat_its_half() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 12, 60);
    terminal.enter();
    boris.send("before");
    terminal.wait_for("boris: before");
    // Nineteen rows.
    let draft = numbers(220);
    terminal.type_in(&draft);
    terminal.wait("end of the draft under the chat", |screen| {
        let contents = screen.contents();
        contents.contains("0220") && contents.contains("boris: before") && contents.contains("] …")
    });
    boris.send("meanwhile");
    terminal.wait("message above it", |screen| {
        let contents = screen.contents();
        contents.contains("boris: meanwhile") && contents.contains("boris: before") && contents.contains("0220")
    });
    // To its beginning, and into its middle.
    terminal.type_in("\x01");
    terminal.wait_for("[anna in the group] 0001");
    assert!(terminal.contents().contains("boris: meanwhile"), "{}", terminal.contents());
    terminal.type_in("first ");
    terminal.type_in(&"\x1b[C".repeat(550));
    terminal.wait("middle", |screen| screen.contents().contains("0111") && screen.contents().contains("] …"));
    terminal.type_in("middle ");
    terminal.type_in("\x05last\r");
    let whole = format!("first {}middle {}last", numbers(110), draft.split_at(550).1);
    boris.skip_to(&format!("(broadcast) anna: {whole}"));
    // The arrow up brings back all of it, however it was drawn.
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("\x1b[A!\r");
    boris.expect(&format!("(broadcast) anna: {whole}!"));
}

#[test]
fn keys_that_delete_do_not_meet_what_is_not_drawn() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 10, 60);
    terminal.enter();
    let draft = numbers(200);
    terminal.type_in(&draft);
    terminal.wait_for("0200");
    terminal.type_in(&"\x7f".repeat(900));
    terminal.wait_for("0020");
    terminal.type_in("end\r");
    boris.skip_to(&format!("(broadcast) anna: {}end", numbers(20)));
}
