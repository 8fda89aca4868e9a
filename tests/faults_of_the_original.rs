//! The faults that the Python original is known to have, each by name, and that none of them is here.

use std::io::Read;
use std::net::TcpListener;
use std::thread;

use crate::support::{Peer, QUESTION, Server};

mod support;

const ANNA_LEFT: &str = "(broadcast) General information: anna has left the Chat";
const ANNA_JOINED: &str = "(broadcast) General information: anna has joined the Chat";

/// Two in the group; boris has heard anna join.
fn two_in_the_group(server: &Server) -> (Peer, Peer) {
    let mut boris = server.group("boris");
    let anna = server.group("anna");
    boris.expect(ANNA_JOINED);
    (anna, boris)
}

/// No framing: one `recv(1024)` was taken for one message.
#[test]
fn glued_messages_are_told_apart() {
    let server = Server::start();
    let mut anna = server.peer();
    // All that a client has to say, in one write: the server reads it in one piece.
    anna.send_bytes("anna\n2\nпервое\nвторое\nQUIT\n".as_bytes());
    anna.expect("Your nickname?");
    anna.expect("Successfully");
    anna.expect("process");
    anna.expect_start("Welcome");
    anna.expect(QUESTION);
    anna.expect("You in group");
    anna.expect("(broadcast) anna: первое");
    anna.expect("(broadcast) anna: второе");
    anna.expect("Disconnected");
}

/// A message of more than 1,024 bytes was cut, inside a Cyrillic letter too.
#[test]
fn a_long_message_is_not_cut_inside_a_letter() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    // The letters stand at odd places: byte 1,024 is the middle of one.
    let text = format!("a{}", "ж".repeat(1500));
    anna.send(&text);
    boris.expect(&format!("(broadcast) anna: {text}"));
}

/// A special word was answered, and then `None` was broadcast.
#[test]
fn a_special_word_broadcasts_nothing() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    anna.send("LIST");
    anna.expect("Users in chatroom: ['boris', 'anna']");
    anna.send("HELP");
    anna.send("a message");
    boris.expect("(broadcast) anna: a message");
}

/// TELL looked the name up in the wrong dict.
#[test]
fn tell_finds_whom_it_looks_for() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    anna.send_bytes("TELL\nboris\nare you there?\n".as_bytes());
    anna.skip_to("(private to boris) : are you there?");
    boris.expect("(private) anna : are you there?");
}

/// The end of the stream was taken for an empty message: a closed private chat flooded its partner.
#[test]
fn a_closed_private_chat_does_not_flood_the_partner() {
    let server = Server::start();
    let mut boris = server.login("boris");
    let anna = server.login("anna").private_with("boris");
    boris.expect("anna writes to you alone; answer with /tell anna and your text");
    drop(anna);
    boris.expect("anna, who wrote to you alone, has left");
    boris.send("LIST");
    boris.expect("Users in chatroom: ['boris']");
    boris.expect(QUESTION);
}

/// The nickname was checked and then taken, in two steps. (Many times over: `tests/order.rs`.)
#[test]
fn two_people_cannot_get_one_nickname() {
    let server = Server::start();
    for round in 0..20 {
        let asks = || {
            let mut peer = server.peer();
            peer.expect("Your nickname?");
            peer.send(&format!("anna{round}"));
            (peer.line(), peer)
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(asks);
            let other = asks();
            (one.join().expect("it was answered"), other)
        });
        let mut answers = [one.0.as_str(), other.0.as_str()];
        answers.sort_unstable();
        assert_eq!(answers, ["Successfully", "This nickname already used"]);
    }
}

/// `abc` typed for a number killed the thread, and the nickname stayed taken for ever.
#[test]
fn abc_for_a_number_is_refused_and_the_thread_lives() {
    let server = Server::start();
    let _boris = server.login("boris");
    let mut anna = server.login("anna");
    anna.send("abc");
    anna.expect_start("Not sent: ");
    anna.expect(QUESTION);
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris");
    anna.send("abc");
    anna.expect_start("Not sent: ");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris");
    anna.send("1");
    anna.expect("Successful");
    anna.quit();
    server.login("anna").quit();
}

