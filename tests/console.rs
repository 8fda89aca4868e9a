//! The teacher's console: what is ordered from another terminal, and what the clients see of it.
#![cfg(feature = "console")]

use std::fs;
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::ctl::{SERVER, Taught};
use crate::program::{Program, ServerProgram};
use crate::support::Peer;

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

#[test]
fn who_is_muted_is_told_and_is_heard_by_nobody_until_it_is_over() {
    let server = Taught::start(&[]);
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    anna.skip_to("(broadcast) General information: boris has joined the Chat");
    assert_eq!(server.ctl("mute boris 5m"), "boris is muted for 5 min, and was told");
    boris.expect("(server) You are muted for 5 min: what you write goes to nobody. LIST, HELP and QUIT still work");
    for line in ["hello", "/tell anna hello", "AWAY hello", "//hello"] {
        boris.send(line);
        boris.expect_start("Not sent: you are muted for ");
    }
    boris.send("TELL");
    boris.expect("Users in chatroom: ['anna', 'boris']");
    boris.expect_start("Who will get your message?");
    boris.send("anna");
    boris.expect("What is your message to anna? An empty line gives it up");
    boris.send("hello");
    boris.expect_start("Not sent: you are muted for ");
    boris.send("LIST");
    boris.expect("Users in chatroom: ['anna', 'boris']");
    boris.send("HELP HELP");
    boris.expect_start("HELP");
    assert_eq!(server.ctl("unmute BORIS"), "boris may write again");
    boris.skip_to("(server) You are not muted any more");
    boris.send("I may");
    anna.expect("(broadcast) boris: I may");
    boris.expect("(broadcast) boris: I may");
    server.ctl("mute boris 1s");
    boris.expect_start("(server) You are muted for 1 s");
    // It ends by itself: nobody says so, and one writes until one is heard.
    loop {
        boris.send("now?");
        if boris.line() == "(broadcast) boris: now?" {
            break;
        }
    }
    anna.expect("(broadcast) boris: now?");
}

#[test]
fn a_mute_is_for_a_person_who_comes_anew_and_not_for_others_at_the_same_address() {
    let server = Taught::start(&[]);
    let (mut anna, boris) = (server.group("anna"), server.group("boris"));
    server.ctl("mute boris 5m");
    let mut vera = server.group("vera");
    vera.send("I came while boris was here");
    vera.expect("(broadcast) vera: I came while boris was here");
    boris.quit();
    // The same nickname.
    let mut boris = server.peer();
    boris.expect("Your nickname?");
    boris.send("Boris");
    boris.skip_to_start("(server) You are muted for ");
    boris.send("2");
    boris.skip_to("You in group");
    boris.send("hello");
    boris.expect_start("Not sent: you are muted for ");
    boris.quit();
    // Another nickname, from the same address: who comes next is taken for the one who has gone, and nobody else is.
    let mut next = server.peer();
    next.expect("Your nickname?");
    next.send("gleb");
    let told = next.skip_to_start("(server) You are muted for ");
    assert!(told.ends_with("more, since boris is, who came from your address"), "{told}");
    let mut olga = server.group("olga");
    olga.send("not me");
    olga.expect("(broadcast) olga: not me");
    anna.skip_to("(broadcast) olga: not me");
    assert!(server.ctl("bans").starts_with("mute  boris  here  "));
    server.ctl("unmute boris");
    next.skip_to("(server) You are not muted any more");
    assert_eq!(server.ctl("bans"), "nobody is banned or muted");
    assert_eq!(server.refused("unmute boris"), "boris is not muted; 'bans' shows who is");
}

