//! `chat --raw` shows where a read ended.

mod support;

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use support::free_port;

#[test]
fn a_nickname_is_offered_at_once() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut chat = Command::new(env!("CARGO_BIN_EXE_chat"))
        .args(["--raw", "--port", &port, "-n", "anna"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("chat starts");
    let (mut server, _) = listener.accept().expect("chat connects");
    let mut said = String::new();
    server.read_to_string(&mut said).expect("chat writes, and ends with its input");
    assert_eq!(said, "anna\n");
    drop(server);
    let mut shown = String::new();
    chat.stdout.take().expect("its output").read_to_string(&mut shown).expect("its output");
    assert!(shown.starts_with("-> [5B] anna\\n\n"), "{shown}");
    assert!(chat.wait().expect("chat ends").success());
}

#[test]
fn each_read_and_each_write_has_a_row_with_its_length() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut chat = Command::new(env!("CARGO_BIN_EXE_chat"))
        .args(["--raw", "--port", &port])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("chat starts");
    let (mut server, _) = listener.accept().expect("chat connects");
    let mut keyboard = chat.stdin.take().expect("its input");
    let mut screen = chat.stdout.take().expect("its output");
    // Each side waits for what the other one shows, so that no two pieces can arrive in one read.
    let mut shown = String::new();
    let mut wait_for = |row: &str| {
        let mut bytes = [0; 256];
        while !shown.contains(row) {
            let count = screen.read(&mut bytes).expect("its output");
            assert!(count > 0, "the end instead of {row:?} after {shown}");
            shown.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    };
    server.write_all(b"Your nickname?\n").expect("chat reads");
    wait_for("<- [15B] Your nickname?\\n\n");
    keyboard.write_all("п\n".as_bytes()).expect("chat reads");
    wait_for("-> [3B] п\\n\n");
    server.read_exact(&mut [0; 3]).expect("chat writes");
    let letter = "п".as_bytes();
    server.write_all(&letter[..1]).expect("chat reads");
    wait_for("<- [1B] \\xD0\n");
    server.write_all(&letter[1..]).expect("chat reads");
    wait_for("<- [1B] \\xBF\n");
    drop(server);
    wait_for("<- [0B] \n");
    assert!(chat.wait().expect("chat ends").success());
}
