//! The two programs as a shell sees them: flags, what they print, errors with what to do, exit statuses; and their log.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use crate::program::{Program, ServerProgram};
use crate::support::{DEADLINE, Peer, QUESTION, free_port};

#[path = "support/program.rs"]
mod program;
mod support;

const SERVER: &str = env!("CARGO_BIN_EXE_chat-server");
const CHAT: &str = env!("CARGO_BIN_EXE_chat");

/// Runs a program that is to fail, and gives its one line on stderr.
#[track_caller]
fn fails(program: &str, flags: &[&str]) -> String {
    let mut program = Program::start(program, flags);
    assert_eq!(program.wait().code(), Some(1), "{flags:?}");
    let (out, errors) = program.rest();
    assert_eq!(out, Vec::<String>::new(), "{flags:?}");
    let [line] = errors.as_slice() else { panic!("one line, not {errors:#?}") };
    line.clone()
}

/// Runs a program whose flags are wrong: status 2, and a line that names the flag.
#[track_caller]
fn wrong_usage(program: &str, flags: &[&str], part: &str) {
    let mut program = Program::start(program, flags);
    assert_eq!(program.wait().code(), Some(2), "{flags:?}");
    let (_, errors) = program.rest();
    assert!(errors.iter().any(|line| line.contains(part)), "{flags:?}: {errors:#?}");
}

#[test]
fn the_first_line_says_where_and_the_second_who_can_reach_it() {
    let mut server = ServerProgram::start(&[]);
    assert!(server.address.ip().is_loopback() && server.address.port() != 0);
    assert!(server.program.line().starts_with("Only this computer can reach it."));
    server.group("anna").quit();
    server.program.expect_error("client-1 connected from 127.0.0.1:");
    let line = server.program.expect_error("anna joined");
    assert!(line.contains("INFO") && line.contains("[client-1]"), "{line}");
    server.program.expect_error("left: said goodbye");
}

#[test]
fn every_spelling_of_the_address_is_taken_and_a_host_name_and_ipv6_work() {
    for flags in [
        ["-i", "127.0.0.1"],
        ["--ip-address", "localhost"],
        ["--ip_address", "127.0.0.1"],
        ["--ip_adress", "127.0.0.1"],
    ] {
        let server = ServerProgram::start(&flags);
        server.login("anna").quit();
        let port = server.address.port().to_string();
        let mut chat = Program::start(CHAT, &[flags[0], flags[1], "--port", &port, "-n", "anna"]);
        chat.end_of_input();
        assert_eq!(chat.wait().code(), Some(0), "{flags:?}: {:#?}", chat.all());
    }
    // A machine without IPv6 cannot show the second.
    let addresses = [Some("127.0.0.1"), TcpListener::bind("[::1]:0").is_ok().then_some("[::1]")];
    for address in addresses.into_iter().flatten() {
        let server = ServerProgram::start(&["-i", address]);
        let mut chat = Program::start(CHAT, &["-i", &server.address.to_string(), "-n", "anna"]);
        chat.end_of_input();
        assert_eq!(chat.wait().code(), Some(0), "as the server prints it: {:#?}", chat.all());
    }
}

#[test]
fn of_several_servers_the_first_that_answers_is_taken_and_where_none_does_all_are_named() {
    let server = ServerProgram::start(&["-i", "127.0.0.1"]);
    let live = server.address.to_string();
    let (closed, deaf) = (free_port(), free_port());
    // A balancer with nobody behind it accepts, and closes.
    let closes = closed.local_addr().expect("it is bound").to_string();
    let close = move || while closed.accept().is_ok() {};
    let _ends_with_the_tests = thread::Builder::new().spawn(close).expect("a thread can be started");
    let says_nothing = deaf.local_addr().expect("it is bound").to_string();
    let refused = free_port().local_addr().expect("it was bound").to_string();
    let unknown = "no-such-host.invalid";
    for others in [vec![&refused], vec![&closes, &says_nothing], vec![&says_nothing, &closes, &refused]] {
        let mut named: Vec<&str> = others.iter().map(|address| address.as_str()).collect();
        named.extend([unknown, &live]);
        let mut chat = Program::start(CHAT, &["-i", &named.join(","), "-n", "anna"]);
        chat.end_of_input();
        assert_eq!(chat.wait().code(), Some(0), "{named:?}: {:#?}", chat.all());
    }
    let line = fails(CHAT, &["-i", &refused, "-i", &closes]);
    let both = format!("{}, {}", refused.replace(':', " "), closes.replace(':', " "));
    assert!(line.contains(&format!("none of these answers: {both}; start chat-server there")), "{line}");
    wrong_usage(CHAT, &["-i", "127.0.0.1,"], "write a host");
    wrong_usage(CHAT, &["--peer-timeout", "0"], "it has to be a whole number from 1 to 86400");
}