#[test]
fn who_is_banned_goes_and_who_comes_from_there_is_told_until_it_is_over() {
    let server = Taught::start(&[]);
    let other = Ipv4Addr::new(127, 0, 0, 9);
    let (mut anna, mut boris) =
        (server.group("anna"), Peer::connect_from(other, server.address).login("boris").group());
    let mut nameless = Peer::connect_from(other, server.address);
    nameless.expect("Your nickname?");
    assert_eq!(server.ctl("ban boris 10m"), "127.0.0.9 is banned for 10 min; boris, number 3 had to go");
    boris.expect("Sent away: your address is banned for 10 min more");
    boris.expect("Disconnected");
    nameless.expect("Sent away: your address is banned for 10 min more");
    anna.skip_to("(broadcast) General information: boris has left the Chat (your address is banned for 10 min more)");
    let mut again = Peer::connect_from(other, server.address);
    let told = again.expect_start("The connection is closed: your address is banned for ");
    assert!(told.ends_with(" more"), "{told}");
    again.expect("Disconnected");
    again.expect_end();
    assert!(server.ctl("bans").starts_with("ban  127.0.0.9  boris's  "));
    assert_eq!(server.ctl("unban boris"), "127.0.0.9 may come again");
    let _boris = Peer::connect_from(other, server.address).login("boris");
    for (address, shown) in [
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:9::/64", "2001:db8:9::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[2001:db8:8::1]:4000", "2001:db8:8::/64"),
    ] {
        assert_eq!(server.ctl(&format!("ban {address} 2h")), format!("{shown} is banned for 2 h; nobody had to go"));
    }
    assert_eq!(server.ctl("unban 2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64 may come again");
    assert_eq!(server.refused("unban 192.0.2.8"), "192.0.2.8 is not banned; 'bans' shows what is");
    server.ctl("ban 127.0.0.9 1s");
    // It ends by itself.
    while Peer::connect_from(other, server.address).line() != "Your nickname?" {}
}

#[test]
fn where_the_chat_is_locked_nobody_new_comes_in_and_is_told_why() {
    let server = Taught::start(&[]);
    let why = "the teacher has locked the chat, and nobody new comes in; try again later";
    let (mut anna, mut nameless) = (server.group("anna"), server.peer());
    nameless.expect("Your nickname?");
    assert_eq!(server.ctl("lock"), "nobody new comes in; 'unlock' ends that");
    for mut peer in [nameless, {
        let mut peer = server.peer();
        peer.expect("Your nickname?");
        peer
    }] {
        peer.send("boris");
        peer.expect(&format!("Sent away: {why}"));
        peer.expect("Disconnected");
        peer.expect_end();
    }
    anna.send("we are alone");
    anna.expect("(broadcast) anna: we are alone");
    assert_eq!(server.ctl("unlock"), "everybody may come in again");
    server.group("boris").quit();
    assert_eq!(server.refused("unlock"), "the chat is not locked");
}

#[test]
fn the_blackboard_is_changed_while_the_chat_runs() {
    let server = Taught::start(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("motd");
    fs::write(&file, "Today: threads\nRoom 7\n").expect("it can be written");
    let file = file.to_str().expect("a plain path");
    assert_eq!(server.ctl("motd"), "newcomers are shown nothing");
    assert_eq!(
        server.ctl(&format!("motd {file}")),
        format!("newcomers are shown {file}, 2 lines; it is read anew for each")
    );
    assert_eq!(server.ctl("motd"), "Today: threads\nRoom 7");
    let mut anna = server.peer();
    anna.send("anna");
    anna.skip_to("Today: threads");
    assert_eq!(server.ctl("motd off"), "newcomers are shown nothing");
    server.login("boris").quit();
    assert!(server.refused("motd /no/such/file").contains("No such file"));
}

#[test]
fn an_announced_stop_is_told_and_can_be_taken_back() {
    let mut server = Taught::start(&[]);
    let mut anna = server.login("anna");
    assert_eq!(
        server.ctl("stop in 5m"),
        "the server stops in 5 min, and everybody was told; 'stop cancel' takes it back"
    );
    anna.expect("(server) The server stops in 5 min");
    assert!(server.ctl("stats").lines().any(|line| line.starts_with("stops ") && line.contains(" in ")));
    server.ctl("stop cancel");
    anna.expect("(server) The server does not stop: go on");
    assert_eq!(server.refused("stop cancel"), "no stop was announced; 'stop in 5m' announces one");
    assert_eq!(server.refused("stop at noon"), "write stop [in 5m | cancel]");
    assert_eq!(server.refused("stop in 5"), "how long is written 90s, 5m or 2h, up to 168h; '5' is not");
    server.ctl("stop in 1s");
    for line in ["(server) The server stops in 1 s", "(server) The server stops now"] {
        anna.expect(line);
    }
    anna.expect("The connection is closed: the server stops");
    anna.expect("Disconnected");
    assert_eq!(server.server.program.wait().code(), Some(0));
    assert!(!server.socket().exists(), "the socket has gone with the server");
    assert!(server.refused("who").starts_with("no server answers at "));
}

#[test]
fn stop_stops_and_is_answered_and_is_in_the_log() {
    let mut server = Taught::start(&[]);
    let mut anna = server.login("anna");
    assert_eq!(server.ctl("stop"), "the server stops");
    anna.expect("(server) The server stops now");
    assert_eq!(server.server.program.wait().code(), Some(0));
    server.server.program.expect_error("the console: \"stop\": the server stops");
}

#[test]
fn stats_counts_and_help_explains_and_what_is_no_command_is_told() {
    let server = Taught::start(&["--max-clients", "50"]);
    let (_anna, mut boris) = (server.login("anna"), server.group("boris"));
    let _vera = server.login("vera").private_with("boris");
    boris.skip_to_start("vera writes to you alone");
    let stats = server.ctl("stats");
    let value = |name: &str| stats.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).map(str::to_owned);
    for (name, expected) in [
        ("connected", "3 of 50"),
        ("at the question", "1"),
        ("in the group", "1"),
        ("in private", "1"),
        ("came since the start", "3"),
    ] {
        assert_eq!(value(name).as_deref(), Some(expected), "{stats}");
    }
    assert!(server.ctl("help").lines().count() >= 14);
    assert!(server.ctl("help mute").starts_with("mute NICK|NUMBER 5m"));
    assert_eq!(server.refused("dance"), "there is no command 'dance'; 'help' lists them");
    assert_eq!(server.refused("mute anna"), "for how long? 90s, 5m or 2h: mute anna 5m");
    assert!(server.refused("ban nobody 5m").ends_with("an address is 192.0.2.7 or 2001:db8::7"));
    assert!(server.refused("say \u{1b}[2J").contains("U+001B"));
}

#[test]
fn the_socket_is_its_owners_alone_and_a_live_one_is_never_taken() {
    let server = Taught::start(&[]);
    let mode = fs::metadata(server.socket()).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let socket = server.socket();
    let start = |socket: &Path| Program::run(Command::new(SERVER).args(["--port", "0", "--socket"]).arg(socket));
    let mut second = start(&socket);
    second.expect_error("another server has it");
    assert_eq!(second.wait().code(), Some(1));
    server.ctl("who");
    // What a dead server leaves is replaced, and what is no socket is not.
    let folder = tempfile::tempdir().expect("a folder");
    let stale = folder.path().join("stale");
    drop(UnixListener::bind(&stale).expect("a socket"));
    let mut third = start(&stale);
    third.line();
    let who = Command::new(SERVER).args(["ctl", "--socket"]).arg(&stale).arg("who").output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&who.stdout), "nobody is here\n");
    let file = folder.path().join("file");
    fs::write(&file, "a poem").expect("it can be written");
    start(&file).expect_error("there is a file, and it is no socket");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "a poem");
}

