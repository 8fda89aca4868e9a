//! Connections that send garbage leave the server as it was: threads and descriptors come back, memory does not grow,
//! and the conversation beside it goes on.

use std::io::{ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use chatroom::wire::is_timeout;
use parking_lot::RwLock;

use crate::program::ServerProgram;
use crate::support::Peer;

#[path = "support/program.rs"]
mod program;
mod support;

/// Two hundred floods at once leave the others no processor: connections would be dropped by a kernel in which only 128 may
/// wait for `accept` (std alone), and tried again a second later. So nobody else connects meanwhile.
static FLOOD: RwLock<()> = RwLock::new(());

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 200;
/// What the allocator and the kernel may keep from one round to another, in KiB.
const SLACK_KIB: usize = 2048;

/// Random bytes that are the same in every run (xorshift).
struct Noise(u64);

impl Noise {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut byte = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0.to_le_bytes()[3]
        };
        (0..count).map(|_| byte()).collect()
    }
}

/// What comes to an open port from all over the world, and what only malice sends.
fn garbage(kind: usize, noise: &mut Noise) -> Vec<u8> {
    match kind % 8 {
        0 => Vec::new(),
        1 => b"GET / HTTP/1.1\r\nHost: chat\r\nAccept: */*\r\n\r\n".to_vec(),
        2 => [b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03".to_vec(), noise.bytes(512)].concat(),
        3 => b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        4 => noise.bytes(20_000),
        5 => vec![b'a'; 100_000],
        6 => b"half a li".to_vec(),
        _ => [b"gleb\n2\n".to_vec(), noise.bytes(3000), b"\nQUIT\n".to_vec()].concat(),
    }
}

/// One round: all connect, all send, and they end in three ways, or wait for the server to end them.
fn round(server: &ServerProgram, noise: &mut Noise) {
    let mut open: Vec<Peer> = (0..CONNECTIONS).map(|_| server.peer()).collect();
    for (kind, peer) in open.iter().enumerate() {
        // The server may close the connection in the middle of it: that is one of the ways.
        peer.stream().write_all(&garbage(kind, noise)).unwrap_or_default();
    }
    for (way, mut peer) in open.drain(..).enumerate() {
        match way % 5 {
            0 => drop(peer),
            1 => peer.reset(),
            2 => peer.stream().shutdown(Shutdown::Write).unwrap_or_default(),
            // By the login deadline at the latest, unless the noise happens to hold a nickname.
            _ => while peer.next_line().is_some_and(|line| line != "Successfully") {},
        }
    }
}

#[test]
fn a_thousand_connections_of_garbage_leave_the_server_as_it_was() {
    let _no_flood = FLOOD.read();
    let mut server = ServerProgram::start(&["--rate", "off", "--login-timeout", "1"]);
    let mut anna = server.login("anna").private_with_nobody();
    let before = (server.status("Threads"), server.descriptors());
    let mut noise = Noise(0x5EED);
    let mut memory = Vec::new();
    for number in 0..ROUNDS {
        round(&server, &mut noise);
        server.wait_until_back(before);
        memory.push(server.status("VmRSS"));
        anna.send(&format!("/tell anna round {number}"));
        anna.expect(&format!("(private) anna : round {number}"));
        anna.skip_to("Choose your user-chat");
        anna.expect_start("Nobody else is here yet");
    }
    assert!(memory[4] <= memory[1] + SLACK_KIB, "resident KiB after each round: {memory:?}");
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna']");
    assert!(!server.program.has_said("panicked"), "{:#?}", server.program.all());
}

/// Writes one letter again and again until `most` bytes are written, or the server has ended the connection.
fn writes_up_to(most: usize, mut stream: &TcpStream) -> usize {
    let piece = [b'a'; 64 * 1024];
    let mut written = 0;
    while written < most {
        match stream.write(&piece[..piece.len().min(most - written)]) {
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                assert!(!is_timeout(&error), "the server neither reads nor closes");
                break;
            }
        }
    }
    written
}

/// After 64 KiB the goodbye is out. The server reads on for a second, so that the goodbye is not destroyed by what still
/// comes, and forgets what it reads. Some of the floods are over by then; the others are cut in the middle.
#[test]
fn a_hundred_megabytes_without_a_newline_are_told_closed_and_cost_no_memory() {
    const MUCH: usize = 100_000_000;
    let _alone = FLOOD.write();
    let server = ServerProgram::start(&["--rate", "off"]);
    let mut anna = server.group("anna");
    let before = (server.status("VmRSS"), server.status("Threads"), server.descriptors());
    for at_once in [1, 200] {
        let peers: Vec<Peer> = (0..at_once).map(|_| server.peer()).collect();
        thread::scope(|scope| {
            for mut peer in peers {
                scope.spawn(move || {
                    let written = writes_up_to(MUCH, peer.stream());
                    assert!(written >= 64 * 1024, "cut after {written} bytes");
                    peer.expect("Your nickname?");
                    peer.expect("The connection is closed: 64 KiB came without a line end");
                    peer.expect("Disconnected");
                    peer.expect_end();
                });
            }
        });
        // The highest that it ever was.
        let growth = server.status("VmHWM").saturating_sub(before.0);
        assert!(growth < 10 * 1024, "{at_once} at once: {growth} KiB more than the {} before", before.0);
    }
    server.wait_until_back((before.1, before.2));
    anna.send("still here");
    anna.expect("(broadcast) anna: still here");
}

