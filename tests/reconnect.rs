//! A server that is lost comes back: with the nickname, the place, the draft, and what was typed meanwhile.
#![cfg(feature = "editor")]

mod pty;
mod support;

use std::io::Read;
use std::net::{Shutdown, TcpListener};
use std::time::{Duration, Instant};

use chatroom::protocol::{ALREADY_USED, QUESTION, TELL_WHO, WHILE_AWAY, tell_what};
use chatroom::server::Config;
use pty::Terminal;
use pty::played::{Played, enter_group, in_the_group};
use support::{Server, free_port};

#[test]
fn what_was_typed_meanwhile_goes_out_once_and_in_order() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("one\rtwo\ra dra");
    terminal.wait_for("a dra");
    let mut server = Played::accept(&listener);
    server.welcome();
    server.expect("one");
    server.expect("two");
    server.say("(broadcast) anna: one");
    server.say("(broadcast) anna: two");
    terminal.wait_for("anna: two");
    // The draft is kept, and goes on.
    terminal.type_in("ft\r");
    server.expect("a draft");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("QUIT\r");
    server.expect("QUIT");
    server.say("Disconnected");
    drop(server);
    assert_eq!(terminal.leave(), 0);
}

/// A server that stops waits until its clients have closed: one that keeps the old socket holds it up for a second.
#[test]
fn after_the_goodbye_the_old_connection_is_closed_at_once() {
    let listener = free_port();
    let (terminal, mut server) = in_the_group(&listener);
    drop(listener); // nothing to come back to
    server.say("Disconnected");
    server.client.shutdown(Shutdown::Write).expect("chat is still connected");
    let mut rest = Vec::new();
    server.client.read_to_end(&mut rest).expect("chat closes, though there is no other server");
    assert!(rest.is_empty(), "chat sent {rest:?} after the goodbye");
    terminal.wait_for("The server is gone");
}

#[test]
fn what_had_waited_is_shown_on_the_way_back() {
    let listener = free_port();
    let (terminal, server) = in_the_group(&listener);
    drop(server);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    let waited = ["[2026-11-23 15:41:39] (private) boris : 5 o'clock", "[2026-11-23 15:41:41] (private) boris : or 6"];
    for line in ["Successfully", "process", "Welcome back", WHILE_AWAY, waited[0], waited[1], QUESTION] {
        server.say(line);
    }
    server.expect("2");
    server.say("You in group");
    for shown in ["While you were away:", "] boris to you: 5 o'clock", "] boris to you: or 6", "The server is back"] {
        terminal.wait_for(shown);
    }
    assert!(!terminal.contents().contains("Welcome back"));
}

#[test]
fn a_line_without_its_receipt_is_told_and_not_sent_again() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("arrived\r");
    server.expect("arrived");
    server.say("(broadcast) anna: arrived");
    terminal.wait_for("anna: arrived");
    terminal.type_in("who knows\r");
    server.expect("who knows");
    drop(server);
    terminal.wait_for("Not known to have arrived: who knows");
    let mut server = Played::accept(&listener);
    server.welcome();
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("next\r");
    server.expect("next");
    assert!(!terminal.contents().contains("Not known to have arrived: arrived"));
}

#[test]
fn the_nickname_of_the_lost_session_is_asked_for_again() {
    let listener = free_port();
    let (terminal, server) = in_the_group(&listener);
    drop(server);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say(ALREADY_USED);
    server.say("anna is taken, or looks like a name that is; anna2 is free");
    server.say("Your nickname?");
    terminal.wait_for("anna is still taken");
    server.welcome();
    terminal.wait_for_draft("[anna in the group]");
}

#[test]
fn where_somebody_else_has_the_nickname_another_can_be_taken() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop(server);
    // The login takes too long: it is cut, and tried again.
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say(ALREADY_USED);
    server.say("Your nickname?");
    terminal.wait_for("anna is still taken");
    server.say("Disconnected");
    drop(server);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say(ALREADY_USED);
    server.say("Your nickname?");
    terminal.type_in("to all\r/nick anna2\r");
    // She may be asked once more before that has been typed.
    while server.line("anna2") != "anna2" {
        server.say(ALREADY_USED);
        server.say("Your nickname?");
    }
    for line in ["Successfully", QUESTION] {
        server.say(line);
    }
    server.expect("2");
    server.say("You in group");
    terminal.wait_for("2 in the group]"); // no room for all of it while this line is edited
    server.expect("to all");
    for once in ["The server is gone", "anna is still taken"] {
        let rows = terminal.history().into_iter().filter(|row| row.contains(once)).count();
        assert_eq!(rows, 1, "{once}: {}", terminal.contents());
    }
}

