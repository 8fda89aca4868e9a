//! Names that count as one today and did not when the file was made, and texts that were kept before tabs became spaces.

use crate::support::{Folder, Peer, Program, QUESTION, Server};

fn register(server: &Server, nickname: &str, password: &str) {
    let mut peer = server.login(nickname);
    peer.send(&format!("REGISTER\n{password}\n{password}"));
    peer.until(&format!("Registered: from now on the login asks for the password of {nickname}"));
    peer.quit();
}

/// Whether this password lets `nickname` in; then it leaves again.
fn lets_in(server: &Server, nickname: &str, password: &str) -> bool {
    let mut peer = Peer::connect(server.address);
    peer.send(nickname);
    peer.until("Password?");
    peer.send(password);
    loop {
        match peer.line().as_deref() {
            Some("Successfully") => break,
            Some("Not sent: the password is wrong") => return false,
            Some(_) => {}
            None => panic!("neither yes nor no: {:?}", peer.talk()),
        }
    }
    peer.until(QUESTION);
    peer.quit();
    true
}

/// A file as an older version made it: `anna` and `anna_`, `marta` and `rnarta` were two nicknames each.
fn older() -> Folder {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for (nickname, password) in
        [("anna", "of anna x"), ("boris", "of anna_ x"), ("gleb", "of marta x"), ("vera", "of rnarta x")]
    {
        register(&server, nickname, password);
    }
    drop(server);
    let sql = folder.sql();
    for (now, then) in [("boris", "anna_"), ("gleb", "marta"), ("vera", "rnarta")] {
        sql.execute("UPDATE accounts SET key = ?2 WHERE user = (SELECT id FROM users WHERE name = ?1)", [now, then])
            .unwrap();
        sql.execute("UPDATE users SET name = ?2, nickname = ?2 WHERE name = ?1", [now, then]).unwrap();
    }
    folder
}

#[test]
fn two_accounts_that_count_as_one_today_go_on_each_with_its_password() {
    let folder = older();
    for _ in 0..2 {
        let server = Server::start(&folder);
        for name in ["anna", "anna_", "marta", "rnarta"] {
            for owner in ["anna", "anna_", "marta", "rnarta"] {
                let password = format!("of {owner} x");
                if name == owner {
                    assert!(lets_in(&server, name, &password), "{name} with its own");
                }
            }
        }
        assert!(!lets_in(&server, "anna_", "of anna x") && !lets_in(&server, "anna", "of anna_ x"));
        // A third spelling is the older one's.
        assert!(lets_in(&server, "anna.", "of anna x"));
        assert_eq!(folder.number("SELECT count(*) FROM accounts"), 4);
    }
    // A new password is that account's alone.
    let server = Server::start(&folder);
    let mut second = Peer::connect(server.address);
    second.send("anna_\nof anna_ x");
    second.until(QUESTION);
    second.send("REGISTER\nof anna_ x\nanother one\nanother one");
    second.until("Registered: from now on the login asks for the password of anna_");
    second.quit();
    assert!(lets_in(&server, "anna_", "another one") && lets_in(&server, "anna", "of anna x"));
    assert_eq!(folder.number("SELECT count(*) FROM accounts"), 4);
}

#[test]
fn the_log_says_which_accounts_count_as_one_and_only_one_of_them_is_here_at_a_time() {
    let folder = older();
    let mut program = Program::start(&folder.database(), &[], "info");
    let mut anna = Peer::connect(program.address);
    anna.send("anna\nof anna x");
    anna.until(QUESTION);
    let mut second = Peer::connect(program.address);
    second.send("anna_\nof anna_ x");
    second.until("This nickname already used");
    let log = program.kill();
    let line = log.lines().find(|line| line.contains("anna_ is registered and looks like another registered nickname"));
    assert!(line.is_some_and(|line| line.contains(" WARN ")), "{log}");
}

#[test]
fn a_registered_nickname_is_asked_for_its_password_in_every_spelling_that_counts_as_equal() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    register(&server, "marta", "correct horse");
    for spelling in ["rnarta", "Marta_", "RNARTA"] {
        assert!(!lets_in(&server, spelling, "a wrong one"));
        assert!(lets_in(&server, spelling, "correct horse"), "who knows the password may spell it as they like");
    }
}

#[test]
fn what_an_older_version_kept_is_shown_as_it_would_be_taken_today() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for nickname in ["anna", "boris"] {
        server.login(nickname).quit();
    }
    drop(server);
    let text = "a\tb\u{200F}c\u{1b}[2J";
    let insert = "INSERT INTO messages (time, sender, recipient, text, waits) VALUES (1000000000000, 1, ?1, ?2, ?3)";
    let sql = folder.sql();
    sql.execute(insert, rusqlite::params![None::<i64>, text, 0]).unwrap();
    sql.execute(insert, rusqlite::params![2, text, 1]).unwrap();
    drop(sql);
    let server = Server::start(&folder);
    let mut boris = Peer::connect(server.address);
    boris.send("boris");
    boris.until("While you were away (times are UTC):");
    boris.expect("[2001-09-09 01:46:40] (private) anna : a bc^[[2J");
    boris.until(QUESTION);
    boris.send("2");
    boris.expect("You in group");
    assert_eq!(boris.history(), ["(broadcast) anna: a bc^[[2J"]);
    assert_eq!(boris.ask_history("HISTORY").first().map(String::as_str), Some("(broadcast) anna: a bc^[[2J"));
}
