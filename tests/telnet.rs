//! Telnet clients: what they negotiate is refused at once and is no part of a line, and Ctrl-C does not leave them deaf.

use std::io::Write;

use crate::support::{Peer, Server};

mod support;

const IAC: u8 = 255;

/// The server's next bytes are these, and text comes after them.
#[track_caller]
fn expect_bytes(peer: &mut Peer, answers: &[u8], line: &str) {
    let got = peer.next_bytes().expect("the connection is open");
    assert_eq!(got, [answers, line.as_bytes()].concat(), "{:?}", String::from_utf8_lossy(&got));
}

#[test]
fn putty_in_telnet_mode_logs_in_at_once() {
    let server = Server::start();
    let mut putty = server.peer();
    putty.expect("Your nickname?");
    // What it sends before anything is typed: its window, its speed, its terminal, its name; and what it asks for.
    putty.send_bytes(b"\xFF\xFB\x1F\xFF\xFB\x20\xFF\xFB\x18\xFF\xFB\x27\xFF\xFD\x01\xFF\xFB\x03\xFF\xFD\x03");
    let mut answers = [0; 21];
    std::io::Read::read_exact(&mut putty.stream(), &mut answers).expect("all are answered, before any line is typed");
    assert_eq!(answers, *b"\xFF\xFE\x1F\xFF\xFE\x20\xFF\xFE\x18\xFF\xFE\x27\xFF\xFC\x01\xFF\xFE\x03\xFF\xFC\x03");
    putty.send_bytes(b"anna\r\n2\r\nhello\r\n");
    putty.expect("Successfully");
    putty.skip_to("(broadcast) anna: hello");
}

#[test]
fn ctrl_c_in_telnet_leaves_it_neither_deaf_nor_mute() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    for _ in 0..3 {
        // Interrupt; a mark that has to be answered; and a second mark, whose last byte is urgent data.
        anna.send_bytes(b"\xFF\xF4\xFF\xFD\x06\xFF");
        rustix::net::send(anna.stream(), b"\xF2", rustix::net::SendFlags::OOB).expect("urgent data");
        anna.send("after it");
        if cfg!(feature = "sockopts") {
            expect_bytes(&mut anna, b"\xFF\xFC\x06", "(broadcast) anna: after it");
            boris.expect("(broadcast) anna: after it");
            continue;
        }
        // std alone gets urgent data on another way: the first time it is known to be missing.
        expect_bytes(&mut anna, b"\xFF\xFC\x06", "(broadcast) anna: after it");
        boris.expect("(broadcast) anna: after it");
        break;
    }
    // "Are you there?"
    anna.send_bytes(b"\xFF\xF6");
    anna.expect("[the chat is here]");
    anna.send("still here");
    anna.expect("(broadcast) anna: still here");
    boris.expect("(broadcast) anna: still here");
}

#[test]
fn a_sequence_may_be_cut_anywhere_and_stand_anywhere_in_a_line() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    for byte in *b"he\xFF\xF1l\xFF\xFD\x01l\xFF\xFA\x18\x00XTERM\xFF\xF0o\n" {
        anna.send_bytes(&[byte]);
    }
    expect_bytes(&mut anna, b"\xFF\xFC\x01", "(broadcast) anna: hello");
    // The byte itself, and what is no sequence, are no UTF-8.
    let mut vera = server.login("vera").group();
    anna.expect("(broadcast) General information: vera has joined the Chat");
    for line in [&b"a\xFF\xFFb\n"[..], b"a\xFF\n", b"a\xFF\xFAnever ended\n", b"a\xFF\xFD\n"] {
        vera.send_bytes(line);
        vera.expect("Not sent: the line is not UTF-8; set your terminal to UTF-8");
    }
    anna.send("next");
    anna.expect("(broadcast) anna: next");
}

#[test]
fn who_negotiates_without_end_is_closed_and_a_long_subnegotiation_is_bounded() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let mut endless = server.peer();
    endless.expect("Your nickname?");
    let wishes = [IAC, 253, 1].repeat(1000);
    // The server reads on for a second after its goodbye, and closes then.
    while (&mut endless.stream()).write_all(&wishes).is_ok() {}
    let mut last = Vec::new();
    while let Some(line) = endless.next_bytes() {
        last.push(String::from_utf8_lossy(&line).into_owned());
    }
    // What it sent after that may have reset the connection before it read so far.
    let told = last.iter().any(|line| line.contains("64 KiB came without a line end"));
    assert!(told || last.is_empty(), "{last:?}");
    let mut long = server.peer();
    long.expect("Your nickname?");
    long.send_bytes(&[&[IAC, 250][..], &[b'x'; 5000], b"\n"].concat());
    long.expect_start("Not sent: ");
    long.login("vera").quit();
    boris.expect("(broadcast) General information: vera has joined the Chat");
}