/// As where the database does not answer.
#[test]
#[ignore = "waits ten seconds; .ci/run runs it"]
fn a_login_that_is_not_possible_is_tried_again_in_peace() {
    let listener = free_port();
    let (terminal, server) = in_the_group(&listener);
    drop(server);
    let mut server = Played::accept(&listener);
    server.expect("anna");
    for _ in 0..2 {
        server.say("Not sent: the database does not answer; try again in a while");
        server.say("Your nickname?");
        let asked = Instant::now();
        server.expect("anna");
        assert!(asked.elapsed() > Duration::from_secs(4), "{:?}", asked.elapsed());
    }
    let rows = terminal.history().into_iter().filter(|row| row.contains("the database does not answer")).count();
    assert_eq!(rows, 1, "{}", terminal.contents());
}

/// From the group into the private chat with boris.
fn in_private(terminal: &mut Terminal, server: &mut Played) {
    terminal.type_in("MENU\r");
    server.expect("MENU");
    server.say(QUESTION);
    terminal.wait_for_draft("[anna]");
    terminal.type_in("1\rboris\r");
    server.expect("1");
    server.say("Choose your user-chat");
    server.say("1.boris");
    server.expect("boris");
    server.say("Successful");
    terminal.wait_for_draft("[anna to boris]");
}

/// Back, as far as the question.
fn asked(listener: &TcpListener) -> Played {
    let mut server = Played::accept(listener);
    server.expect("anna");
    for line in ["Successfully", "process", "Welcome", QUESTION] {
        server.say(line);
    }
    server
}

/// Somebody else may have the name by now.
#[test]
fn a_private_chat_is_never_opened_again_by_itself() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    in_private(&mut terminal, &mut server);
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("2\ra secret\r/tell vera another\r");
    let mut server = asked(&listener);
    for line in ["2", "a secret", "/tell vera another"] {
        terminal.wait_for(&format!("Not sent: {line}"));
    }
    terminal.wait_for("the arrow up brings it back");
    terminal.wait_for_draft("[anna]");
    // All of it, in order; but where one answer is asked for, it does not go out.
    terminal.type_in("\x1b[A");
    terminal.wait("what was handed back", |screen| {
        let draft = pty::draft(screen);
        draft.starts_with("[anna]") && draft.contains("2a secret/tell vera another")
    });
    terminal.type_in("\r");
    terminal.wait_for("Not sent: one answer is asked for");
    terminal.type_in("1\r");
    server.expect("1");
    server.say("Choose your user-chat");
    server.say("1.boris");
    terminal.type_in("boris\r");
    server.expect("boris");
    server.say("Successful");
    terminal.wait_for_draft("[anna to boris]");
    // The answers are the last lines of the history; what does not go out is before them.
    terminal.type_in("\x1b[A\x1b[A\x1b[A\r");
    for line in ["/tell boris 2", "/tell boris a secret", "/tell vera another"] {
        server.expect(line);
    }
}

/// A terminal without an editor: the same in words.
#[test]
fn the_plain_client_opens_no_private_chat_again_either() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna"], &[("TERM", "dumb")], 24, 80);
    let mut server = asked(&listener);
    terminal.wait_for(QUESTION);
    terminal.type_in("1\r");
    server.expect("1");
    server.say("Choose your user-chat");
    server.say("1.boris");
    terminal.wait_for("1.boris");
    terminal.type_in("boris\r");
    server.expect("boris");
    server.say("Successful");
    terminal.wait_for("Successful");
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("a secret\r");
    let mut server = asked(&listener);
    terminal.wait_for("Not sent: a secret");
    terminal.type_in("QUIT\r");
    server.expect("QUIT");
    server.say("Disconnected");
    drop(server);
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn what_was_typed_for_a_partner_who_had_left_already_is_given_back() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    in_private(&mut terminal, &mut server);
    server.say("boris has left; your next line goes to nobody, then you choose anew");
    terminal.wait_for("to nobody]");
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("a secret\r");
    let mut server = asked(&listener);
    terminal.wait_for("Not sent: a secret");
    terminal.type_in("\x1b[A");
    terminal.wait("what was handed back", |screen| {
        let draft = pty::draft(screen);
        draft.starts_with("[anna]") && draft.ends_with("a secret")
    });
    terminal.type_in("\x03QUIT\r");
    server.expect("QUIT");
}

#[test]
fn of_what_waits_only_what_is_for_the_group_goes_out() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("one\r/tell boris a secret\rtwo\rTELL\rboris\ranother secret\r");
    let mut server = Played::accept(&listener);
    server.welcome();
    // From TELL on it leads out of the group: so that is where we go, lest the next line is public.
    for line in ["one", "two", "MENU"] {
        server.expect(line);
    }
    server.say(QUESTION);
    for line in ["/tell boris a secret", "TELL", "boris", "another secret"] {
        terminal.wait_for(&format!("Not sent: {line}"));
    }
    terminal.type_in("QUIT\r");
    server.expect("QUIT");
}

