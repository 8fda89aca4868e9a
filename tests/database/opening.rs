//! The file is taken whole or refused with one clear line, and is not changed by that.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;

use chatroom::database::{self, Settings};
use rusqlite::Connection;

use crate::support::{Folder, Peer, QUESTION, Server, program, run};

/// Opens the file; it must be refused, with one line that says why, and the folder left as it was.
fn refused(database: &Path, why: &str) {
    // A look into a database in WAL mode may leave its two helpers there, which hold nothing.
    let files = || {
        let entries = fs::read_dir(database.parent().unwrap()).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
        names.sort();
        names
    };
    let (bytes, before) = (fs::read(database).ok(), files());
    let error = database::open(database, Settings::default()).expect_err("it is refused").to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.starts_with("cannot keep the chat in ") && error.contains(why), "{error}");
    assert_eq!(files(), before, "nothing is put beside it");
    assert!(fs::read(database).ok() == bytes, "nothing has changed");
}

#[test]
fn a_new_file_is_its_owners_alone() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.group("anna").say("anna", "hello");
    for file in ["chat.db", "chat.db-wal", "chat.db-shm", "chat.db-lock"] {
        let mode = fs::metadata(folder.path(file)).expect(file).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    drop(server);
    assert!(!folder.path("chat.db-wal").exists(), "an orderly end leaves all of the chat in the one file");
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 1);
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = Folder::new();
    fs::write(folder.database(), "my notes, which are longer than a header ".repeat(100)).unwrap();
    refused(&folder.database(), "it is no database");
}

#[test]
fn a_folder_and_a_file_nowhere_are_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.database()).unwrap();
    refused(&folder.database(), "it is a folder");
    refused(&folder.path("nowhere/chat.db"), "No such file");
}

#[test]
fn what_is_wrong_is_told_in_russian_too() {
    let folder = Folder::new();
    fs::create_dir(folder.path("folder")).unwrap();
    fs::write(folder.path("notes"), "my notes, which are longer than a header ".repeat(100)).unwrap();
    for (command, file, told) in [
        (&[][..], "folder", "не удаётся хранить чат в FILE: это папка"),
        (&[], "notes", "не удаётся хранить чат в FILE: это не база данных; выберите другой файл: --database"),
        (&["history"], "folder", "не удаётся прочитать чат в FILE: это папка"),
        (&["account", "reset", "anna"], "folder", "не удаётся изменить учётные записи в FILE: это папка"),
    ] {
        let path = folder.path(file);
        let mut russian = program();
        russian.env("LC_ALL", "ru_RU.UTF-8").args(command).arg("--database").arg(&path);
        let output = russian.output().expect("the program runs");
        let told = format!("chat-server: {}\n", told.replace("FILE", &path.display().to_string()));
        assert_eq!(String::from_utf8_lossy(&output.stderr), told);
    }
}

#[test]
fn what_is_no_file_is_not_read_and_nobody_waits_for_it() {
    for (name, why) in [("folder", "it is a folder"), ("pipe", "it is no file")] {
        let folder = Folder::new();
        match name {
            "folder" => fs::create_dir(folder.database()).unwrap(),
            _ => assert!(Command::new("mkfifo").arg(folder.database()).status().unwrap().success()),
        }
        for command in [&["history"][..], &["users"], &["account", "reset", "anna"], &["account", "delete", "anna"]] {
            let (status, _, stderr) = run(command, &folder.database());
            assert!(status == Some(1) && stderr.trim_end().ends_with(why), "{command:?} of a {name}: {stderr}");
        }
    }
}

#[test]
fn another_programs_database_is_refused() {
    let folder = Folder::new();
    folder.sql().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    refused(&folder.database(), "another program's database");
    folder.sql().execute_batch("PRAGMA application_id = 7; PRAGMA user_version = 1").unwrap();
    refused(&folder.database(), "another program's database");
}

#[test]
fn a_newer_database_is_refused() {
    let folder = Folder::new();
    drop(Server::start(&folder));
    folder.sql().pragma_update(None, "user_version", 1000).unwrap();
    refused(&folder.database(), "it is of version 1000");
}

#[test]
fn a_damaged_database_is_refused() {
    let folder = Folder::new();
    drop(Server::start(&folder));
    let mut bytes = fs::read(folder.database()).unwrap();
    bytes.get_mut(100..4096).expect("a page").fill(0xA5);
    fs::write(folder.database(), &bytes).unwrap();
    refused(&folder.database(), "it is damaged");
}

#[test]
fn a_locked_database_is_refused() {
    let folder = Folder::new();
    drop(Server::start(&folder));
    let other = folder.sql();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE users SET joined = 0; COMMIT")
        .unwrap();
    refused(&folder.database(), "another program has locked it");
}

