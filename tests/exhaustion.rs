//! What runs out on a machine, places, descriptors, memory for threads: who is in chats on, who comes is told or waits,
//! and nothing spins.

use std::io::Write;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::program::ServerProgram;
use crate::support::{DEADLINE, Peer, in_english};

#[path = "support/program.rs"]
mod program;
mod support;

fn limits(server: &ServerProgram, resource: Resource, current: u64) {
    let pid = Pid::from_raw(server.program.id().try_into().expect("a process number"));
    let limit = Rlimit { current: Some(current), maximum: prlimit_maximum(pid, resource) };
    prlimit(pid, resource, limit).expect("our own child");
}

fn prlimit_maximum(_pid: Option<Pid>, resource: Resource) -> Option<u64> {
    // A child inherits the maximum, and nobody has changed it.
    rustix::process::getrlimit(resource).maximum
}

#[test]
fn places_taken_by_those_who_trickle_are_free_again_at_the_login_deadline() {
    let server = ServerProgram::start(&["--max-clients", "8", "--login-timeout", "1"]);
    let mut trickling: Vec<Peer> = (0..8).map(|_| server.peer()).collect();
    let until = Instant::now() + DEADLINE;
    while server.status("Threads") > 8 {
        for peer in &trickling {
            // Those who were cut already cannot be written to.
            peer.stream().write_all(b"a").unwrap_or_default();
        }
        assert!(Instant::now() < until, "the places are free again");
        // The pace at which they trickle: twenty bytes within the deadline.
        std::thread::sleep(Duration::from_millis(50));
    }
    for peer in &mut trickling {
        peer.expect("Your nickname?");
        peer.expect("The connection is closed: no nickname was chosen in time");
        peer.expect("Disconnected");
        peer.expect_end();
    }
    server.login("boris").quit();
}

#[test]
fn in_a_full_house_a_newcomer_gets_the_place_of_who_has_been_there_longest_without_a_nickname() {
    let mut server = ServerProgram::start(&["--max-clients", "100"]);
    let mut anna = server.group("anna");
    let mut silent: Vec<Peer> = (1..100).map(|_| server.peer()).collect();
    silent.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
    let mut inside = Vec::new();
    for (i, oldest) in silent.iter_mut().enumerate() {
        inside.push(server.login(&format!("user{i}x")));
        anna.expect(&format!("(broadcast) General information: user{i}x has joined the Chat"));
        oldest.expect(
            "The connection is closed: all places are taken, and who has no nickname yet makes room; try again",
        );
        oldest.expect("Disconnected");
        oldest.expect_end();
    }
    let mut one_too_many = server.peer();
    one_too_many.expect("The connection is closed: too many clients are here; try again later");
    one_too_many.expect("Disconnected");
    one_too_many.expect_end();
    server.program.expect_error("said nothing and left: all places are taken");
    // Nobody with a nickname was thrown out.
    anna.send("LIST");
    let all = anna.skip_to_start("Users in chatroom:");
    assert!(all.contains("'anna'") && (0..99).all(|i| all.contains(&format!("'user{i}x'"))), "{all}");
}

#[test]
fn who_gets_its_nickname_while_its_place_is_taken_has_the_one_or_the_other_and_never_both() {
    const PLACES: usize = 20;
    let server = ServerProgram::start(&["--max-clients", "20", "--rate", "off"]);
    for round in 0..20 {
        let mut asked: Vec<Peer> = (0..PLACES).map(|_| server.peer()).collect();
        asked.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
        let mut newcomers = std::thread::scope(|scope| {
            let names = |(i, peer): (usize, &mut Peer)| peer.stream().write_all(format!("a{round}x{i}\n").as_bytes());
            scope.spawn(move || asked.iter_mut().enumerate().for_each(|one| names(one).unwrap_or_default()));
            (0..PLACES).map(|_| server.peer()).collect::<Vec<Peer>>()
        });
        // Each newcomer has got a place, or is told that there is none.
        for peer in &mut newcomers {
            let said = peer.line();
            assert!(said == "Your nickname?" || said.starts_with("The connection is closed: too many"), "{said}");
        }
        drop(newcomers);
        server.wait_until_back((9, 20));
    }
    server.login("anna").quit();
}

#[test]
fn a_client_costs_one_thread_and_one_descriptor() {
    const CLIENTS: usize = 50;
    let server = ServerProgram::start(&[]);
    let _anna = server.login("anna");
    let before = (server.status("Threads"), server.descriptors());
    let clients: Vec<Peer> = (0..CLIENTS).map(|i| server.login(&format!("user{i}x"))).collect();
    assert_eq!((server.status("Threads"), server.descriptors()), (before.0 + CLIENTS, before.1 + CLIENTS));
    drop(clients);
    server.wait_until_back(before);
}

