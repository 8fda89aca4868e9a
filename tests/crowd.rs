//! Crowds and floods, by the address that they come from: all who share one are counted together, a class of a hundred
//! is not held up, and whoever reads stays, whatever the others write.
#![cfg(target_os = "linux")] // where all addresses that begin with 127 are this computer's

use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::program::{Program, ServerProgram};
use crate::support::{DEADLINE, Peer};

#[path = "support/program.rs"]
mod program;
mod support;

/// One of many addresses of this computer.
fn address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, number)
}

/// Somebody in the group, from that address.
fn group_from(number: u8, server: &ServerProgram, nickname: &str) -> Peer {
    Peer::connect_from(address(number), server.address).login(nickname).group()
}

/// Asks who is here, and gives what was said before the answer.
fn heard_until_now(peer: &mut Peer) -> Vec<String> {
    peer.send("LIST nobody");
    peer.skip_to("Users in chatroom: []")
}

/// The figures of `limits.rs`, as they are promised.
const LINES_AT_ONCE: usize = 1000;
const LINES_A_SECOND: usize = 100;
const JOINS_AT_ONCE: usize = 200;
const JOINS_A_SECOND: usize = 10;

#[test]
fn who_connects_anew_for_every_burst_gets_no_more_lines_and_joins_than_its_address_has() {
    const TIME: Duration = Duration::from_secs(5);
    let server = ServerProgram::start(&[]);
    let mut witness = group_from(2, &server, "vera");
    let begun = Instant::now();
    let heard = thread::scope(|scope| {
        for client in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for round in 0.. {
                    if begun.elapsed() > TIME {
                        return;
                    }
                    let mut peer = server.peer();
                    let lines = "hello\n".repeat(18);
                    // The nickname, the answer and 18 lines: what a connection has for nothing.
                    peer.send_bytes(format!("user{client}x{round}\n2\n{lines}QUIT\n").as_bytes());
                    while peer.next_line().is_some() {}
                }
            });
        }
        let mut heard = Vec::new();
        while begun.elapsed() < TIME {
            heard.extend(heard_until_now(&mut witness));
            // Five times a second: below her own rate.
            thread::sleep(Duration::from_millis(200));
        }
        heard
    });
    let count = |part: &str| heard.iter().filter(|line| line.contains(part)).count();
    let seconds = usize::try_from(begun.elapsed().as_secs()).expect("a few") + 1;
    let (lines, joins) = (count(": hello"), count("has joined the Chat"));
    assert!(lines <= LINES_AT_ONCE + LINES_A_SECOND * seconds, "{lines} lines in {seconds} s");
    assert!(joins <= JOINS_AT_ONCE + JOINS_A_SECOND * seconds, "{joins} joins in {seconds} s");
    assert!(lines > LINES_AT_ONCE / 2, "they were let in: {lines} lines");
}

#[test]
fn joins_alone_are_counted_too_and_the_log_does_not_grow_with_those_who_only_connect() {
    const TIME: Duration = Duration::from_secs(4);
    let mut server = ServerProgram::start(&["--max-clients", "200"]);
    let mut witness = group_from(2, &server, "vera");
    let begun = Instant::now();
    // One reads that the nickname is its own, and goes; the others are gone before that.
    let comes_and_goes = |client: usize| {
        let mut rounds = 0;
        while begun.elapsed() < TIME {
            let mut peer = server.peer();
            // Whoever is sent away already cannot be written to.
            peer.stream().write_all(format!("user{client}x{rounds}\n").as_bytes()).unwrap_or_default();
            if client == 0 {
                while peer.next_line().is_some_and(|line| line != "Successfully") {}
            }
            peer.reset();
            rounds += 1;
        }
        rounds
    };
    let comes_and_goes = &comes_and_goes;
    let came: usize = thread::scope(|scope| {
        let coming: Vec<_> = (0..3).map(|client| scope.spawn(move || comes_and_goes(client))).collect();
        coming.into_iter().map(|thread| thread.join().expect("it comes and goes")).sum()
    });
    let seconds = usize::try_from(begun.elapsed().as_secs()).expect("a few") + 1;
    witness.send("the end");
    let joins = witness.skip_to("(broadcast) vera: the end").iter().filter(|line| line.contains("has joined")).count();
    assert!(joins <= JOINS_AT_ONCE + JOINS_A_SECOND * seconds, "{joins} joins in {seconds} s");
    let lines = server.program.all().len();
    // 1,000 connections at once and ten a second: three lines each, and one a second about those sent away.
    assert!(lines <= 3 * (1000 + 10 * seconds) + 2 * seconds, "{lines} lines in the log for {came} connections");
}