#[test]
fn what_cannot_be_listened_on_is_one_line_with_what_to_do() {
    let taken = free_port();
    let port = taken.local_addr().expect("a bound listener has an address").port().to_string();
    let line = fails(SERVER, &["--port", &port]);
    assert!(line.contains("choose another with --port"), "{line}");
    let line = fails(SERVER, &["--port", "0", "--unframed-port", &port]);
    assert!(line.contains("choose another with --unframed-port"), "{line}");
    let line = fails(SERVER, &["--ip-address", "no-such-host.invalid", "--port", "0"]);
    assert!(line.contains("no-such-host.invalid") && line.contains("check --ip-address"), "{line}");
    let line = fails(SERVER, &["--ip-address", "192.0.2.1", "--port", "0"]);
    assert!(line.contains("this computer does not have this address"), "{line}");
}

#[test]
fn wrong_flags_end_with_status_2() {
    for (flags, part) in [
        (["--port", "70000"], "--port"),
        (["--rate", "0"], "--rate"),
        (["--rate", "fast"], "--rate"),
        (["--max-clients", "0"], "--max-clients"),
        (["--per-address", "0"], "--per-address"),
        (["--login-timeout", "0"], "--login-timeout"),
        (["--nonsense", "1"], "--nonsense"),
    ] {
        wrong_usage(SERVER, &flags, part);
    }
    wrong_usage(SERVER, &["--max-clients", "0"], "it has to be a whole number from 1 on");
    wrong_usage(CHAT, &["--framing", "pigeons"], "--framing");
    wrong_usage(CHAT, &["--port", "x"], "--port");
}

#[cfg(not(feature = "database"))]
#[test]
fn what_needs_the_database_says_how_it_is_had() {
    for flags in [
        &["--database", "chat.db"][..],
        &["--database=chat.db"],
        &["--keep-days", "7"],
        &["history", "--database", "chat.db"],
        &["users", "--database", "chat.db"],
    ] {
        let mut program = Program::start(SERVER, flags);
        assert_eq!(program.wait().code(), Some(2), "{flags:?}");
        let (_, errors) = program.rest();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains("sh download.sh --with-database"), "{errors:?}");
    }
}

#[test]
fn help_and_version_are_told() {
    for program in [SERVER, CHAT] {
        for flag in ["--help", "--version"] {
            let mut program = Program::start(program, &[flag]);
            assert_eq!(program.wait().code(), Some(0));
            let (out, errors) = program.rest();
            assert!(!out.is_empty() && errors.is_empty(), "{out:#?} {errors:#?}");
        }
    }
}