#[test]
fn a_second_server_is_refused_and_the_first_chats_on() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.group("anna");
    refused(&folder.database(), "another chat-server keeps its chat there");
    let (status, stdout, stderr) = run(&["-p", "0"], &folder.database());
    assert_eq!((status, stdout.as_str(), stderr.lines().count()), (Some(1), "", 1), "{stderr}");
    assert!(stderr.contains("another chat-server keeps its chat there"), "{stderr}");
    anna.say("anna", "still here");
    let link = folder.path("also-chat.db");
    std::os::unix::fs::symlink(folder.database(), &link).unwrap();
    refused(&link, "another chat-server");
    anna.quit();
    drop(server);
    drop(Server::start(&folder));
}

#[test]
fn a_file_with_two_names_is_refused_under_both() {
    let folder = Folder::new();
    let link = folder.path("also-chat.db");
    let server = Server::start(&folder);
    fs::hard_link(folder.database(), &link).unwrap();
    refused(&link, "it has other names too (hard links)");
    server.group("anna").say("anna", "kept");
    drop(server);
    refused(&folder.database(), "it has other names too (hard links)");
    fs::remove_file(&link).unwrap();
    assert_eq!(Server::start(&folder).group("boris").history(), ["(broadcast) anna: kept"]);
}

#[test]
fn of_many_that_start_at_once_one_has_the_file_and_the_others_leave_it_alone() {
    for _ in 0..20 {
        let folder = Folder::new();
        let path = folder.database();
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                let start = move || database::open(&path, Settings::default());
                thread::Builder::new().spawn(start).expect("a thread can be started")
            })
            .collect();
        // All are kept to the end: a file that is let go of could be taken by the next.
        let opened: Vec<_> = starts.into_iter().map(|start| start.join().expect("it does not panic")).collect();
        assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 1, "{opened:?}");
        for error in opened.iter().filter_map(|opened| opened.as_ref().err()) {
            // The second where the first was slow to make the file.
            let told = ["another chat-server keeps its chat there", "another program has locked it"];
            assert!(told.iter().any(|told| error.to_string().contains(told)), "{error}");
        }
    }
}

#[test]
fn a_second_server_makes_no_file_where_the_firsts_was_removed() {
    let folder = Folder::new();
    let _server = Server::start(&folder);
    fs::remove_file(folder.database()).unwrap();
    refused(&folder.database(), "another chat-server keeps its chat there");
    assert!(!folder.database().exists());
}

#[test]
fn an_older_database_is_brought_up_to_date_and_keeps_its_chat() {
    let folder = Folder::new();
    let older: Connection = folder.sql();
    older.execute_batch(include_str!("../../src/database/migrations/1.sql")).unwrap();
    older
        .execute_batch(
            "PRAGMA application_id = 1667785076; PRAGMA user_version = 1;
             INSERT INTO users VALUES (1, 'anna', 'anna', 1, 1, 1, 1);
             INSERT INTO messages VALUES (1, 1000000000000, 1, NULL, 'from long ago', 0)",
        )
        .unwrap();
    drop(older);
    let (status, _, stderr) = run(&["history"], &folder.database());
    assert_eq!(status, Some(1), "it is not read half");
    assert!(stderr.contains("older version"), "{stderr}");
    let server = Server::start(&folder);
    assert_eq!(server.group("boris").history(), ["(broadcast) anna: from long ago"]);
    assert_eq!(folder.number("PRAGMA user_version"), 8);
    assert_eq!(folder.number("SELECT count(*) FROM accounts"), 0);
}

#[test]
fn an_account_of_an_older_database_has_the_private_messages_since_its_registration() {
    let elsewhere = Folder::new();
    let server = Server::start(&elsewhere);
    let mut anna = server.login("anna");
    anna.send("REGISTER\ncorrect horse\ncorrect horse");
    anna.until("Registered: from now on the login asks for the password of anna");
    let hash: String = elsewhere.sql().query_row("SELECT password FROM accounts", [], |row| row.get(0)).unwrap();
    let folder = Folder::new();
    let older = folder.sql();
    older.execute_batch(include_str!("../../src/database/migrations/1.sql")).unwrap();
    older.execute_batch(include_str!("../../src/database/migrations/2.sql")).unwrap();
    older.execute_batch(include_str!("../../src/database/migrations/3.sql")).unwrap();
    older
        .execute_batch(
            "PRAGMA application_id = 1667785076; PRAGMA user_version = 3;
             INSERT INTO users VALUES (1, 'anna', 'anna', 1, 1, 1, 1), (2, 'boris', 'boris', 1, 1, 1, 1);
             INSERT INTO messages VALUES (1, 1000, 2, 1, 'to the one before', 0), (2, 1001, 2, 1, 'to anna', 0)",
        )
        .unwrap();
    older.execute("INSERT INTO accounts VALUES ('anna', 1, ?1, 1000)", [hash]).unwrap();
    drop(older);
    let server = Server::start(&folder);
    let mut anna = Peer::connect(server.address);
    anna.send("anna\ncorrect horse");
    anna.until(QUESTION);
    assert_eq!(anna.ask_history("HISTORY"), ["(private) boris : to anna"]);
}
