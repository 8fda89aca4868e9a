//! The glass server: HTTP to whoever asks rightly and nothing to anybody else; and each arrow that it draws is a delivery that
//! happened.
#![cfg(feature = "glass")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use chatroom::glass::lab::faults::FAULTS;
use chatroom::glass::{Glass, Lab, Trace};
use chatroom::server::Config;
use rustix::net;

use crate::program::{Program, ServerProgram};
use crate::support::{DEADLINE, Peer, Server, free_port};

#[path = "support/program.rs"]
mod program;
mod support;

/// A chat whose glass server listens at this address; the text is shown.
fn watched(config: Config) -> (Server, SocketAddr) {
    let listener = free_port();
    let address = listener.local_addr().expect("a bound listener has an address");
    let glass = Glass { listener: Some(listener), show_text: true, ..config.glass };
    (Server::with(Config { rate: None, glass, ..config }), address)
}

/// What is answered to these bytes, up to the end.
fn answer_to(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("the glass server accepts");
    stream.set_read_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
    // It may answer, and close, before all has been sent.
    stream.write_all(request).unwrap_or_default();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap_or_default();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(address: SocketAddr, path: &str) -> String {
    answer_to(address, format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())
}

#[track_caller]
fn is_refused(answer: &str, status: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "wanted {status}: {answer}");
    assert!(answer.contains("Content-Security-Policy: default-src 'none'"), "{answer}");
}

/// A browser's stream of events.
struct Watcher {
    stream: TcpStream,
    read: String,
}

impl Watcher {
    fn connect(address: SocketAddr, last: &str) -> Watcher {
        let mut stream = TcpStream::connect(address).expect("the glass server accepts");
        stream.set_read_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
        let request =
            format!("GET /events HTTP/1.1\r\nHost: localhost:{}\r\nLast-Event-ID: {last}\r\n\r\n", address.port());
        stream.write_all(request.as_bytes()).expect("it reads the request");
        Watcher { stream, read: String::new() }
    }

    /// Reads on until `part` has come.
    #[track_caller]
    fn reads(&mut self, part: &str) {
        let mut piece = [0; 64 * 1024];
        while !self.read.contains(part) {
            let count = support::read(&self.stream, &mut piece).expect("more events come");
            assert!(count > 0, "{part:?} has not come: {}", self.read);
            self.read += &String::from_utf8_lossy(&piece[..count]);
        }
    }

    /// The events so far, as JSON.
    fn events(&self) -> Vec<&str> {
        self.read
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .filter(|data| data.contains("\"n\":"))
            .collect()
    }

    fn last_id(&self) -> &str {
        self.read.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("an event has come")
    }
}

#[test]
fn the_page_comes_from_here_alone_and_says_so_to_the_browser() {
    let (_server, address) = watched(Config::default());
    let page = get(address, "/");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("<!doctype html>"), "{page}");
    for part in ["default-src 'none'; script-src 'self'", "frame-ancestors 'none'", "nosniff", "no-store"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for path in [
        "/glass.js",
        "/picture.js",
        "/words.js",
        "/style.css",
        "/course/ru/10_delivery.md",
        "/threads.json",
        "/metrics",
    ] {
        assert!(get(address, path).starts_with("HTTP/1.1 200 OK"), "{path}");
    }
}

#[test]
fn whoever_asks_wrongly_gets_a_status_and_a_sentence() {
    let (_server, address) = watched(Config::default());
    let with = |first: &str, host: &str| answer_to(address, format!("{first}\r\nHost: {host}\r\n\r\n").as_bytes());
    let own = address.to_string();
    is_refused(&with("GET / HTTP/1.1", "rebinding.example"), "403");
    is_refused(&with("GET /events HTTP/1.1", &format!("rebinding.example:{}", address.port())), "403");
    is_refused(&with("POST /events HTTP/1.1", &own), "405");
    is_refused(&with("GET /../src/lib.rs HTTP/1.1", &own), "404");
    is_refused(&with("GET /course/en/../../Cargo.toml HTTP/1.1", &own), "404");
    is_refused(&answer_to(address, b"\x16\x03\x01 hello\r\n\r\n"), "400");
    is_refused(&answer_to(address, b"GET / HTTP/1.1\r\n\r\n"), "400");
    is_refused(&answer_to(address, &[b'a'; 64 * 1024]), "431");
    let begun = Instant::now();
    is_refused(&answer_to(address, b"GET / HTTP/1.1\r\nHost: "), "408");
    assert!(begun.elapsed() < DEADLINE / 2, "{:?}", begun.elapsed());
}

