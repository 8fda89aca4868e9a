//! With a database each server keeps the same order, under the engine's numbers.

use std::path::Path;

use chatroom::database::{self, Settings};
use rusqlite::Connection;

use crate::engine::Etcd;
use crate::people::{Guest, config};
use crate::support::{Peer, Server};

fn keeping(etcd: &Etcd, name: &str, file: &Path) -> Server {
    let kept = database::open(file, Settings::default()).expect("the database can be opened");
    let mut config = config(etcd, name);
    config.database = Some(kept);
    Server::with(config)
}

/// Number, sender, recipient and text of each message.
fn rows(file: &Path) -> Vec<(i64, String, Option<String>, String, i64)> {
    let file = Connection::open(file).expect("it can be opened");
    let sql =
        "SELECT chat.id, \"from\", \"to\", chat.text, time FROM chat JOIN messages ON messages.id = chat.id ORDER BY 1";
    let mut rows = file.prepare(sql).expect("it has the chat");
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    rows.query_map([], row).expect("it can be read").collect::<Result<_, _>>().expect("they are rows")
}

#[test]
fn two_databases_have_the_same_rows_and_one_that_was_away_catches_up() {
    let Some(etcd) = Etcd::start(1) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [first, second] = ["a.db", "b.db"].map(|name| folder.path().join(name));
    let a = keeping(&etcd, "a", &first);
    let b = keeping(&etcd, "b", &second);
    let mut anna = Guest::group(a.address, "anna");
    let mut boris = Guest::group(b.address, "boris");
    for round in 0..10 {
        anna.say(&format!("anna {round}"));
        boris.say(&format!("boris {round}"));
    }
    anna.send("/tell boris psst");
    anna.skip_to("(private to boris) : psst");
    boris.skip_to("(private) anna : psst");
    // Somebody who was here and is away: the message is kept by both, and shown by either.
    Guest::login(b.address, "vera").peer().send("QUIT");
    anna.skip_to("(broadcast) General information: vera has left the Chat");
    anna.send("/tell vera for later");
    anna.skip_to("Kept for vera, who is away: for later");
    // One of them is away for a while.
    drop(boris);
    drop(b);
    anna.skip_to("(broadcast) General information: boris has left the Chat");
    for round in 0..10 {
        anna.say(&format!("without boris {round}"));
    }
    let b = keeping(&etcd, "b", &second);
    let mut vera = Guest::login(b.address, "vera");
    vera.send("HISTORY 1");
    let answer = vera.skip_to("History ends");
    assert!(answer.iter().any(|line| line.ends_with("(broadcast) anna: without boris 9")), "{answer:?}");
    anna.say("the end");
    drop(anna);
    drop((a, b));
    let (rows_a, rows_b) = (rows(&first), rows(&second));
    assert_eq!(rows_a, rows_b);
    assert_eq!(rows_a.len(), 33);
    assert!(rows_a.iter().all(|(id, ..)| *id >= 1000), "a revision, and three digits");
}

#[test]
fn a_password_is_known_to_all_servers_and_takes_the_nickname_back_across_them() {
    let Some(etcd) = Etcd::start(1) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let a = keeping(&etcd, "a", &folder.path().join("a.db"));
    let b = keeping(&etcd, "b", &folder.path().join("b.db"));
    let mut anna = Guest::group(a.address, "anna");
    for line in ["REGISTER", "correct horse", "correct horse"] {
        anna.send(line);
    }
    anna.skip_to("Registered: from now on the login asks for the password of anna");
    // What is heard there is kept there, and so is what came before it.
    let mut boris = Guest::group(b.address, "boris");
    anna.say("hello");
    boris.skip_to("(broadcast) anna: hello");
    let mut elsewhere = Peer::connect(b.address);
    elsewhere.expect("Your nickname?");
    elsewhere.send("anna");
    elsewhere.expect_start("anna is registered");
    elsewhere.expect("Password?");
    elsewhere.send("not this one");
    elsewhere.expect_start("Not sent: the password is wrong");
    elsewhere.expect("Password?");
    elsewhere.send("correct horse");
    elsewhere.expect("Successfully");
    anna.expect("The connection is closed: this nickname was taken back by a login with its password");
    anna.expect("Disconnected");
}

#[test]
fn a_database_of_another_engine_is_refused() {
    let Some(etcd) = Etcd::start(1) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("a.db");
    drop(keeping(&etcd, "a", &file));
    let sql = "INSERT INTO users VALUES (1, 'anna', 'anna', 0, 0, 0, 0);
               INSERT INTO messages (id, time, sender, text) VALUES (999999999, 0, 1, 'hello')";
    Connection::open(&file).expect("it can be opened").execute_batch(sql).expect("it takes a row");
    let kept = database::open(&file, Settings::default()).expect("the database can be opened");
    let mut config = config(&etcd, "a");
    config.database = Some(kept);
    let error = Server::with(config).wait().expect_err("it does not fit");
    assert!(error.to_string().contains("was kept with another etcd"), "{error}");
}
