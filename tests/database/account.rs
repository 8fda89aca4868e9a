//! `chat-server account`: a lost password is taken away, a user is forgotten, while the server runs and while it does not.

use chatroom::database::Settings;

use crate::support::{Folder, Peer, Server, run};

const DAY: i64 = 86_400_000;

/// Registers a nickname in this session.
fn register(peer: &mut Peer, nickname: &str) {
    peer.send("REGISTER\ncorrect horse\ncorrect horse");
    peer.until(&format!("Registered: from now on the login asks for the password of {nickname}"));
}

/// What the command printed; it has done its work.
#[track_caller]
fn done(folder: &Folder, what: &str, nickname: &str) -> String {
    let (status, stdout, stderr) = run(&["account", what, nickname], &folder.database());
    assert_eq!((status, stderr.as_str()), (Some(0), ""), "{stdout}");
    stdout
}

#[test]
fn a_lost_password_is_taken_away_while_the_server_runs() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.login("anna");
    register(&mut anna, "anna");
    anna.quit();
    let told = "The password of anna is forgotten: whoever comes first under this name may REGISTER it anew\n";
    assert_eq!(done(&folder, "reset", "Anna"), told.replace("anna", "Anna"));
    let mut anna = server.login("anna");
    register(&mut anna, "anna");
    anna.quit();
    let mut anna = Peer::connect(server.address);
    anna.send("anna\ncorrect horse");
    anna.until("Successfully");
    drop(server);
    done(&folder, "reset", "anna");
    Server::start(&folder).login("anna").quit();
}

#[test]
fn who_is_deleted_is_forgotten_with_all_that_was_said_while_the_server_runs() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut boris = server.group("boris");
    server.login("vera").quit();
    let mut anna = server.group("anna");
    register(&mut anna, "anna");
    anna.say("anna", "to all");
    boris.say("boris", "from boris");
    anna.send("/tell boris in private");
    anna.until("(private to boris) : in private");
    anna.leave_for("vera", "see you");
    boris.send("/tell anna to anna");
    anna.until("(private) boris : to anna");
    let told = "anna is forgotten: the account, 4 messages, private ones to anna too\n";
    let here = told.replace('\n', "; anna is here now, and goes on talking\n");
    let printed = done(&folder, "delete", "anna");
    assert!([told, here.as_str()].contains(&printed.as_str()), "{printed}");
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 1);
    // She is still here, and the server does not stumble over her number.
    anna.say("anna", "and now?");
    assert_eq!(server.group("gleb").history(), ["(broadcast) boris: from boris", "(broadcast) anna: and now?"]);
    anna.quit();
    let mut anna = server.login("anna");
    assert_eq!(anna.ask_history("HISTORY").len(), 2, "nobody asks for a password any more");
    assert!(!server.login("vera").talk().iter().any(|line| line.contains("see you")));
    drop(server);
    done(&folder, "delete", "anna");
    let (_, users, _) = run(&["users"], &folder.database());
    assert!(!users.contains("anna") && users.contains("boris"), "{users}");
}

#[test]
fn what_is_wrong_with_the_command_is_said_and_nothing_is_changed() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut anna = server.login("anna");
    register(&mut anna, "anna");
    server.login("boris").quit();
    let elsewhere = Folder::new();
    for (arguments, database, status, why) in [
        (&["account", "reset", "gleb"][..], &folder, 1, "nobody called gleb was ever here"),
        (&["account", "delete", "gleb"], &folder, 1, "nobody called gleb was ever here"),
        (&["account", "reset", "boris"], &folder, 1, "boris is not registered"),
        (&["account", "reset", "anna"], &elsewhere, 1, "it cannot be opened"),
        (&["account", "reset", "two words"], &folder, 2, "a nickname"),
        (&["account", "reset"], &folder, 2, "NICK"),
        (&["account", "forget", "anna"], &folder, 2, "forget"),
        (&["account"], &folder, 2, "account"),
    ] {
        let (code, stdout, stderr) = run(arguments, &database.database());
        assert_eq!((code, stdout.as_str()), (Some(status), ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(why), "{arguments:?}: {stderr}");
    }
    assert!(!elsewhere.database().exists(), "no file is made");
    assert_eq!(folder.number("SELECT count(*) FROM accounts"), 1);
}

#[test]
fn who_was_not_seen_for_so_long_and_has_nothing_here_is_forgotten() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for nickname in ["gleb", "boris", "vera"] {
        server.login(nickname).quit();
    }
    let mut anna = server.login("anna");
    register(&mut anna, "anna");
    anna.leave_for("vera", "it waits for you");
    anna.quit();
    server.login("zoya").quit();
    drop(server);
    let old = format!("UPDATE users SET last_seen = last_seen - {} WHERE name <> 'zoya'", 3 * DAY);
    folder.sql().execute(&old, []).unwrap();
    let server = Server::with(&folder, Settings { keep_days: Some(2), ..Settings::default() });
    let mut boris = server.group("boris");
    boris.say("boris", "he is here");
    let (_, users, _) = run(&["users"], &folder.database());
    let names: Vec<&str> = users.lines().filter_map(|line| line.split_once(':').map(|(name, _)| name)).collect();
    assert!(!names.contains(&"gleb"), "{users}");
    for kept in ["anna", "vera", "zoya", "boris"] {
        assert!(names.contains(&kept), "{kept}: {users}");
    }
    drop(boris);
    let vera = server.login("vera");
    assert!(vera.talk().iter().any(|line| line.ends_with("(private) anna : it waits for you")), "{:?}", vera.talk());
}