/// A dead socket stayed in `list_listen`, and whoever spoke next was thrown out.
#[test]
fn a_dead_socket_harms_nobody_who_speaks_next() {
    let server = Server::start();
    let (anna, mut boris) = two_in_the_group(&server);
    let mut vera = server.group("vera");
    boris.expect("(broadcast) General information: vera has joined the Chat");
    anna.reset();
    boris.send("who is there?");
    vera.skip_to("(broadcast) boris: who is there?");
    boris.skip_to("(broadcast) boris: who is there?");
    vera.send("I am");
    vera.skip_to("(broadcast) vera: I am");
    boris.skip_to("(broadcast) vera: I am");
    server.login("anna").quit();
}

/// `q` crashed the server's thread.
#[test]
fn q_leaves_in_order() {
    let server = Server::start();
    let (mut anna, mut boris) = two_in_the_group(&server);
    anna.send("q");
    anna.expect("Disconnected");
    anna.expect_end();
    boris.expect(ANNA_LEFT);
}

/// The four globals changed under many threads without a lock.
#[test]
fn many_who_come_and_go_leave_the_lists_as_they_were() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    thread::scope(|scope| {
        for number in 0..8 {
            let server = &server;
            scope.spawn(move || {
                for _ in 0..25 {
                    server.group(&format!("user{number}x")).quit();
                }
            });
        }
    });
    boris.send("the end");
    let notices = boris.skip_to("(broadcast) boris: the end");
    assert_eq!(notices.len(), 2 * 8 * 25);
    boris.send("LIST");
    boris.expect("Users in chatroom: ['boris']");
}

/// A client that stopped reading blocked everybody who wrote to it. (More than 10 MB: `tests/slow.rs`.)
#[test]
fn a_client_that_stops_reading_blocks_nobody() {
    let server = Server::without_rate();
    let (mut anna, _stalled) = two_in_the_group(&server);
    let text = "x".repeat(4000);
    for _ in 0..2000 {
        anna.send(&text);
        anna.skip_to(&format!("(broadcast) anna: {text}"));
    }
}

/// The number was looked up in a list that may have changed since it was shown. (More: `tests/private.rs`.)
#[test]
fn a_number_is_looked_up_in_the_list_that_was_shown() {
    let server = Server::start();
    let mut anna = server.login("anna");
    let (boris, mut vera) = (server.login("boris"), server.login("vera"));
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris 2.vera");
    boris.quit();
    anna.send("2");
    anna.expect("Successful");
    vera.expect_start("anna writes to you alone");
}

/// A nickname could be empty, enormous, `LIST`, or hold terminal control codes.
#[test]
fn a_nickname_is_a_name() {
    let server = Server::start();
    let mut peer = server.peer();
    for nickname in ["", &"a".repeat(10_000), "LIST", "\u{1b}[2Janna"] {
        peer.expect("Your nickname?");
        peer.send(nickname);
        let refusal = peer.expect_start("Not sent: ");
        assert!(!refusal.contains('\u{1b}'), "{refusal:?}");
    }
}

/// A restart failed with "address in use", as long as connections of the last run lingered in the kernel.
#[test]
fn a_restart_finds_its_port_free() {
    let server = Server::start();
    let address = server.address;
    let mut anna = server.group("anna");
    server.stop().expect("an orderly stop");
    anna.skip_to("Disconnected");
    drop(TcpListener::bind(address).expect("the port binds at once"));
}

/// The animation of 7.5 seconds scribbled over what the user typed: here, nothing but `process` is sent, and what
/// follows does not wait for anything.
#[test]
fn the_question_follows_process_without_delay() {
    let server = Server::start();
    let mut anna = server.login("anna");
    anna.quit_and_count();
}

impl Peer {
    /// Leaves; nothing more than the goodbye has come.
    fn quit_and_count(&mut self) {
        self.send("QUIT");
        self.expect("Disconnected");
        let mut rest = Vec::new();
        self.stream().read_to_end(&mut rest).expect("an orderly end");
        assert_eq!(rest, b"");
    }
}