/// What of these bytes is a message: a line of UTF-8 that holds no control character and is no word. Words of letters
/// would be there by a rare chance; with this seed there is none.
fn messages(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines = lines.filter_map(|line| std::str::from_utf8(line).ok());
    let is_message = |line: &&str| {
        !line.trim().is_empty() && !line.starts_with('/') && !line.contains(|c: char| c.is_control() && c != '\t')
    };
    lines.filter(is_message).map(|line| line.replace('\t', " ")).collect()
}

#[test]
fn of_a_million_random_bytes_nothing_is_relayed_but_what_happens_to_be_text() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    let mut noise = Noise(0xF00D);
    let mut relayed = 0;
    for round in 0..250 {
        // Lines, so that much of it is looked at as text; every other one of small bytes, so that some of it is text.
        let mut bytes = noise.bytes(4000);
        for (i, line) in bytes.chunks_mut(40).enumerate() {
            line.iter_mut().filter(|_| i % 2 == 0).for_each(|byte| *byte &= 0x7F);
            line[0] = b'\n';
        }
        anna.send_bytes(&bytes);
        anna.send(&format!("\nend of round {round}"));
        let end = format!("(broadcast) anna: end of round {round}");
        let expected: Vec<String> = messages(&bytes).iter().map(|text| format!("(broadcast) anna: {text}")).collect();
        assert_eq!(boris.skip_to(&end), expected);
        relayed += expected.len();
        let answers = anna.skip_to(&end);
        let raw = answers.iter().find(|line| line.contains(|c: char| c.is_control() && c != '\t'));
        assert_eq!(raw, None);
    }
    assert!(relayed > 100, "only {relayed} lines of it were text: is all of it refused?");
    assert!(!server.program.has_said("panicked"), "{:#?}", server.program.all());
}

#[test]
#[ignore = "twenty thousand connections; .ci/run runs it"]
fn twenty_thousand_who_send_half_a_line_leave_the_server_as_it_was() {
    let _no_flood = FLOOD.read();
    let server = ServerProgram::start(&["--login-timeout", "60"]);
    let before = (server.status("Threads"), server.descriptors());
    // A crowd first: the system keeps the stacks of up to 160 threads that have ended, and memory for each of some threads.
    let mut crowd: Vec<Peer> = (0..300).map(|_| server.peer()).collect();
    crowd.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
    drop(crowd);
    server.wait_until_back(before);
    let mut memory = Vec::new();
    for _ in 0..ROUNDS {
        for _ in 0..4000 {
            let peer = server.peer();
            peer.stream().write_all(b"half a li").unwrap_or_default();
            // An orderly close would keep this side's port for a minute, and there are not so many.
            peer.reset();
        }
        server.wait_until_back(before);
        memory.push(server.status("VmRSS"));
    }
    assert!(memory[4] <= memory[1] + SLACK_KIB, "resident KiB after each round: {memory:?}");
}

impl Peer {
    /// From the question to a list with nobody in it: there no notices come.
    fn private_with_nobody(mut self) -> Peer {
        self.send("1");
        self.expect("Choose your user-chat");
        self.expect_start("Nobody else is here yet");
        self
    }
}

/// A megabyte in which no line can be a nickname: each begins with half a letter.
fn megabyte_of_noise() -> Vec<u8> {
    let mut noise = Noise(0xBAD).bytes(1_000_000);
    for line in noise.chunks_mut(2000) {
        line.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b'a');
        line[0] = b'\n';
        line[1] = 0x80;
    }
    noise
}

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn who_speaks_something_else_is_closed_by_the_login_deadline_and_then_the_processor_is_idle() {
    const AT_ONCE: usize = 200;
    const SECONDS: u64 = 1;
    let _no_flood = FLOOD.read();
    let mut server = ServerProgram::start(&["--rate", "off", "--login-timeout", &SECONDS.to_string()]);
    let mut anna = server.group("anna");
    let before = (server.status("Threads"), server.descriptors());
    let noise = megabyte_of_noise();
    let spoken: [(&str, &[u8]); 4] = [
        ("a TLS hello", b"\x16\x03\x01\x00\x2F\x01\x00\x00\x2B\x03\x03 32 bytes that may be any at all.. \x00\x00\x02\x13\x01\x01\x00"),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: chat\r\nAccept: */*\r\n\r\n"),
        ("an SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n"),
        ("a megabyte of noise", &noise),
    ];
    for (what, bytes) in spoken {
        let begun = Instant::now();
        let peers: Vec<Peer> = (0..AT_ONCE).map(|_| server.peer()).collect();
        for peer in &peers {
            // The server may close the connection in the middle of it.
            peer.stream().write_all(bytes).unwrap_or_default();
        }
        for mut peer in peers {
            peer.skip_to_start("The connection is closed: ");
            peer.expect("Disconnected");
            peer.expect_end();
        }
        let slack = Duration::from_secs(10);
        assert!(begun.elapsed() < Duration::from_secs(SECONDS) + slack, "{what}: after {:?}", begun.elapsed());
    }
    server.wait_until_back(before);
    let ticks = server.ticks();
    // What is measured is a second in which nothing happens.
    thread::sleep(Duration::from_secs(1));
    let used = server.ticks() - ticks;
    assert!(used <= 10, "{used} ticks of 10 ms in one second");
    assert!(!server.program.has_said("panicked"), "{:#?}", server.program.all());
    // Nobody of them was in the chat for a moment.
    anna.send("still here");
    anna.expect("(broadcast) anna: still here");
}
