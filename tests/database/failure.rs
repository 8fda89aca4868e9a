//! A lock that lasts, a disk that is full: the chat goes on, says so once, counts what it did not keep, and takes the file
//! up again by itself. Nothing that was shown as kept is lost.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use chatroom::database::Settings;

use crate::support::{Folder, Peer, Program, QUESTION, Server};

const LOCKED: &str = "(broadcast) General information: the database fails: another program has locked it. The chat goes on, but what is said is not kept for now";

fn settings() -> Settings {
    Settings { retry: Duration::from_millis(300), ..Settings::default() }
}

/// How many messages were not kept, out of the line that says that it works again.
fn not_kept(line: &str) -> Option<i64> {
    let rest = line.strip_prefix("(broadcast) General information: the database works again; meanwhile ")?;
    rest.split(' ').next()?.replace(',', "").parse().ok()
}

#[test]
fn a_lock_that_lasts_delays_the_chat_once_and_is_survived() {
    let folder = Folder::new();
    let server = Server::with(&folder, settings());
    server.login("vera").quit();
    let (mut anna, mut boris) = (server.group("anna"), server.login("boris"));
    anna.say("anna", "kept");
    let other = folder.sql();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let begun = Instant::now();
    anna.say("anna", "lost 0");
    anna.expect(LOCKED);
    boris.expect(LOCKED);
    for number in 1..=100 {
        anna.say("anna", &format!("lost {number}"));
    }
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(10), "101 messages took {took:?}: one waits for the lock, not each");
    assert_eq!(anna.ask_history("HISTORY"), ["(broadcast) anna: kept"], "questions are answered meanwhile");
    anna.send("/tell vera hello");
    anna.until("Not delivered: vera is not here, and the database fails; try again later");
    anna.send("REGISTER\ncorrect horse\ncorrect horse");
    anna.until("Not sent: nothing was registered, since the database fails; try again later");

    let mut vera = Peer::connect(server.address);
    vera.send("vera");
    let welcome = vera.until(QUESTION);
    let not_kept =
        "The database fails: what is said is not kept for now. What was left for you waits until you come again";
    assert!(welcome.iter().any(|line| line == not_kept), "{welcome:?}");
    assert!(!welcome.iter().any(|line| line.contains("is kept by the server")), "{welcome:?}");

    other.execute_batch("COMMIT").unwrap();
    let works = "(broadcast) General information: the database works again; meanwhile 101 messages were not kept";
    boris.expect(works);
    anna.until(works);
    vera.expect(works);
    vera.quit();
    anna.say("anna", "kept again");
    let kept = ["(broadcast) anna: kept", "(broadcast) anna: kept again"];
    assert_eq!(anna.ask_history("HISTORY"), kept);
    anna.quit();
    drop((boris, server));
    let server = Server::start(&folder);
    assert_eq!(server.group("vera").history(), kept);
    assert_eq!(folder.number("SELECT count(*) FROM accounts"), 0);
}

#[test]
fn a_lock_that_is_let_go_of_in_time_is_not_noticed() {
    let folder = Folder::new();
    let server = Server::with(&folder, settings());
    let mut anna = server.group("anna");
    for number in 0..20 {
        let other = folder.sql();
        other.execute_batch("BEGIN IMMEDIATE; UPDATE users SET joined = joined; COMMIT").unwrap();
        anna.say("anna", &format!("message {number}"));
    }
    assert!(!anna.talk().iter().any(|line| line == LOCKED), "{:#?}", anna.talk());
    assert_eq!(folder.number("SELECT count(*) FROM messages"), 20);
}

