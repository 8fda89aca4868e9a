//! Two servers, one chat: what people see of it when all is well.

use std::net::SocketAddr;

use chatroom::cluster;

use crate::engine::Etcd;
use crate::people::{Guest, server};
use crate::support::Peer;

#[test]
fn two_servers_are_one_chat() {
    let Some(etcd) = Etcd::start(1) else { return };
    let (a, b) = (server(&etcd, "a"), server(&etcd, "b"));
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    anna.send("hello");
    for guest in [&mut anna, &mut boris] {
        guest.expect("(broadcast) anna: hello");
    }
    boris.send("hello, anna");
    for guest in [&mut anna, &mut boris] {
        guest.expect("(broadcast) boris: hello, anna");
    }
    boris.send("/tell anna only you");
    boris.expect("(private to anna) : only you");
    anna.expect("(private) boris : only you");
    for guest in [&mut anna, &mut boris] {
        guest.send("LIST");
        guest.expect("Users in chatroom: ['anna', 'boris']");
    }
    // A name that another server may be asked for is not held for who has gone.
    anna.send("/resume");
    anna.expect("Not sent: /resume: no session can be resumed among several servers");
    a_private_chat_across(a.address, &mut boris);
    anna.skip_to("(broadcast) General information: vera has left the Chat");
    names_are_one_set(a.address, b.address, &mut anna, &mut boris);

    // A clean stop frees the names at once, and says nothing twice.
    drop(a);
    assert_eq!(boris.skip_to("(broadcast) General information: anna has left the Chat"), Vec::<String>::new());
    Guest::login(b.address, "anna");
    boris.expect("(broadcast) General information: anna has joined the Chat");
}

/// Whom it opens with is told on the other server, and that one of them has left.
fn a_private_chat_across(address: SocketAddr, boris: &mut Guest) {
    let mut vera = Guest::login(address, "vera");
    boris.expect("(broadcast) General information: vera has joined the Chat");
    vera.send("1");
    vera.expect("Choose your user-chat");
    vera.expect("1.anna 2.boris");
    vera.send("2");
    vera.expect("Successful");
    boris.expect("vera writes to you alone; answer with /tell vera and your text");
    vera.send("psst");
    vera.expect("(private to boris) : psst");
    boris.expect("(private) vera : psst");
    boris.send("TELL");
    boris.expect("Users in chatroom: ['anna', 'boris', 'vera']");
    boris.expect_start("Who will get your message?");
    boris.send("Vera");
    boris.expect_start("What is your message to Vera?");
    boris.send("what is it?");
    boris.expect("(private to vera) : what is it?");
    vera.expect("(private) boris : what is it?");
    vera.send("QUIT");
    vera.expect("Disconnected");
    boris.expect("(broadcast) General information: vera has left the Chat");
    boris.expect("vera, who wrote to you alone, has left");
    boris.send("/tell vera still there?");
    boris.expect_start("Not delivered: ");
}

/// A name that is taken there is taken here, and so is one that looks like it.
fn names_are_one_set(a: SocketAddr, b: SocketAddr, anna: &mut Guest, boris: &mut Guest) {
    for (address, name) in [(b, "Anna"), (a, "boris"), (a, "ВОRIS"), (a, "воris")] {
        let mut peer = Peer::connect(address);
        peer.expect("Your nickname?");
        peer.send(name);
        // Two alphabets in one name are refused before anybody is asked.
        let answer = peer.line();
        assert!(answer == "This nickname already used" || answer.starts_with("Not sent"), "{name}: {answer}");
    }
    // Who never got a name is nobody who came or left.
    assert_eq!(anna.say("who came?"), Vec::<String>::new());
    boris.skip_to("(broadcast) anna: who came?");
}

#[test]
fn who_comes_later_finds_everyone_and_a_partner_who_left_is_nobody() {
    let Some(etcd) = Etcd::start(1) else { return };
    let a = server(&etcd, "a");
    let mut anna = Guest::login(a.address, "anna");
    let mut boris = Guest::group(a.address, "boris");
    // This server starts when the others have long been talking.
    let b = server(&etcd, "b");
    let mut vera = Guest::group(b.address, "vera");
    vera.send("LIST");
    vera.expect("Users in chatroom: ['anna', 'boris', 'vera']");
    // What is heard there comes after her join.
    vera.say("hello");
    boris.skip_to("(broadcast) vera: hello");
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris 2.vera");
    anna.send("vera");
    anna.expect("Successful");
    vera.expect_start("anna writes to you alone");
    vera.send("QUIT");
    vera.expect("Disconnected");
    anna.expect("vera has left; your next line goes to nobody, then you choose anew");
    // Who takes her name is not whom anna talked to.
    let mut other = Guest::group(a.address, "vera");
    anna.send("our secret");
    anna.expect("Not delivered: vera has left");
    assert_eq!(other.say("hello"), Vec::<String>::new());
}

#[test]
fn without_an_engine_no_server_starts() {
    let nobody = crate::support::free_port().local_addr().unwrap().to_string();
    let error = cluster::engine(std::slice::from_ref(&nobody), "a").expect_err("nobody listens there");
    assert!(error.to_string().contains(&format!("no etcd answers at {nobody}")), "{error}");
}
