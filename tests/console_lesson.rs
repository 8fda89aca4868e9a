//! A lesson: thirty clients, and a teacher who uses every command of the console. `cargo test --test console_lesson --
//! --nocapture` prints what the teacher typed and read.
#![cfg(feature = "console")]

use std::fs;
use std::net::Ipv4Addr;

use crate::ctl::Taught;
use crate::support::Peer;

#[path = "support/ctl.rs"]
mod ctl;
#[path = "support/program.rs"]
mod program;
mod support;

/// In the group, beside those who are elsewhere.
const IN_GROUP: usize = 24;

/// Types a command, and shows it as it stands in a terminal.
#[allow(clippy::print_stdout, reason = "the transcript is what one runs it for")]
#[track_caller]
fn types(server: &Taught, command: &str, is_done: bool) -> String {
    let answer = if is_done { server.ctl(command) } else { server.refused(command) };
    println!("$ chat-server ctl {command}\n{answer}");
    answer
}

#[track_caller]
fn all_hear<'a>(peers: impl IntoIterator<Item = &'a mut Peer>, line: &str) {
    peers.into_iter().for_each(|peer| drop(peer.skip_to(line)));
}

#[test]
fn thirty_clients_and_a_teacher_who_uses_every_command() {
    let mut server = Taught::start(&["--rate", "off"]);
    let mut group: Vec<Peer> = (1..=IN_GROUP).map(|i| server.group(&format!("student{i}"))).collect();
    let mut asked: Vec<Peer> = ["anna", "boris", "gleb"].map(|nickname| server.login(nickname)).into();
    let mut vera = server.login("vera").private_with("anna");
    let mut guest = Peer::connect_from(Ipv4Addr::new(127, 0, 0, 30), server.address).login("guest");
    let mut nameless = server.peer();
    nameless.expect("Your nickname?");
    let shown = types(&server, "who", true);
    assert_eq!(shown.lines().count(), 31, "a heading and thirty clients");
    types(&server, "say Good morning. In 5 minutes: threads", true);
    let elsewhere = asked.iter_mut().chain([&mut vera, &mut guest, &mut nameless]);
    all_hear(group.iter_mut().chain(elsewhere), "(server) Good morning. In 5 minutes: threads");

    types(&server, "kick student24 you flood", true);
    let mut kicked = group.pop().expect("there are many");
    kicked.skip_to("Sent away: removed by the teacher: you flood");
    let left = "(broadcast) General information: student24 has left the Chat (removed by the teacher: you flood)";
    all_hear(&mut group, left);
    types(&server, "kick student24", false);

    types(&server, "mute student1 5", false);
    types(&server, "mute student1 5m", true);
    group[0].skip_to_start("(server) You are muted for 5 min");
    group[0].send("may I?");
    group[0].expect_start("Not sent: you are muted for ");
    group[1].send("he may not");
    all_hear(&mut group, "(broadcast) student2: he may not");
    types(&server, "ban guest 10m", true);
    guest.skip_to("Sent away: your address is banned for 10 min more");
    types(&server, "bans", true);
    types(&server, "unmute student1", true);
    group[0].skip_to("(server) You are not muted any more");
    group[0].send("thank you");
    all_hear(&mut group, "(broadcast) student1: thank you");
    types(&server, "unban 127.0.0.30", true);
    Peer::connect_from(Ipv4Addr::new(127, 0, 0, 30), server.address).login("guest").quit();

    types(&server, "lock", true);
    nameless.skip_to_start("Sent away: the teacher has locked the chat");
    server.peer().expect_start("The connection is closed: the teacher has locked the chat");
    types(&server, "unlock", true);
    let folder = tempfile::tempdir().expect("a folder");
    let board = folder.path().join("today.txt");
    fs::write(&board, "Today: threads. Room 7\n").expect("it can be written");
    let answer = server.ctl(&format!("motd {}", board.display()));
    assert!(answer.ends_with("1 lines; it is read anew for each"), "{answer}");
    types(&server, "motd", true);
    let mut late = server.peer();
    late.send("late");
    late.skip_to("Today: threads. Room 7");
    types(&server, "motd off", true);

    types(&server, "stats", true);
    types(&server, "stop in 5m", true);
    all_hear(&mut group, "(server) The server stops in 5 min");
    types(&server, "stop cancel", true);
    all_hear(&mut group, "(server) The server does not stop: go on");
    types(&server, "dance", false);
    types(&server, "help", true);
    types(&server, "stop", true);
    for peer in group.iter_mut().chain(&mut asked).chain([&mut vera, &mut late]) {
        peer.skip_to("(server) The server stops now");
        peer.expect("The connection is closed: the server stops");
        peer.expect("Disconnected");
    }
    assert_eq!(server.server.program.wait().code(), Some(0));
}
