//! A panic in one of the client's threads leaves the terminal as it was. The client has no place that is known to panic:
//! the one here runs with a log that does.
#![cfg(feature = "editor")]

mod pty;
mod support;

use std::env;
use std::thread;

use chatroom::client::{self, Bell, Ended, Lang, Look, Servers, Settings};
use chatroom::limits::PEER_TIMEOUT;
use log::{LevelFilter, Log, Metadata, Record};
use pty::Terminal;
use pty::played::enter_group;
use support::free_port;

/// The length, with its newline, of the line that `recv` panics at.
const FATAL_LINE: usize = 77;
/// The key that `sent` panics at, within rustyline, where the terminal is raw.
const FATAL_KEY: char = '!';

/// Panics in the thread that it is named for.
struct Panics(String);

impl Log for Panics {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let said = record.args().to_string();
        let is_fatal = said == format!("read {FATAL_LINE} bytes")
            || said.starts_with("Changeset::insert") && said.contains(&format!("{FATAL_KEY:?}"));
        assert!(!is_fatal || thread::current().name() != Some(&self.0), "as the test wants it");
    }

    fn flush(&self) {}
}

#[test]
#[ignore = "it is the program in the terminal; the test below runs it"]
fn the_client_with_a_log_that_panics() {
    let (port, thread) = (env::var("CHAT_PORT"), env::var("CHAT_PANICS"));
    let (port, thread) = (port.expect("a port").parse().expect("a port"), thread.expect("a thread"));
    log::set_boxed_logger(Box::new(Panics(thread.clone()))).expect("the first one");
    log::set_max_level(LevelFilter::Trace);
    let servers = Servers::new(vec![("127.0.0.1".into(), port)], PEER_TIMEOUT);
    let server = servers.connect().expect("the test listens");
    let look = Look { colour: false, time: false, bell: Bell::Off, quiet: false, lang: Lang::En };
    let (input, printer) = client::open(look);
    let settings = Settings { nickname: Some("anna".into()), ..Settings::default() };
    let ended = client::run(server, settings, input, printer);
    match thread.as_str() {
        "recv" => assert!(ended.is_err(), "{ended:?}"),
        _ => assert!(matches!(ended, Ok(Ended::ServerGone)), "{ended:?}"),
    }
}

#[test]
fn a_panic_leaves_the_terminal_as_it_was() {
    for thread in ["recv", "sent"] {
        let listener = free_port();
        let port = listener.local_addr().expect("its address").port();
        let this = env::current_exe().expect("this program");
        let mut terminal = Terminal::shell(&format!(
            "RUST_BACKTRACE=0 CHAT_PORT={port} CHAT_PANICS={thread} exec '{}' --ignored --exact the_client_with_a_log_that_panics --nocapture",
            this.display()
        ));
        let mut server = enter_group(&mut terminal, &listener);
        terminal.type_in("half a line");
        terminal.wait_for_draft("[anna in the group] half a line");
        terminal.look(|screen| assert!(screen.bracketed_paste()));
        match thread {
            "recv" => server.say(&"x".repeat(FATAL_LINE - 1)),
            _ => terminal.type_in(&FATAL_KEY.to_string()),
        }
        assert_eq!(terminal.leave(), 0, "it ended as it should:\n{}", terminal.contents());
        terminal.wait_for("as the test wants it");
        terminal.wait("end of bracketed paste", |screen| !screen.bracketed_paste());
    }
}
