//! Connections that send garbage leave the server as it was: threads and descriptors come back, memory does not grow,
//! and the conversation beside it goes on.

use std::io::Write;
use std::net::Shutdown;

use crate::program::ServerProgram;
use crate::support::Peer;

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
