//! The conversation, line for line, over a real socket: login, the question, the group, a private chat, the end.

use chatroom::server::Config;

use crate::support::{QUESTION, Server};

mod support;

#[test]
fn the_whole_conversation_line_for_line() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let mut anna = server.peer();
    anna.expect("Your nickname?");
    anna.send("anna");
    anna.expect("Successfully");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    anna.expect("process");
    let welcome = anna.expect_start("Welcome");
    assert!(welcome.contains("anna"), "{welcome}");
    anna.expect(QUESTION);
    anna.send("2");
    anna.expect("You in group");
    anna.send("hello, all");
    anna.expect("(broadcast) anna: hello, all");
    boris.expect("(broadcast) anna: hello, all");
    anna.send("LIST");
    anna.expect("Users in chatroom: ['boris', 'anna']");
    anna.send("MENU");
    anna.expect(QUESTION);
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris");
    anna.send("1");
    anna.expect("Successful");
    boris.expect("anna writes to you alone; answer with /tell anna and your text");
    anna.send("between us");
    anna.expect("(private to boris) : between us");
    boris.expect("(private) anna : between us");
    boris.send("/tell anna understood");
    boris.expect("(private to anna) : understood");
    anna.expect("(private) boris : understood");
    anna.send("QUIT");
    anna.expect("Disconnected");
    anna.expect_end();
    boris.expect("(broadcast) General information: anna has left the Chat");
}

#[test]
fn the_protocol_is_the_same_bytes_for_ever() {
    let server = Server::start();
    let mut anna = server.peer();
    anna.send_bytes(b"anna\n2\nhi\nq\n");
    let mut said = String::new();
    while let Some(line) = anna.next_line() {
        said += &line;
        said.push('\n');
    }
    let welcome = said.lines().nth(3).expect("the welcome");
    let expected = format!(
        "Your nickname?\nSuccessfully\nprocess\n{welcome}\n{QUESTION}\nYou in group\n(broadcast) anna: hi\nDisconnected\n"
    );
    assert_eq!(said, expected);
}

#[test]
fn only_those_in_the_group_hear_the_group() {
    let server = Server::start();
    let mut anna = server.group("anna");
    let mut boris = server.login("boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    anna.send("before");
    anna.expect("(broadcast) anna: before");
    boris.send("2");
    boris.expect("You in group");
    boris.send("I am in");
    boris.expect("(broadcast) boris: I am in");
    anna.expect("(broadcast) boris: I am in");
    boris.send("MENU");
    boris.expect(QUESTION);
    anna.send("after");
    anna.expect("(broadcast) anna: after");
    boris.send("LIST");
    boris.expect("Users in chatroom: ['anna', 'boris']");
}

#[test]
fn whoever_is_in_the_chat_can_be_reached_wherever_they_stand() {
    let server = Server::start();
    let mut anna = server.group("anna");
    let mut boris = server.login("boris");
    let mut vera = server.login("vera");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    anna.expect("(broadcast) General information: vera has joined the Chat");
    vera.send("1");
    vera.expect("Choose your user-chat");
    vera.expect("1.anna 2.boris");
    anna.send("/tell boris at the question?");
    anna.expect("(private to boris) : at the question?");
    boris.expect("(private) anna : at the question?");
    anna.send("/tell vera choosing?");
    anna.expect("(private to vera) : choosing?");
    vera.expect("(private) anna : choosing?");
    // Neither has lost the question that was open.
    vera.send("anna");
    vera.expect("Successful");
    boris.send("2");
    boris.expect("You in group");
}

#[test]
fn an_answer_that_is_none_is_refused_and_the_question_comes_again() {
    let server = Server::start();
    let mut anna = server.login("anna");
    for answer in ["3", "hello", "", "12", "list", "two"] {
        anna.send(answer);
        anna.expect_start("Not sent: ");
        anna.expect(QUESTION);
    }
    anna.send(" 2 ");
    anna.expect("You in group");
}

#[test]
fn a_session_joins_once_and_leaves_once() {
    let server = Server::start();
    let mut anna = server.group("anna");
    for _ in 0..3 {
        let mut boris = server.group("boris");
        boris.send("MENU");
        boris.expect(QUESTION);
        boris.group().quit();
        anna.expect("(broadcast) General information: boris has joined the Chat");
        anna.expect("(broadcast) General information: boris has left the Chat");
    }
    // Who never had a name is no session.
    let mut nobody = server.peer();
    nobody.expect("Your nickname?");
    nobody.quit();
    anna.send("and now me");
    anna.expect("(broadcast) anna: and now me");
}

#[test]
fn the_blackboard_stands_after_the_welcome() {
    let server = Server::with(Config { motd: Some("Today: sockets\nRoom 7".into()), ..Config::default() });
    let mut anna = server.peer();
    anna.expect("Your nickname?");
    anna.send("anna");
    anna.expect("Successfully");
    anna.expect("process");
    anna.expect_start("Welcome");
    anna.expect("Today: sockets");
    anna.expect("Room 7");
    anna.expect(QUESTION);
}

#[test]
fn blank_lines_in_a_conversation_are_nothing() {
    let server = Server::start();
    let mut anna = server.group("anna");
    anna.send_bytes(b"\n\r\n   \n\t\nhi\n");
    anna.expect("(broadcast) anna: hi");
}

#[test]
fn a_message_is_delivered_as_it_was_written() {
    let server = Server::start();
    let mut anna = server.group("anna");
    for text in [" leading", "trailing ", "two  spaces", "привет, мир", "🙂 👩‍🏫", "(broadcast) boris: not me", "a: b: c"]
    {
        anna.send(text);
        anna.expect(&format!("(broadcast) anna: {text}"));
    }
}
