//! A private message to someone who is known and away is kept, and handed over when they come next.

use crate::support::{Folder, QUESTION, Server, without_time};

#[test]
fn a_message_to_one_who_is_away_waits_over_a_restart_and_is_delivered_once() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.login("boris").quit();
    let mut anna = server.group("anna");
    anna.send("/tell Boris see you at 5");
    anna.until("Kept for boris, who is away: see you at 5");
    anna.send("/tell boris or 6");
    anna.until("Kept for boris, who is away: or 6");
    drop((anna, server));

    let server = Server::start(&folder);
    let mut boris = crate::support::Peer::connect(server.address);
    boris.send("boris");
    boris.until("While you were away (times are UTC):");
    let waited: Vec<String> = boris.until(QUESTION).iter().map(|line| without_time(line)).collect();
    assert_eq!(waited, ["(private) anna : see you at 5", "(private) anna : or 6"]);
    assert_eq!(folder.number("SELECT count(*) FROM messages WHERE waits = 1"), 0);
    boris.quit();
    let mut boris = server.login("boris");
    assert!(!boris.talk().iter().any(|line| line.contains("see you at 5")), "only once: {:?}", boris.talk());
    boris.send("2");
    boris.expect("You in group");
    boris.say("boris", "private messages are in nobody's history");
    assert_eq!(server.group("vera").history(), ["(broadcast) boris: private messages are in nobody's history"]);
}

#[test]
fn twenty_wait_and_no_more() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.login("boris").quit();
    let mut anna = server.login("anna");
    for number in 0..20 {
        anna.send(&format!("/tell boris {number}"));
        anna.until(&format!("Kept for boris, who is away: {number}"));
    }
    anna.send("/tell boris one more");
    anna.until("Not delivered: boris is away, and 20 messages wait already");
    assert_eq!(folder.number("SELECT count(*) FROM messages WHERE waits = 1"), 20);
}

#[test]
fn nothing_waits_for_one_who_was_never_here() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.login("anna");
    for nobody in ["boris", "'; DROP TABLE users; --"] {
        anna.send(&format!("/tell:{nobody}:hello"));
        anna.until(&format!("Not delivered: nobody here is called {nobody}; LIST shows who is here"));
    }
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 0);
}

#[test]
fn tell_asks_what_for_one_who_is_away_and_not_for_one_who_was_never_here() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.login("boris").quit();
    let mut anna = server.group("anna");
    anna.send("TELL\ngleb\nBORIS\nsee you at 5");
    anna.until("Not sent: nobody here is called gleb; choose somebody else");
    anna.until("What is your message to BORIS? An empty line gives it up");
    anna.until("Kept for boris, who is away: see you at 5");
}
