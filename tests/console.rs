//! The teacher's console: what is ordered from another terminal, and what the clients see of it.
#![cfg(feature = "console")]

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use crate::ctl::Taught;

#[path = "support/ctl.rs"]
mod ctl;
#[path = "support/program.rs"]
mod program;
mod support;

#[test]
fn what_is_said_to_everybody_reaches_them_wherever_they_are_and_nobody_else_can_say_it() {
    let server = Taught::start(&[]);
    let (mut nameless, mut asked, mut boris) = (server.peer(), server.login("anna"), server.group("boris"));
    nameless.expect("Your nickname?");
    let mut private = server.login("vera").private_with("boris");
    let answer = server.ctl("say In 5 minutes: break");
    assert_eq!(answer, "told everybody, 4 connected");
    boris.expect("(broadcast) General information: vera has joined the Chat");
    boris.expect("vera writes to you alone; answer with /tell vera and your text");
    for peer in [&mut nameless, &mut asked, &mut private, &mut boris] {
        peer.expect("(server) In 5 minutes: break");
    }
    for forged in ["(server) no lesson", "\u{200B}(server) no lesson"] {
        private.send(forged);
        private.expect(&format!("(private to boris) : {forged}"));
        boris.expect(&format!("(private) vera : {forged}"));
    }
    nameless.send("(server)");
    nameless.expect_start("Not sent: ");
}

#[test]
fn who_shows_where_each_of_them_is() {
    let server = Taught::start(&[]);
    let mut nameless = server.peer();
    nameless.expect("Your nickname?");
    let (_asked, _group) = (server.login("anna"), server.group("boris"));
    let mut private = server.login("vera").private_with("boris");
    private.send("hi");
    private.expect("(private to boris) : hi");
    let shown = server.ctl("who");
    let rows: Vec<Vec<&str>> =
        shown.lines().map(|row| row.split("  ").filter(|part| !part.is_empty()).map(str::trim).collect()).collect();
    assert_eq!(rows[0], ["number", "nickname", "address", "where", "since", "late"]);
    let places: Vec<[&str; 3]> = rows[1..].iter().map(|row| [row[0], row[1], row[3]]).collect();
    let expected = [
        ["1", "-", "at the nickname"],
        ["2", "anna", "at the question"],
        ["3", "boris", "in the group"],
        ["4", "vera", "private with boris"],
    ];
    assert_eq!(places, expected, "{shown}");
    assert!(
        rows[1..].iter().all(|row| row[2].starts_with("127.0.0.1:") && row[4].ends_with(" ago") && row[5] == "no"),
        "{shown}"
    );
}

#[test]
fn who_is_kicked_under_flood_is_gone_within_a_second_with_one_leave_and_its_reason() {
    let server = Taught::start(&[]);
    let (mut anna, boris) = (server.group("anna"), server.group("boris"));
    let mut again = thread::scope(|scope| {
        let flood = || while boris.stream().write_all("flood\n".repeat(1000).as_bytes()).is_ok() {};
        thread::Builder::new().spawn_scoped(scope, flood).expect("a thread");
        anna.skip_to("(broadcast) boris: flood");
        let begun = Instant::now();
        assert!(server.ctl("kick BORIS do not flood").starts_with("boris is removed"));
        anna.skip_to("(broadcast) General information: boris has left the Chat (removed by the teacher: do not flood)");
        let again = server.group("boris");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        again
    });
    again.send("I am back");
    let since = anna.skip_to("(broadcast) boris: I am back");
    assert!(!since.iter().any(|line| line.contains("has left") || line.contains("flood")), "{since:?}");
}

#[test]
fn who_is_kicked_is_told_why_and_so_is_who_has_no_nickname_yet() {
    let server = Taught::start(&[]);
    let (mut nameless, mut anna) = (server.peer(), server.login("anna"));
    nameless.expect("Your nickname?");
    server.ctl("kick anna");
    anna.expect("Sent away: removed by the teacher");
    anna.expect("Disconnected");
    anna.expect_end();
    server.ctl("kick 1 say who you are");
    nameless.expect("Sent away: removed by the teacher: say who you are");
    nameless.expect("Disconnected");
    assert_eq!(server.refused("kick anna"), "nobody here is called anna; 'who' shows who is here");
    assert_eq!(server.refused("kick 99"), "nobody here has the number 99; 'who' shows the numbers");
    assert_eq!(server.refused("kick"), "write kick NICK|NUMBER [REASON]");
}
