//! A nickname can be kept: REGISTER, and from then on the login asks for the password, which is seen nowhere.

use std::fs;

use chatroom::database::Settings;

use crate::support::{Folder, Peer, Program, QUESTION, Server};

const PASSWORD: &str = "correct horse \u{1F40E} 'battery'";

fn register(peer: &mut Peer, password: &str) {
    peer.send("REGISTER");
    for _ in 0..2 {
        peer.until("Password?");
        peer.send(password);
    }
    peer.expect("Registered: from now on the login asks for the password of anna");
}

/// Another password instead of the one that there is.
fn change(peer: &mut Peer, lines: &str, answer: &str) {
    peer.send(&format!("REGISTER\n{lines}"));
    peer.until("anna is registered: first the password that it has now");
    peer.until(answer);
}

/// Gives a nickname, and is asked for its password.
fn asked(server: &Server, nickname: &str) -> Peer {
    let mut peer = Peer::connect(server.address);
    peer.send(nickname);
    peer.expect(&format!("{nickname} is registered; an empty line goes back to the nickname"));
    peer.expect("Password?");
    peer
}

#[test]
fn a_registered_nickname_is_for_who_knows_the_password() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    anna.send("/tell anna a secret");
    anna.until("(private to anna) : a secret");
    register(&mut anna, PASSWORD);
    anna.quit();
    drop(server);

    let server = Server::start(&folder);
    let mut somebody = asked(&server, "ANNA");
    somebody.send("a wrong one");
    somebody.expect("Not sent: the password is wrong");
    somebody.expect("Password?");
    somebody.send("");
    somebody.expect("Your nickname?");
    somebody.send("boris");
    somebody.expect("Successfully");
    somebody.until(QUESTION);
    assert_eq!(somebody.ask_history("HISTORY"), [""; 0]);

    let mut anna = asked(&server, "anna");
    anna.send(PASSWORD);
    anna.expect("Successfully");
    anna.until(QUESTION);
    assert_eq!(anna.ask_history("HISTORY"), ["(private to anna) : a secret"], "who has proven to be anna");
}

#[test]
fn three_wrong_passwords_end_the_connection() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.login("anna");
    register(&mut anna, PASSWORD);
    anna.quit();
    let mut somebody = asked(&server, "anna");
    for _ in 0..2 {
        somebody.send("QUIT");
        somebody.expect("Not sent: the password is wrong");
        somebody.expect("Password?");
    }
    somebody.send(&PASSWORD.to_uppercase());
    somebody.expect("The connection is closed: the password was wrong 3 times");
    somebody.expect("Disconnected");
    assert_eq!(somebody.line(), None);
    let mut anna = asked(&server, "anna");
    anna.send(PASSWORD);
    anna.expect("Successfully");
}

#[test]
fn a_name_that_looks_like_a_registered_one_needs_its_password() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut copa = server.login("copa");
    copa.send("REGISTER\ncorrect horse\ncorrect horse");
    copa.until("Registered: from now on the login asks for the password of copa");
    copa.quit();
    asked(&server, "сора");
}

#[test]
fn of_a_password_that_is_refused_nothing_is_said_in_the_group() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut boris = server.group("boris");
    let mut anna = server.group("anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    anna.send("REGISTER\nshort\nshort\nREGISTER\ncorrect horse\ncorrect house\nhello");
    boris.expect("(broadcast) anna: hello");
}

#[test]
fn who_registers_a_nickname_does_not_get_the_history_of_who_had_it_before() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut boris = server.login("boris");
    for former in ["anna", "сора"] {
        let mut former_owner = server.login(former);
        former_owner.send("/tell boris a secret");
        former_owner.until("(private to boris) : a secret");
        boris.send(&format!("/tell {former} another one"));
        former_owner.until("(private) boris : another one");
        former_owner.quit();
    }
    for (registered, comes_as) in [("anna", "anna"), ("copa", "сора")] {
        let mut stranger = server.login(registered);
        stranger.send("/tell boris before REGISTER, in one session");
        stranger.until("(private to boris) : before REGISTER, in one session");
        stranger.send("REGISTER\ncorrect horse\ncorrect horse");
        stranger.until(&format!("Registered: from now on the login asks for the password of {registered}"));
        // A new password is no new registration.
        stranger.send("REGISTER\ncorrect horse\ncorrect horse\ncorrect horse");
        stranger.until(&format!("Registered: from now on the login asks for the password of {registered}"));
        stranger.quit();
        let mut stranger = asked(&server, comes_as);
        stranger.send("correct horse");
        stranger.until(QUESTION);
        stranger.send("/tell boris since then");
        stranger.until("(private to boris) : since then");
        let its_own = ["(private to boris) : before REGISTER, in one session", "(private to boris) : since then"];
        let its_own = its_own.get(usize::from(registered != comes_as)..).unwrap();
        assert_eq!(stranger.ask_history("HISTORY 50"), its_own, "{comes_as}");
    }
}

