//! `chat-server history` and `chat-server users` print what is kept, also while the server runs; the flags of the plain
//! `chat-server` are what they were.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::support::{Folder, Server, run, without_time};

/// What JSON says, by SQLite's own reading of it.
fn json(text: &str, path: &str) -> String {
    let sql = Connection::open_in_memory().unwrap();
    sql.query_row("SELECT CAST(json_extract(?1, ?2) AS TEXT)", [text, path], |row| row.get(0)).expect(text)
}

fn a_chat(folder: &Folder) -> Server {
    let server = Server::start(folder);
    let (mut anna, mut boris) = (server.group("anna"), server.group("boris"));
    anna.say("anna", "say \"hello\" \\ 'all'  🙂");
    boris.say("boris", "hello");
    anna.send("/tell boris a secret");
    anna.until("(private to boris) : a secret");
    server
}

#[test]
fn history_is_printed_as_text() {
    let folder = Folder::new();
    let _server = a_chat(&folder);
    let print = |more: &[&str]| {
        let (status, out, error) = run(&[&["history"], more].concat(), &folder.database());
        assert_eq!((status, error.as_str()), (Some(0), ""));
        out.lines().map(without_time).collect::<Vec<_>>()
    };
    let [hello_all, hello, secret] = [
        "(broadcast) anna: say \"hello\" \\ 'all'  🙂",
        "(broadcast) boris: hello",
        "(private) anna to boris : a secret",
    ];
    assert_eq!(print(&[]), [hello_all, hello, secret]);
    assert_eq!(print(&["--with", "BORIS"]), [hello, secret]);
    assert_eq!(print(&["--with", "vera"]), [""; 0]);
    assert_eq!(print(&["--since", "2020-01-01"]).len(), 3);
    assert_eq!(print(&["--since", "2999-12-31 23:59"]).len(), 0);
}

#[test]
fn history_and_users_are_printed_as_json() {
    let folder = Folder::new();
    drop(a_chat(&folder));
    let (status, out, _) = run(&["history", "--format", "json"], &folder.database());
    assert_eq!(status, Some(0));
    assert_eq!(json(&out, "$[0].text"), "say \"hello\" \\ 'all'  🙂");
    assert_eq!(json(&out, "$[2].to"), "boris");
    assert_eq!(json(&out, "$[2].from"), "anna");
    let (status, out, _) = run(&["users", "--format", "json"], &folder.database());
    assert_eq!(status, Some(0));
    assert_eq!([json(&out, "$[0].nickname"), json(&out, "$[0].messages")], ["anna", "2"]);
    let (_, out, _) = run(&["users"], &folder.database());
    assert!(out.starts_with("anna: first seen ") && out.lines().count() == 2, "{out}");
}

#[test]
fn what_cannot_be_read_is_said_in_one_line() {
    let folder = Folder::new();
    let (status, _, error) = run(&["history"], &folder.database());
    assert_eq!((status, error.lines().count()), (Some(1), 1), "{error}");
    assert!(error.contains("it cannot be opened; is it there"), "{error}");
    assert!(!folder.database().exists(), "nothing is created");
    fs::write(folder.database(), "my notes").unwrap();
    let (status, _, error) = run(&["users"], &folder.database());
    assert_eq!((status, error.lines().count()), (Some(1), 1), "{error}");
    let (status, _, error) = run(&["history", "--since", "yesterday"], &folder.database());
    assert_eq!(status, Some(2));
    assert!(error.contains("it is a date such as"), "{error}");
    let (status, _, _) = run(&["--history", "201"], &folder.database());
    assert_eq!(status, Some(2));
}

#[test]
fn a_reader_that_stops_does_not_keep_the_journal_from_being_emptied() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    let text = "x".repeat(200);
    for number in 0..3000 {
        anna.send(&format!("{number} {text}"));
    }
    anna.until(&format!("(broadcast) anna: 2999 {text}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["history", "--database"]).arg(folder.database()).stdout(Stdio::piped());
    let mut history = command.spawn().expect("the program starts");
    let mut printed = BufReader::new(history.stdout.take().expect("it has a stdout"));
    let mut first = Vec::new();
    printed.read_until(b'\n', &mut first).unwrap();
    // It prints on until the pipe is full, long before the end.
    anna.say("anna", "the last one");
    let sql = folder.sql();
    let busy: i64 = sql.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0, "nobody reads any more");
    let mut rest = String::new();
    printed.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.matches("(broadcast) anna: ").count(), 3000);
    assert!(history.wait().unwrap().success());
}

#[test]
fn what_was_written_into_the_file_by_others_drives_no_terminal() {
    let folder = Folder::new();
    drop(a_chat(&folder));
    let tampered = Connection::open(folder.database()).unwrap();
    for sql in [
        "UPDATE messages SET text = text || char(27) || ']0;owned' || char(7) || char(155) || '2J' || char(8238) || char(10) || 'x'",
        "UPDATE users SET nickname = nickname || char(27) || '[2J'",
    ] {
        tampered.execute(sql, []).unwrap();
    }
    for asked in [&["history"][..], &["users"], &["history", "--format", "json"], &["users", "--format", "json"]] {
        let (status, out, _) = run(asked, &folder.database());
        assert_eq!(status, Some(0));
        let drives = |c: char| (c.is_control() && c != '\n') || c == '\u{202E}';
        assert!(!out.contains(drives), "{asked:?}: {out:?}");
    }
}