#[test]
fn a_class_of_a_hundred_behind_one_address_joins_and_types_and_nobody_waits() {
    const CLASS: usize = 100;
    const LINES: usize = 6;
    let server = ServerProgram::start(&[]);
    let begun = Instant::now();
    let mut class: Vec<Peer> = thread::scope(|scope| {
        let server = &server;
        let join = |i| scope.spawn(move || server.group(&format!("user{i}x")));
        let joining: Vec<_> = (0..CLASS).map(join).collect();
        joining.into_iter().map(|thread| thread.join().expect("it joins")).collect()
    });
    for peer in &mut class {
        peer.send_bytes("I think that the answer is two, or is it three?\n".repeat(LINES).as_bytes());
    }
    for peer in &mut class {
        let mut answers = 0;
        while answers < CLASS * LINES {
            let line = peer.line();
            assert!(line.starts_with("(broadcast) "), "nobody is told to wait: {line}");
            answers += usize::from(line.ends_with("or is it three?"));
        }
    }
    assert!(begun.elapsed() < DEADLINE / 2, "{:?}", begun.elapsed());
}

/// Reads all that comes, 200 kB a second and no faster, until a line ends so. Gives the lines.
fn reads_slowly(peer: &mut Peer, end: &str) -> Vec<String> {
    const A_SECOND: u64 = 200_000;
    let (begun, mut bytes, mut lines) = (Instant::now(), 0, Vec::new());
    loop {
        let line = peer.line();
        bytes += line.len() as u64 + 1;
        let is_last = line.ends_with(end);
        lines.push(line);
        if is_last {
            return lines;
        }
        // This is what a slow line does.
        thread::sleep(
            (begun + Duration::from_millis(1000 * bytes / A_SECOND)).saturating_duration_since(Instant::now()),
        );
    }
}

/// Long lines, numbered, as fast as they are taken, until the connection is shut.
fn floods(peer: &Peer) {
    let mut number = 0;
    while peer.stream().write_all(format!("line {number} {}\n", "x".repeat(4000)).as_bytes()).is_ok() {
        number += 1;
    }
}

/// Twenty addresses with five connections each write all that they are let, for so long; one reads 200 kB a second.
fn who_reads_stays_for(time: Duration) {
    const CONNECTIONS: u8 = 100;
    let server = ServerProgram::start(&[]);
    let mut reader = group_from(200, &server, "vera");
    rustix::net::sockopt::set_socket_recv_buffer_size(reader.stream(), 32 * 1024).expect("a socket takes this option");
    let anna = Peer::connect_from(address(201), server.address).login("anna");
    let flooding: Vec<Peer> =
        (0..CONNECTIONS).map(|i| group_from(10 + i % 20, &server, &format!("user{i}x"))).collect();
    let (heard, took) = thread::scope(|scope| {
        for peer in &flooding {
            scope.spawn(|| floods(peer));
            // What it hears itself: read, and forgotten. How it ends is not asked.
            scope.spawn(|| drop(io::copy(&mut peer.stream(), &mut io::sink())));
        }
        let reads = scope.spawn(|| reads_slowly(&mut reader, "anna: the end"));
        thread::sleep(time);
        let says = scope.spawn(|| {
            let (mut anna, said) = (anna.group(), Instant::now());
            anna.send("the end");
            anna.skip_to("(broadcast) anna: the end");
            said.elapsed()
        });
        // Before anything can fail the floods end.
        let ended = (reads.join(), says.join());
        flooding.iter().for_each(|peer| peer.stream().shutdown(Shutdown::Both).unwrap_or_default());
        ended
    });
    let (heard, took) = (heard.expect("it is not cut"), took.expect("she is heard"));
    assert!(took < Duration::from_secs(5), "who says little does not wait: {took:?}");
    for i in 0..CONNECTIONS {
        let from = format!("(broadcast) user{i}x: line ");
        let number = |line: &String| line.strip_prefix(&from)?.split_once(' ')?.0.parse().ok();
        let its: Vec<usize> = heard.iter().filter_map(number).collect();
        assert!(its.iter().enumerate().all(|(i, &number)| i == number), "user{i}x: {its:?}");
    }
    assert!(!heard.iter().any(|line| line.contains("could not keep up")), "nobody was cut");
    let most = server.status("VmHWM");
    assert!(most < 200 * 1024, "{most} KiB");
}

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn who_reads_stays_whatever_others_write_within_the_limits() {
    who_reads_stays_for(Duration::from_secs(8));
}

