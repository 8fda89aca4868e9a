//! The private chat: choosing somebody, talking to that session and no other, and what happens when it ends.

use crate::support::{QUESTION, Server};

mod support;

#[test]
fn a_number_means_the_person_who_was_shown_under_it() {
    let server = Server::start();
    let (mut anna, boris) = (server.login("anna"), server.login("boris"));
    let mut vera = server.login("vera");
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris 2.vera");
    let mut gleb = server.login("gleb");
    boris.quit();
    // By now vera would be number 1, and gleb number 2.
    gleb.send("LIST");
    gleb.expect("Users in chatroom: ['anna', 'vera', 'gleb']");
    gleb.expect(QUESTION);
    anna.send("2");
    anna.expect("Successful");
    vera.expect_start("anna writes to you alone");
    anna.send("hi");
    anna.expect("(private to vera) : hi");
    vera.expect("(private) anna : hi");
}

#[test]
fn a_number_whose_person_has_left_reaches_nobody() {
    let server = Server::start();
    let (mut anna, boris, mut vera) = (server.login("anna"), server.login("boris"), server.login("vera"));
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris 2.vera");
    boris.quit();
    vera.send("LIST");
    vera.expect("Users in chatroom: ['anna', 'vera']");
    vera.expect(QUESTION);
    anna.send("1");
    anna.expect("Successful");
    anna.expect_start("boris has left");
    anna.send("for boris alone");
    anna.expect("Not delivered: boris has left");
    anna.expect(QUESTION);
    vera.send("LIST bo");
    vera.expect("Users in chatroom: []");
    vera.expect("Nobody here has a name that begins with bo; LIST alone shows everyone");
}

#[test]
fn somebody_is_chosen_by_nickname_in_any_case() {
    let server = Server::start();
    let (mut anna, _boris) = (server.login("anna"), server.login("Boris"));
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.Boris");
    anna.send(" bORIS ");
    anna.expect("Successful");
    anna.send("hi");
    anna.expect("(private to Boris) : hi");
}

#[test]
fn an_answer_that_names_nobody_is_refused_and_the_list_comes_again() {
    let server = Server::start();
    let (mut anna, _boris) = (server.login("anna"), server.login("boris"));
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris");
    for answer in ["0", "2", "-1", "99999999999999999999999", "1.boris", "anna", "vera", "two words", "!"] {
        anna.send(answer);
        anna.expect_start("Not sent: ");
        anna.expect("Choose your user-chat");
        anna.expect("1.boris");
    }
    anna.send("1");
    anna.expect("Successful");
}

#[test]
fn with_nobody_to_talk_to_the_list_can_be_asked_for_again() {
    let server = Server::start();
    let mut anna = server.login("anna");
    anna.send("1");
    for _ in 0..2 {
        anna.expect("Choose your user-chat");
        anna.expect_start("Nobody else is here yet");
        anna.send("");
    }
    anna.expect("Choose your user-chat");
    anna.expect_start("Nobody else is here yet");
    let mut boris = server.login("boris");
    anna.send("");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris");
    anna.send("1");
    anna.expect("Successful");
    boris.expect_start("anna writes to you alone");
}

#[test]
fn the_partner_is_told_once_and_nothing_goes_to_the_room() {
    let server = Server::start();
    let (mut boris, mut vera) = (server.group("boris"), server.group("vera"));
    boris.expect("(broadcast) General information: vera has joined the Chat");
    let mut anna = server.login("anna").private_with("boris");
    for hears in [&mut boris, &mut vera] {
        hears.expect("(broadcast) General information: anna has joined the Chat");
    }
    boris.expect("anna writes to you alone; answer with /tell anna and your text");
    for text in ["one", "two"] {
        anna.send(text);
        anna.expect(&format!("(private to boris) : {text}"));
        boris.expect(&format!("(private) anna : {text}"));
    }
    boris.send("/tell anna three");
    boris.expect("(private to anna) : three");
    anna.expect("(private) boris : three");
    vera.send("what was that?");
    vera.expect("(broadcast) vera: what was that?");
}

#[test]
fn when_the_partner_leaves_one_is_told_at_once_and_the_next_line_goes_to_nobody() {
    let server = Server::start();
    let mut boris = server.login("boris");
    let mut vera = server.group("vera");
    let mut anna = server.login("anna").private_with("boris");
    vera.expect("(broadcast) General information: anna has joined the Chat");
    boris.expect_start("anna writes to you alone");
    boris.quit();
    anna.expect_start("boris has left");
    vera.expect("(broadcast) General information: boris has left the Chat");
    // It would be an answer to the question, if it were one.
    anna.send("2");
    anna.expect("Not delivered: boris has left");
    anna.expect(QUESTION);
    let mut anna = anna.group();
    anna.send("hello");
    anna.expect("(broadcast) anna: hello");
    vera.expect("(broadcast) anna: hello");
}

#[test]
fn a_partner_who_did_not_open_the_chat_is_told_too() {
    let server = Server::start();
    let mut boris = server.login("boris");
    let anna = server.login("anna").private_with("boris");
    boris.expect_start("anna writes to you alone");
    anna.quit();
    boris.expect_start("anna, who wrote to you alone, has left");
}

#[test]
fn two_who_talk_to_each_other_are_each_told_once() {
    let server = Server::start();
    let (boris, anna) = (server.login("boris"), server.login("anna"));
    let mut anna = anna.private_with("boris");
    let mut boris = boris;
    boris.expect_start("anna writes to you alone");
    let boris = boris.private_with("anna");
    anna.expect_start("boris writes to you alone");
    boris.quit();
    anna.expect_start("boris has left");
    anna.send("text");
    anna.expect("Not delivered: boris has left");
    anna.expect(QUESTION);
}

#[test]
fn the_partner_is_that_session_and_not_that_name() {
    let server = Server::start();
    let mut boris = server.login("boris");
    let mut anna = server.login("anna").private_with("boris");
    boris.expect_start("anna writes to you alone");
    boris.quit();
    anna.expect_start("boris has left");
    let mut another = server.login("boris");
    anna.send("a secret for the first boris");
    anna.expect("Not delivered: boris has left");
    anna.expect(QUESTION);
    another.send("LIST");
    another.expect("Users in chatroom: ['anna', 'boris']");
}

#[test]
fn tell_asks_what_to_say_to_that_session_and_not_to_that_name() {
    let server = Server::start();
    let boris = server.login("boris");
    let mut anna = server.group("anna");
    anna.send("TELL\nboris");
    anna.skip_to("What is your message to boris? An empty line gives it up");
    boris.quit();
    anna.expect("(broadcast) General information: boris has left the Chat");
    let mut another = server.login("boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    anna.send("a secret for the first boris");
    anna.expect("Not delivered: boris has left");
    another.send("LIST");
    another.expect("Users in chatroom: ['anna', 'boris']");
}

#[test]
fn one_may_tell_oneself_something_but_not_open_a_chat_with_oneself() {
    let server = Server::start();
    let mut anna = server.group("anna");
    anna.send("/tell anna note");
    anna.expect("(private) anna : note");
    anna.expect("(private to anna) : note");
}
