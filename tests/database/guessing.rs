//! Passwords can be guessed at slowly only, however many guess at once; and who guesses at one nickname keeps nobody else
//! out. What hashing and reading old messages cost falls on whoever wants it.

use std::time::{Duration, Instant};

use crate::support::{Folder, Peer, Program, QUESTION, Server};

const PASSWORD: &str = "correct horse";
const WRONG: &str = "Not sent: the password is wrong";

/// Registers some nicknames.
fn registered(program: &Program, nicknames: &[&str]) {
    for nickname in nicknames {
        let mut peer = Peer::connect(program.address);
        peer.send(&format!("{nickname}\nREGISTER\n{PASSWORD}\n{PASSWORD}"));
        peer.until(&format!("Registered: from now on the login asks for the password of {nickname}"));
        peer.quit();
    }
}

/// Somebody who guesses, and has not read an answer yet.
fn guesses(program: &Program, nickname: &str, count: usize) -> Peer {
    let mut guesser = Peer::connect(program.address);
    guesser.send(nickname);
    guesser.until("Password?");
    (0..count).for_each(|_| guesser.send("a wrong one"));
    guesser
}

/// Logs in, and says how long the password took.
fn logs_in(program: &Program, nickname: &str) -> Duration {
    let mut peer = Peer::connect(program.address);
    peer.send(nickname);
    peer.until("Password?");
    let begun = Instant::now();
    peer.send(PASSWORD);
    peer.expect("Successfully");
    begun.elapsed()
}

#[test]
fn guesses_whose_turn_would_come_too_late_lose_their_places_at_once() {
    let folder = Folder::new();
    let program = Program::start(&folder.database(), &["--login-timeout", "5"], "warn");
    registered(&program, &["anna"]);
    let mut first = guesses(&program, "anna", 3);
    first.until("The connection is closed: the password was wrong 3 times");
    // The first turn comes 2 seconds later, the next one 4 seconds after that.
    let many: Vec<Peer> = (0..10).map(|_| guesses(&program, "anna", 1)).collect();
    let too_many = "The connection is closed: too many wrong passwords from your address; try again later";
    let sent_away = many.into_iter().map(|mut guesser| guesser.line()).filter(|line| line.as_deref() == Some(too_many));
    assert!(sent_away.count() >= 7);
}

#[test]
fn first_guesses_that_come_at_once_are_not_all_free() {
    let folder = Folder::new();
    let program = Program::start(&folder.database(), &["--login-timeout", "5"], "warn");
    registered(&program, &["anna"]);
    let mut crowd: Vec<Peer> = (0..60).map(|_| guesses(&program, "anna", 1)).collect();
    // The last three may wait for their turns.
    let judged = crowd.iter_mut().take(57).filter_map(Peer::line).filter(|line| line == WRONG).count();
    // At 0, 0.5, 1.5, 3.5 and 7.5 seconds.
    assert!((1..=5).contains(&judged), "{judged} of 57 were judged in 5 seconds");
}

#[test]
fn who_guesses_at_one_nickname_keeps_nobody_out_of_another() {
    let folder = Folder::new();
    let program = Program::start(&folder.database(), &[], "warn");
    registered(&program, &["anna", "boris", "vera"]);
    let _crowd: Vec<Peer> = (0..40).map(|number| guesses(&program, ["anna", "vera"][number % 2], 3)).collect();
    for _ in 0..5 {
        let took = logs_in(&program, "boris");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn the_owner_gets_in_within_the_pause_of_the_nickname() {
    let folder = Folder::new();
    let program = Program::start(&folder.database(), &[], "warn");
    registered(&program, &["anna"]);
    guesses(&program, "anna", 3).until("The connection is closed: the password was wrong 3 times");
    // The pause is 2 seconds, then 4, 8, 16: these have to wait for the fourth.
    let _crowd: Vec<Peer> = (0..4).map(|_| guesses(&program, "anna", 1)).collect();
    let took = logs_in(&program, "anna");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn three_hundred_who_register_or_guess_leave_less_than_60_megabytes() {
    let folder = Folder::new();
    let program = Program::start(&folder.database(), &[], "error");
    let before = program.resident();
    let mut crowd: Vec<Peer> = (0..300).map(|_| Peer::connect(program.address)).collect();
    for (number, peer) in crowd.iter_mut().enumerate() {
        peer.send(&format!("user{number}x\nREGISTER\n{PASSWORD}\n{PASSWORD}"));
    }
    for (number, peer) in crowd.iter_mut().enumerate() {
        peer.until(&format!("Registered: from now on the login asks for the password of user{number}x"));
    }
    let registered = program.resident() - before;
    assert!(registered < 60_000, "{registered} kB more than at the start, after 300 have registered");
    crowd.into_iter().for_each(Peer::quit);
    let guessers: Vec<Peer> = (0..300).map(|number| guesses(&program, &format!("user{number}x"), 1)).collect();
    for mut guesser in guessers {
        guesser.expect(WRONG);
    }
    let guessed = program.resident() - before;
    assert!(guessed < 60_000, "{guessed} kB more than at the start, after 300 have guessed");
}

#[test]
fn a_stop_waits_for_nobody_who_waits_to_be_hashed() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut crowd: Vec<Peer> = (0..200).map(|number| server.login(&format!("user{number}x"))).collect();
    for peer in &mut crowd {
        peer.send(&format!("REGISTER\n{PASSWORD}\n{PASSWORD}"));
    }
    crowd.iter_mut().take(1).for_each(|peer| drop(peer.until("Password?")));
    let begun = Instant::now();
    drop(server); // joins its threads
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_long_history_costs_what_it_brings_and_no_login_waits_behind_it() {
    let folder = Folder::new();
    drop(Server::start(&folder));
    let sql = folder.sql();
    sql.execute("INSERT INTO users (id, name, nickname, first_seen, last_seen) VALUES (1, 'gleb', 'gleb', 1, 1)", [])
        .unwrap();
    for _ in 0..200 {
        sql.execute("INSERT INTO messages (time, sender, text) VALUES (1, 1, ?1)", ["long ".repeat(200)]).unwrap();
    }
    drop(sql);
    let server = Server::with_rate(&folder, 10);
    let mut anna = server.login("anna");
    anna.send(&format!("REGISTER\n{PASSWORD}\n{PASSWORD}"));
    anna.until("Registered: from now on the login asks for the password of anna");
    anna.quit();
    let mut crowd: Vec<Peer> = (0..100).map(|number| server.login(&format!("user{number}x"))).collect();
    for reader in &mut crowd {
        reader.send("HISTORY 200\nLIST");
    }
    let begun = Instant::now();
    let mut anna = Peer::connect(server.address);
    anna.send(&format!("anna\n{PASSWORD}"));
    anna.until(QUESTION);
    assert!(begun.elapsed() < Duration::from_secs(5), "a login took {:?}", begun.elapsed());
    let begun = Instant::now();
    let reader = &mut server.login("vera");
    assert_eq!(reader.ask_history("HISTORY 200").len(), 200);
    reader.send("LIST");
    while reader.line().is_some_and(|line| !line.starts_with("Users in chatroom: ")) {}
    // 200 lines of 1,040 bytes are 50 lines of the rate, of which not even 20 are free.
    assert!(begun.elapsed() > Duration::from_secs(2), "the next line waits for it: {:?}", begun.elapsed());
}
