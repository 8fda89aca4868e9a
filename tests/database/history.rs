//! What was said comes back: to whoever comes into the group, and to who asks; after a restart, exactly as it went in.

use std::time::{SystemTime, UNIX_EPOCH};

use chatroom::database::Settings;

use crate::support::{Folder, Peer, Program, QUESTION, Server};

const HOSTILE: &[&str] = &[
    "'; DROP TABLE messages; --",
    "\"quoted\" 'and' `so`",
    "?1 :text @text $1 %s {} {0} \\n \\",
    "🙂 👩‍👩‍👧 é ё 你好 \u{3000} \u{FEFF}",
    "two  spaces",
    "NULL",
    " HISTORY",
    "[2026-11-23 15:41:39] (broadcast) anna: forged",
];

#[test]
fn whoever_comes_into_the_group_sees_its_last_20_messages_and_no_private_ones() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    let _boris = server.login("boris");
    for number in 0..25 {
        anna.say("anna", &format!("message {number}"));
        anna.send("/tell boris between us");
    }
    let last: Vec<String> = (5..25).map(|number| format!("(broadcast) anna: message {number}")).collect();
    assert_eq!(server.group("vera").history(), last);
    drop((anna, server));
    let server = Server::start(&folder);
    assert_eq!(server.group("vera").history(), last, "after a restart too");
}

#[test]
fn the_flag_says_how_many_are_shown() {
    let folder = Folder::new();
    let enter = |program: &Program, nickname: &str| {
        let mut peer = Peer::connect(program.address);
        peer.send(nickname);
        peer.until(QUESTION);
        peer.send("2");
        peer.expect("You in group");
        peer
    };
    let mut program = Program::start(&folder.database(), &["--history", "2"], "warn");
    let mut anna = enter(&program, "anna");
    (0..5).for_each(|number| anna.say("anna", &format!("message {number}")));
    assert_eq!(enter(&program, "vera").history(), ["(broadcast) anna: message 3", "(broadcast) anna: message 4"]);
    program.kill();
    let program = Program::start(&folder.database(), &["--history", "0"], "warn");
    let mut vera = enter(&program, "vera");
    vera.say("vera", "nothing was shown before this");
    assert!(!vera.talk().iter().any(|line| line.contains("anna") || line.starts_with("History")));
    assert_eq!(vera.ask_history("HISTORY").len(), 6, "who asks is answered");
}

#[test]
fn the_history_and_what_is_heard_live_fit_without_a_gap_and_without_an_overlap() {
    let folder = Folder::new();
    let server = Server::with(&folder, Settings { history: 200, ..Settings::default() });
    let mut anna = server.group("anna");
    anna.say("anna", "message 0");
    let speaker = std::thread::Builder::new().spawn(move || {
        for number in 1..150 {
            anna.send(&format!("message {number}"));
        }
        anna.until("(broadcast) anna: message 149");
        anna
    });
    let speaker = speaker.expect("a thread can be started");
    let mut listeners: Vec<_> = (0..5).map(|number| server.group(&format!("boris{number}"))).collect();
    let _anna = speaker.join().expect("anna speaks");
    for listener in &mut listeners {
        let mut heard = listener.history();
        if heard.last().is_none_or(|last| last != "(broadcast) anna: message 149") {
            let live = listener.until("(broadcast) anna: message 149");
            heard.extend(live.into_iter().filter(|line| !line.contains("General information")));
            heard.push("(broadcast) anna: message 149".into());
        }
        let all: Vec<String> = (0..150).map(|number| format!("(broadcast) anna: message {number}")).collect();
        assert_eq!(heard, all);
    }
}

#[test]
fn history_shows_ones_own_private_messages_and_nobody_elses() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (mut anna, mut boris, mut vera) = (server.group("anna"), server.login("boris"), server.login("vera"));
    anna.say("anna", "hello all");
    anna.send("/tell boris a secret");
    anna.until("(private to boris) : a secret");
    boris.until("(private) anna : a secret");
    anna.send("/tell anna a note");
    anna.until("(private to anna) : a note");
    let all = "(broadcast) anna: hello all";
    assert_eq!(anna.ask_history("HISTORY"), [all, "(private to boris) : a secret", "(private to anna) : a note"]);
    assert_eq!(boris.ask_history("/history"), [all, "(private) anna : a secret"]);
    assert_eq!(vera.ask_history("HISTORY 200"), [all]);
    // Nobody has proven to be the boris of before.
    boris.quit();
    assert_eq!(server.login("boris").ask_history("HISTORY"), [all]);
}