#[test]
fn servers_are_told_apart_by_their_ports_and_where_none_runs_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(SERVER);
        command.args(arguments).env("XDG_RUNTIME_DIR", folder.path());
        command
    };
    let (first, second) =
        (ServerProgram::run(&mut run(&["--port", "0"])), ServerProgram::run(&mut run(&["--port", "0"])));
    let _anna = first.login("anna");
    let ports = [&first, &second].map(|server| server.address.port().to_string());
    let ctl = |port: &str, command: &str| {
        let output = run(&["ctl", "--port", port, command]).output().expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    assert!(ctl(&ports[0], "who").1.contains("anna"));
    assert_eq!(ctl(&ports[1], "who"), (Some(0), "nobody is here\n".into()));
    let (status, told) = ctl("1", "who");
    assert_eq!(status, Some(1));
    let mut known = ports.clone();
    known.sort_unstable_by_key(|port| port.parse::<u16>().expect("a number"));
    assert_eq!(
        told,
        format!(
            "chat-server ctl: no chat-server of yours runs on port 1; those that do: -p {}, -p {}\n",
            known[0], known[1]
        )
    );
    drop((first, second));
    // They were killed: what they left is known for what it is.
    let told = ctl(&ports[0], "who").1;
    assert_eq!(
        told,
        format!(
            "chat-server ctl: no chat-server of yours runs on port {}: start it, or name its --port or --socket\n",
            ports[0]
        )
    );
}

#[test]
fn without_a_terminal_nothing_is_read_unless_that_is_asked_for_and_the_end_of_the_input_stops_nothing() {
    let mut silent = Taught::start(&[]);
    silent.server.program.send("say hello");
    silent.server.program.end_of_input();
    silent.login("anna").quit();
    assert!(!silent.server.program.has_said("the console"));
    let mut server = Taught::start(&["--console"]);
    let mut anna = server.login("anna");
    server.server.program.send("say hello");
    anna.expect("(server) hello");
    server.server.program.send("nonsense");
    server.server.program.send("who");
    server.server.program.end_of_input();
    let said = |server: &mut Taught, part: &str| {
        while !server.server.program.line().contains(part) {}
    };
    said(&mut server, "told everybody, 1 connected");
    said(&mut server, "refused: there is no command 'nonsense'; 'help' lists them");
    said(&mut server, "at the question");
    anna.send("HELP QUIT");
    anna.expect_start("QUIT");
    server.login("boris").quit();
}
