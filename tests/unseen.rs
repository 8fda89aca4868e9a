//! What cannot be seen in a text, or not where it stands: tabs, marks of the writing direction, invisible characters, a byte
//! order mark.

use std::fs;
use std::process::Command;

use chatroom::server::Config;

use crate::program::Program;
use crate::support::{Peer, Server, free_port};

#[path = "support/program.rs"]
mod program;
mod support;

/// Characters that leave no ink, of every kind that there is.
const UNSEEN: &[&str] = &[
    "\u{200B}",
    "\u{200C}",
    "\u{200D}",
    "\u{2060}",
    "\u{FEFF}",
    "\u{AD}",
    "\u{34F}",
    "\u{115F}",
    "\u{1160}",
    "\u{17B4}",
    "\u{180B}",
    "\u{180E}",
    "\u{200E}",
    "\u{200F}",
    "\u{61C}",
    "\u{2061}",
    "\u{2800}",
    "\u{3164}",
    "\u{FE0F}",
    "\u{FFA0}",
    "\u{E0001}",
    "\u{E0041}",
    "\u{E0100}",
    "\u{A0}",
    "\u{2003}",
    "\u{3000}",
    "\u{1D173}",
];

fn two_in_the_group(server: &Server) -> (Peer, Peer) {
    let (mut boris, anna) = (server.group("boris"), server.group("anna"));
    boris.expect("(broadcast) General information: anna has joined the Chat");
    (anna, boris)
}

#[test]
fn a_tab_is_one_space_on_every_way_to_others() {
    let server = Server::with(Config { rate: None, unframed: Some(free_port()), ..Config::default() });
    let (mut anna, mut boris) = two_in_the_group(&server);
    let (tabs, forged) = ("\t".repeat(60), "(private) boris : I am your teacher");
    let (sent, shown) = (format!("x{tabs}{forged}"), format!("x{}{forged}", " ".repeat(60)));
    anna.send(&sent);
    anna.expect(&format!("(broadcast) anna: {shown}"));
    boris.expect(&format!("(broadcast) anna: {shown}"));
    for tell in ["/tell boris", "/tell\tboris", "TELL boris", "/tell:boris:"] {
        anna.send(&format!("{tell} {sent}"));
        anna.expect(&format!("(private to boris) : {shown}"));
        boris.expect(&format!("(private) anna : {shown}"));
    }
    anna.send("TELL");
    anna.skip_to_start("Who will get your message?");
    anna.send("\tboris\t");
    anna.expect_start("What is your message to boris?");
    anna.send(&sent);
    anna.expect(&format!("(private to boris) : {shown}"));
    boris.expect(&format!("(private) anna : {shown}"));
    // What is refused or not known is shown again, too.
    for line in ["/da\tnce", "HELP\tx", "LIST\tx", "/tell\tno\tbody", "/tell:no\tbody:x"] {
        anna.send(line);
        let answer = anna.line();
        assert!(!answer.contains('\t'), "{answer:?}");
    }
    let mut vera = server.login("vera").private_with("boris");
    boris.expect("(broadcast) General information: vera has joined the Chat");
    boris.expect_start("vera writes to you alone");
    vera.send(&sent);
    boris.expect(&format!("(private) vera : {shown}"));
    let mut unframed = Peer::connect(server.unframed.expect("a second listener"));
    for (message, answer) in [("gleb", "Successfully"), ("2", "You in group")] {
        unframed.send_bytes(message.as_bytes());
        unframed.skip_to_start(answer);
        if answer == "Successfully" {
            unframed.skip_to_start("processWelcome");
        }
    }
    unframed.send_bytes(sent.as_bytes());
    boris.skip_to(&format!("(broadcast) gleb: {shown}"));
}

#[test]
fn marks_that_hebrew_and_arabic_keyboards_write_are_left_out_and_the_text_is_sent() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = two_in_the_group(&server);
    for mark in ["\u{200E}", "\u{200F}", "\u{61C}"] {
        anna.send(&format!("{mark}שלום{mark} a{mark}b"));
        boris.expect("(broadcast) anna: שלום ab");
        anna.send(&format!("{mark}/tell bo{mark}ris x{mark}"));
        boris.expect("(private) anna : x");
        let mut gleb = server.peer();
        gleb.expect("Your nickname?");
        gleb.send(&format!("{mark}gleb{mark}"));
        gleb.skip_to_start("What do you want");
        gleb.quit();
        boris.expect("(broadcast) General information: gleb has joined the Chat");
        boris.expect("(broadcast) General information: gleb has left the Chat");
    }
    for refused in ['\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}', '\u{2028}', '\u{2029}'] {
        anna.send(&format!("a{refused}b"));
        anna.skip_to_start(&format!("Not sent: the line holds U+{:04X}", u32::from(refused)));
    }
}

