//! Who has the password takes the nickname back from a session that hangs; nobody else does.

use std::thread;

use crate::support::{Folder, Peer, QUESTION, Server};

const PASSWORD: &str = "correct horse";
const TAKEN_BACK: &str = "The connection is closed: this nickname was taken back by a login with its password";

/// Anna, who has registered, is in the group.
fn registered(server: &Server) -> Peer {
    let mut anna = server.group("anna");
    anna.send(&format!("REGISTER\n{PASSWORD}\n{PASSWORD}"));
    anna.until("Registered: from now on the login asks for the password of anna");
    anna
}

/// A login with a password.
fn says(server: &Server, nickname: &str, password: &str) -> Peer {
    let mut peer = Peer::connect(server.address);
    peer.send(nickname);
    peer.until("Password?");
    peer.send(password);
    peer
}

/// What the group hears of who comes and goes, up to a line of vera's own.
fn heard(vera: &mut Peer) -> Vec<String> {
    vera.send("that is all");
    let mut heard = vera.until("(broadcast) vera: that is all");
    heard.retain(|line| line.contains("General information"));
    heard
}

#[test]
fn who_has_the_password_takes_the_nickname_back_and_the_session_that_had_it_is_told() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut vera = server.group("vera");
    let mut hangs = registered(&server);
    let mut anna = says(&server, "anna", PASSWORD);
    anna.expect("Successfully");
    hangs.expect(TAKEN_BACK);
    hangs.expect("Disconnected");
    assert_eq!(hangs.line(), None);
    anna.until(QUESTION);
    anna.send("2");
    anna.until("You in group");
    anna.say("anna", "here I am again");
    let [joined, left] =
        ["joined", "left"].map(|what| format!("(broadcast) General information: anna has {what} the Chat"));
    assert_eq!(heard(&mut vera), [&joined, &left, &joined].map(String::clone));
    vera.send("/tell anna is it you?");
    anna.until("(private) vera : is it you?");
}

#[test]
fn who_talks_on_while_the_nickname_is_taken_back_is_ended_too() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut talks = registered(&server);
    // More than the kernel takes: its own thread is busy with it, and it reads nothing of what it is sent.
    let lines = "a line that somebody goes on sending\n".repeat(100_000);
    let speaker = thread::Builder::new().spawn(move || {
        talks.try_send(&lines);
        talks
    });
    let mut anna = says(&server, "anna", PASSWORD);
    anna.expect("Successfully");
    anna.until(QUESTION);
    drop(speaker.expect("a thread can be started").join());
}

#[test]
fn a_wrong_password_leaves_the_session_alone_and_an_unregistered_nickname_is_not_taken_back() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = registered(&server);
    let mut somebody = says(&server, "anna", "a wrong one");
    somebody.expect("Not sent: the password is wrong");
    somebody.expect("Password?");
    somebody.send("");
    somebody.expect("Your nickname?");
    let _boris = server.login("boris");
    somebody.send("boris");
    somebody.expect("This nickname already used");
    anna.say("anna", "I am still here");
}

#[test]
fn of_many_who_take_it_back_in_the_same_instant_one_has_it_and_each_has_left_before_the_next_joins() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut vera = server.group("vera");
    let _hangs = registered(&server);
    let mut all: Vec<Peer> = (0..10)
        .map(|_| {
            let mut peer = Peer::connect(server.address);
            peer.send("anna");
            peer.until("Password?");
            peer
        })
        .collect();
    all.iter_mut().for_each(|peer| peer.send(PASSWORD));
    let answers: Vec<Option<String>> = all.iter_mut().map(Peer::line).collect();
    assert!(answers.iter().any(|answer| answer.as_deref() == Some("Successfully")), "{answers:?}");
    // Whoever was let in is in the chat by now, or was ended by the next one.
    for (peer, _) in all.iter_mut().zip(&answers).filter(|(_, answer)| answer.as_deref() == Some("Successfully")) {
        while peer.line().is_some_and(|line| line != QUESTION) {}
    }
    let heard = heard(&mut vera);
    for (number, line) in heard.iter().enumerate() {
        let what = if number % 2 == 0 { "joined" } else { "left" };
        assert_eq!(*line, format!("(broadcast) General information: anna has {what} the Chat"), "{heard:?}");
    }
    vera.send("LIST");
    vera.until("Users in chatroom: ['vera', 'anna']");
}