#[test]
fn a_message_after_all_were_forgotten_is_still_a_later_one() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    for number in 0..5 {
        anna.say("anna", &number.to_string());
    }
    anna.quit();
    let mut anna = server.login("anna");
    register(&mut anna, PASSWORD);
    anna.quit();
    drop(server);
    folder.sql().execute("UPDATE messages SET time = time - 3 * 86400000", []).unwrap();
    let server = Server::with(&folder, Settings { keep_days: Some(2), ..Settings::default() });
    let mut anna = asked(&server, "anna");
    anna.send(PASSWORD);
    anna.until(QUESTION);
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 0);
    anna.send("/tell anna a note");
    anna.until("(private to anna) : a note");
    assert_eq!(anna.ask_history("HISTORY"), ["(private to anna) : a note"]);
}

#[test]
fn the_name_that_is_offered_is_nobodys() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut second = server.login("anna2");
    second.send("REGISTER\ncorrect horse\ncorrect horse");
    second.until("Registered: from now on the login asks for the password of anna2");
    second.quit();
    let _anna = server.login("anna");
    let mut another = Peer::connect(server.address);
    another.send("anna");
    another.expect("This nickname already used");
    another.expect("anna is taken, or looks like a name that is; anna3 is free");
}

#[test]
fn what_cannot_be_registered_is_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    anna.send("REGISTER\nshort\nshort");
    anna.until("Not sent: a password has at least 8 characters");
    anna.send("REGISTER\ncorrect horse\ncorrect house");
    anna.until("Not sent: the two were not the same; REGISTER begins anew");
    anna.send("REGISTER\n");
    anna.until("Nothing was registered");
    anna.send("REGISTER\ncorrect horse\n");
    anna.until("Nothing was registered");
    assert_eq!(folder.number("SELECT count(*) FROM accounts"), 0);
}

#[test]
fn a_second_time_changes_the_password_for_who_knows_the_first() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    register(&mut anna, "the first one");
    // Somebody sits down at the terminal that anna has left.
    change(
        &mut anna,
        "a wrong one\nmine from now on\nmine from now on",
        "Not sent: the password is wrong, and was not changed",
    );
    change(&mut anna, "the first one\nshort\nshort", "Not sent: a password has at least 8 characters");
    change(&mut anna, "\n", "Nothing was registered");
    change(
        &mut anna,
        "the first one\nthe second one\nthe second one",
        "Registered: from now on the login asks for the password of anna",
    );
    anna.say("anna", "nothing of it was a message");
    anna.quit();
    let mut anna = asked(&server, "anna");
    anna.send("the first one");
    anna.expect("Not sent: the password is wrong");
    anna.expect("Password?");
    anna.send("the second one");
    anna.expect("Successfully");
}

#[test]
fn who_guesses_at_the_first_password_to_set_another_is_sent_away_at_the_third() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.login("anna");
    register(&mut anna, "the first one");
    let wrong = "a wrong one\nmine from now on\nmine from now on";
    for _ in 0..2 {
        change(&mut anna, wrong, "Not sent: the password is wrong, and was not changed");
    }
    change(&mut anna, wrong, "The connection is closed: the password was wrong 3 times");
    anna.expect("Disconnected");
}

#[test]
fn a_password_is_in_no_log_no_file_and_on_no_screen() {
    let folder = Folder::new();
    let mut program = Program::start(&folder.database(), &["--show-text"], "trace");
    let enter = |nickname: &str| {
        let mut peer = Peer::connect(program.address);
        peer.send(nickname);
        peer.until(QUESTION);
        peer.send("2");
        peer.until("You in group");
        peer
    };
    let (mut anna, mut boris) = (enter("anna"), enter("boris"));
    register(&mut anna, PASSWORD);
    anna.say("anna", "shown in the log");
    anna.send("QUIT");
    anna.until("Disconnected");
    let mut anna = Peer::connect(program.address);
    anna.send("anna");
    for (password, answer) in [("mistaken staple", "Not sent: the password is wrong"), (PASSWORD, "Successfully")] {
        anna.until("Password?");
        anna.send(password);
        anna.until(answer);
    }
    boris.send("HISTORY 200");
    boris.until("History ends");
    let log = program.kill();
    assert!(log.contains("shown in the log"), "the log shows texts: {log}");
    let files = ["chat.db", "chat.db-wal"].map(|file| fs::read(folder.path(file)).unwrap());
    let hash: String = folder.sql().query_row("SELECT password FROM accounts", [], |row| row.get(0)).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let screens = [anna.talk(), boris.talk()].concat().join("\n");
    for part in ["correct horse", "battery", "mistaken staple", hash.as_str()] {
        assert!(!log.contains(part) && !screens.contains(part), "{part}");
    }
    for bytes in files {
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!holds(b"correct horse") && !holds(b"mistaken staple"));
    }
}
