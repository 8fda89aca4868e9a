//! The order: all see one and the same, nothing is lost or doubled, and a nickname is one session's at a time.

use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::program::Program;
use crate::support::{Peer, Server};

#[path = "support/program.rs"]
mod program;
mod support;

const SENDERS: usize = 8;
const LISTENERS: usize = 20;
const MESSAGES: usize = 250;

#[test]
fn eight_senders_and_twenty_listeners_see_one_order() {
    let server = Server::without_rate();
    let listeners: Vec<Peer> = (0..LISTENERS).map(|i| server.group(&format!("listener{i}"))).collect();
    let senders: Vec<Peer> = (0..SENDERS).map(|i| server.group(&format!("sender{i}"))).collect();
    let start = Barrier::new(SENDERS);
    let heard: Vec<Vec<String>> = thread::scope(|scope| {
        let start = &start;
        let says = move |(number, mut peer): (usize, Peer)| {
            start.wait();
            for count in 0..MESSAGES {
                peer.send(&format!("{number}.{count}"));
            }
            messages(peer)
        };
        let sending: Vec<_> = senders.into_iter().enumerate().map(|sender| scope.spawn(move || says(sender))).collect();
        let listening: Vec<_> = listeners.into_iter().map(|peer| scope.spawn(move || messages(peer))).collect();
        sending.into_iter().chain(listening).map(|thread| thread.join().expect("it heard everything")).collect()
    });
    let first = &heard[0];
    for number in 0..SENDERS {
        let from = format!("(broadcast) sender{number}: ");
        let its: Vec<&str> = first.iter().filter_map(|line| line.strip_prefix(&from)).collect();
        let said: Vec<String> = (0..MESSAGES).map(|count| format!("{number}.{count}")).collect();
        assert_eq!(its, said, "sender {number}: nothing lost, nothing twice, in the order in which it was said");
    }
    for (who, other) in heard.iter().enumerate() {
        let differs = first.iter().zip(other).position(|(a, b)| a != b);
        assert_eq!(differs, None, "client {who} sees another order");
    }
}

/// All messages that one client hears; notices are not counted.
fn messages(mut peer: Peer) -> Vec<String> {
    let mut heard = Vec::with_capacity(SENDERS * MESSAGES);
    while heard.len() < SENDERS * MESSAGES {
        let line = peer.line();
        if line.starts_with("(broadcast) sender") {
            heard.push(line);
        }
    }
    heard
}

#[test]
fn room_messages_private_ones_and_answers_keep_one_order() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    for i in 0..200 {
        anna.send_bytes(format!("room {i}\n/tell boris private {i}\nLIST\n").as_bytes());
    }
    for i in 0..200 {
        anna.expect(&format!("(broadcast) anna: room {i}"));
        anna.expect(&format!("(private to boris) : private {i}"));
        anna.expect("Users in chatroom: ['boris', 'anna']");
        boris.expect(&format!("(broadcast) anna: room {i}"));
        boris.expect(&format!("(private) anna : private {i}"));
    }
}

#[test]
fn a_names_leave_comes_before_its_next_join() {
    const ROUNDS: usize = 300;
    let server = Server::without_rate();
    let mut witness = server.group("vera");
    let round = |nickname: &str| {
        for _ in 0..ROUNDS {
            // Whoever leaves does not wait for the goodbye: the next one comes while the last one is still going.
            let mut peer = server.peer();
            peer.send_bytes(format!("{nickname}\nQUIT\n").as_bytes());
            while let Some(line) = peer.next_line() {
                if line == "This nickname already used" {
                    peer.send(nickname);
                }
                if line == "Successfully" {
                    break;
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| round("anna"));
        }
    });
    witness.send("the end");
    let notices = witness.skip_to("(broadcast) vera: the end");
    let (joined, left) = (
        "(broadcast) General information: anna has joined the Chat",
        "(broadcast) General information: anna has left the Chat",
    );
    for (i, notice) in notices.iter().enumerate() {
        assert_eq!(notice, if i % 2 == 0 { joined } else { left }, "notice {i}");
    }
    assert!(notices.len() >= 2 * ROUNDS, "{} notices", notices.len());
}

#[test]
fn of_those_who_ask_for_one_nickname_in_the_same_instant_one_gets_it() {
    const ROUNDS: usize = 1000;
    const CLIENTS: usize = 3;
    let server = Server::without_rate();
    let together = Barrier::new(CLIENTS);
    let ask = |client: usize| {
        let mut won = Vec::new();
        for round in 0..ROUNDS {
            let mut peer = server.peer();
            peer.expect("Your nickname?");
            together.wait();
            // Three spellings of one name: case and look-alikes count as the same.
            let spelling = ["copa", "COPA", "сора"][client];
            peer.send(&format!("{spelling}{round}"));
            let answer = peer.line();
            assert!(["Successfully", "This nickname already used"].contains(&answer.as_str()), "{answer}");
            won.push(answer == "Successfully");
            together.wait();
        }
        won
    };
    let ask = &ask;
    let won: Vec<Vec<bool>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|client| scope.spawn(move || ask(client))).collect();
        clients.into_iter().map(|thread| thread.join().expect("each was answered")).collect()
    });
    for round in 0..ROUNDS {
        let winners = won.iter().filter(|client| client[round]).count();
        assert_eq!(winners, 1, "round {round}");
    }
}

