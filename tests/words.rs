//! The special words: what each does, and at which question which of them counts.

use chatroom::protocol::WORDS;

use crate::support::{Peer, QUESTION, Server};

mod support;

const WHO: &str = "Who will get your message?";
const WHAT: &str = "What is your message to";

#[test]
fn at_the_nickname_quit_and_help_count_and_no_other_word() {
    let server = Server::without_rate();
    for quit in ["QUIT", "q", "/quit", "/q"] {
        let mut anna = server.peer();
        anna.expect("Your nickname?");
        anna.send(quit);
        anna.expect("Disconnected");
        anna.expect_end();
    }
    let mut anna = server.peer();
    anna.expect("Your nickname?");
    for help in ["HELP", "/help"] {
        anna.send(help);
        anna.expect_start("Type the name");
        anna.expect("Your nickname?");
    }
    for word in ["LIST", "MENU", "TELL", "REGISTER", "HISTORY", "/list", "/menu", "/tell boris hi", "/tell:boris:hi"] {
        anna.send(word);
        anna.expect_start("Not sent: ");
        anna.expect("Your nickname?");
    }
    anna.send("anna");
    anna.expect("Successfully");
}

/// All words but TELL and QUIT, as they answer wherever they count.
fn words_are_answered(anna: &mut Peer, boris: &mut Peer, again: &dyn Fn(&mut Peer)) {
    for list in ["LIST", "/list", "/LIST"] {
        anna.send(list);
        anna.expect("Users in chatroom: ['anna', 'boris']");
        again(anna);
    }
    for list in ["LIST bo", "/list BO"] {
        anna.send(list);
        anna.expect("Users in chatroom: ['boris']");
        again(anna);
    }
    for help in ["HELP", "/help"] {
        anna.send(help);
        anna.expect_start("What you type");
        for word in WORDS {
            anna.expect(word.help);
        }
        anna.expect_start("The words work in small letters");
        anna.expect_start("//text sends /text");
        again(anna);
    }
    for tell in ["/tell:boris:see: you", "/tell boris see: you", "TELL boris see: you"] {
        anna.send(tell);
        anna.expect("(private to boris) : see: you");
        boris.expect("(private) anna : see: you");
        again(anna);
    }
    for (line, refusal) in [
        ("/tell nobody hi", "Not delivered: nobody here is called nobody"),
        ("/tell boris", "Not sent: there is no text"),
        ("/tell:boris:", "Not sent: there is no text"),
        ("/dance now", "Not sent: there is no word /dance"),
        ("REGISTER", "Not sent: REGISTER needs a server with a database"),
        ("/history 20", "Not sent: /history needs a server with a database"),
        ("HELP TELL", "TELL "),
    ] {
        anna.send(line);
        anna.expect_start(refusal);
        if line == "HELP TELL" {
            anna.expect_start("Example: /tell boris");
        }
        again(anna);
    }
}

#[test]
fn at_the_question_all_words_count_but_tell() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = (server.login("anna"), server.login("boris"));
    let asked = |anna: &mut Peer| anna.expect(QUESTION);
    words_are_answered(&mut anna, &mut boris, &asked);
    anna.send("TELL");
    anna.expect_start("Not sent: TELL asks two questions");
    anna.expect(QUESTION);
    anna.send("MENU");
    anna.expect(QUESTION);
    anna.quit();
}

#[test]
fn at_the_numbered_list_all_words_count_but_tell() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = (server.login("anna"), server.login("boris"));
    let asked = |anna: &mut Peer| {
        anna.expect("Choose your user-chat");
        anna.expect("1.boris");
    };
    anna.send("1");
    asked(&mut anna);
    words_are_answered(&mut anna, &mut boris, &asked);
    anna.send("TELL");
    anna.expect_start("Not sent: TELL asks two questions");
    asked(&mut anna);
    anna.send("MENU");
    anna.expect(QUESTION);
    anna.send("1");
    asked(&mut anna);
    anna.quit();
}

#[test]
fn in_the_group_all_words_count_and_none_reaches_the_group() {
    let server = Server::without_rate();
    let (anna, boris) = (server.login("anna"), server.login("boris"));
    let mut anna = anna.group();
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna', 'boris']");
    anna.expect("In the group, 1 of 2: anna");
    let mut boris = boris.group();
    words_are_answered(&mut anna, &mut boris, &|_| {});
    tell_as_a_dialogue(&mut anna, &mut boris);
    anna.send("MENU");
    anna.expect(QUESTION);
    let mut anna = anna.group();
    anna.send("the only message");
    anna.expect("(broadcast) anna: the only message");
    anna.quit();
}