/// A server under a limit that its shell has set, and how many clients it says fit.
#[cfg(target_os = "linux")]
fn server_under(limit: &str, flags: &[&str]) -> (ServerProgram, usize) {
    let mut command = Command::new("sh");
    let under = format!("{limit} && exec \"$0\" --port 0 --rate off \"$@\"");
    command.args(["-c", &under, env!("CARGO_BIN_EXE_chat-server")]).args(flags);
    let mut server = ServerProgram::run(&mut command);
    let said = server.program.expect_error(" clients instead of 1000: ");
    let (_, fits) = said.split_once(" only ").expect("it says how many");
    let fits = fits.split(' ').next().and_then(|fits| fits.parse().ok());
    (server, fits.expect("a number"))
}

/// Past such a limit a thread may start and then find no room for its signal stack: that aborts the whole process.
#[cfg(target_os = "linux")]
#[test]
fn as_many_clients_as_fit_into_the_address_space_do_and_nothing_aborts() {
    for limit in ["ulimit -v 163840", "ulimit -d 163840"] {
        let (server, fits) = server_under(limit, &[]);
        assert!((100..1000).contains(&fits), "{fits} under {limit}");
        let idle = (server.status("Threads"), server.descriptors());
        // The second wave finds what the first one has left behind.
        for wave in ["first", "second"] {
            let mut clients: Vec<Peer> = (0..fits).map(|i| server.login(&format!("{wave}{i}x"))).collect();
            let mut one_more = server.peer();
            one_more.expect("The connection is closed: too many clients are here; try again later");
            clients[0].send("/list");
            clients[0].expect_start("Users in chatroom: ");
            drop(clients);
            server.wait_until_back(idle);
        }
        let too_many = format!("{limit} && exec \"$0\" --port 0 --max-clients {}", 2 * fits);
        let mut shell = Command::new("sh");
        in_english(shell.args(["-c", &too_many, env!("CARGO_BIN_EXE_chat-server")]));
        let output = shell.output().expect("a shell can be started");
        let said = String::from_utf8_lossy(&output.stderr);
        let (_, would_fit) = said.trim_end().rsplit_once("--max-clients ").expect("it says what would fit");
        let would_fit = would_fit.strip_suffix(" would fit").and_then(|would_fit| would_fit.parse().ok());
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(would_fit.is_some_and(|would_fit: usize| fits.abs_diff(would_fit) < 20), "{fits}, and then: {said}");
    }
}

/// Connections that come when no descriptor is left; std alone lets 128 wait for `accept`.
const TOO_MANY: usize = if cfg!(feature = "sockopts") { 200 } else { 100 };

#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn where_no_descriptor_is_left_the_room_works_and_nothing_spins() {
    const SECONDS: u32 = 10;
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let mut anna = server.group("anna");
    let threads = server.status("Threads");
    let mut inside: Vec<Peer> = (0..30).map(|i| server.login(&format!("user{i}x"))).collect();
    limits(&server, Resource::Nofile, 64);
    let mut come: Vec<Peer> = (0..TOO_MANY).map(|_| server.peer()).collect();
    server.program.expect_error("cannot accept");
    let (begun, ticks, lines) = (Instant::now(), server.ticks(), server.program.all().len());
    let mut said = 0;
    while begun.elapsed() < Duration::from_secs(SECONDS.into()) {
        anna.send(&format!("{said}"));
        anna.skip_to(&format!("(broadcast) anna: {said}"));
        said += 1;
        // Twenty lines a second: what the processor does beside them is what is measured.
        std::thread::sleep(Duration::from_millis(50));
    }
    let (ticks, lines) = (server.ticks() - ticks, server.program.all().len() - lines);
    assert!(ticks < 5 * u64::from(SECONDS), "{ticks} ticks of 10 ms in {SECONDS} s: 5 % of a core are allowed");
    assert!(lines <= 10 * SECONDS as usize, "{lines} lines in the log in {SECONDS} s");
    // Whoever leaves makes room for one who waits, in the order in which they came.
    let waits_from = server.status("Threads") - threads - inside.len();
    assert!(waits_from + 30 <= TOO_MANY, "{waits_from} of those who came are in");
    let leave = Instant::now();
    inside.drain(..).for_each(Peer::quit);
    for (i, peer) in come[waits_from..waits_from + 30].iter_mut().enumerate() {
        peer.expect("Your nickname?");
        peer.send(&format!("late{i}x"));
        peer.expect("Successfully");
    }
    assert!(leave.elapsed() < Duration::from_secs(2), "30 places were taken again after {:?}", leave.elapsed());
}

#[test]
fn where_no_thread_can_be_started_that_client_is_told_and_the_others_chat_on() {
    let server = ServerProgram::start(&["--rate", "off"]);
    let mut anna = server.group("anna");
    let mut boris = server.group("boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    // Room for small things, none for another stack.
    limits(&server, Resource::As, (server.status("VmSize") as u64 + 64) * 1024);
    for i in 0..20 {
        let mut peer = server.peer();
        peer.expect("The connection is closed: the server has no thread left for you; try again later");
        peer.expect("Disconnected");
        peer.expect_end();
        anna.send(&format!("{i}"));
        anna.expect(&format!("(broadcast) anna: {i}"));
        boris.expect(&format!("(broadcast) anna: {i}"));
    }
    limits(&server, Resource::As, u64::MAX >> 1);
    server.login("vera").quit();
}
