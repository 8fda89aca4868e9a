//! Whose the files are, and what becomes of a chat whose files are removed while it runs: nothing that was shown is lost,
//! everyone is told, and the file is taken up again.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::process::{Command, Stdio};
use std::time::Duration;

use chatroom::database::{self, Settings};

use crate::support::{Folder, Peer, Program, Server, run, without_time};

/// A user who owns nothing.
const NOBODY: u32 = 65_534;
const NONE_LOST: &str = "(broadcast) General information: the database works again; meanwhile 0 messages were not kept";

fn settings() -> Settings {
    Settings { retry: Duration::from_millis(300), ..Settings::default() }
}

fn fails(why: &str) -> String {
    format!(
        "(broadcast) General information: the database fails: {why}. The chat goes on, but what is said is not kept for now"
    )
}

fn removed(file: &str) -> String {
    fails(&format!("{file} was removed, or another file lies in its place"))
}

/// What the file holds, as somebody reads it who has nothing else.
fn kept(folder: &Folder) -> Vec<String> {
    let sql = folder.sql();
    let mut messages = sql.prepare("SELECT text FROM messages ORDER BY id").unwrap();
    messages.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_file_beside_it_that_is_removed_is_noticed_and_nothing_is_lost() {
    for file in ["chat.db-wal", "chat.db-shm", "chat.db-lock"] {
        let folder = Folder::new();
        let mut program = Program::start(&folder.database(), &[], "warn");
        let mut anna = group(&program, "anna");
        anna.say("anna", "before");
        fs::remove_file(folder.path(file)).unwrap();
        anna.say("anna", "meanwhile");
        anna.until(&removed(file));
        anna.expect(NONE_LOST);
        anna.say("anna", "after");
        assert_eq!(anna.ask_history("HISTORY").len(), 3, "{file}: questions are answered");
        let log = program.kill();
        assert!(log.contains(&format!("the database fails: {file} was removed")), "{log}");
        assert_eq!(kept(&folder), ["before", "meanwhile", "after"], "{file}");
    }
}

fn group(program: &Program, nickname: &str) -> Peer {
    let mut peer = Peer::connect(program.address);
    peer.send(&format!("{nickname}\n2"));
    peer.until("You in group");
    peer
}

#[test]
#[ignore = "takes ten seconds: cargo test --all-features --test database -- --ignored nobody_writes"]
fn a_journal_that_is_removed_is_noticed_while_nobody_writes() {
    let folder = Folder::new();
    let mut program = Program::start(&folder.database(), &[], "warn");
    let mut anna = group(&program, "anna");
    anna.say("anna", "before");
    fs::remove_file(folder.path("chat.db-wal")).unwrap();
    anna.until(&removed("chat.db-wal"));
    anna.expect(NONE_LOST);
    program.kill();
    assert_eq!(kept(&folder), ["before"]);
}

#[test]
fn a_journal_is_not_begun_anew_while_another_program_has_the_old_one() {
    let folder = Folder::new();
    let server = Server::with(&folder, settings());
    let mut anna = server.group("anna");
    anna.say("anna", "before");
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args(["--ignored", "--exact", "--nocapture", "files::reads_until_its_input_ends"]);
    other.env("CHAT_FILE", folder.database()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut other = other.spawn().unwrap();
    let mut says = BufReader::new(other.stdout.take().unwrap());
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains(IS_OPEN) {
        assert!(says.read_until(b'\n', &mut said).unwrap() > 0, "{said:?}");
    }
    fs::remove_file(folder.path("chat.db-wal")).unwrap();
    anna.say("anna", "saved");
    anna.until(&removed("chat.db-wal"));
    anna.say("anna", "lost");
    drop(other.stdin.take());
    says.read_to_end(&mut said).unwrap();
    assert!(other.wait().unwrap().success(), "{said:?}");
    anna.until("(broadcast) General information: the database works again; meanwhile 1 message was not kept");
    anna.say("anna", "after");
    drop((anna, server));
    assert_eq!(kept(&folder), ["before", "saved", "after"]);
}

/// What the other program says when it has read.
const IS_OPEN: &str = "the file is open";

/// No test, but the other program of the one above: it has the file open until its input ends.
#[test]
#[ignore = "is started by another test"]
fn reads_until_its_input_ends() {
    let Some(file) = std::env::var_os("CHAT_FILE") else { return };
    let sql = rusqlite::Connection::open(file).unwrap();
    sql.query_row("SELECT count(*) FROM messages", [], |row| row.get::<_, i64>(0)).unwrap();
    writeln!(std::io::stdout(), "{IS_OPEN}").unwrap();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[test]
fn a_lock_that_another_server_has_taken_meanwhile_is_left_to_it() {
    let folder = Folder::new();
    let server = Server::with(&folder, settings());
    let mut anna = server.group("anna");
    anna.say("anna", "before");
    fs::remove_file(folder.path("chat.db-lock")).unwrap();
    let second = Server::start(&folder);
    anna.say("anna", "meanwhile");
    anna.until(&removed("chat.db-lock"));
    anna.say("anna", "lost");
    drop(second);
    anna.until("(broadcast) General information: the database works again; meanwhile 1 message was not kept");
    let refused = database::open(&folder.database(), settings()).expect_err("it is locked again").to_string();
    assert!(refused.contains("another chat-server keeps its chat there"), "{refused}");
}

#[test]
fn an_index_that_is_shortened_loses_nothing_that_was_shown() {
    let folder = Folder::new();
    let mut program = Program::start(&folder.database(), &[], "warn");
    let mut anna = group(&program, "anna");
    anna.say("anna", "before");
    fs::File::options().write(true).open(folder.path("chat.db-shm")).unwrap().set_len(0).unwrap();
    // It may be the end of the server: the kernel takes the memory away under its feet.
    anna.try_send("meanwhile");
    let mut shown = vec!["before".to_owned()];
    while let Some(line) = anna.try_line() {
        if let Some(text) = line.strip_prefix("(broadcast) anna: ") {
            shown.push(text.to_owned());
            break;
        }
    }
    program.kill();
    drop(Server::start(&folder));
    let kept = kept(&folder);
    assert!(shown.iter().all(|text| kept.contains(text)), "shown {shown:?}, kept {kept:?}");
}

#[test]
fn wide_modes_are_made_narrow() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.group("anna").say("anna", "hello");
    let files = ["chat.db", "chat.db-wal", "chat.db-shm", "chat.db-lock"].map(|file| folder.path(file));
    // As a killed server and an older version leave them.
    let copies = Folder::new();
    for file in &files {
        let copy = copies.path(file.file_name().unwrap().to_str().unwrap());
        fs::copy(file, &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let again = Server::start(&copies);
    again.login("boris");
    for file in files.iter().map(|file| copies.path(file.file_name().unwrap().to_str().unwrap())) {
        assert_eq!(file.metadata().unwrap().mode() & 0o7777, 0o600, "{}", file.display());
    }
}

#[track_caller]
fn refused(folder: &Folder, why: &str) {
    let error = database::open(&folder.database(), Settings::default()).expect_err("it is refused").to_string();
    assert!(error.lines().count() == 1 && error.contains(why), "{error}");
}

#[test]
fn what_lies_beside_it_and_is_no_file_of_ours_is_refused_by_its_name() {
    for end in ["-wal", "-shm", "-journal", "-lock"] {
        let folder = Folder::new();
        drop(Server::start(&folder));
        let (path, name) = (folder.path(&format!("chat.db{end}")), format!("chat.db{end}: "));
        let lay = |lay: &dyn Fn()| {
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap_or_default();
            lay();
            refused(&folder, &name);
        };
        let victim = folder.path("victim");
        fs::write(&victim, "untouched").unwrap();
        lay(&|| symlink(&victim, &path).unwrap());
        lay(&|| symlink("nowhere", &path).unwrap());
        lay(&|| fs::hard_link(&victim, &path).unwrap());
        lay(&|| fs::create_dir(&path).unwrap());
        lay(&|| assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()));
        assert!(!folder.path("nowhere").exists() && fs::read_to_string(&victim).unwrap() == "untouched");
        assert_eq!(victim.metadata().unwrap().mode() & 0o044, 0o044, "nor its mode");
    }
}

#[test]
fn what_is_another_users_is_refused() {
    let folder = Folder::new();
    drop(Server::start(&folder));
    for file in ["chat.db", "chat.db-lock"] {
        if chown(folder.path(file), Some(NOBODY), None).is_err() {
            return; // only root can give a file away
        }
        refused(&folder, "belongs to another user, with the uid 65534");
        chown(folder.path(file), Some(0), None).unwrap();
    }
    let link = Folder::new();
    symlink(folder.database(), link.database()).unwrap();
    std::os::unix::fs::lchown(link.database(), Some(NOBODY), None).unwrap();
    refused(&link, "a link (symlink) of another user's");
}

/// `chat-server history` of one who may read the file, and write nothing.
fn history_without_rights(folder: &Folder) -> (Option<i32>, String, String) {
    let of = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let top = folder.path("");
    let files = || fs::read_dir(&top).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    files().iter().for_each(|file| of(file, 0o444));
    of(&top, 0o555);
    // Root may write everywhere, unless that right is taken away.
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = Command::new(if is_root { "setpriv" } else { "env" });
    command.args(["--inh-caps=-all", "--bounding-set=-all"].iter().filter(|_| is_root));
    command.args([env!("CARGO_BIN_EXE_chat-server"), "history", "--database"]).arg(folder.database());
    command.env("LC_ALL", "C");
    let before = files();
    let output = command.output().expect("setpriv runs");
    assert_eq!(files(), before, "nothing is made beside it");
    of(&top, 0o755);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_file_in_a_folder_that_cannot_be_written_is_read_or_says_why_not() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.group("anna").say("anna", "hello");
    // As a killed server leaves them, with the message in the journal.
    let killed = Folder::new();
    for file in ["chat.db", "chat.db-wal"] {
        fs::copy(folder.path(file), killed.path(file)).unwrap();
    }
    drop(server);
    let (status, out, error) = history_without_rights(&folder);
    let lines: Vec<_> = out.lines().map(without_time).collect();
    assert_eq!((status, lines, error.as_str()), (Some(0), vec!["(broadcast) anna: hello".into()], ""));
    let (status, out, error) = history_without_rights(&killed);
    assert_eq!((status, out.as_str(), error.lines().count()), (Some(1), "", 1), "{error}");
    assert!(error.contains("its folder cannot be written, and chat.db-wal holds the newest messages"), "{error}");
}

#[test]
fn what_a_tampered_file_holds_drives_no_terminal() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.group("anna").say("anna", "hello");
    drop(server);
    let sql = "UPDATE messages SET text = 'a' || char(27) || ']0;title' || char(7, 10) || '(private) boris : b' || char(8238);
               UPDATE users SET nickname = 'an' || char(155) || 'na' || char(10)";
    folder.sql().execute_batch(sql).unwrap();
    let shown = "a^[]0;title^G^J(private) boris : b<U+202E>";
    let is_safe = |text: &str| !text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202E}');
    let (_, out, _) = run(&["history"], &folder.database());
    assert!(out.lines().count() == 1 && out.contains(shown) && is_safe(&out), "{out:?}");
    let (_, out, _) = run(&["users"], &folder.database());
    assert!(out.lines().count() == 1 && out.starts_with("an<U+009B>na^J: ") && is_safe(&out), "{out:?}");
    for what in ["history", "users"] {
        let (_, out, _) = run(&[what, "--format", "json"], &folder.database());
        assert!(out.contains("\\u009b") && out.lines().count() == 3 && is_safe(&out), "{out:?}");
    }
    let server = Server::start(&folder);
    let mut vera = server.group("vera");
    assert_eq!(vera.history(), [format!("(broadcast) an<U+009B>na^J: {shown}")]);
}