#[test]
fn a_message_that_nobody_can_see_is_no_message() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = two_in_the_group(&server);
    for unseen in UNSEEN.iter().chain(&["\u{301}", "\u{20DD}"]) {
        anna.send(unseen);
        anna.send(&format!(" {unseen}{unseen} "));
        anna.send(&format!("/tell boris {unseen}"));
        anna.expect("Not sent: there is no text; write /tell boris and your text on one line");
    }
    anna.send("seen");
    boris.expect("(broadcast) anna: seen");
    // What stands beside something that can be seen stays: it may be a part of it.
    anna.send("❤\u{FE0F} e\u{301} 👩\u{200D}👧");
    boris.expect("(broadcast) anna: ❤\u{FE0F} e\u{301} 👩\u{200D}👧");
}

#[test]
fn what_cannot_be_seen_makes_no_public_message_of_a_word() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = two_in_the_group(&server);
    for unseen in UNSEEN {
        for tell in ["/tell boris secret", "TELL boris secret", "/tell:boris:secret", "TELL\u{A0}boris secret"] {
            anna.send(&format!("{unseen}{tell}"));
            boris.expect("(private) anna : secret");
            anna.expect("(private to boris) : secret");
        }
        anna.send(&format!("{unseen}LIST{unseen}"));
        anna.expect("Users in chatroom: ['boris', 'anna']");
        anna.send(&format!("{unseen}/dance"));
        anna.expect_start("Not sent: there is no word /dance");
    }
    anna.send(" TELL boris, they said");
    boris.expect("(broadcast) anna:  TELL boris, they said");
}

#[test]
fn a_byte_order_mark_at_the_start_is_dropped_however_it_is_cut() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let mut anna = server.peer();
    anna.expect("Your nickname?");
    for byte in "\u{FEFF}anna\n".bytes() {
        anna.send_bytes(&[byte]);
    }
    anna.expect("Successfully");
    boris.expect("(broadcast) General information: anna has joined the Chat");
}

#[test]
fn a_script_with_a_byte_order_mark_runs_as_one_without() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script");
    fs::write(&script, "\u{FEFF}vera\r\n2\r\nhello\r\n").expect("a file");
    let port = server.address.port().to_string();
    let run = |flags: &[&str]| {
        let stdin = fs::File::open(&script).expect("the script");
        // The helper's own pipe is not used: a script is a file.
        let status = Command::new(env!("CARGO_BIN_EXE_chat")).args(["--port", &port]).args(flags).stdin(stdin).output();
        assert!(status.expect("chat runs").status.success());
    };
    run(&[]);
    boris.expect("(broadcast) General information: vera has joined the Chat");
    boris.expect("(broadcast) vera: hello");
    boris.expect("(broadcast) General information: vera has left the Chat");
    // Where the nickname is a flag, the script's first line is not the first that the server reads.
    fs::write(&script, "\u{FEFF}2\nhello\n").expect("a file");
    run(&["--nickname", "vera"]);
    boris.expect("(broadcast) General information: vera has joined the Chat");
    boris.expect("(broadcast) vera: hello");
}

#[test]
fn chat_knows_the_receipt_of_a_text_that_the_server_has_cleaned() {
    let server = Server::start();
    let port = server.address.port().to_string();
    let mut anna = Program::start(env!("CARGO_BIN_EXE_chat"), &["--port", &port, "--nickname", "anna"]);
    for line in ["2", "a\tb", "a\u{200F}b", "QUIT"] {
        anna.send(line);
    }
    anna.wait();
    let (out, errors) = anna.rest();
    assert!(out.iter().any(|line| line.ends_with("a b")) && out.iter().any(|line| line.ends_with("ab")), "{out:?}");
    assert!(!errors.iter().any(|line| line.contains("Not known to have arrived")), "{errors:?}");
}