/// The line was begun at TELL's question, and is finished in the group.
#[test]
fn a_line_that_was_begun_for_one_user_alone_does_not_become_public() {
    let listener = free_port();
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("TELL\rboris\r");
    server.expect("TELL");
    server.say(TELL_WHO);
    server.expect("boris");
    server.say(&tell_what("boris"));
    terminal.wait_for_draft("[anna to boris, once]");
    terminal.type_in("a sec");
    terminal.wait_for_draft("[anna to boris, once] a sec");
    drop(server);
    let mut server = Played::accept(&listener);
    server.welcome();
    terminal.wait_for("The server is back");
    terminal.type_in("ret\r");
    terminal.wait_for("Not sent: you began this line for one user alone");
    terminal.type_in("to all\r");
    server.expect("to all");
}

#[test]
fn what_was_typed_for_one_user_does_not_become_an_answer_or_public() {
    let listener = free_port();
    // A question of TELL's was open: the next line was for boris alone.
    let (mut terminal, mut server) = in_the_group(&listener);
    terminal.type_in("TELL\rboris\r");
    server.expect("TELL");
    server.say("Who will get your message?");
    server.expect("boris");
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("a secret\r");
    let mut server = Played::accept(&listener);
    server.welcome();
    terminal.wait_for("Not sent: a secret");
    terminal.type_in("to all\r");
    server.expect("to all");
}

#[test]
fn a_password_is_asked_of_the_user_and_what_waited_does_not_become_one() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop(server);
    terminal.wait_for("The server is gone");
    terminal.type_in("to all\r");
    let mut server = Played::accept(&listener);
    server.expect("anna");
    server.say("Password?");
    terminal.wait_for("Not sent: to all");
    terminal.type_in("correct horse\r");
    server.expect("correct horse");
}

#[test]
fn one_can_leave_while_the_server_is_away() {
    let listener = free_port();
    let (mut terminal, server) = in_the_group(&listener);
    drop((listener, server));
    terminal.wait_for("[anna away");
    terminal.type_in("\x04");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn a_lost_server_is_the_end_where_that_is_wanted() {
    let listener = free_port();
    let port = listener.local_addr().expect("its address").port().to_string();
    let mut terminal = Terminal::start(&["--port", &port, "--nickname", "anna", "--no-reconnect"], &[], 24, 80);
    let mut server = Played::accept(&listener);
    terminal.type_in("2\r");
    server.welcome();
    terminal.wait_for("You in group");
    drop(server);
    assert_eq!(terminal.leave(), 1);
    terminal.wait_for("chat: the connection to the server is lost");
}

/// Of two servers that were named the second takes over, and then the first again, whichever way they are named.
#[test]
fn where_several_servers_are_named_a_lost_one_is_followed_by_the_next() {
    for repeated in [false, true] {
        let listeners = [free_port(), free_port()];
        let addresses = listeners.each_ref().map(|listener| listener.local_addr().expect("its address").to_string());
        let together = addresses.join(",");
        let flags = if repeated { vec!["-i", &addresses[0], "-i", &addresses[1]] } else { vec!["-i", &together] };
        let mut terminal = Terminal::start(&[&flags[..], &["-n", "anna"]].concat(), &[], 24, 80);
        let first = enter_group(&mut terminal, &listeners[0]);
        drop(first);
        let mut second = Played::accept(&listeners[1]);
        second.welcome();
        terminal.wait_for_draft("[anna in the group]");
        drop(second);
        let mut first = Played::accept(&listeners[0]);
        first.welcome();
        terminal.wait_for_draft("[anna in the group]");
    }
}

/// On an address of its own, where nobody else takes the port meanwhile.
#[test]
#[cfg(target_os = "linux")]
fn a_server_that_is_started_again_has_everyone_back() {
    let host = format!("127.{}.{}.1", 1 + std::process::id() % 200, std::process::id() / 200 % 250);
    let listener = TcpListener::bind((host.as_str(), 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let server = Server::on(listener, Config::default());
    let port = address.port().to_string();
    let mut terminal = Terminal::start(&["--ip-address", &host, "--port", &port], &[], 24, 80);
    terminal.enter();
    drop(server);
    terminal.wait_for("[anna away");
    terminal.type_in("are you back?\r");
    let server = Server::on(TcpListener::bind(address).expect("the same port"), Config::default());
    let started = Instant::now();
    terminal.wait_for("anna: are you back?");
    terminal.wait_for_draft("[anna in the group]");
    // Tried after 1 s, then after 2 more.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let mut boris = server.group("boris");
    boris.send("LIST");
    boris.skip_to("Users in chatroom: ['anna', 'boris']");
    let shown = terminal.history().into_iter().filter(|row| row.contains("anna: are you back?")).count();
    assert_eq!(shown, 1, "it arrived once:\n{}", terminal.contents());
}
