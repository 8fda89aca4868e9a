//! A private message to someone who is known and away is kept, and shown when they come next; it waits on until they have
//! written a line, so that a connection that breaks loses nothing in silence.

use crate::support::{Folder, Peer, Program, QUESTION, Server, without_time};

const AGAIN: &str = "You may have seen these: the connection broke before you wrote a line (times are UTC):";
const AWAY: &str = "While you were away (times are UTC):";

/// Boris was here, and anna has left him a line.
fn see_you_at_5(folder: &Folder) -> Server {
    let server = Server::start(folder);
    server.login("boris").quit();
    let mut anna = server.login("anna");
    anna.leave_for("boris", "see you at 5");
    server
}

/// Boris comes, and is let in. That he has left is told before his nickname is free again: so he may have to ask twice.
fn is_let_in(address: std::net::SocketAddr) -> Peer {
    let mut boris = Peer::connect(address);
    loop {
        boris.send("boris");
        match boris.line().as_deref() {
            Some("This nickname already used") => boris.until("Your nickname?"),
            answer => {
                assert_eq!(answer, Some("Successfully"));
                return boris;
            }
        };
    }
}

/// Boris comes, is shown what waited under this heading, and has not written a line yet.
fn comes(address: std::net::SocketAddr, heading: &str) -> Peer {
    let mut boris = is_let_in(address);
    boris.until(heading);
    let waited: Vec<String> = boris.until(QUESTION).iter().map(|line| without_time(line)).collect();
    assert_eq!(waited, ["(private) anna : see you at 5"]);
    boris
}

/// Nothing waits for boris any more.
fn has_it(server: &Server) {
    let boris = server.login("boris");
    assert!(!boris.talk().iter().any(|line| line.contains("see you at 5")), "only once: {:?}", boris.talk());
    boris.quit();
}

#[test]
fn a_message_to_one_who_is_away_waits_over_a_restart_and_is_delivered_once() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.login("boris").quit();
    let mut anna = server.group("anna");
    anna.send("/tell Boris see you at 5");
    anna.until("Kept for boris, who is away: see you at 5");
    anna.leave_for("boris", "or 6");
    drop((anna, server));

    let server = Server::start(&folder);
    let mut boris = Peer::connect(server.address);
    boris.send("boris");
    boris.until(AWAY);
    let waited: Vec<String> = boris.until(QUESTION).iter().map(|line| without_time(line)).collect();
    assert_eq!(waited, ["(private) anna : see you at 5", "(private) anna : or 6"]);
    assert_eq!(boris.ask_history("HISTORY"), [""; 0], "who has not proven to be boris has no past");
    assert_eq!(folder.number("SELECT count(*) FROM messages WHERE waits <> 0"), 0);
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
    for sender in ["anna", "gleb", "vera", "zoya"] {
        let mut sender = server.login(sender);
        for number in 0..5 {
            sender.leave_for("boris", &number.to_string());
        }
    }
    let mut lena = server.login("lena");
    lena.send("/tell boris one more");
    lena.until("Not delivered: boris is away, and 20 messages wait already");
    assert_eq!(folder.number("SELECT count(*) FROM messages WHERE waits = 1"), 20);
}

#[test]
fn one_sender_does_not_take_all_the_places() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.login("boris").quit();
    server.login("gleb").quit();
    let mut anna = server.login("anna");
    for number in 0..5 {
        anna.leave_for("boris", &number.to_string());
    }
    anna.send("/tell boris one more");
    anna.until("Not delivered: boris is away, and 5 messages of yours wait already");
    anna.leave_for("gleb", "another one has his own places");
    server.login("vera").leave_for("boris", "and others have theirs");
    server.login("boris").quit();
    anna.leave_for("boris", "what was read takes no place any more");
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
    anna.until("Not sent: nobody here is called gleb; choose somebody else, or MENU gives it up");
    anna.until("What is your message to BORIS? An empty line gives it up");
    anna.until("Kept for boris, who is away: see you at 5");
}

#[test]
fn for_a_registered_nickname_it_waits_for_who_knows_the_password() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut boris = server.login("boris");
    boris.send("REGISTER\ncorrect horse\ncorrect horse");
    boris.until("Registered: from now on the login asks for the password of boris");
    boris.quit();
    let mut anna = server.login("anna");
    anna.send("/tell boris see you at 5");
    anna.until("Kept for boris, who is away: see you at 5");
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna']");
    let mut boris = Peer::connect(server.address);
    boris.send("boris\ncorrect horse");
    boris.until(AWAY);
}

#[test]
fn what_a_killed_server_has_shown_is_shown_again_until_a_line_comes() {
    let folder = Folder::new();
    drop(see_you_at_5(&folder));
    let mut program = Program::start(&folder.database(), &[], "warn");
    let boris = comes(program.address, AWAY);
    program.kill();
    drop(boris);
    let mut program = Program::start(&folder.database(), &[], "warn");
    let mut boris = comes(program.address, AGAIN);
    boris.send("2");
    boris.until("You in group");
    boris.ask_history("HISTORY"); // its answer waits for the commit of what came before it
    program.kill();
    has_it(&Server::start(&folder));
}

#[test]
fn what_was_shown_on_a_connection_that_broke_is_shown_again() {
    let folder = Folder::new();
    let server = see_you_at_5(&folder);
    let mut vera = server.group("vera");
    for heading in [AWAY, AGAIN] {
        comes(server.address, heading).reset();
        vera.until("(broadcast) General information: boris has left the Chat");
    }
    let mut boris = comes(server.address, AGAIN);
    boris.send("");
    boris.until(QUESTION);
    boris.reset();
    vera.until("(broadcast) General information: boris has left the Chat");
    has_it(&server);
}

#[test]
fn a_reader_whose_connection_breaks_ten_times_on_the_way_in_has_it_in_the_end() {
    let folder = Folder::new();
    let server = see_you_at_5(&folder);
    let mut vera = server.group("vera");
    // At each of the seven lines from `Successfully` to the question.
    for lines in (0..7).cycle().take(10) {
        let mut boris = is_let_in(server.address);
        (0..lines).for_each(|_| drop(boris.line()));
        boris.reset();
        vera.until("(broadcast) General information: boris has left the Chat");
    }
    comes(server.address, AGAIN).quit();
    has_it(&server);
}

#[test]
fn a_script_that_writes_ahead_and_ends_in_order_has_it() {
    for script in ["boris\n2\nQUIT\n", "boris\n"] {
        let folder = Folder::new();
        let server = see_you_at_5(&folder);
        let mut boris = Peer::connect(server.address);
        boris.send_and_end(script);
        boris.until(AWAY);
        boris.until("Disconnected");
        has_it(&server);
    }
}