#[test]
fn in_a_private_chat_all_words_count_and_none_reaches_the_partner() {
    let server = Server::without_rate();
    let (anna, mut boris) = (server.login("anna"), server.login("boris"));
    let mut anna = anna.private_with("boris");
    boris.expect_start("anna writes to you alone");
    words_are_answered(&mut anna, &mut boris, &|_| {});
    tell_as_a_dialogue(&mut anna, &mut boris);
    anna.send("a message");
    anna.expect("(private to boris) : a message");
    boris.expect("(private) anna : a message");
    anna.send("/menu");
    anna.expect(QUESTION);
    boris.expect("anna no longer writes to you alone; what you write to anna still arrives");
    anna.quit();
}

/// TELL shows who is here, as the original's did, and asks for whom.
fn tell(anna: &mut Peer) {
    anna.send("TELL");
    anna.expect_start("Users in chatroom: ['anna'");
    anna.expect_start(WHO);
}

fn tell_as_a_dialogue(anna: &mut Peer, boris: &mut Peer) {
    tell(anna);
    anna.send("BORIS");
    anna.expect_start(WHAT);
    anna.send("QUIT");
    anna.expect("(private to boris) : QUIT");
    boris.expect("(private) anna : QUIT");
}

#[test]
fn at_tells_who_quit_list_and_menu_count() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    tell(&mut anna);
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna']");
    anna.expect_start(WHO);
    anna.send("");
    anna.expect_start(WHO);
    anna.send("MENU");
    anna.expect("No message was sent");
    anna.send("still in the group");
    anna.expect("(broadcast) anna: still in the group");
    tell(&mut anna);
    for name in ["HELP", "TELL", "/me", "2", "boris", "a text that was meant for boris alone"] {
        anna.send(name);
        anna.expect(&format!("Not sent: nobody here is called {name}; choose somebody else, or MENU gives it up"));
        anna.expect_start(WHO);
    }
    anna.quit();
}

#[test]
fn at_tells_what_no_word_counts_and_an_empty_line_gives_it_up() {
    let server = Server::without_rate();
    let (mut anna, mut boris) = (server.group("anna"), server.login("boris"));
    anna.expect("(broadcast) General information: boris has joined the Chat");
    for text in ["LIST", "MENU", "HELP", "q", "TELL", "/tell anna hi", "//x", " spaced"] {
        tell(&mut anna);
        anna.send("boris");
        anna.expect_start(WHAT);
        anna.send(text);
        anna.expect(&format!("(private to boris) : {text}"));
        boris.expect(&format!("(private) anna : {text}"));
    }
    for blank in ["", "  "] {
        tell(&mut anna);
        anna.send("boris");
        anna.expect_start(WHAT);
        anna.send(blank);
        anna.expect("No message was sent");
    }
    anna.send("back where I was");
    anna.expect("(broadcast) anna: back where I was");
}

#[test]
fn a_slash_and_a_space_send_words_as_text() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    for (line, text) in [("//list", "/list"), (" LIST", " LIST"), ("list", "list"), ("QUIT smoking", "QUIT smoking")] {
        anna.send(line);
        anna.expect(&format!("(broadcast) anna: {text}"));
    }
}

#[test]
fn help_has_at_most_twelve_lines() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    anna.send("HELP");
    anna.send("marker");
    let help = anna.skip_to("(broadcast) anna: marker");
    assert!((5..=12).contains(&help.len()), "{help:#?}");
    for word in ["TELL", "LIST", "MENU", "HELP", "QUIT"] {
        assert!(help.iter().any(|line| line.starts_with(word)), "{word} is in {help:#?}");
    }
    anna.send("HELP DANCE");
    anna.expect_start("Not sent: there is no word DANCE");
}

#[test]
fn a_long_list_shows_two_hundred_names_and_counts_the_rest() {
    let server = Server::without_rate();
    let crowd: Vec<Peer> = (0..205).map(|i| server.login(&format!("user{i}x"))).collect();
    let mut anna = server.login("anna");
    anna.send("LIST");
    let list = anna.expect_start("Users in chatroom: ['user0x', 'user1x', ");
    assert!(list.ends_with("'user199x'] and 6 more; LIST ann shows those that begin so"), "{list}");
    anna.expect(QUESTION);
    anna.send("LIST user20");
    let names: Vec<String> = ["", "0", "1", "2", "3", "4"].iter().map(|n| format!("'user20{n}x'")).collect();
    anna.expect(&format!("Users in chatroom: [{}]", names.join(", ")));
    anna.expect(QUESTION);
    anna.send("1");
    anna.expect("Choose your user-chat");
    let numbered = anna.expect_start("1.user0x 2.user1x ");
    assert!(numbered.ends_with("200.user199x"), "{numbered}");
    anna.expect_start("and 5 more: answer with a nickname");
    anna.send("201");
    anna.expect_start("Not sent: no user has the number 201");
    anna.skip_to("Choose your user-chat");
    drop(crowd);
}
