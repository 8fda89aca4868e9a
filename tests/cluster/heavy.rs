//! What takes long: many claims at once, a server that sleeps, members of the engine that die. `.ci/run` names them.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::engine::{Etcd, LOOK};
use crate::people::{Guest, Talk, is_one_order, program, server};
use crate::program::Program;
use crate::support::{DEADLINE, Peer};

/// Names that are asked for in one instant, on both servers.
const NAMES: usize = 100;
const ROUNDS: usize = 10;
/// People who talk.
const PEOPLE: usize = 20;

#[test]
#[ignore = "heavy: 2,000 logins"]
fn of_a_thousand_names_that_are_asked_for_twice_in_one_instant_each_is_had_once() {
    let Some(etcd) = Etcd::start(1) else { return };
    let servers = [server(&etcd, "a"), server(&etcd, "b")];
    for round in 0..ROUNDS {
        let name = |index: usize| format!("n{round}.{index}");
        let mut people: Vec<(usize, Peer)> = Vec::new();
        for index in 0..NAMES {
            for server in &servers {
                let mut peer = Peer::connect(server.address);
                peer.expect("Your nickname?");
                people.push((index, peer));
            }
        }
        for (index, peer) in &mut people {
            peer.send(&name(*index));
        }
        let mut won = vec![0; NAMES];
        for (index, peer) in &mut people {
            match peer.line().as_str() {
                "Successfully" => won[*index] += 1,
                "This nickname already used" => {}
                line => panic!("{line}"),
            }
        }
        assert!(won.iter().all(|&count| count == 1), "round {round}: {won:?}");
    }
}

#[test]
#[ignore = "heavy: 1,000 logins"]
fn of_a_hundred_who_ask_for_one_name_in_one_instant_on_two_servers_one_has_it_ten_times() {
    let Some(etcd) = Etcd::start(1) else { return };
    let servers = [server(&etcd, "a"), server(&etcd, "b")];
    for round in 0..ROUNDS {
        let mut people: Vec<Peer> = (0..NAMES).map(|index| Peer::connect(servers[index % 2].address)).collect();
        people.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
        people.iter_mut().for_each(|peer| peer.send(&format!("anna{round}")));
        let answers: Vec<String> = people.iter_mut().map(Peer::line).collect();
        let won = answers.iter().filter(|answer| *answer == "Successfully").count();
        let lost = answers.iter().filter(|answer| *answer == "This nickname already used").count();
        assert_eq!((won, lost), (1, NAMES - 1), "round {round}: {answers:?}");
    }
}

/// Stops a process, and waits until each of its threads has stopped: the signal alone says only that they will.
fn freeze(program: &Program) {
    program.signal(Signal::STOP);
    let tasks = format!("/proc/{}/task", program.id());
    let is_stopped = |task: &Path| {
        let stat = fs::read_to_string(task.join("stat")).expect("a thread has its state");
        stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T'))
    };
    let until = Instant::now() + DEADLINE;
    while !fs::read_dir(&tasks).expect("it runs").all(|task| is_stopped(&task.expect("an entry").path())) {
        assert!(Instant::now() < until, "it stops");
        thread::sleep(LOOK);
    }
}

#[test]
#[ignore = "takes ten seconds: a server sleeps for six of them"]
fn a_server_that_was_frozen_shows_and_accepts_nothing_when_it_wakes() {
    let Some(etcd) = Etcd::start(1) else { return };
    let b = server(&etcd, "b");
    let (mut a, address) = program(&etcd, "a", &[]);
    let mut anna = Guest::group(address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    anna.say("hello");
    boris.skip_to("(broadcast) anna: hello");
    freeze(&a);
    let frozen = Instant::now();
    anna.send("are you all there?");
    boris.expect("(broadcast) General information: anna has left the Chat");
    for line in 0..20 {
        boris.say(&format!("without anna {line}"));
    }
    // Her name is somebody else's now.
    let mut other = Guest::group(b.address, "anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    thread::sleep(Duration::from_secs(6).saturating_sub(frozen.elapsed()));
    a.signal(Signal::CONT);
    // What she is shown: why it ends. Nothing that was said without her; and what she said then reached nobody.
    let mut shown = Vec::new();
    while let Some(line) = anna.next_line() {
        shown.push(line);
    }
    let why = "The connection is closed: this server was cut off from the others and stops; connect to another one";
    assert_eq!(shown, [why, "Disconnected"]);
    a.expect_error("the other servers took this one for dead");
    assert_eq!(a.wait().code(), Some(1));
    assert_eq!(other.say("I am new"), Vec::<String>::new());
    assert_eq!(boris.skip_to("(broadcast) anna: I am new"), Vec::<String>::new());
}

#[test]
#[ignore = "takes ten seconds"]
fn the_leader_of_three_dies_and_nobody_misses_a_line() {
    let Some(mut etcd) = Etcd::start(3) else { return };
    let servers = [server(&etcd, "a"), server(&etcd, "b")];
    let addresses = [servers[0].address, servers[1].address];
    let talk = Talk::begin(&addresses, PEOPLE);
    thread::sleep(Duration::from_secs(1));
    let leader = etcd.leader();
    etcd.kill(leader);
    thread::sleep(Duration::from_secs(4));
    etcd.begin(leader);
    thread::sleep(Duration::from_secs(1));
    let said = is_one_order(&talk.end(addresses[1]));
    eprintln!("{said} lines, each heard by {PEOPLE}, in one order");
}

#[test]
#[ignore = "takes a quarter of a minute"]
fn two_of_three_are_dead_for_five_seconds_and_nobody_misses_a_line() {
    let Some(mut etcd) = Etcd::start(3) else { return };
    let servers = [server(&etcd, "a"), server(&etcd, "b")];
    let addresses = [servers[0].address, servers[1].address];
    let talk = Talk::begin(&addresses, PEOPLE);
    thread::sleep(Duration::from_secs(1));
    for dead in [0, 2] {
        etcd.kill(dead);
    }
    thread::sleep(Duration::from_secs(5));
    for dead in [0, 2] {
        etcd.begin(dead);
    }
    let said = is_one_order(&talk.end(addresses[0]));
    eprintln!("{said} lines, each heard by {PEOPLE}, in one order");
}