#[test]
fn history_shows_so_many_as_are_asked_for_and_refuses_what_is_no_number() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    for number in 0..210 {
        anna.say("anna", &format!("message {number}"));
    }
    let last = |count: usize| (210 - count..210).map(|number| format!("(broadcast) anna: message {number}"));
    assert!(anna.ask_history("HISTORY").into_iter().eq(last(20)));
    assert!(anna.ask_history("HISTORY 3").into_iter().eq(last(3)));
    assert!(anna.ask_history("HISTORY 200").into_iter().eq(last(200)));
    for count in ["0", "201", "-1", "many", "99999999999999999999"] {
        anna.send(&format!("HISTORY {count}"));
        anna.until("Not sent: HISTORY takes a number of messages from 1 to 200; without one it shows 20");
    }
}

#[test]
fn what_was_said_a_moment_ago_is_in_the_answer() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    for number in 0..50 {
        anna.send(&format!("message {number}\nHISTORY 1"));
        assert_eq!(anna.history(), [format!("(broadcast) anna: message {number}")]);
    }
}

#[test]
fn a_large_answer_is_bounded_and_cuts_nobody_off() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    let long = "я".repeat(2000);
    for number in 0..150 {
        anna.say("anna", &format!("{number:03} {long}"));
    }
    let lines = anna.ask_history("HISTORY 200");
    assert!((60..70).contains(&lines.len()), "{} lines", lines.len());
    assert!(lines.last().is_some_and(|line| line.contains("149 ")));
    anna.say("anna", "still here");
    drop((anna, server));
    let server = Server::with(&folder, Settings { history: 200, ..Settings::default() });
    let mut boris = server.login("boris");
    boris.send("2\nMENU\n2");
    for _ in 0..2 {
        let lines = boris.history();
        assert!((60..70).contains(&lines.len()), "{} lines", lines.len());
        assert_eq!(lines.last().map(String::as_str), Some("(broadcast) anna: still here"));
    }
    boris.say("boris", "still here");
    assert!(boris.ask_history("HISTORY 2").last().is_some_and(|line| line.ends_with("still here")));
}

#[test]
fn hostile_texts_come_back_as_they_went_in() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    for text in HOSTILE {
        anna.say("anna", text);
    }
    let said: Vec<String> = HOSTILE.iter().map(|text| format!("(broadcast) anna: {text}")).collect();
    assert_eq!(anna.ask_history("HISTORY"), said);
    drop((anna, server));
    let server = Server::start(&folder);
    assert_eq!(server.group("boris").history(), said);
    let kept: Vec<String> = {
        let sql = folder.sql();
        let mut texts = sql.prepare("SELECT text FROM messages ORDER BY id").unwrap();
        texts.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(kept, HOSTILE);
}

#[test]
fn what_the_wire_refuses_never_comes_in() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    for text in ["esc \x1b[31m", "nul \0", "override \u{202E}"] {
        anna.send(text);
    }
    anna.send(&"x".repeat(4097));
    anna.say("anna", "clean");
    assert_eq!(anna.ask_history("HISTORY"), ["(broadcast) anna: clean"]);
    let mut hostile = crate::support::Peer::connect(server.address);
    for nickname in ["x'; DROP TABLE users; --", "\"", "bo\u{202E}ris", "HISTORY", ""] {
        hostile.send(nickname);
        hostile.until("Your nickname?");
    }
    assert_eq!(folder.number("SELECT count(*) FROM users"), 1);
}

#[test]
fn users_are_counted() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    anna.say("anna", "one");
    anna.quit();
    let mut anna = server.group("Anna");
    let _boris = server.login("boris");
    anna.say("Anna", "two");
    anna.send("/tell boris three");
    anna.until("(private to boris) : three");
    anna.ask_history("HISTORY");
    let user = "SELECT nickname || ' ' || joined || ' ' || messages FROM users WHERE name = 'anna'";
    let row: String = folder.sql().query_row(user, [], |row| row.get(0)).unwrap();
    assert_eq!(row, "Anna 2 3");
    assert_eq!(folder.number("SELECT count(*) FROM users WHERE first_seen > last_seen"), 0);
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let first = folder.number("SELECT min(first_seen) FROM users");
    assert!((now - 600_000..=now).contains(&first), "milliseconds since 1970: {first}");
}

