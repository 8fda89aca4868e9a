//! The ladder: each step does what it promises, and shows its own fault, which the next one mends. What the steps from the
//! sixth on do beside that, the tests of the product ask: `SERVER_PROGRAM=target/debug/examples/s10_limits cargo test --test
//! session`, and so on; the pages say which pass.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use rustix::process::Signal;

use crate::program::{Program, ServerProgram};
use crate::support::{DEADLINE, Peer, free_port};

#[path = "support/program.rs"]
mod program;
mod support;

/// All files of the ladder together, so that each stays small.
const LINES: usize = 2500;
/// How long steps 6 and 7 wait for a reader who has stopped: their `PATIENCE`.
const PATIENCE: Duration = Duration::from_millis(300);

fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test knows its executable");
    let folder = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/…").join("examples");
    let built = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(built.exists(), "{name} is not built: run `cargo build --examples`");
    built
}

fn start(name: &str) -> ServerProgram {
    ServerProgram::run(Command::new(example(name)).env("PORT", "0"))
}

/// Takes a nickname of step 4, which asks for nothing more.
fn named(server: &ServerProgram, nickname: &str) -> Peer {
    let mut peer = server.peer();
    peer.expect("Your nickname?");
    peer.send(nickname);
    peer.expect("Successfully");
    peer
}

