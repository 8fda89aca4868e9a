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

/// Those who are there: thirty, each kind of place at least once.
struct Class {
    server: Taught,
    group: Vec<Peer>,
    asked: Vec<Peer>,
    vera: Peer,
    guest: Peer,
    nameless: Peer,
}

impl Class {
    fn comes() -> Class {
        let server = Taught::start(&["--rate", "off"]);
        let group: Vec<Peer> = (1..=IN_GROUP).map(|i| server.group(&format!("student{i}"))).collect();
        let asked: Vec<Peer> = ["anna", "boris", "gleb"].map(|nickname| server.login(nickname)).into();
        let vera = server.login("vera").private_with("anna");
        let guest = Peer::connect_from(Ipv4Addr::new(127, 0, 0, 30), server.address).login("guest");
        let mut nameless = server.peer();
        nameless.expect("Your nickname?");
        Class { server, group, asked, vera, guest, nameless }
    }

    fn everybody_is_told(&mut self) {
        let shown = types(&self.server, "who", true);
        assert_eq!(shown.lines().count(), 31, "a heading and thirty clients");
        types(&self.server, "say Good morning. In 5 minutes: threads", true);
        let elsewhere = self.asked.iter_mut().chain([&mut self.vera, &mut self.guest, &mut self.nameless]);
        all_hear(self.group.iter_mut().chain(elsewhere), "(server) Good morning. In 5 minutes: threads");
    }

    fn somebody_is_removed(&mut self) {
        let server = &self.server;
        types(server, "kick student24 you flood", true);
        let mut kicked = self.group.pop().expect("there are many");
        kicked.skip_to("Sent away: removed by the teacher: you flood");
        let left = "(broadcast) General information: student24 has left the Chat (removed by the teacher: you flood)";
        all_hear(&mut self.group, left);
        types(server, "kick student24", false);
    }

    fn somebody_is_muted_and_somebody_banned(&mut self) {
        let (server, group) = (&self.server, &mut self.group);
        types(server, "mute student1 5", false);
        types(server, "mute student1 5m", true);
        group[0].skip_to_start("(server) You are muted for 5 min");
        group[0].send("may I?");
        group[0].expect_start("Not sent: you are muted for ");
        group[1].send("he may not");
        all_hear(group.iter_mut(), "(broadcast) student2: he may not");
        types(server, "ban guest 10m", true);
        self.guest.skip_to("Sent away: your address is banned for 10 min more");
        types(server, "bans", true);
        types(server, "unmute student1", true);
        group[0].skip_to("(server) You are not muted any more");
        group[0].send("thank you");
        all_hear(group, "(broadcast) student1: thank you");
        types(server, "unban 127.0.0.30", true);
        Peer::connect_from(Ipv4Addr::new(127, 0, 0, 30), server.address).login("guest").quit();
    }

    fn the_door_is_closed_and_the_blackboard_wiped(&mut self) {
        let server = &self.server;
        types(server, "lock", true);
        self.nameless.send("olga");
        self.nameless.skip_to_start("Sent away: the teacher has locked the chat");
        types(server, "unlock", true);
        let folder = tempfile::tempdir().expect("a folder");
        let board = folder.path().join("today.txt");
        fs::write(&board, "Today: threads. Room 7\n").expect("it can be written");
        // Not shown: its folder has another name each time.
        server.ctl(&format!("motd {}", board.display()));
        types(server, "motd", true);
        let mut late = server.peer();
        late.send("late");
        late.skip_to("Today: threads. Room 7");
        types(server, "motd off", true);
        types(server, "stats", true);
    }

    fn it_ends(mut self) {
        types(&self.server, "stop in 5m", true);
        all_hear(&mut self.group, "(server) The server stops in 5 min");
        types(&self.server, "stop cancel", true);
        all_hear(&mut self.group, "(server) The server does not stop: go on");
        types(&self.server, "dance", false);
        types(&self.server, "help", true);
        types(&self.server, "stop", true);
        for peer in self.group.iter_mut().chain(&mut self.asked).chain([&mut self.vera]) {
            peer.skip_to("(server) The server stops now");
            peer.expect("The connection is closed: the server stops");
            peer.expect("Disconnected");
        }
        assert_eq!(self.server.server.program.wait().code(), Some(0));
    }
}

#[test]
fn thirty_clients_and_a_teacher_who_uses_every_command() {
    let mut class = Class::comes();
    class.everybody_is_told();
    class.somebody_is_removed();
    class.somebody_is_muted_and_somebody_banned();
    class.the_door_is_closed_and_the_blackboard_wiped();
    class.it_ends();
}