/// A `chat` in the group, in a process that can be killed.
fn joins(server: &Server, nickname: &str) -> Program {
    let flags = ["--port", &server.address.port().to_string(), "--nickname", nickname];
    let mut chat = Program::run(Command::new(env!("CARGO_BIN_EXE_chat")).args(flags));
    chat.send("2");
    while chat.line() != "You in group" {}
    chat
}

/// Guests who come at one tick of the clock and leave at the next.
const GUESTS: usize = 20;

/// They ask for a name and go into the group, all in one write: who comes does not wait for the one before.
fn come(server: &Server, tick: usize) -> Vec<Peer> {
    let comes = |i| {
        let mut guest = server.peer();
        guest.send_bytes(format!("guest{tick}x{i}\n2\n").as_bytes());
        guest
    };
    (0..GUESTS).map(comes).collect()
}

/// They leave in three ways, once they have joined.
fn leave(mut guests: Vec<Peer>) {
    guests.iter_mut().for_each(|guest| drop(guest.skip_to("You in group")));
    for (i, mut guest) in guests.into_iter().enumerate() {
        match i % 4 {
            0 => guest.reset(),
            1 => guest.end_of_stream(),
            _ => guest.send("QUIT"),
        }
    }
}

#[test]
fn who_stays_loses_nothing_while_others_come_go_and_are_killed() {
    const STEADY: usize = 200;
    const TICKS: u32 = 25;
    const TICK: Duration = Duration::from_millis(100);
    const SAID: usize = 20; // by anna, at each tick
    const KILLED: usize = 5;
    let server = Server::without_rate();
    let steady: Vec<Peer> = (0..STEADY).map(|i| server.group(&format!("steady{i}x"))).collect();
    let mut anna = server.group("anna");
    let heard: Vec<Vec<String>> = thread::scope(|scope| {
        let listening: Vec<_> =
            steady.into_iter().map(|mut peer| scope.spawn(move || peer.skip_to("(broadcast) anna: the end"))).collect();
        let mut killed: Vec<Program> = (0..KILLED).map(|i| joins(&server, &format!("killed{i}x"))).collect();
        let mut inside = Vec::new();
        let begun = Instant::now();
        for tick in 0..TICKS {
            // The clock of the guests. A machine that is too slow for it has them come as fast as it can.
            thread::sleep((begun + TICK * tick).saturating_duration_since(Instant::now()));
            let came = come(&server, tick as usize);
            leave(std::mem::replace(&mut inside, came));
            if tick % 5 == 4 {
                if let Some(program) = killed.pop() {
                    program.signal(Signal::KILL);
                }
            }
            (0..SAID).for_each(|i| anna.send(&format!("{tick}.{i}")));
        }
        leave(inside);
        // Those who left may still be on their way out.
        ["guest", "killed"].into_iter().for_each(|beginning| waits_until_nobody_is_called(&mut anna, beginning));
        anna.send("the end");
        listening.into_iter().map(|thread| thread.join().expect("it heard the end")).collect()
    });
    // Whoever came earlier has heard the later ones join: from the first of the others on all have heard the same.
    let from_the_first = |heard: &Vec<String>| -> Vec<String> {
        heard.iter().skip_while(|line| !line.contains("killed")).cloned().collect()
    };
    let first = from_the_first(&heard[0]);
    for (who, other) in heard.iter().enumerate() {
        assert!(from_the_first(other) == first, "steady{who}x has heard something else");
    }
    let said: Vec<&str> = first.iter().filter_map(|line| line.strip_prefix("(broadcast) anna: ")).collect();
    let expected: Vec<String> = (0..TICKS).flat_map(|tick| (0..SAID).map(move |i| format!("{tick}.{i}"))).collect();
    assert_eq!(said, expected);
    let guests = (0..TICKS).flat_map(|tick| (0..GUESTS).map(move |i| format!("guest{tick}x{i}")));
    let sessions: Vec<String> = guests.chain((0..KILLED).map(|i| format!("killed{i}x"))).collect();
    one_join_and_one_leave(&first, &sessions);
    assert_eq!(first.len(), expected.len() + 2 * sessions.len());
}

fn waits_until_nobody_is_called(anna: &mut Peer, beginning: &str) {
    anna.send(&format!("/list {beginning}"));
    while anna.skip_to_start("Users in chatroom: [") != "Users in chatroom: []" {
        anna.send(&format!("/list {beginning}"));
    }
}

fn one_join_and_one_leave(heard: &[String], sessions: &[String]) {
    for name in sessions {
        let about: Vec<&String> = heard.iter().filter(|line| line.contains(&format!(" {name} has "))).collect();
        let notice = |what| format!("(broadcast) General information: {name} has {what} the Chat");
        assert_eq!(about, [&notice("joined"), &notice("left")]);
    }
}
