//! `chat` asks for the password like for any line, and neither shows nor remembers it.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{Folder, Server};

/// `chat` with a script, to its end: exit status and what it printed.
fn script(server: &Server, lines: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command.args(["-p", &server.address.port().to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut chat = command.spawn().expect("the program starts");
    chat.stdin.take().expect("it has a stdin").write_all(lines.as_bytes()).unwrap();
    let output = chat.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_script_registers_and_logs_in() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (status, out) = script(&server, "anna\nREGISTER\ncorrect horse\ncorrect horse\n");
    assert!(status == Some(0) && out.contains("\nRegistered: "), "{out}");
    let (status, out) = script(&server, "anna\ncorrect horse\n2\nhello\n");
    assert!(status == Some(0) && out.contains("(broadcast) anna: hello") && !out.contains("horse"), "{out}");
}

#[cfg(feature = "editor")]
#[test]
fn a_password_is_never_on_the_screen() {
    use crate::pty::Terminal;

    let folder = Folder::new();
    let server = Server::start(&folder);
    let port = server.address.port().to_string();
    let chat = || Terminal::start(&["-p", &port], &[], 24, 80);
    let never_shown = |terminal: &mut Terminal| {
        let shown = terminal.history().join("\n") + &terminal.contents();
        assert!(!shown.contains("correct"), "{shown}");
    };
    let mut terminal = chat();
    terminal.enter();
    terminal.type_in("REGISTER\r");
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct horse");
    terminal.wait_for("*************");
    never_shown(&mut terminal);
    terminal.type_in("\r");
    // The second question, at once: no key is seen before it is asked.
    terminal.type_in("correct horse\r");
    terminal.wait_for("Registered: ");
    // What the arrow key brings back is the line before, not the password.
    terminal.type_in("\x1b[A");
    terminal.wait_for_draft("[anna in the group] REGISTER");
    never_shown(&mut terminal);
    terminal.type_in("\x03");
    terminal.wait_for_draft("[anna in the group]");
    terminal.type_in("QUIT\r");
    assert_eq!(terminal.leave(), 0);
    let mut terminal = chat();
    terminal.wait_for("Your nickname?");
    terminal.type_in("anna\r");
    terminal.wait_for_draft("Password?");
    terminal.type_in("correct horse\r");
    terminal.wait_for("You are anna");
    terminal.wait_for("1. write to one user");
    never_shown(&mut terminal);
    terminal.type_in("QUIT\r");
    assert_eq!(terminal.leave(), 0);
}

/// On an address of its own, where nobody else takes the port while the server is away.
#[cfg(all(feature = "editor", target_os = "linux"))]
#[test]
fn after_a_reconnect_only_what_was_not_shown_is_shown() {
    use crate::pty::Terminal;
    use std::net::TcpListener;

    let folder = Folder::new();
    let host = format!("127.{}.{}.2", 1 + std::process::id() % 200, std::process::id() / 200 % 250);
    let listener = TcpListener::bind((host.as_str(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::on(&folder, listener);
    let port = address.port().to_string();
    let mut terminal = Terminal::start(&["-i", &host, "-p", &port, "--no-time"], &[], 40, 80);
    terminal.enter();
    let mut boris = server.group("boris");
    for text in ["same", "same", "last"] {
        boris.send(text);
        terminal.wait_for(&format!("boris: {text}"));
    }
    terminal.type_in("mine\r");
    terminal.wait_for("anna: mine");
    drop((boris, server));
    terminal.wait_for("anna away");
    let server = Server::on(&folder, TcpListener::bind(address).unwrap());
    // Said before anna is back, or after: shown once in either case.
    let mut boris = server.group("boris");
    for text in ["same", "new"] {
        boris.send(text);
    }
    terminal.wait_for("The server is back");
    terminal.wait_for("boris: new");
    boris.send("the end");
    terminal.wait_for("boris: the end");
    let count = |text: &str| terminal.history().iter().filter(|row| row.trim_end().ends_with(text)).count();
    for (text, times) in [("boris: same", 3), ("boris: last", 1), ("anna: mine", 1), ("boris: new", 1)] {
        assert_eq!(count(text), times, "{text}:\n{}", terminal.contents());
    }
}