#[test]
fn help_and_errors_of_chat_are_told_in_russian() {
    let russian = |flags: &[&str], environment: &str| {
        let mut command = Command::new(CHAT);
        let mut chat = Program::run(command.args(flags).env(environment, "ru_RU.UTF-8"));
        chat.end_of_input();
        let status = chat.wait().code();
        let (out, errors) = chat.rest();
        (status, [out, errors].concat().join("\n"))
    };
    for (flags, environment) in [(&["--help", "--lang", "ru"][..], "OTHER"), (&["-h"][..], "LC_MESSAGES")] {
        let (status, help) = russian(flags, environment);
        assert!(status == Some(0) && help.contains("Использование: chat [ПАРАМЕТРЫ]"), "{help}");
    }
    let (status, help) = russian(&["--help", "--lang=en"], "LANG");
    assert!(status == Some(0) && help.contains("Usage: chat [OPTIONS]"), "{help}");
    let (status, error) = russian(&["-i", "no-such-host.invalid"], "LANG");
    assert!(status == Some(1) && error.starts_with("chat: не удаётся найти узел"), "{error}");
    let server = ServerProgram::start(&[]);
    let port = server.address.port().to_string();
    let (status, error) = russian(&["-p", &port, "--log", "/nowhere/log"], "LC_ALL");
    assert!(status == Some(1) && error.starts_with("chat: не удаётся вести запись в /nowhere/log"), "{error}");
    // Sent after the login: a line that is too long is refused by the client itself.
    let mut chat = Program::run(Command::new(CHAT).args(["-p", &port, "-n", "anna", "--lang", "ru"]));
    chat.send(&"a".repeat(5000));
    chat.expect_error("Не отправлено: строка длиннее 4096 байт");
}

#[test]
fn the_server_speaks_russian_where_it_is_asked_to_and_its_log_does_not() {
    let mut server = ServerProgram::start(&["--lang", "ru"]);
    server.program.expect("Доступен только с этого компьютера. Для группы: chat-server -i 0.0.0.0");
    server.program.expect("На выбор ника есть 300 секунд (--login-timeout)");
    server.login("anna");
    server.program.expect_error("anna joined");
    let port = server.address.port().to_string();
    let taken = fails(SERVER, &["--lang=ru", "-p", &port]);
    assert!(taken.contains("не удаётся занять 127.0.0.1") && taken.contains("выберите другой порт: --port"), "{taken}");
    wrong_usage(SERVER, &["--lang", "ru", "-p", "70000"], "нужно целое число от 0 до 65535");
    let help = Command::new(SERVER).arg("--help").env("LC_ALL", "ru_RU.UTF-8").output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    assert!(help.contains("Использование: chat-server") && !help.contains("Usage"), "{help}");
}

#[test]
fn too_many_clients_for_the_machine_are_refused_at_the_start_with_what_would_fit() {
    let line = fails(SERVER, &["--port", "0", "--max-clients", "100000000"]);
    let (_, fits) = line.rsplit_once("--max-clients ").expect("it says what would fit");
    let fits: usize = fits.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    assert!((1..100_000_000).contains(&fits), "{line}");
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 100; exec \"$0\" --port 0", SERVER]);
    let mut server = ServerProgram::run(&mut few);
    let line = server.program.expect_error("only 80 clients instead of 1000");
    assert!(line.contains("WARN") && line.contains("ulimit -n"), "{line}");
    server.login("anna").quit();
    let nobody = fails("sh", &["-c", "ulimit -n 16; exec \"$0\" --port 0", SERVER]);
    assert!(nobody.contains("nobody could come") && nobody.contains("ulimit -n"), "{nobody}");
}

#[test]
fn the_blackboard_is_a_file_that_can_be_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("motd");
    let name = path.to_str().expect("a plain path");
    let flags = ["--port", "0", "--motd", name];
    assert!(fails(SERVER, &flags).contains("cannot show --motd"));
    fs::write(&path, [b'a', 0xFF]).expect("it can be written");
    assert!(fails(SERVER, &flags).contains("it is not UTF-8 text"));
    fs::write(&path, "a".repeat(8193)).expect("it can be written");
    assert!(fails(SERVER, &flags).contains("longer than 8192 bytes"));
    fs::write(&path, "").expect("it can be written");
    let server = ServerProgram::start(&["--motd", name]);
    let mut anna = server.peer();
    anna.send("anna");
    assert!(!anna.skip_to(QUESTION).contains(&String::new()), "an empty blackboard is no blank line");
    drop((anna, server));
    fs::write(&path, "Today: sockets\r\n\x1b[2Jroom 7\n").expect("it can be written");
    let server = ServerProgram::start(&["--motd", name]);
    let mut anna = server.peer();
    anna.send("anna");
    let before = anna.skip_to(QUESTION);
    assert_eq!(before[before.len() - 2..], ["Today: sockets", "^[[2Jroom 7"]);
}