#[test]
#[ignore = "a minute of flood; .ci/run runs it"]
fn who_reads_stays_for_a_minute_of_what_others_write_within_the_limits() {
    who_reads_stays_for(Duration::from_secs(60));
}

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn what_others_at_its_address_do_costs_nobody_the_patience_of_the_login() {
    const OTHERS: usize = 150;
    let server = ServerProgram::start(&["--login-timeout", "1"]);
    // They write at the question, where nobody hears it: it costs as much.
    let others: Vec<Peer> = (0..OTHERS).map(|i| server.login(&format!("user{i}x"))).collect();
    thread::scope(|scope| {
        for peer in &others {
            scope.spawn(|| floods(peer));
        }
        // So that each of them has a line that waits.
        thread::sleep(Duration::from_secs(1));
        let joins = scope.spawn(|| {
            let mut anna = server.peer();
            anna.expect("Your nickname?");
            let asked = Instant::now();
            anna.send("anna");
            anna.skip_to("Successfully");
            asked.elapsed()
        });
        let took = joins.join();
        others.iter().for_each(|peer| peer.stream().shutdown(Shutdown::Both).unwrap_or_default());
        let took = took.expect("she is let in");
        assert!(took > Duration::from_secs(1), "she waited with the others: {took:?}");
    });
}

#[test]
#[ignore = "needs root, to make a network namespace; .ci/run runs it"]
fn one_address_has_half_of_the_places_and_no_more() {
    const PLACES: usize = 8;
    let network = "ip link set lo up && ip address add 10.0.0.1/24 dev lo && ip address add 10.0.0.2/24 dev lo && \
                   exec \"$0\" --port 0 --ip-address 10.0.0.1 --max-clients 8";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", network, env!("CARGO_BIN_EXE_chat-server")]);
    let server = ServerProgram::run(&mut command);
    let (process, port) = (server.program.id().to_string(), server.address.port().to_string());
    let comes_from = |source: &str| {
        let mut nc = Command::new("nsenter");
        nc.args(["--net", "--target", &process, "nc", "-s", source, "10.0.0.1", &port]);
        let mut peer = Program::run(&mut nc);
        (peer.line(), peer)
    };
    let (mut asked, mut others) = (Vec::new(), Vec::new());
    for _ in 0..PLACES / 2 {
        let (said, peer) = comes_from("10.0.0.2");
        assert_eq!(said, "Your nickname?");
        asked.push(peer);
    }
    let too_many = "The connection is closed: too many clients are here from your address; try again later";
    (0..3).for_each(|_| assert_eq!(comes_from("10.0.0.2").0, too_many));
    for _ in 0..PLACES / 2 {
        let (said, peer) = comes_from("10.0.0.1");
        assert_eq!(said, "Your nickname?", "the other half is for the others");
        others.push(peer);
    }
}
