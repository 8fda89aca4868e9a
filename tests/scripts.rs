//! `chat` in pipes, where it is a tool for scripts: what it sends, what it prints, and how it ends.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chatroom::server::Config;

use crate::program::Program;
use crate::support::{QUESTION, Server, free_port};

#[path = "support/program.rs"]
mod program;
mod support;

const CHAT: &str = env!("CARGO_BIN_EXE_chat");

/// `chat` with pipes for all three streams.
fn chat(port: u16, flags: &[&str]) -> Program {
    Program::run(Command::new(CHAT).args(["--port", &port.to_string()]).args(flags))
}

/// Reads stdout up to a line.
#[track_caller]
fn reads_to(chat: &mut Program, line: &str) {
    while chat.line() != line {}
}

#[test]
fn a_script_sends_each_line_then_quit_and_waits_for_the_goodbye() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let mut chat = chat(server.address.port(), &[]);
    for line in ["anna", "2", "hello", "last"] {
        chat.send(line);
    }
    chat.end_of_input();
    assert_eq!(chat.wait().code(), Some(0));
    boris.expect("(broadcast) General information: anna has joined the Chat");
    boris.expect("(broadcast) anna: hello");
    boris.expect("(broadcast) anna: last");
    boris.expect("(broadcast) General information: anna has left the Chat");
    let (out, errors) = chat.rest();
    let welcome = &out[2];
    assert_eq!(
        out,
        [
            "Your nickname?",
            "Successfully",
            welcome,
            QUESTION,
            "You in group",
            "(broadcast) anna: hello",
            "(broadcast) anna: last",
            "Disconnected"
        ]
    );
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_script_may_say_quit_itself_and_lack_its_last_newline() {
    let server = Server::start();
    for script in ["anna\n2\nhello\nQUIT\n", "anna\nq", "anna\n2\nhello"] {
        let mut child = Command::new(CHAT)
            .args(["-p", &server.address.port().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("chat starts");
        child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("chat reads");
        let out = child.wait_with_output().expect("it ends");
        assert_eq!(out.status.code(), Some(0), "{script:?}");
        let text = String::from_utf8(out.stdout).expect("UTF-8");
        assert!(text.ends_with("Disconnected\n"), "{text}");
        assert!(!script.contains("hello") || text.contains("(broadcast) anna: hello\n"), "{text}");
        assert!(!text.contains('\x1b') && !text.contains('\r'), "plain lines: {text:?}");
    }
}

#[test]
fn a_refused_nickname_ends_a_script_and_its_next_line_is_no_nickname() {
    let server = Server::start();
    let mut anna = server.group("anna");
    for (flags, script) in [(&[][..], "anna\nboris\n2\nhello\n"), (&["-n", "anna"][..], "boris\n2\nhello\n")] {
        let mut chat = chat(server.address.port(), flags);
        chat.send(script);
        assert_eq!(chat.wait().code(), Some(1), "{flags:?}");
        let (out, errors) = chat.rest();
        assert!(out.iter().any(|line| line == "This nickname already used"), "{out:#?}");
        assert_eq!(errors.len(), 1, "{errors:#?}");
    }
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna']");
}

#[test]
fn the_server_gone_while_the_input_is_silent_is_one_line_and_status_1() {
    let listener = free_port();
    let port = listener.local_addr().expect("a bound listener has an address").port();
    for last_words in ["", "Disconnected\n"] {
        let mut chat = chat(port, &["--nickname", "anna"]);
        let (mut stream, _) = listener.accept().expect("chat connects");
        stream.write_all(format!("Your nickname?\nSuccessfully\n{last_words}").as_bytes()).expect("chat reads");
        reads_to(&mut chat, "Successfully");
        let mut nickname = Vec::new();
        BufReader::new(&stream).read_until(b'\n', &mut nickname).expect("chat sends");
        assert_eq!(nickname, b"anna\n");
        let gone = Instant::now();
        drop(stream);
        assert_eq!(chat.wait().code(), Some(1));
        // Promised is one second; a busy machine may add to it.
        assert!(gone.elapsed() < Duration::from_secs(5), "{:?}", gone.elapsed());
        let (_, errors) = chat.rest();
        assert_eq!(errors.len(), 1, "{errors:#?}");
    }
}

#[test]
fn a_closed_output_is_a_quiet_end() {
    let server = Server::start();
    let mut boris = server.group("boris");
    let mut child = Command::new(CHAT)
        .args(["-n", "anna", "-p", &server.address.port().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("chat starts");
    // As `head -1`: one line, and away.
    let mut first = Vec::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_until(b'\n', &mut first).expect("chat prints");
    assert_eq!(first, b"Your nickname?\n");
    boris.expect("(broadcast) General information: anna has joined the Chat");
    boris.send("say something");
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    boris.skip_to("(broadcast) General information: anna has left the Chat");
}

/// Runs a shell command in which `$CHAT` is `chat` with its port; gives the status, and the one line on stderr.
fn one_error(server: &Server, script: &str) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).env("CHAT", format!("{CHAT} --port {}", server.address.port()));
    let mut shell = Program::run(&mut shell);
    assert_eq!(shell.wait().code(), Some(1), "{script}");
    let (_, errors) = shell.rest();
    assert_eq!(errors.len(), 1, "{script}: {errors:#?}");
    errors[0].clone()
}

#[test]
fn an_input_that_cannot_be_read_is_one_line_and_status_1() {
    let server = Server::start();
    for script in ["$CHAT < /", "$CHAT --raw < /", "$CHAT --nickname anna < /"] {
        let error = one_error(&server, script);
        assert!(error.starts_with("chat: cannot read the input: "), "{script}: {error}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_cannot_be_written_is_one_line_and_status_1() {
    let server = Server::start();
    let error = one_error(&server, "printf 'boris\\n2\\nhello\\n' | $CHAT > /dev/full");
    assert!(error.starts_with("chat: cannot write the output: "), "{error}");
}

#[test]
fn nothing_that_a_server_sends_can_drive_the_terminal() {
    let listener = free_port();
    let port = listener.local_addr().expect("a bound listener has an address").port();
    let mut chat = chat(port, &[]);
    let (mut stream, _) = listener.accept().expect("chat connects");
    stream.write_all("\x1b[2J\x07\u{9b}31m\u{202e}\u{7f}\r\n\nDisconnected\n".as_bytes()).expect("chat reads");
    drop(stream);
    chat.expect("^[[2J^G<U+009B>31m<U+202E>^?");
}

#[test]
fn chat_can_talk_to_a_server_that_frames_nothing() {
    let server = Server::with(Config { unframed: Some(free_port()), ..Config::default() });
    let mut boris = server.group("boris");
    let port = server.unframed.expect("a second listener").port();
    let mut chat = chat(port, &["--framing", "chunks", "-n", "anna"]);
    boris.expect("(broadcast) General information: anna has joined the Chat");
    reads_to(&mut chat, QUESTION);
    chat.send("2");
    reads_to(&mut chat, "You in group");
    chat.send("hello");
    boris.expect("(broadcast) anna: hello");
    chat.send("QUIT");
    assert_eq!(chat.wait().code(), Some(0), "{:#?}", chat.all());
    boris.expect("(broadcast) General information: anna has left the Chat");
}

#[test]
fn a_script_of_which_a_line_was_refused_sends_the_rest_and_ends_with_status_1() {
    let long = "x".repeat(5000);
    for refused in [long.as_str(), "/dance", "/tell nobody hello", "REGISTER", "DANCE\u{7}"] {
        let server = Server::without_rate();
        let mut boris = server.group("boris");
        let mut chat = chat(server.address.port(), &["--nickname", "anna"]);
        for line in ["2", "before", refused, "after"] {
            chat.send(line);
        }
        chat.end_of_input();
        assert_eq!(chat.wait().code(), Some(1), "{refused}");
        boris.skip_to("(broadcast) anna: before");
        boris.expect("(broadcast) anna: after");
        let (out, errors) = chat.rest();
        assert!(out.iter().any(|line| line == "Disconnected"), "{out:?}");
        assert_eq!(errors.last().map(String::as_str), Some("chat: not all was sent: a line was refused, see above"));
    }
}

#[test]
fn a_nickname_of_two_lines_is_refused_at_the_start() {
    // Nobody listens: it does not come to that.
    let mut chat = chat(1, &["--nickname", "anna\n2"]);
    assert_eq!(chat.wait().code(), Some(2));
    let (_, errors) = chat.rest();
    assert_eq!(
        errors.first().map(String::as_str),
        Some(
            "error: invalid value 'anna^J2' for '--nickname <NICKNAME>': it holds U+000A, a character that controls terminals; leave it out"
        )
    );
}