/// Nothing has come for this peer.
fn has_heard_nothing(peer: &Peer) -> bool {
    peer.stream().set_nonblocking(true).expect("a socket takes this option");
    let peeked = peer.stream().peek(&mut [0]);
    peer.stream().set_nonblocking(false).expect("a socket takes this option");
    peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn step_1_echoes_to_one_and_the_second_waits() {
    let server = start("s01_echo");
    let (mut first, mut second) = (server.peer(), server.peer());
    second.send("and me?");
    first.send("hello");
    first.expect("You said: hello");
    assert!(has_heard_nothing(&second), "there is one thread, and it talks to the first");
    drop(first);
    second.expect("You said: and me?");
}

#[test]
fn step_2_talks_to_two_and_takes_a_read_for_a_message() {
    let server = start("s02_threads");
    let (_silent, mut second) = (server.peer(), server.peer());
    second.send("hello");
    second.expect("You said: hello");
    second.send_bytes(b"ab\ncd\n");
    second.expect("You said: ab");
    second.expect("cd");
    second.send_bytes(&"п".as_bytes()[..1]);
    second.expect("You said: \u{FFFD}");
}

#[test]
fn step_3_takes_lines_and_asks_nobody_for_a_name() {
    let server = start("s03_lines");
    let mut first = server.peer();
    first.send_bytes(b"one\ntwo\r\n");
    first.expect("You said: one");
    first.expect("You said: two");
    for byte in "три\n".bytes() {
        first.send_bytes(&[byte]);
    }
    first.expect("You said: три");
    first.send_bytes(b"no end");
    first.end_of_stream();
    first.expect("Not sent: the line has no end; finish it with Enter");
    first.expect_end();
    let (mut anna, mut another) = (server.peer(), server.peer());
    for peer in [&mut anna, &mut another] {
        peer.send("I am anna");
        peer.expect("You said: I am anna");
    }
}

#[test]
fn step_4_gives_a_name_to_one_and_nobody_hears_anybody() {
    let server = start("s04_names");
    let (mut anna, mut boris) = (named(&server, "anna"), server.peer());
    boris.expect("Your nickname?");
    boris.send("anna");
    boris.expect("This nickname already used");
    boris.expect("Your nickname?");
    boris.send("boris");
    boris.expect("Successfully");
    anna.send("is anybody here?");
    anna.expect("You said: is anybody here?");
    boris.send("me");
    boris.expect("You said: me");
    anna.end_of_stream();
    anna.expect_end();
    let _anna = named(&server, "anna");
}

#[test]
fn step_5_has_a_group_and_takes_a_word_for_a_message() {
    let server = start("s05_group");
    let (mut anna, mut boris) = (server.group("anna"), server.login("boris"));
    anna.expect("(broadcast) General information: boris has joined the Chat");
    anna.send("not for those outside");
    anna.expect("(broadcast) anna: not for those outside");
    boris.send("1");
    boris.expect("Not sent: nobody can be chosen yet");
    boris.skip_to_start("What do you want");
    let mut boris = boris.group();
    anna.send("QUIT");
    boris.expect("(broadcast) anna: QUIT");
    drop(anna);
    boris.expect("(broadcast) General information: anna has left the Chat");
}

/// The private talk and the words: from step 6 on. Much more of it: `tests/session.rs`, `tests/words.rs`, `tests/private.rs`.
fn talks_and_knows_words(server: &ServerProgram) {
    let (mut anna, mut boris) = (server.login("anna"), server.group("boris"));
    anna.send("1");
    anna.expect("Choose your user-chat");
    anna.expect("1.boris");
    anna.send("1");
    anna.expect("Successful");
    boris.expect("anna writes to you alone; answer with /tell anna and your text");
    anna.send("between us");
    anna.expect("(private to boris) : between us");
    boris.expect("(private) anna : between us");
    boris.send("LIST");
    boris.expect("Users in chatroom: ['anna', 'boris']");
    anna.quit();
    boris.expect("(broadcast) General information: anna has left the Chat");
    boris.expect("anna, who wrote to you alone, has left");
    boris.quit();
}

const TEXT: [u8; 4000] = [b'x'; 4000];

/// Boris says something long, eight times, and hears it; gives the other lines that came before the last.
fn floods_once(boris: &mut Peer) -> Vec<String> {
    let text = String::from_utf8_lossy(&TEXT);
    boris.send(&[text.as_ref(); 8].join("\n"));
    let echo = format!("(broadcast) boris: {text}");
    (0..8).flat_map(|_| boris.skip_to(&echo)).collect()
}

/// Anna stops reading. Sooner or later an echo of boris's takes as long as the server waits for her.
fn stands_still_for_one(server: &ServerProgram) {
    let (mut boris, _stalled) = (server.group("boris"), server.group("anna"));
    let (until, mut longest) = (Instant::now() + DEADLINE, Duration::ZERO);
    loop {
        let said = Instant::now();
        let heard = floods_once(&mut boris);
        longest = longest.max(said.elapsed());
        if heard.iter().any(|line| line.ends_with("anna has left the Chat (too late: could not keep up)")) {
            break;
        }
        assert!(Instant::now() < until, "she is never too late");
    }
    assert!(longest >= PATIENCE, "nobody waited longer than {longest:?}");
}

#[test]
fn step_6_is_the_whole_original_and_stands_still_for_one() {
    let server = start("s06_original");
    talks_and_knows_words(&server);
    stands_still_for_one(&server);
}

#[test]
fn step_7_has_one_order_and_stands_still_for_one() {
    let server = start("s07_queue");
    talks_and_knows_words(&server);
    stands_still_for_one(&server);
}

/// Somebody stops reading until the server says that he is late; boris stands still for nobody. Then he leaves.
fn a_late_one_leaves(server: &mut ServerProgram, name: &str) -> Peer {
    let (mut boris, mut late) = (server.group("boris"), server.group(name));
    boris.expect(&format!("(broadcast) General information: {name} has joined the Chat"));
    let (until, threads) = (Instant::now() + DEADLINE, server.status("Threads"));
    let mut is_late = false;
    while !is_late {
        assert_eq!(floods_once(&mut boris), [""; 0], "nobody leaves");
        // The kernel may take more after a moment: then his late thread ends, and nobody is told.
        while !is_late && server.status("Threads") > threads {
            is_late = server.program.has_said_now("is late");
            thread::sleep(Duration::from_millis(2));
        }
        assert!(Instant::now() < until, "he is never late");
    }
    for _ in 0..12 {
        assert_eq!(floods_once(&mut boris), [""; 0], "he is late, and nobody waits for him");
    }
    late.send("QUIT");
    boris.expect(&format!("(broadcast) General information: {name} has left the Chat"));
    // His thread has said its last word to the queue, and then the delivery thread has taken that.
    server.program.expect_error(&format!("{name} left"));
    floods_once(&mut boris);
    boris.quit();
    late
}

/// The last line of all, or of what came of it.
fn last_line(mut peer: Peer) -> String {
    std::iter::from_fn(|| peer.next_line()).last().unwrap_or_default()
}

#[test]
fn step_8_waits_for_nobody_and_loses_the_last_words() {
    let mut server = start("s08_late");
    talks_and_knows_words(&server);
    // Now and then the kernel takes, at the last moment, all that waited: then once more.
    let mut names = (0..20).map(|number| format!("gleb{number}x"));
    assert!(names.any(|name| last_line(a_late_one_leaves(&mut server, &name)) != "Disconnected"));
    let vera = server.group("vera");
    server.program.signal(Signal::TERM);
    assert_ne!(last_line(vera), "Disconnected");
    assert!(!server.program.wait().success(), "the signal itself ends it");
}

#[test]
#[cfg(feature = "signals")]
fn step_9_ends_in_order() {
    let mut server = start("s09_stop");
    talks_and_knows_words(&server);
    let gleb = a_late_one_leaves(&mut server, "gleb");
    assert_eq!(last_line(gleb), "Disconnected");
    let (vera, mut unnamed) = (server.group("vera"), server.peer());
    unnamed.expect("Your nickname?");
    server.program.signal(Signal::TERM);
    assert_eq!(last_line(vera), "Disconnected");
    assert_eq!(last_line(unnamed), "Disconnected");
    assert!(server.program.wait().success());
}

const FLOOD: usize = 100;

/// A hundred lines in one write, and whether boris, who sees all of them, waits for the server's pace.
fn floods(boris: &mut Peer, mut anna: Peer) -> Peer {
    let lines: String = (0..FLOOD).map(|line| format!("{line}\n")).collect();
    anna.stream().write_all(lines.as_bytes()).expect("the server reads");
    anna.expect("(broadcast) anna: 0");
    boris.skip_to("(broadcast) anna: 0");
    anna
}

#[test]
fn step_9_is_ended_by_one_panic_and_floods_with_one() {
    let mut server = start("s09_stop");
    let mut boris = server.group("boris");
    let mut anna = floods(&mut boris, server.group("anna"));
    for line in 1..FLOOD {
        anna.expect(&format!("(broadcast) anna: {line}"));
    }
    anna.send("/bug");
    assert_ne!(last_line(boris), "Disconnected");
    assert!(!server.program.wait().success(), "a panic within a panic aborts the process");
}

#[test]
fn step_10_survives_a_panic_and_keeps_everyones_pace() {
    let server = ServerProgram::run(Command::new(example("s10_limits")).env("PORT", "0").env("MAX_CLIENTS", "3"));
    talks_and_knows_words(&server);
    let mut boris = server.group("boris");
    let mut anna = floods(&mut boris, server.group("anna"));
    anna.skip_to_start("You write faster than you may");
    let mut vera = server.login("vera");
    vera.send("/bug");
    vera.expect("The connection is closed: a fault in the server, which has been logged");
    vera.expect("Disconnected");
    boris.send("still here");
    let before = boris.skip_to("(broadcast) boris: still here");
    assert!(before.len() < FLOOD, "boris does not wait for all that anna has to say");
    let _fills_it = server.peer();
    let mut too_many = server.peer();
    too_many.skip_to("Disconnected");
}

/// A client in the place of the ladder's, with the listener's end of its connection.
fn client(name: &str) -> (Program, Peer) {
    let listener = free_port();
    let port = listener.local_addr().expect("it is bound").port().to_string();
    let program = Program::run(Command::new(example(name)).arg(port));
    let (stream, _) = listener.accept().expect("the client connects");
    (program, Peer::of(stream))
}

#[test]
fn the_client_with_one_thread_hears_nothing_while_it_waits_for_the_keyboard() {
    let (mut program, mut server) = client("c1_one_thread");
    server.send("one");
    program.expect("one");
    server.send("two");
    assert!(!program.has_said("two"), "it waits for the keyboard");
    program.send("typed");
    server.expect("typed");
    program.expect("two");
}

#[test]
fn the_client_with_two_threads_hears_while_it_types() {
    let (mut program, mut server) = client("c2_two_threads");
    server.send("one");
    program.expect("one");
    server.send("two");
    program.expect("two");
    program.send("typed");
    server.expect("typed");
    program.end_of_input();
    server.expect_end();
    server.send("last words");
    program.expect("last words");
    drop(server);
    assert!(program.wait().success());
}

/// The files of the ladder, with their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("examples/ can be listed");
    let paths = entries.map(|entry| entry.expect("examples/ can be listed").path());
    let is_step = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.strip_prefix(['s', 'c']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    paths.filter(is_step).flat_map(|path| if path.is_dir() { all_in(&path) } else { vec![path] }).collect()
}

fn all_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of examples/ can be listed");
    entries.map(|entry| entry.expect("a folder of examples/ can be listed").path()).collect()
}

