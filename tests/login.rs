//! The login: nicknames that are refused, taken, too late or only seemingly so; and places that are all taken.

use std::time::{Duration, Instant};

use chatroom::server::Config;
use chatroom::text::RESERVED;

#[cfg(target_os = "linux")]
use crate::program::ServerProgram;
use crate::support::{DEADLINE, Peer, Server};

#[cfg(target_os = "linux")]
#[path = "support/program.rs"]
mod program;
mod support;

#[test]
fn a_taken_nickname_is_refused_and_a_free_one_is_offered() {
    let server = Server::start();
    let (_anna, _anna2) = (server.login("anna"), server.login("anna2"));
    let mut other = server.peer();
    for taken in ["anna", "Anna", "ANNA", " anna "] {
        other.expect("Your nickname?");
        other.send(taken);
        other.expect("This nickname already used");
        let offer = other.expect_start("");
        assert!(offer.to_lowercase().ends_with("anna3 is free"), "{offer}");
    }
    let _anna3 = other.login("anna3");
}

#[test]
fn a_nickname_that_looks_like_a_taken_one_is_taken() {
    let server = Server::start();
    let mut copa = server.login("copa");
    let pairs = [
        ("copa", "сора"),
        ("boba", "ВОВА"),
        ("Ivan", "lvan"),
        ("lo1", "l0l"),
        ("ёж", "еж"),
        ("Люба", "Лю6а"),
        ("РоЗа", "Ро3а"),
        ("bob", "ЬоЬ"),
        ("rar", "гаг"),
        ("marta", "rnarta"),
        ("walter", "vvalter"),
        ("anna", "anna."),
        ("vera", "vera_"),
        ("a_b", "a__b"),
    ];
    for (taken, looks_like) in pairs {
        let _taken = (taken != "copa").then(|| server.login(taken));
        let mut other = server.peer();
        other.expect("Your nickname?");
        other.send(looks_like);
        other.expect("This nickname already used");
        other.expect_start(looks_like);
        other.expect("Your nickname?");
    }
    // Taken, but not to be found under the other spelling.
    copa.send("/tell сора hi");
    copa.expect_start("Not delivered: nobody here is called сора");
}

