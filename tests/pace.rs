//! The rate: who writes too fast is delayed and told so once; nothing is lost, and nobody else waits.

use std::time::{Duration, Instant};

use chatroom::server::Config;

use crate::support::{DEADLINE, Peer, QUESTION, Server};

mod support;

const TOLD: &str = "You write faster than";

/// Reads the echoes of `line 0` to `line COUNT-1`; gives how often the rate was mentioned.
fn reads_all_in_order(peer: &mut Peer, count: usize) -> usize {
    let mut told = 0;
    for i in 0..count {
        let mut line = peer.line();
        while line.starts_with(TOLD) {
            told += 1;
            line = peer.line();
        }
        assert_eq!(line, format!("(broadcast) anna: line {i}"));
    }
    told
}

fn lines(count: usize) -> String {
    (0..count).map(|i| format!("line {i}\n")).collect()
}

#[test]
fn who_floods_is_told_once_and_every_line_arrives_in_order_at_the_rate() {
    let server = Server::with(Config { rate: Some(50), ..Config::default() });
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    anna.expect("(broadcast) General information: boris has joined the Chat");
    let begun = Instant::now();
    anna.send_bytes(lines(120).as_bytes());
    boris.send("not delayed");
    let mut heard = Vec::new();
    while heard.len() < 121 {
        heard.push(boris.line());
    }
    assert!(begun.elapsed() >= Duration::from_millis(1900), "100 lines at 50 a second: {:?}", begun.elapsed());
    let overtook = heard.iter().position(|line| line == "(broadcast) boris: not delayed").expect("it was delivered");
    assert!(overtook < 120, "boris waited for all that anna had to say");
    heard.remove(overtook);
    let expected: Vec<String> = (0..120).map(|i| format!("(broadcast) anna: line {i}")).collect();
    assert_eq!(heard, expected);
    let mut told = 0;
    for line in std::iter::from_fn(|| Some(anna.line())).take_while(|line| !line.ends_with("line 119")) {
        told += usize::from(line.starts_with(TOLD));
    }
    assert_eq!(told, 1, "told once");
}

#[test]
fn what_was_sent_before_an_orderly_end_is_still_delivered() {
    let server = Server::with(Config { rate: Some(100), ..Config::default() });
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    anna.send_bytes(lines(60).as_bytes());
    anna.end_of_stream();
    assert_eq!(reads_all_in_order(&mut boris, 60), 0);
    boris.expect("(broadcast) General information: anna has left the Chat");
    assert_eq!(reads_all_in_order(&mut anna, 60), 1);
    anna.expect("Disconnected");
    anna.expect_end();
}

#[test]
fn after_a_reset_what_waits_is_dropped_at_once() {
    let server = Server::with(Config { rate: Some(1), ..Config::default() });
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    let burst = 18; // the nickname and the answer have cost two of twenty
    anna.send_bytes(lines(500).as_bytes());
    assert_eq!(reads_all_in_order(&mut boris, burst), 0);
    assert_eq!(reads_all_in_order(&mut anna, burst), 0);
    // By now anna's thread waits: 482 seconds of lines stand before the end.
    let reset = Instant::now();
    anna.reset();
    let mut line = boris.line();
    while line.starts_with("(broadcast) anna: line") {
        line = boris.line();
    }
    assert_eq!(line, "(broadcast) General information: anna has left the Chat");
    assert!(reset.elapsed() < DEADLINE / 2, "{:?}", reset.elapsed());
    let _anna = server.login("anna");
}

#[test]
fn words_and_refused_lines_cost_as_much_as_messages() {
    let server = Server::with(Config { rate: Some(200), ..Config::default() });
    for line in ["LIST", "3", "/nothing", "a\u{1b}", "\u{7f}"] {
        let mut anna = server.login("anna");
        anna.send_bytes(format!("{line}\n").repeat(100).as_bytes());
        let mut heard = Vec::new();
        while heard.iter().filter(|heard| *heard == QUESTION).count() < 100 {
            heard.push(anna.line());
        }
        assert_eq!(heard.iter().filter(|heard| heard.starts_with(TOLD)).count(), 1, "{line:?}");
        anna.quit();
    }
}

#[test]
fn without_a_rate_nobody_is_delayed() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    anna.send_bytes(lines(2000).as_bytes());
    assert_eq!(reads_all_in_order(&mut anna, 2000), 0);
}