#[test]
fn a_fifth_watcher_waits_until_one_has_gone() {
    let (_server, address) = watched(Config::default());
    let mut watchers: Vec<Watcher> = (0..4).map(|_| Watcher::connect(address, "")).collect();
    watchers.iter_mut().for_each(|watcher| watcher.reads("\"what\":\"here\""));
    is_refused(&get(address, "/events"), "503");
    watchers.pop();
    let until = Instant::now() + DEADLINE;
    // The place is free when the server has seen the end; it tells nobody.
    while get(address, "/metrics").contains("chatroom_glass_watchers 4") {
        assert!(Instant::now() < until, "the place is free again");
    }
    Watcher::connect(address, "").reads("\"what\":\"here\"");
}

#[test]
fn a_watcher_that_does_not_read_is_dropped_and_the_chat_goes_on() {
    let (server, address) = watched(Config::default());
    let socket = net::socket(net::AddressFamily::INET, net::SocketType::STREAM, None).expect("a socket");
    net::sockopt::set_socket_recv_buffer_size(&socket, 4096).expect("a socket takes this option");
    net::connect(&socket, &address).expect("the glass server accepts");
    let mut deaf = TcpStream::from(socket);
    deaf.write_all(format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())
        .expect("it reads the request");
    let mut anna = server.group("anna");
    let until = Instant::now() + DEADLINE;
    let long = "x".repeat(4000);
    while Instant::now() < until {
        for _ in 0..200 {
            anna.send(&long);
        }
        for _ in 0..200 {
            anna.expect(&format!("(broadcast) anna: {long}"));
        }
        if get(address, "/metrics").contains("chatroom_glass_watchers 0") {
            return;
        }
    }
    panic!("it is still there: {}", get(address, "/metrics"));
}

#[test]
fn who_comes_back_goes_on_behind_the_last_event_that_it_had() {
    let (server, address) = watched(Config::default());
    let (mut stays, mut goes) = (Watcher::connect(address, ""), Watcher::connect(address, ""));
    stays.reads("\"what\":\"here\"");
    goes.reads("\"what\":\"here\"");
    let mut anna = server.group("anna");
    goes.reads("in group");
    let last = goes.last_id().to_owned();
    drop(goes);
    anna.send("while nobody looked");
    anna.expect("(broadcast) anna: while nobody looked");
    let mut back = Watcher::connect(address, &last);
    back.reads("while nobody looked");
    let number =
        |event: &str| event.split(['{', ':', ',']).nth(2).and_then(|n| n.parse::<u64>().ok()).expect("a number");
    let expected = last.split_once('-').and_then(|(_, n)| n.parse::<u64>().ok()).expect("a number") + 1;
    assert_eq!(number(back.events()[0]), expected, "{last}: {}", back.read);
    let mut of_another_run = Watcher::connect(address, "1-0");
    of_another_run.reads("\"what\":\"here\"");
    assert!(of_another_run.events()[0].contains("\"what\":\"here\""));
}

/// Reads all that comes until the end, and gives the whole lines.
fn all_lines(mut peer: Peer) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(line) = peer.next_line() {
        lines.push(line);
    }
    lines
}

/// Runs the picture of the page under node, with what the clients have received.
#[allow(clippy::print_stderr, reason = "a test that is left out says so")]
fn same_in_the_page(events: &[&str], received: &[(u64, Vec<String>)]) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("a file");
    write("page.mjs", include_str!("../src/glass/page/picture.js").to_owned());
    write("picture.mjs", include_str!("glass/picture.mjs").to_owned());
    write("events", events.join("\n"));
    let lists: Vec<String> = received.iter().map(|(id, lines)| format!("[{id},{}]", strings(lines))).collect();
    write("received", format!("[{}]", lists.join(",")));
    let run = Command::new("node").args(["picture.mjs", "events", "received"]).current_dir(folder.path()).output();
    let Ok(output) = run else { return eprintln!("the page's own picture is left out: there is no node") };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(" arrows"), "{said}");
}

/// Lines of ASCII as a list of JSON strings: Rust's own quotes will do.
fn strings(lines: &[String]) -> String {
    format!("{lines:?}")
}

