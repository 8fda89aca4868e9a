//! A server that dies, and an engine that is gone for a while.

use std::time::{Duration, Instant};

use chatroom::limits::{CLUSTER_LEASE, CLUSTER_TOLD};
use rustix::process::Signal;

use crate::engine::Etcd;
use crate::people::{Guest, program, server, server_behind};
use crate::relay::Relay;
use crate::support::{Peer, QUESTION};

#[test]
fn the_people_of_a_dead_server_leave_once_and_in_time() {
    let Some(etcd) = Etcd::start(1) else { return };
    let b = server(&etcd, "b");
    let (a, address) = program(&etcd, "a", &[]);
    let mut boris = Guest::group(b.address, "boris");
    let people: Vec<Guest> = ["anna", "vera", "gleb"].map(|name| Guest::group(address, name)).into();
    boris.say("who is here?");
    let killed = Instant::now();
    a.signal(Signal::KILL);
    let mut left: Vec<String> =
        people.iter().map(|_| boris.expect_start("(broadcast) General information: ")).collect();
    assert!(killed.elapsed() < CLUSTER_LEASE + Duration::from_secs(1), "{:?}", killed.elapsed());
    left.sort();
    let expected =
        ["anna", "gleb", "vera"].map(|name| format!("(broadcast) General information: {name} has left the Chat"));
    assert_eq!(left, expected);
    // Their names are free, and nobody leaves twice.
    let mut anna = Guest::group(b.address, "anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    assert_eq!(anna.say("back"), Vec::<String>::new());
    boris.expect("(broadcast) anna: back");
}

#[test]
fn while_the_engine_is_gone_what_is_said_waits_and_nothing_is_lost_or_doubled() {
    let Some(mut etcd) = Etcd::start(1) else { return };
    let (a, b) = (server(&etcd, "a"), server(&etcd, "b"));
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    let mut vera = Guest::group(b.address, "vera");
    anna.say("hello");
    boris.skip_to("(broadcast) anna: hello");
    let mut nameless = Peer::connect(a.address);
    nameless.expect("Your nickname?");
    etcd.kill(0);
    // Of each one line is on its way, and more may wait behind it.
    anna.send("one");
    anna.send("two");
    boris.send("three");
    vera.send("four");
    anna.peer().skip_to_start("The servers cannot reach each other");
    vera.peer().skip_to_start("The servers cannot reach each other");
    // Nobody comes in, and who comes now is sent to another server. The local words are answered.
    nameless.send("gleb");
    nameless.expect_start("Not sent: the servers cannot reach each other");
    is_sent_away(&a);
    boris.send("LIST");
    boris.peer().skip_to_start("The servers cannot reach each other");
    boris.expect("Users in chatroom: ['anna', 'boris', 'vera']");
    boris.send("HELP QUIT");
    boris.expect_start("QUIT");
    boris.expect_start("Example: QUIT");
    vera.send("QUIT");
    assert_eq!(vera.skip_to("Disconnected").len(), 0, "she does not wait for the engine");

    etcd.begin(0);
    let is_talk = |line: &String| line.starts_with("(broadcast)");
    let talk = |guest: &mut Guest, end: &str| -> Vec<String> {
        guest.skip_to(&format!("(broadcast) General information: {end}")).into_iter().filter(is_talk).collect()
    };
    let mut heard = talk(&mut anna, "vera has left the Chat");
    assert_eq!(talk(&mut boris, "vera has left the Chat"), heard);
    // Behind the first line of each, the second: it may come after the leave.
    heard.extend(anna.say("that was it"));
    boris.skip_to("(broadcast) anna: that was it");
    heard.sort();
    let expected = ["anna: one", "anna: two", "boris: three", "vera: four"].map(|line| format!("(broadcast) {line}"));
    assert_eq!(heard, expected);
}

/// Who comes after two seconds gets a goodbye instead of the question for a nickname.
fn is_sent_away(server: &crate::support::Server) {
    let until = Instant::now() + crate::support::DEADLINE;
    loop {
        let mut health_check = Peer::connect(server.address);
        let line = health_check.line();
        if line != "Your nickname?" {
            assert_eq!(
                line,
                "The connection is closed: this server cannot reach the others; try again, or another server"
            );
            health_check.expect("Disconnected");
            return;
        }
        assert!(Instant::now() < until, "it sends nobody away");
        std::thread::sleep(crate::engine::LOOK);
    }
}

#[test]
fn a_hanging_engine_hangs_nobody_who_asks_this_server_alone() {
    let Some(etcd) = Etcd::start(1) else { return };
    let a = server(&etcd, "a");
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(a.address, "boris");
    anna.say("hello");
    boris.skip_to("(broadcast) anna: hello");
    etcd.signal(0, Signal::STOP);
    let begun = Instant::now();
    anna.send("is anybody there?");
    for _ in 0..20 {
        boris.send("LIST");
        boris.expect("Users in chatroom: ['anna', 'boris']");
        boris.send("MENU");
        boris.expect(QUESTION);
        boris.send("2");
        boris.expect("You in group");
    }
    let took = begun.elapsed();
    etcd.signal(0, Signal::CONT);
    assert!(took < CLUSTER_TOLD, "{took:?}");
    anna.skip_to("(broadcast) anna: is anybody there?");
}

#[test]
fn a_server_that_is_cut_off_for_a_moment_misses_nothing() {
    let Some(etcd) = Etcd::start(1) else { return };
    let relay = Relay::to(etcd.address(0));
    let (a, b) = (server_behind(&relay, "a"), server(&etcd, "b"));
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    anna.skip_to("(broadcast) General information: boris has joined the Chat");
    relay.cut();
    anna.send("can you hear me?");
    for line in ["one", "two", "three"] {
        assert_eq!(boris.say(line), Vec::<String>::new());
    }
    relay.mend();
    let heard = anna.skip_to("(broadcast) anna: can you hear me?");
    assert_eq!(heard, ["one", "two", "three"].map(|line| format!("(broadcast) boris: {line}")));
    assert_eq!(boris.skip_to("(broadcast) anna: can you hear me?"), Vec::<String>::new());
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again_and_nothing_happens_twice() {
    let Some(etcd) = Etcd::start(1) else { return };
    let relay = Relay::to(etcd.address(0));
    let (a, b) = (server_behind(&relay, "a"), server(&etcd, "b"));
    let mut boris = Guest::group(b.address, "boris");
    relay.loses_answers();
    // Whatever this server does is done, and it is never told.
    let mut anna = Guest::group(a.address, "anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    for line in 0..5 {
        anna.say(&format!("line {line}"));
        boris.expect(&format!("(broadcast) anna: line {line}"));
    }
    let mut other = Peer::connect(a.address);
    other.expect("Your nickname?");
    other.send("boris");
    other.expect("This nickname already used");
    anna.send("QUIT");
    anna.expect("Disconnected");
    boris.expect("(broadcast) General information: anna has left the Chat");
    assert_eq!(boris.say("that was all"), Vec::<String>::new());
}

#[test]
fn a_name_that_two_servers_ask_for_is_had_by_one_though_the_answers_are_lost() {
    let Some(etcd) = Etcd::start(1) else { return };
    let relays = [Relay::to(etcd.address(0)), Relay::to(etcd.address(0))];
    let servers = [server_behind(&relays[0], "a"), server_behind(&relays[1], "b")];
    relays.iter().for_each(Relay::loses_answers);
    for round in 0..5 {
        let mut people: Vec<Peer> = servers.iter().map(|server| Peer::connect(server.address)).collect();
        people.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
        people.iter_mut().for_each(|peer| peer.send(&format!("anna{round}")));
        let mut answers: Vec<String> = people.iter_mut().map(Peer::line).collect();
        answers.sort();
        assert_eq!(answers, ["Successfully", "This nickname already used"]);
    }
}

#[test]
fn behind_a_gap_everyone_is_told_and_who_is_here_is_known() {
    let Some(etcd) = Etcd::start(1) else { return };
    let relay = Relay::to(etcd.address(0));
    let (a, b) = (server_behind(&relay, "a"), server(&etcd, "b"));
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    let vera = Guest::group(b.address, "vera");
    anna.skip_to("(broadcast) General information: vera has joined the Chat");
    relay.cut();
    boris.say("this is missing over there");
    drop(vera);
    boris.skip_to("(broadcast) General information: vera has left the Chat");
    let _gleb = Guest::group(b.address, "gleb");
    boris.skip_to("(broadcast) General information: gleb has joined the Chat");
    etcd.compacts();
    anna.send("what did I miss?");
    relay.mend();
    anna.expect_start("This server could not keep up with the others");
    anna.expect("(broadcast) General information: vera has left the Chat");
    anna.expect("(broadcast) General information: gleb has joined the Chat");
    anna.expect("(broadcast) anna: what did I miss?");
    boris.skip_to("(broadcast) anna: what did I miss?");
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna', 'boris', 'gleb']");
    assert_eq!(boris.say("now you hear me"), Vec::<String>::new());
    anna.expect("(broadcast) boris: now you hear me");
}

#[test]
fn a_server_that_is_cut_off_for_longer_than_its_lease_stops() {
    let Some(etcd) = Etcd::start(1) else { return };
    let relay = Relay::to(etcd.address(0));
    let (a, b) = (server_behind(&relay, "a"), server(&etcd, "b"));
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    anna.skip_to("(broadcast) General information: boris has joined the Chat");
    relay.cut();
    anna.send("nobody hears this");
    boris.expect("(broadcast) General information: anna has left the Chat");
    boris.say("nor does she hear this");
    is_sent_away(&a);
    relay.mend();
    anna.expect_start("The connection is closed: this server was cut off from the others and stops");
    anna.expect("Disconnected");
    let error = a.wait().expect_err("it is no orderly end");
    assert!(error.to_string().contains("took this one for dead"), "{error}");
    assert_eq!(boris.say("still here"), Vec::<String>::new());
}
