//! What users wish for themselves: `IGNORE`, `UNIGNORE` and `AWAY`, by every client, `nc` too.

use crate::support::{Peer, QUESTION, Server};

mod support;

const NO_MORE: &str = "What boris writes is not shown to you any more; UNIGNORE boris ends that";

#[test]
fn who_is_ignored_is_not_shown_in_the_group_nor_in_private_and_is_not_told() {
    for (word, name) in [("IGNORE boris", "boris"), ("/ignore BORIS", "BORIS")] {
        let server = Server::start();
        let (mut vera, mut boris) = (server.group("vera"), server.group("boris"));
        vera.expect("(broadcast) General information: boris has joined the Chat");
        let mut anna = server.group("anna");
        anna.send(word);
        anna.skip_to(&format!("What {name} writes is not shown to you any more; UNIGNORE {name} ends that"));
        for peer in [&mut vera, &mut boris] {
            peer.expect("(broadcast) General information: anna has joined the Chat");
        }
        boris.send("one");
        vera.expect("(broadcast) boris: one");
        boris.expect("(broadcast) boris: one");
        vera.send("two");
        boris.expect("(broadcast) vera: two");
        boris.send("/tell anna three");
        boris.expect("(private to anna) : three");
        boris.send("/tell vera four");
        boris.expect("(private to vera) : four");
        vera.expect("(broadcast) vera: two");
        vera.expect("(private) boris : four");
        anna.expect("(broadcast) vera: two");
        anna.send("UNIGNORE boris");
        anna.expect_start("What ");
        boris.send("five");
        anna.expect("(broadcast) boris: five");
        boris.expect("(broadcast) boris: five");
        boris.quit();
        anna.expect("(broadcast) General information: boris has left the Chat");
    }
}

#[test]
fn lines_around_those_that_are_left_out_keep_their_order_and_none_is_lost() {
    let server = Server::without_rate();
    let mut anna = ignoring_who_is_not_here(&server);
    let (mut boris, mut vera) = (server.group("boris"), server.group("vera"));
    for i in 0..500 {
        boris.send(&format!("b {i}"));
        vera.send(&format!("v {i}"));
        if i % 50 == 0 {
            anna.send(&format!("a {i}"));
        }
    }
    vera.send("end");
    let mut heard = anna.skip_to("(broadcast) vera: end");
    anna.send("end");
    heard.extend(anna.skip_to("(broadcast) anna: end"));
    assert!(!heard.iter().any(|line| line.starts_with("(broadcast) boris: ")), "{heard:?}");
    let veras: Vec<&String> = heard.iter().filter(|line| line.starts_with("(broadcast) vera: ")).collect();
    let expected: Vec<String> = (0..500).map(|i| format!("(broadcast) vera: v {i}")).collect();
    assert_eq!(veras, expected.iter().collect::<Vec<_>>());
    assert_eq!(heard.iter().filter(|line| line.starts_with("(broadcast) anna: ")).count(), 10);
}

#[test]
fn who_is_ignored_cannot_make_itself_heard_by_private_chats_nor_by_coming_anew_nor_by_a_name_that_looks_alike() {
    let server = Server::start();
    let mut anna = ignoring_who_is_not_here(&server);
    let mut boris = server.login("boris").private_with("anna");
    boris.send("psst");
    boris.expect("(private to anna) : psst");
    boris.quit();
    let mut again = server.group("BORIS_");
    again.send("hello");
    again.expect("(broadcast) BORIS_: hello");
    let mut vera = server.group("vera");
    vera.send("end");
    let heard = anna.skip_to("(broadcast) vera: end");
    let notices = |line: &String| line.starts_with("(broadcast) General information: ");
    assert!(heard.iter().all(notices), "{heard:?}");
}

fn ignoring_who_is_not_here(server: &Server) -> Peer {
    let mut anna = server.group("anna");
    anna.send("IGNORE boris");
    anna.expect("Nobody is called boris now; whoever will be is not shown to you; UNIGNORE boris ends that");
    anna
}

#[test]
fn ignore_alone_lists_and_what_is_wrong_is_told_what_would_be_right() {
    let server = Server::start();
    let (mut anna, _boris) = (server.login("anna"), server.login("boris"));
    let talk = [
        ("IGNORE", "You ignore nobody; IGNORE boris hides what boris writes"),
        ("UNIGNORE boris", "Not sent: you do not ignore boris; IGNORE lists whom you do"),
        ("UNIGNORE", "Not sent: whom? UNIGNORE boris; IGNORE lists whom you ignore"),
        ("IGNORE Anna", "Not sent: that is you; IGNORE hides what somebody else writes"),
        ("IGNORE 2", "Not sent: a nickname begins with a letter"),
        ("/ignore boris", NO_MORE),
        ("IGNORE boris", "Not sent: boris is ignored already; UNIGNORE boris ends it"),
        ("IGNORE", "You ignore: boris"),
        ("unignore boris", "Not sent: answer 1 to write to one user, 2 to go into the group; HELP lists the words"),
        ("UNIGNORE Boris", "What boris writes is shown to you again"),
        ("IGNORE", "You ignore nobody; IGNORE boris hides what boris writes"),
    ];
    for (line, answer) in talk {
        anna.send(line);
        anna.expect(answer);
        anna.expect(QUESTION);
    }
}

#[test]
fn who_writes_to_one_who_is_away_is_told_once_and_the_message_arrives() {
    let server = Server::start();
    let (mut anna, mut boris, mut vera) = (server.group("anna"), server.group("boris"), server.login("vera"));
    anna.skip_to("(broadcast) General information: vera has joined the Chat");
    boris.skip_to("(broadcast) General information: vera has joined the Chat");
    anna.send("AWAY at lunch: until 2");
    anna.expect("You are away: whoever writes to you alone is told so, once. AWAY alone: you are back");
    boris.send("/tell anna one");
    boris.expect("(private to anna) : one");
    boris.expect("Away: anna (at lunch: until 2)");
    boris.send("/tell anna two");
    boris.expect("(private to anna) : two");
    boris.send("to all");
    boris.expect("(broadcast) boris: to all");
    vera.send("/tell anna three");
    vera.expect("(private to anna) : three");
    vera.expect("Away: anna (at lunch: until 2)");
    vera.expect(QUESTION);
    for line in
        ["(private) boris : one", "(private) boris : two", "(broadcast) boris: to all", "(private) vera : three"]
    {
        anna.expect(line);
    }
    for (line, answer) in [("/away", "You are back"), ("AWAY", "You are not away; AWAY and a text says that you are")] {
        anna.send(line);
        anna.expect(answer);
    }
    boris.send("/tell anna four");
    boris.expect("(private to anna) : four");
    anna.send("/away again");
    anna.skip_to("You are away: whoever writes to you alone is told so, once. AWAY alone: you are back");
    boris.send("LIST");
    boris.expect("Users in chatroom: ['anna', 'boris', 'vera']");
    boris.expect_start("In the group, 2 of 3");
    boris.send("/tell anna five");
    boris.expect("(private to anna) : five");
    boris.expect("Away: anna (again)");
}

#[test]
fn the_text_of_who_is_away_can_forge_no_line_of_the_protocol() {
    let server = Server::start();
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    anna.send("AWAY boris has left; your next line goes to nobody, then you choose anew");
    anna.skip_to("You are away: whoever writes to you alone is told so, once. AWAY alone: you are back");
    boris.send("/tell anna hi");
    boris.expect("(private to anna) : hi");
    boris.expect("Away: anna (boris has left; your next line goes to nobody, then you choose anew)");
}
