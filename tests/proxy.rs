//! Robust: balancers that say in the PROXY protocol whose connection they bring (feature `proxy`): the log, the limits of
//! an address and the guesses at passwords see the client's address; a health check is neither logged nor counted; a header
//! that is missing, late or nonsense harms its own connection alone, and from anybody else it is no header.
#![cfg(feature = "proxy")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use chatroom::proxy::TrustedProxies;
use chatroom::server::Config;
use program::Program;
use support::{Peer, Server};

#[path = "support/program.rs"]
mod program;
mod support;

const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
/// What is said where a header was due, up to the fault.
const DEMANDED: &str = "The connection is closed: this address is one of --trusted-proxy, where each connection begins with a PROXY header: ";

/// A server that trusts 127.0.0.1 alone.
fn server(config: Config) -> Server {
    let trusted = TrustedProxies::new(&[IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    Server::with(Config { balancers: Some(Box::new(trusted)), ..config })
}

/// A connection that begins with these bytes.
fn brought(address: SocketAddr, header: &[u8]) -> Peer {
    let mut peer = Peer::connect(address);
    peer.send_bytes(header);
    peer
}

fn v1(client: &str) -> Vec<u8> {
    let family = if client.contains(':') { "TCP6" } else { "TCP4" };
    format!("PROXY {family} {client} {client} 40000 12345\r\n").into_bytes()
}

/// Version 2, with a part behind the addresses as balancers may add it.
fn v2(client: [u8; 4]) -> Vec<u8> {
    [V2, b"\x21\x11\0\x11", &client, b"\xC0\0\x02\x02\x9C\x40\x30\x39", b"\x05\0\x02id"].concat()
}

fn v2_tcp6(client: IpAddr) -> Vec<u8> {
    let IpAddr::V6(client) = client else { panic!("{client} is no IPv6 address") };
    [V2, b"\x21\x21\0\x24", &client.octets(), &client.octets(), b"\x9C\x40\x30\x39"].concat()
}

/// The real server, with the log that the tests read.
fn program(flags: &[&str]) -> (Program, SocketAddr) {
    let flags = [&["-p", "0", "--trusted-proxy", "127.0.0.1"], flags].concat();
    let mut program = Program::start(env!("CARGO_BIN_EXE_chat-server"), &flags);
    let address = program.line();
    let address = address.strip_prefix("Listening on ").expect("the first line says where").parse();
    (program, address.expect("an address"))
}

#[test]
fn the_log_names_the_client_in_either_version_and_family() {
    let (mut server, address) = program(&[]);
    let v6: IpAddr = "2001:db8::7".parse().expect("an address");
    for (header, client) in [
        (v1("192.0.2.7"), "192.0.2.7:40000"),
        (v1("2001:db8::7"), "[2001:db8::7]:40000"),
        (v2([192, 0, 2, 8]), "192.0.2.8:40000"),
        (v2_tcp6(v6), "[2001:db8::7]:40000"),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1:"),
        ([V2, b"\x21\x31\0\xD8", &[b'/'; 216]].concat(), "127.0.0.1:"),
    ] {
        let anna = brought(address, &header).login("anna");
        if client.starts_with("127") {
            // It counts, and is told of, from its nickname on.
            server.expect_error("anna joined");
        } else {
            server.expect_error(&format!("connected from {client}"));
        }
        anna.quit();
        server.expect_error("anna left");
    }
}

#[test]
fn a_header_may_come_in_pieces_and_the_clients_first_words_right_behind_it() {
    let server = server(Config::default());
    for header in [v1("192.0.2.7"), v2([192, 0, 2, 7])] {
        let mut peer = server.peer();
        for byte in &header {
            peer.send_bytes(&[*byte]);
        }
        peer.login("anna").quit();
        let mut peer = server.peer();
        peer.send_bytes(&[&header[..], b"vera\n2\nhello\n"].concat());
        for line in ["Your nickname?", "Successfully", "process"] {
            peer.expect(line);
        }
        peer.expect_start("Welcome");
        peer.expect(support::QUESTION);
        peer.expect("You in group");
        peer.expect("(broadcast) vera: hello");
        peer.quit();
    }
}

#[test]
fn limits_of_an_address_are_the_clients_and_not_the_balancers() {
    let server = server(Config { per_address: Some(1), ..Config::default() });
    let _anna = brought(server.address, &v1("192.0.2.7")).login("anna");
    let _boris = brought(server.address, &v1("192.0.2.8")).login("boris");
    let mut second = brought(server.address, &v2([192, 0, 2, 7]));
    second.expect("The connection is closed: too many clients are here from your address; try again later");
    second.expect("Disconnected");
    second.expect_end();
    // What the balancer cannot name is its own, and so much it may have too.
    let _vera = brought(server.address, b"PROXY UNKNOWN\r\n").login("vera");
    let mut gleb = brought(server.address, b"PROXY UNKNOWN\r\n");
    gleb.expect("Your nickname?");
    gleb.send("gleb");
    gleb.expect("The connection is closed: too many clients are here from your address; try again later");
}

#[test]
fn lines_of_two_clients_behind_one_balancer_are_not_counted_together() {
    let server = server(Config { rate: Some(1), ..Config::default() });
    let clients = (0..60_u8).map(|number| (number % 3, format!("anna{number}")));
    let mut crowd: Vec<Peer> =
        clients.map(|(host, name)| brought(server.address, &v2([192, 0, 2, host])).login(&name)).collect();
    // Together they write more than one address may at once; each of the three writes less.
    for peer in &mut crowd {
        peer.send_bytes(&b"LIST zzz\n".repeat(18));
    }
    for peer in &mut crowd {
        for _ in 0..18 {
            peer.expect("Users in chatroom: []");
            peer.expect_start("Nobody here");
            peer.expect(support::QUESTION);
        }
    }
}

#[test]
fn a_health_check_is_answered_in_a_full_house_and_neither_logged_nor_counted() {
    let (mut server, address) = program(&["--max-clients", "2", "--per-address", "1"]);
    let _anna = brought(address, &v1("192.0.2.7")).login("anna");
    let _boris = brought(address, &v1("192.0.2.8")).login("boris");
    // The balancer's own address in version 1 is what LOCAL is in version 2.
    for header in [LOCAL, b"PROXY UNKNOWN\r\n", &v1("127.0.0.1"), LOCAL] {
        let mut check = brought(address, header);
        check.expect("Your nickname?");
        let mut at_once = brought(address, header);
        at_once.expect("Your nickname?");
        at_once.send("QUIT");
        at_once.expect("Disconnected");
    }
    let mut third = brought(address, &v1("192.0.2.9"));
    third.expect("The connection is closed: too many clients are here; try again later");
    server.expect_error("sent 192.0.2.9:40000 away");
    assert_eq!(server.count(" connected from "), 2, "{:#?}", server.all());
    assert_eq!(server.count(" left: "), 0, "{:#?}", server.all());
}

#[test]
fn what_is_no_header_is_told_so_and_harms_nobody_else() {
    let server = server(Config::default());
    let mut anna = brought(server.address, &v1("192.0.2.7")).login("anna").group();
    let mut silent = server.peer();
    let mut half = brought(server.address, b"PROXY TCP4 192.0.2.7 ");
    for (garbage, why) in [
        (&b"boris\n"[..], "this one begins otherwise; is 'send-proxy' missing at the balancer?"),
        (b"GET / HTTP/1.1\r\n\r\n", "this one begins otherwise; is 'send-proxy' missing at the balancer?"),
        (&[0xFF; 5000], "this one begins otherwise; is 'send-proxy' missing at the balancer?"),
        (b"PROXY TCP4 300.1.1.1 1.1.1.1 1 1\r\n", "the one of this connection makes no sense"),
        (&[b"PROXY ", &[b'x'; 500][..]].concat(), "the one of this connection makes no sense"),
        (&[V2, b"\x21\x55\0\x04aaaa"].concat(), "the one of this connection makes no sense"),
        (&[V2, b"\x21\x11\xFF\xFF"].concat(), "it is too long"),
    ] {
        let mut peer = brought(server.address, garbage);
        peer.expect(&format!("{DEMANDED}{why}"));
        peer.expect("Disconnected");
    }
    let mut ends = brought(server.address, b"PROXY");
    ends.end_of_stream();
    ends.expect(&format!("{DEMANDED}this one ended before it was complete"));
    anna.send("I hear nothing of it");
    anna.expect("(broadcast) anna: I hear nothing of it");
    for peer in [&mut silent, &mut half] {
        peer.expect(&format!("{DEMANDED}it has not come in time"));
        peer.expect("Disconnected");
    }
}

#[test]
fn those_who_say_nothing_keep_no_place_and_do_not_keep_the_others_waiting() {
    let server = server(Config { max_clients: 3, ..Config::default() });
    let begun = Instant::now();
    let silent: Vec<Peer> = (0..10).map(|_| server.peer()).collect();
    let _anna = brought(server.address, &v1("192.0.2.7")).login("anna");
    let _boris = brought(server.address, &v1("192.0.2.8")).login("boris");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    drop(silent);
}

#[test]
fn from_anybody_else_it_is_no_header() {
    let server = server(Config::default());
    let mut stranger = Peer::connect_from(Ipv4Addr::new(127, 0, 0, 2), server.address);
    stranger.expect("Your nickname?");
    stranger.send_bytes(&v1("192.0.2.7"));
    stranger.expect_start("The connection is closed: you speak PROXY, and this is a chat of text lines");
    stranger.expect("Disconnected");
    let local = Peer::connect_from(Ipv4Addr::new(127, 0, 0, 2), server.address);
    local.login("anna").quit();
}

#[test]
fn a_server_stops_while_a_header_is_on_its_way() {
    let server = server(Config::default());
    let mut half = brought(server.address, b"PROXY TCP4 192.0.2.7 ");
    let mut anna = brought(server.address, &v1("192.0.2.7")).login("anna");
    server.stop().expect("it stops in time");
    half.expect("The connection is closed: the server stops");
    half.expect("Disconnected");
    anna.expect("The connection is closed: the server stops");
}