/// The texts of the arrows to each client in a diagram.
fn arrows(diagram: &Path, to: u64) -> Vec<String> {
    let text = fs::read_to_string(diagram).expect("the trace is there");
    let arrow = format!("->>c{to}: ");
    let texts = text.lines().filter_map(|line| line.split_once(&arrow)).map(|(_, text)| text.to_owned());
    texts.flat_map(|text| text.split(" / ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Every arrow is a line that came, and every line that came has its arrow: in the diagram and on the page.
#[track_caller]
fn all_arrows_are_true(diagram: &Path, watcher: &mut Watcher, received: &[(u64, Vec<String>)]) {
    for (id, lines) in received {
        let arrows = arrows(diagram, *id);
        // An arrow shows the first characters of what was rendered at once.
        let short =
            |lines: &[String]| lines.iter().map(|line| line.chars().take(40).collect()).collect::<Vec<String>>();
        assert_eq!(short(&arrows), short(lines), "client-{id}");
    }
    watcher.reads("event: over");
    same_in_the_page(&watcher.events(), received);
}

#[test]
fn every_arrow_is_a_delivery_that_happened_in_the_group_in_private_and_at_the_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let diagram = folder.path().join("run.mmd");
    let traces = vec![Trace::create(&diagram, 100_000).expect("a file")];
    let (server, address) = watched(Config { glass: Glass { traces, ..Glass::default() }, ..Config::default() });
    let mut watcher = Watcher::connect(address, "");
    watcher.reads("\"what\":\"here\"");
    let names = ["anna", "boris", "vera", "gleb"];
    let mut peers: Vec<Peer> = Vec::new();
    for name in names {
        let mut peer = server.peer();
        peer.send(name);
        peer.send(if name == "gleb" { "LIST" } else { "2" });
        // In order of connecting, so that the numbers are known.
        watcher.reads(&format!("\"kind\":\"joined\",\"id\":{}", peers.len() + 1));
        peers.push(peer);
    }
    peers[0].send("IGNORE vera");
    peers[0].send("hello");
    watcher.reads("anna: hello");
    peers[2].send("not for anna");
    peers[1].send("/tell gleb you alone");
    peers[2].send("LIST");
    peers[1].send("MENU");
    peers[0].send("without boris");
    peers[2].send("QUIT");
    watcher.reads("vera has left");
    peers[0].send("the last");
    watcher.reads("anna: the last");
    server.stop().expect("the ledger balances");
    let received: Vec<(u64, Vec<String>)> = (1..).zip(peers.into_iter().map(all_lines)).collect();
    assert!(received[0].1.contains(&"(broadcast) anna: the last".to_owned()), "{received:?}");
    assert!(!received[0].1.iter().any(|line| line.contains("not for anna")), "{received:?}");
    assert!(received[3].1.contains(&"(private) boris : you alone".to_owned()), "{received:?}");
    all_arrows_are_true(&diagram, &mut watcher, &received);
    let text = fs::read_to_string(&diagram).expect("the trace is there");
    assert!(text.contains("participant c3 as vera\n"), "who has left is still called by name: {text}");
}

/// boris does not read until `anna` has filled his socket and the watcher has seen `event`; then everybody reads to the end.
fn with_a_late_reader(late_threads: usize, event: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let diagram = folder.path().join("run.mmd");
    let traces = vec![Trace::create(&diagram, 100_000).expect("a file")];
    let glass = Glass { traces, ..Glass::default() };
    let (server, address) = watched(Config { glass, late_threads, ..Config::default() });
    let mut watcher = Watcher::connect(address, "");
    watcher.reads("\"what\":\"here\"");
    let boris = server.peer();
    let mut boris_writes = boris.stream();
    boris_writes.write_all(b"boris\n2\n").expect("the server reads");
    watcher.reads("\"kind\":\"listens\",\"id\":1");
    let mut anna = server.peer();
    anna.send("anna");
    anna.send("2");
    let mut from_anna: Vec<String> = anna.skip_to("You in group");
    from_anna.push("You in group".into());
    let long = "x".repeat(4000);
    for _ in 0..2000 {
        anna.send(&long);
        // Her own echo: the tap is emptied ten times a second, and is not to run over.
        from_anna.push(anna.line());
        if has_come(&mut watcher, event) {
            break;
        }
    }
    watcher.reads(event);
    let reads = thread::Builder::new().name("boris".into()).spawn(move || all_lines(boris)).expect("a thread");
    if late_threads > 0 {
        watcher.reads("\"what\":\"caught-up\"");
    }
    anna.send("the end");
    from_anna.extend(anna.skip_to("(broadcast) anna: the end"));
    from_anna.push("(broadcast) anna: the end".into());
    server.stop().expect("the ledger balances");
    from_anna.extend(all_lines(anna));
    let received = [(1, reads.join().expect("boris reads")), (2, from_anna)];
    all_arrows_are_true(&diagram, &mut watcher, &received);
}

/// What has come up to now, without waiting.
fn has_come(watcher: &mut Watcher, part: &str) -> bool {
    watcher.stream.set_nonblocking(true).expect("a socket takes this option");
    let mut piece = [0; 64 * 1024];
    while let Ok(count @ 1..) = watcher.stream.read(&mut piece) {
        watcher.read += &String::from_utf8_lossy(&piece[..count]);
    }
    watcher.stream.set_nonblocking(false).expect("a socket takes this option");
    watcher.read.contains(part)
}

#[test]
fn every_arrow_to_a_late_reader_is_one_that_its_socket_took() {
    with_a_late_reader(10, "\"late\":[[1,");
}

#[test]
fn no_arrow_goes_to_who_was_cut() {
    with_a_late_reader(0, "\"dropped\":[1]");
}

#[test]
fn in_the_lab_a_socket_takes_nothing_and_all_see_it() {
    let glass = Glass { lab: Lab { stall: Some("boris".into()), one_thread: false }, ..Glass::default() };
    let (server, address) = watched(Config { glass, ..Config::default() });
    let mut watcher = Watcher::connect(address, "");
    watcher.reads("\"what\":\"here\"");
    let mut boris = server.peer();
    boris.send("boris");
    boris.send("2");
    watcher.reads("\"kind\":\"listens\",\"id\":1");
    let mut anna = server.group("anna");
    anna.send("hello");
    anna.expect("(broadcast) anna: hello");
    watcher.reads("\"appended\":[1]");
    drop(watcher);
    // What waited is dropped in the end, and the ledger knows it.
    drop((anna, boris));
    server.stop().expect("the ledger balances");
}

/// The program with these flags, and its first lines up to the one that holds `part`.
fn program_says(flags: &[&str], part: &str) -> ServerProgram {
    let mut server = ServerProgram::start(flags);
    loop {
        if server.program.line().contains(part) {
            return server;
        }
    }
}

#[test]
fn the_lab_says_so_and_lets_nobody_else_in() {
    let server = program_says(&["--lang", "en", "--lab", "split=3", "--one-thread"], "A LAB");
    server.login("anna").quit();
    let mut refused = Program::start(
        env!("CARGO_BIN_EXE_chat-server"),
        &["--lang", "en", "-p", "0", "-i", "0.0.0.0", "--one-thread"],
    );
    assert_eq!(refused.wait().code(), Some(1));
    refused.expect_error("for this computer alone");
}

#[test]
fn in_the_lab_the_second_client_waits_for_the_first() {
    let glass = Glass { lab: Lab { one_thread: true, ..Lab::default() }, ..Glass::default() };
    let server = Server::with(Config { glass, ..Config::default() });
    let anna = server.login("anna");
    let mut boris = server.peer();
    let waits = std::time::Duration::from_millis(300);
    boris.stream().set_read_timeout(Some(waits)).expect("a socket takes a timeout");
    assert!(boris.stream().peek(&mut [0]).is_err(), "nobody has asked him anything");
    boris.stream().set_read_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
    anna.quit();
    boris.expect("Your nickname?");
    server.stop().expect("the stop reaches a session in the accept thread");
}

#[test]
#[ignore = "takes a minute; .ci/run runs it"]
fn chat_check_finds_each_fault_of_the_lab() {
    let (chat, server) = (env!("CARGO_BIN_EXE_chat"), env!("CARGO_BIN_EXE_chat-server"));
    let finds = |fault: &str| {
        let arguments = ["check", "--no-extra", "--step", "10", "--lang", "en", "--", server, "--port", "{port}"];
        let run = Command::new(chat).args(arguments).args(["--lab", &format!("fault={fault}")]).output();
        let output = run.expect("chat can be started");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code() == Some(1) && text.contains("BROKEN")).then_some(()).ok_or(text)
    };
    thread::scope(|scope| {
        let runs: Vec<_> = FAULTS.iter().map(|(name, ..)| (name, scope.spawn(move || finds(name)))).collect();
        for (name, run) in runs {
            run.join().expect("it does not panic").unwrap_or_else(|text| panic!("{name} is not found:\n{text}"));
        }
    });
}