#[test]
fn what_is_too_old_is_forgotten_and_the_welcome_says_how_long_it_is_kept() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    for number in 0..3000 {
        anna.send(&format!("message {number}"));
    }
    anna.until("(broadcast) anna: message 2999");
    drop((anna, server));
    folder.sql().execute("UPDATE messages SET time = time - 3 * 86400000 WHERE id <= 2990", []).unwrap();
    let server = Server::with(&folder, Settings { keep_days: Some(2), ..Settings::default() });
    let mut boris = crate::support::Peer::connect(server.address);
    boris.send("boris");
    let welcome = boris.until(QUESTION);
    assert!(welcome.iter().any(|line| line.contains("kept by the server for 2 days")), "{welcome:?}");
    // At the latest with the third batch: so much is forgotten with each.
    let heard = (0..10).map(|_| boris.ask_history("HISTORY 200").len()).last();
    assert_eq!(heard, Some(10));
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 10);
    boris.send("2");
    assert_eq!(boris.history().len(), 10);
}

const DAY: i64 = 86_400_000;

fn for_two_days() -> Settings {
    Settings { keep_days: Some(2), ..Settings::default() }
}

/// A file with so many messages, all of this moment.
fn with_messages(folder: &Folder, count: usize) {
    let server = Server::start(folder);
    let mut anna = server.group("anna");
    (0..count).for_each(|number| anna.send(&number.to_string()));
    anna.until(&format!("(broadcast) anna: {}", count - 1));
}

#[test]
fn a_message_is_forgotten_by_its_own_time_wherever_it_stands() {
    let folder = Folder::new();
    with_messages(&folder, 1500);
    // As of a clock that was wrong for a while: old ones stand behind a thousand young ones and between them.
    let older = format!("UPDATE messages SET time = time - 3 * {DAY} WHERE id > 1400 OR id % 100 = 7");
    folder.sql().execute_batch(&older).unwrap();
    let server = Server::with(&folder, for_two_days());
    server.login("boris").quit();
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 1400 - 14);
    assert_eq!(folder.number("SELECT count(*) FROM messages WHERE id > 1400 OR id % 100 = 7"), 0);
}

#[test]
fn a_clock_that_stands_far_ahead_has_nothing_forgotten_at_once() {
    let folder = Folder::new();
    with_messages(&folder, 10);
    // For the messages the clock of the next server stands years ahead.
    folder.sql().execute("UPDATE messages SET time = time - 1000 * ?1", [DAY]).unwrap();
    // And it stays so: what was said by it is no reason to believe it.
    for starts in 1..=3 {
        let mut program = Program::start(&folder.database(), &["--keep-days", "2"], "warn");
        let mut anna = Peer::connect(program.address);
        anna.send("anna\n2");
        anna.until("You in group");
        anna.say("anna", "new");
        anna.quit();
        let log = program.kill();
        assert_eq!(folder.number("SELECT count(*) FROM messages"), 10 + starts, "start {starts}");
        let says = "days ahead of the last time that the database knows; nothing is forgotten until it has gone evenly";
        assert!(starts > 1 || log.contains(says), "{log}");
    }
}

#[test]
fn a_clock_that_was_believed_a_week_ago_is_believed() {
    let folder = Folder::new();
    with_messages(&folder, 10);
    folder.sql().execute("UPDATE messages SET time = time - 1000 * ?1 WHERE id <= 9", [DAY]).unwrap();
    Server::with(&folder, for_two_days()).login("boris").quit();
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 1, "by the newest message it is right");
    folder.sql().execute("UPDATE messages SET time = time - 1000 * ?1", [DAY]).unwrap();
    folder.sql().execute("UPDATE clock SET believed = believed - 7 * ?1", [DAY]).unwrap();
    Server::with(&folder, for_two_days()).login("boris").quit();
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 0, "by what is remembered it is right");
}

#[test]
fn help_names_the_words() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.login("anna");
    anna.send("HELP");
    let help = anna.until(QUESTION);
    assert!(
        help.iter().any(|line| line.starts_with("HISTORY")) && help.iter().any(|line| line.starts_with("REGISTER"))
    );
}