#[test]
fn the_ladder_is_short_and_drops_no_error_of_a_socket() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    assert!(files.len() >= 17, "only {files:?} were found");
    let mut lines = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("a file that was listed can be read");
        assert!(!text.contains(".unwrap()"), "{} has an unwrap", file.display());
        lines += text.lines().count();
    }
    assert!(lines < LINES, "{lines} lines");
}

/// What `chat check` says of a step: the last line.
fn judged(name: &str) -> String {
    let mut check = Command::new(env!("CARGO_BIN_EXE_chat"));
    let output = check.args(["check", "--quiet", "--"]).arg(example(name)).output().expect("chat can be started");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().last().unwrap_or_else(|| panic!("nothing is said of {name}")).to_owned()
}

/// Steps 6 and 7 look alike from outside: both cut a reader who has stopped before anybody else has waited for long.
#[test]
#[ignore = "takes half a minute; .ci/run runs it"]
fn chat_check_finds_the_step_that_each_server_stands_on() {
    let steps = [
        ("s01_echo", 1),
        ("s02_threads", 2),
        ("s03_lines", 3),
        ("s04_names", 4),
        ("s05_group", 5),
        ("s06_original", 7),
        ("s07_queue", 7),
        ("s08_late", 8),
        ("s09_stop", 9),
        ("s10_limits", 10),
    ];
    for (name, step) in steps {
        assert_eq!(judged(name), format!("the server stands on step {step}"), "{name}");
    }
}