#[test]
fn the_blackboard_is_read_anew_for_every_newcomer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("motd");
    fs::write(&path, "chapter 3\n").expect("it can be written");
    let mut server = ServerProgram::start(&["--motd", path.to_str().expect("a plain path")]);
    let seen_by = |nickname: &str| {
        let mut peer = server.peer();
        peer.send(nickname);
        peer.skip_to(QUESTION).last().cloned().expect("there is a welcome")
    };
    assert_eq!(seen_by("anna"), "chapter 3");
    fs::write(&path, "chapter 4\n").expect("it can be written");
    assert_eq!(seen_by("boris"), "chapter 4");
    fs::remove_file(&path).expect("it can be removed");
    assert!(seen_by("vera").starts_with("Welcome"));
    server.program.expect_error("cannot show --motd");
    let pipe = folder.path().to_str().expect("a plain path");
    assert!(fails(SERVER, &["--port", "0", "--motd", pipe]).contains("no ordinary file"));
}

#[test]
fn the_first_lines_say_what_to_tell_the_others() {
    let first_lines = |address: &str| {
        let mut server = Program::start(SERVER, &["--port", "0", "-i", address]);
        let port = server.line().rsplit(':').next().expect("its address").to_owned();
        let mut lines = Vec::new();
        while !lines.last().is_some_and(|line: &String| line.contains("--login-timeout")) {
            lines.push(server.line());
        }
        (port, lines)
    };
    let (port, lines) = first_lines("0.0.0.0");
    let own = chatroom::server::addresses::reachable();
    for address in own.iter().filter(|address| address.is_ipv4()) {
        assert!(lines.contains(&format!("    chat -i {address} -p {port}")), "{address}: {lines:?}");
    }
    assert!(lines[0].starts_with("Others join with"), "{lines:?}");
    let (_, lines) = first_lines("127.0.0.1");
    assert!(lines[0].starts_with("Only this computer can reach it"), "{lines:?}");
    assert_eq!(
        lines.last().map(String::as_str),
        Some("Who comes has 300 seconds to choose a nickname (--login-timeout)")
    );
}

#[test]
fn show_text_shows_it_at_the_usual_level_or_says_what_else_is_needed() {
    let start = |level: Option<&str>| {
        let mut command = Command::new(SERVER);
        command.args(["--port", "0", "--show-text"]).env_remove("RUST_LOG");
        if let Some(level) = level {
            command.env("RUST_LOG", level);
        }
        ServerProgram::run(&mut command)
    };
    let mut server = start(None);
    let mut anna = server.group("anna");
    anna.send("sesame");
    server.program.expect_error("\"sesame\"");
    start(Some("warn")).program.expect_error("--show-text shows nothing: RUST_LOG hides");
}

#[test]
fn what_users_say_is_not_logged_unless_asked_for() {
    for (flags, is_shown) in [(&["--show-text"][..], true), (&[][..], false)] {
        let mut command = Command::new(SERVER);
        command.args(["--port", "0"]).args(flags).env("RUST_LOG", "trace");
        let mut server = ServerProgram::run(&mut command);
        let mut anna = server.group("anna");
        anna.send("sesame");
        anna.expect("(broadcast) anna: sesame");
        anna.quit();
        server.program.expect_error("left: said goodbye");
        assert_eq!(server.program.has_said("sesame"), is_shown, "{:#?}", server.program.all());
        assert!(server.program.has_said("message 1.1"), "a message can be followed");
    }
}

