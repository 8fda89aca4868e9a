//! Connections that send garbage leave the server as it was: threads and descriptors come back, memory does not grow,
//! and the conversation beside it goes on.

use std::io::Write;
use std::net::Shutdown;
use std::time::Instant;

use crate::program::ServerProgram;
use crate::support::{DEADLINE, Peer};

#[path = "support/program.rs"]
mod program;
mod support;

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
    let server = ServerProgram::start(&["--rate", "off", "--login-timeout", "1"]);
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
}

#[test]
fn a_flood_without_a_newline_is_cut_and_costs_no_memory() {
    const FLOODERS: usize = 200;
    let server = ServerProgram::start(&[]);
    let mut anna = server.login("anna").private_with_nobody();
    // The first round warms the allocator up; it is the growth after it that counts.
    let flood = || {
        let peers: Vec<Peer> = (0..FLOODERS).map(|_| server.peer()).collect();
        let much = vec![b'a'; 1_000_000];
        for peer in &peers {
            // It is cut after 64 KiB, in the middle of this.
            peer.stream().write_all(&much).unwrap_or_default();
        }
        let highest = server.status("VmRSS");
        for mut peer in peers {
            while peer.next_line().is_some() {}
        }
        highest
    };
    let (first, second) = (flood(), flood());
    assert!(second <= first + 10 * 1024, "resident KiB: {first}, then {second}");
    let mut endless = server.peer();
    endless.expect("Your nickname?");
    let megabyte = vec![b'a'; 1_000_000];
    let begun = Instant::now();
    // The goodbye is out after 64 KiB; what comes in the second after it is read, and forgotten.
    while endless.stream().write_all(&megabyte).is_ok() {
        assert!(begun.elapsed() < DEADLINE, "somebody takes all that is sent");
    }
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna']");
}

#[test]
fn of_a_million_random_bytes_nothing_raw_reaches_anybody() {
    let server = ServerProgram::start(&["--rate", "off"]);
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    let mut noise = Noise(0xF00D);
    for round in 0..250 {
        // Lines, so that much of it is looked at as text; none of them a way to leave.
        let mut bytes = noise.bytes(4000);
        bytes.iter_mut().step_by(97).for_each(|byte| *byte = b'\n');
        anna.send_bytes(&bytes);
        anna.send(&format!("\nend of round {round}"));
        let end = format!("(broadcast) anna: end of round {round}");
        let heard = [anna.skip_to(&end), boris.skip_to(&end)].concat();
        for line in heard {
            assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "{line:?}");
        }
    }
}

#[test]
fn twenty_thousand_who_send_half_a_line_leave_the_server_as_it_was() {
    let server = ServerProgram::start(&["--login-timeout", "60"]);
    let before = (server.status("Threads"), server.descriptors());
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

#[test]
fn after_garbage_that_stays_connected_the_processor_is_idle() {
    let server = ServerProgram::start(&["--login-timeout", "60"]);
    let mut noise = Noise(0xBAD);
    let mut open = Vec::new();
    for kind in 0..200 {
        let peer = server.peer();
        peer.stream().write_all(&garbage(kind, &mut noise)).unwrap_or_default();
        open.push(peer);
    }
    // A client that comes now is served, so that all before it were.
    let mut anna = server.login("anna");
    anna.send("LIST");
    anna.expect_start("Users in chatroom: [");
    // Whoever was delayed by the rate has used up nothing else by then.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let ticks = server.ticks();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let used = server.ticks() - ticks;
    assert!(used <= 20, "{used} ticks of 10 ms in one second");
}