#[test]
fn a_nickname_that_cannot_be_one_is_refused_with_the_rule() {
    let server = Server::without_rate();
    let mut anna = server.peer();
    anna.expect("Your nickname?");
    let (too_long, enormous) = ("a".repeat(33), "я".repeat(2000));
    let refused = [
        ("", "1 to 32 characters"),
        ("   ", "1 to 32 characters"),
        (&too_long, "1 to 32 characters"),
        (&enormous, "1 to 32 characters"),
        ("9lives", "begins with a letter"),
        ("_anna", "begins with a letter"),
        ("аnna", "Latin or Cyrillic letters, never both"),
        ("anna boris", "U+0020"),
        ("anna:", "U+003A"),
        ("é", "U+00E9"),
        ("и\u{306}ван", "U+0306"),
        ("a\u{3164}", "U+3164"),
        ("a\u{200D}b", "U+200D"),
        ("🙂", "U+1F642"),
        ("an\u{1b}[31mna", "U+001B"),
        ("a\u{202E}b", "U+202E"),
        ("server", "the chat's own words"),
        ("Сервер", "the chat's own words"),
        ("list", "the chat's own words"),
        ("Q", "the chat's own words"),
        ("Y0u.", "the chat's own words"),
        ("General..Information", "the chat's own words"),
        ("НИКТО_", "the chat's own words"),
    ];
    for (nickname, rule) in refused {
        anna.send(nickname);
        let refusal = anna.expect_start("Not sent: ");
        assert!(refusal.contains(rule), "{nickname:?}: {refusal}");
        anna.expect("Your nickname?");
    }
    // QUIT, q and HELP do what they say, in just these letters; in others they are no names either.
    for reserved in RESERVED.iter().filter(|name| !["q", "Q"].contains(*name)) {
        for name in [reserved.to_string(), capitalised(reserved), format!("{reserved}_")] {
            anna.send(&name);
            let refusal = anna.expect_start("Not sent: ");
            assert!(refusal.contains("the chat's own words"), "{name}: {refusal}");
            anna.expect("Your nickname?");
        }
    }
    anna.send(&"a".repeat(4097));
    anna.expect_start("Not sent: the line is longer");
    anna.expect("Your nickname?");
    anna.send(&"a".repeat(32));
    anna.expect("Successfully");
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[test]
fn a_nickname_that_trickles_in_is_cut_at_the_deadline() {
    let server = Server::with(Config { login: Duration::from_secs(1), ..Config::default() });
    let mut slow = server.peer();
    slow.expect("Your nickname?");
    let begun = Instant::now();
    // One byte now and then, for as long as the server listens: each by itself is in time.
    let mut writer = slow.stream();
    while std::io::Write::write_all(&mut writer, b"a").is_ok() && begun.elapsed() < DEADLINE {
        std::thread::sleep(Duration::from_millis(50));
    }
    slow.expect("The connection is closed: no nickname was chosen in time");
    slow.expect("Disconnected");
    slow.expect_end();
    assert!(begun.elapsed() < DEADLINE, "it was cut, and not by us");
}

#[test]
fn refused_nicknames_do_not_prolong_the_login() {
    let server = Server::with(Config { login: Duration::from_secs(1), ..Config::default() });
    let mut anna = server.login("anna");
    let mut other = server.peer();
    let mut said = Vec::new();
    while let Some(line) = other.next_line() {
        if line == "Your nickname?" {
            other.send("anna");
        }
        said.push(line);
    }
    assert!(said.ends_with(&[
        "The connection is closed: no nickname was chosen in time".to_owned(),
        "Disconnected".to_owned()
    ]));
    // Who is in stays in.
    anna.send("2");
    anna.expect("You in group");
}

/// As when a laptop's lid is closed: the time goes on, and what was sent waits in the socket.
#[cfg(target_os = "linux")]
#[test]
fn a_nickname_that_was_sent_while_the_server_slept_is_in_time() {
    let server = ServerProgram::start(&["--login-timeout", "3"]);
    let mut peers: Vec<Peer> = (0..2).map(|_| server.peer()).collect();
    peers.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
    let mut half = server.peer();
    half.expect("Your nickname?");
    server.program.sleeps_while(|| {
        for (i, peer) in peers.iter_mut().enumerate() {
            peer.send("no name, since none has a comma");
            peer.send(&format!("user{i}x"));
        }
        half.send_bytes(b"half a nickna");
        std::thread::sleep(Duration::from_millis(3500));
    });
    for peer in &mut peers {
        peer.skip_to("Your nickname?");
        peer.expect("Successfully");
        peer.skip_to(support::QUESTION);
    }
    half.expect("The connection is closed: no nickname was chosen in time");
    half.expect("Disconnected");
    half.expect_end();
}

/// Connects until there is a place, since a place is free only when its thread has ended.
fn waits_for_a_place(server: &Server, nickname: &str) -> Peer {
    let until = Instant::now() + DEADLINE;
    loop {
        let mut peer = server.peer();
        match peer.next_line().as_deref() {
            Some("Your nickname?") => {
                peer.send(nickname);
                peer.expect("Successfully");
                return peer;
            }
            _ => assert!(Instant::now() < until, "a place is free again"),
        }
    }
}

#[test]
fn one_client_too_many_is_told_so() {
    let server = Server::with(Config { max_clients: 2, ..Config::default() });
    let (mut anna, boris) = (server.group("anna"), server.login("boris"));
    anna.expect("(broadcast) General information: boris has joined the Chat");
    for _ in 0..20 {
        let mut third = server.peer();
        third.expect("The connection is closed: too many clients are here; try again later");
        third.expect("Disconnected");
        third.expect_end();
    }
    boris.quit();
    let _vera = waits_for_a_place(&server, "vera");
    anna.expect("(broadcast) General information: boris has left the Chat");
    anna.expect("(broadcast) General information: vera has joined the Chat");
}

#[test]
fn one_address_has_only_its_share_of_the_places() {
    let server = Server::with(Config { per_address: Some(1), ..Config::default() });
    let anna = server.login("anna");
    let mut second = server.peer();
    second.expect("The connection is closed: too many clients are here from your address; try again later");
    second.expect("Disconnected");
    second.expect_end();
    anna.quit();
    let _anna = waits_for_a_place(&server, "anna");
}