#[test]
fn a_health_check_leaves_one_line_at_debug_and_none_at_the_usual_level() {
    for (level, lines) in [("info", 0), ("debug", 20)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        let mut server = ServerProgram::run(command.args(["--port", "0"]).env("RUST_LOG", level));
        for way in 0..20 {
            let check = server.peer();
            if way % 2 == 0 { drop(check) } else { check.reset() }
        }
        server.group("anna").quit();
        server.program.expect_error("anna left: said goodbye");
        // Some were gone before they were accepted; the threads of others may end after anna's.
        let is_check =
            |line: &str| line.contains(" and said nothing") || line.contains("was gone before being accepted");
        while server.program.all().iter().filter(|line| is_check(line)).count() < lines {
            server.program.expect_error("");
        }
        let all = server.program.all();
        assert_eq!(
            all.iter().filter(|line| line.contains(" INFO ") && line.contains("[client-")).count(),
            3,
            "{all:#?}"
        );
        let checks: Vec<&String> = all.iter().filter(|line| is_check(line)).collect();
        assert!(checks.len() == lines && checks.iter().all(|line| line.contains(" DEBUG ")), "{checks:#?}");
    }
}

#[test]
fn at_the_usual_level_a_message_leaves_no_line_in_the_log() {
    let mut server = ServerProgram::start(&["--rate", "off"]);
    let mut anna = server.group("anna");
    for i in 0..100 {
        anna.send_bytes(format!("{i}\nLIST\n/tell anna {i}\n\x1b\n").as_bytes());
        anna.skip_to_start("Not sent: the line holds U+001B");
    }
    anna.quit();
    server.program.expect_error("left: said goodbye");
    let logged: Vec<&String> = server.program.all().iter().filter(|line| line.contains(" INFO ")).collect();
    assert_eq!(logged.len(), 3, "connected, joined and left: {logged:#?}");
    assert!(!server.program.has_said(" WARN "), "{:#?}", server.program.all());
}

#[test]
fn no_server_is_one_line_with_what_to_do() {
    let listener = free_port();
    let port = listener.local_addr().expect("a bound listener has an address").port().to_string();
    drop(listener);
    let line = fails(CHAT, &["--port", &port]);
    assert!(line.contains("start chat-server there"), "{line}");
    let line = fails(CHAT, &["-i", "no-such-host.invalid"]);
    assert!(line.contains("cannot find the host"), "{line}");
}

#[test]
#[ignore = "ten thousand connections; .ci/run runs it"]
fn a_stderr_that_nobody_reads_stops_nothing_and_lost_lines_are_counted() {
    let mut child = Command::new(SERVER)
        .args(["--port", "0", "--rate", "off"])
        .env("RUST_LOG", "debug")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut first = Vec::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_until(b'\n', &mut first).expect("it says where");
    let first = String::from_utf8(first).expect("UTF-8");
    let address = first.trim().strip_prefix("Listening on ").and_then(|address| address.parse().ok());
    let address = address.expect("the first line says the address");
    let mut anna = Peer::connect(address).login("anna").group();
    // Far more log lines than the pipe and the log's own queue hold.
    for i in 0..10_000 {
        Peer::connect(address).login(&format!("user{i}x")).reset();
        anna.skip_to(&format!("(broadcast) General information: user{i}x has joined the Chat"));
        if i % 100 == 0 {
            anna.send(&format!("line {i}"));
            anna.skip_to(&format!("(broadcast) anna: line {i}"));
        }
    }
    let stderr = child.stderr.take().expect("a pipe");
    let (tell, told) = crossbeam_channel::bounded(1);
    let reads = move || {
        let mut lines = BufReader::new(stderr).split(b'\n');
        let lost = lines.find_map(|line| {
            let line = String::from_utf8(line.ok()?).ok()?;
            line.split_once(" log lines were lost")?.0.parse::<usize>().ok()
        });
        tell.send(lost)
    };
    thread::Builder::new().name("reads".into()).spawn(reads).expect("a thread can be started");
    let lost = told.recv_timeout(DEADLINE);
    child.kill().expect("the server runs");
    child.wait().expect("our own child");
    assert!(lost.expect("it is said in time").is_some_and(|lost| lost > 10_000), "{lost:?}");
}