#[test]
#[ignore = "takes half a minute: cargo test --all-features --test database -- --ignored half_a_minute"]
fn a_lock_of_half_a_minute_loses_nothing_that_was_shown_as_kept() {
    let folder = Folder::new();
    let server = Server::with(&folder, Settings { retry: Duration::from_secs(2), ..Settings::default() });
    server.login("vera").quit();
    let (mut anna, mut boris) = (server.group("anna"), server.login("boris"));
    anna.leave_for("vera", "see you at 5");
    (0..10).for_each(|number| anna.say("anna", &format!("kept {number}")));
    let other = folder.sql();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let mut lost = 0;
    while begun.elapsed() < Duration::from_secs(30) {
        anna.say("anna", &format!("lost {lost}"));
        lost += 1;
        thread::sleep(Duration::from_millis(50)); // as people do
    }
    boris.expect(LOCKED);
    other.execute_batch("COMMIT").unwrap();
    let works = loop {
        if let Some(not_kept) = not_kept(&boris.line().expect("it goes on")) {
            break not_kept;
        }
    };
    anna.say("anna", "kept again");
    assert_eq!(works, lost, "each that was not kept is counted");
    assert!(lost > 100, "only {lost} were shown in half a minute");
    drop((anna, boris, server));
    let server = Server::start(&folder);
    let mut vera = server.login("vera");
    assert!(vera.talk().iter().any(|line| line.ends_with("] (private) anna : see you at 5")), "{:?}", vera.talk());
    let mut expected: Vec<String> = (0..10).map(|number| format!("(broadcast) anna: kept {number}")).collect();
    expected.push("(broadcast) anna: kept again".into());
    vera.send("2");
    assert_eq!(vera.history(), expected);
}

#[test]
fn a_file_that_is_removed_is_noticed_and_taken_up_again_when_it_is_back() {
    let folder = Folder::new();
    let server = Server::with(&folder, settings());
    let mut anna = server.group("anna");
    anna.say("anna", "kept");
    let moved = folder.path("moved.db");
    fs::rename(folder.database(), &moved).unwrap();
    anna.send("lost 0");
    anna.until("(broadcast) anna: lost 0");
    anna.expect("(broadcast) General information: the database fails: its file was removed, or another one lies in its place. The chat goes on, but what is said is not kept for now");
    // Another file is not taken up: what lies in its journal is this one's.
    fs::write(folder.database(), "").unwrap();
    for number in 1..100 {
        anna.say("anna", &format!("lost {number}"));
    }
    fs::rename(&moved, folder.database()).unwrap();
    anna.until("(broadcast) General information: the database works again; meanwhile 100 messages were not kept");
    anna.say("anna", "kept again");
    drop((anna, server));
    let server = Server::start(&folder);
    let kept = server.group("boris").history();
    assert_eq!(kept, ["(broadcast) anna: kept", "(broadcast) anna: kept again"]);
}

/// A file system of one mebibyte.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf) -> SmallDisk {
        fs::create_dir(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&at).status();
        assert!(mounted.is_ok_and(|status| status.success()), "this test mounts a tmpfs, which needs root");
        SmallDisk(at)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().map(drop).unwrap_or_default();
    }
}

#[test]
#[ignore = "mounts a tmpfs, which needs root: cargo test --all-features --test database -- --ignored full_disk"]
fn a_full_disk_is_survived_and_what_was_kept_stays() {
    let folder = Folder::new();
    let disk = SmallDisk::mount(folder.path("disk"));
    let ballast = disk.0.join("ballast");
    fs::write(&ballast, vec![0; 400 * 1024]).unwrap();
    let kept = chatroom::database::open(&disk.0.join("chat.db"), settings()).unwrap();
    let server = Server::keeping(kept);
    let mut anna = server.group("anna");
    let text = "x".repeat(1000);
    let mut said = 0;
    while !anna.talk().iter().any(|line| line.contains("the database fails: the disk is full")) {
        anna.say("anna", &format!("{said} {text}"));
        said += 1;
        assert!(said < 2000, "a mebibyte does not hold two");
    }
    for _ in 0..10 {
        anna.say("anna", &format!("{said} {text}"));
        said += 1;
    }
    fs::remove_file(&ballast).unwrap();
    let mut lost = None;
    while lost.is_none() {
        lost = not_kept(&anna.line().expect("it goes on"));
    }
    let lost = lost.unwrap_or_default();
    anna.say("anna", "kept again");
    anna.quit();
    drop(server);
    let sql = rusqlite::Connection::open(disk.0.join("chat.db")).unwrap();
    let number = |query: &str| sql.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    assert!((10..said).contains(&lost), "{lost} of {said} were lost");
    assert_eq!(number("SELECT count(*) FROM messages"), said - lost + 1);
    assert_eq!(number("SELECT count(DISTINCT text) FROM messages"), said - lost + 1);
    assert_eq!(sql.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
    drop(sql);
}

/// `ulimit -f`: a file that may not grow any more is a disk that is full.
#[cfg(all(feature = "signals", target_os = "linux"))]
#[test]
fn a_file_that_may_not_grow_any_more_is_survived_and_what_was_kept_stays() {
    use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

    let folder = Folder::new();
    let mut program = Program::start(&folder.database(), &[], "info");
    let pid = Pid::from_raw(program.id().try_into().unwrap()).unwrap();
    let limit = Rlimit { current: Some(256 * 1024), maximum: None };
    let mut anna = Peer::connect(program.address);
    anna.send("anna\n2");
    anna.until("You in group");
    prlimit(Some(pid), Resource::Fsize, limit).unwrap();
    let text = "x".repeat(1000);
    let mut said = 0;
    while !anna.talk().iter().any(|line| line.contains("the database fails: it cannot be read or written")) {
        anna.say("anna", &format!("{said} {text}"));
        said += 1;
        assert!(said < 2000, "a quarter of a mebibyte does not hold two");
    }
    for _ in 0..10 {
        anna.say("anna", &format!("{said} {text}"));
        said += 1;
    }
    kill_process(pid, Signal::TERM).unwrap();
    anna.until("Disconnected");
    drop(anna);
    assert_eq!(program.wait(), Some(0));
    assert!((1..said).contains(&folder.number("SELECT count(*) FROM messages")));
    let check = folder.sql().query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(check, "ok");
}

/// A file system in a file, which can be frozen: a write to it waits inside the kernel, as for a disk that is dead.
struct Freezer(PathBuf);

fn tool(name: &str, arguments: &[&std::ffi::OsStr]) {
    let status = Command::new(name).args(arguments).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{name} {arguments:?}: this test needs root and a loop device"
    );
}

impl Freezer {
    fn mount(at: PathBuf) -> Freezer {
        let image = at.with_extension("img");
        fs::write(&image, vec![0; 16 << 20]).unwrap();
        fs::create_dir(&at).unwrap();
        tool("mkfs.ext4", &["-q".as_ref(), image.as_ref()]);
        tool("mount", &["-o".as_ref(), "loop".as_ref(), image.as_ref(), at.as_ref()]);
        Freezer(at)
    }

    /// Frozen as long as what is returned lives: a server that is stopped by a failed test must not wait for the disk.
    fn freeze(&self) -> Frozen<'_> {
        tool("fsfreeze", &["-f".as_ref(), self.0.as_ref()]);
        Frozen(self)
    }
}

impl Drop for Freezer {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().map(drop).unwrap_or_default();
    }
}

struct Frozen<'a>(&'a Freezer);

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        tool("fsfreeze", &["-u".as_ref(), self.0.0.as_ref()]);
    }
}

#[test]
#[ignore = "freezes a disk, which needs root: cargo test --all-features --test database -- --ignored hangs"]
fn a_disk_that_hangs_delays_the_chat_once_and_is_survived() {
    let folder = Folder::new();
    let disk = Freezer::mount(folder.path("disk"));
    let kept = chatroom::database::open(&disk.0.join("chat.db"), settings()).unwrap();
    let server = Server::keeping(kept);
    server.login("vera").quit();
    let (mut anna, mut boris) = (server.group("anna"), server.login("boris"));
    anna.say("anna", "kept");
    let frozen = disk.freeze();
    let begun = Instant::now();
    anna.say("anna", "kept in the end");
    boris.expect(
        "(broadcast) General information: the database fails: it does not answer. The chat goes on, but what is said is not kept for now",
    );
    for number in 1..=100 {
        anna.say("anna", &format!("lost {number}"));
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "one waits for the disk, not each: {:?}", begun.elapsed());
    anna.send("/tell vera hello");
    anna.until("Not delivered: vera is not here, and the database fails; try again later");
    drop(frozen);
    let works = "(broadcast) General information: the database answers again; meanwhile 100 messages were not kept";
    boris.expect(works);
    anna.until(works);
    anna.say("anna", "kept again");
    let kept = ["(broadcast) anna: kept", "(broadcast) anna: kept in the end", "(broadcast) anna: kept again"];
    assert_eq!(anna.ask_history("HISTORY"), kept);
    drop((anna, boris, server));
    let sql = rusqlite::Connection::open(disk.0.join("chat.db")).unwrap();
    assert_eq!(sql.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
    drop(sql);
}
