//! `chat` on a line that breaks: the session goes on, nothing is missed or said twice, and nobody hears of a leave.
#![cfg(feature = "editor")]

mod pty;
mod support;

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use pty::Terminal;
use support::{Peer, Server, free_port};

/// A line to the server that can be cut. Each connection has to be let through.
struct Line {
    port: String,
    /// Lets the next connection through.
    lets: Sender<()>,
    /// Both sockets of each connection.
    sockets: Receiver<[TcpStream; 2]>,
}

impl Line {
    fn to(server: SocketAddr) -> Line {
        let listener = free_port();
        let port = listener.local_addr().expect("its address").port().to_string();
        let (lets, is_let) = bounded(8);
        let (tell, sockets) = bounded(8);
        starts(move || relay(&listener, server, &is_let, &tell));
        Line { port, lets, sockets }
    }

    fn lets_one_through(&self) {
        self.lets.send(()).expect("the relay runs");
    }

    /// The connection breaks.
    fn breaks(&self) {
        let sockets = self.sockets.recv().expect("somebody has connected");
        for socket in sockets {
            // Where the other side was first, it is closed already.
            socket.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }
}

fn relay(listener: &TcpListener, server: SocketAddr, is_let: &Receiver<()>, tell: &Sender<[TcpStream; 2]>) {
    while is_let.recv().is_ok() {
        let (client, _) = listener.accept().expect("chat connects");
        let server = TcpStream::connect(server).expect("the server accepts");
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (mut from, mut to) = (dup(from), dup(to));
            starts(move || {
                io::copy(&mut from, &mut to).unwrap_or_default();
                to.shutdown(Shutdown::Write).unwrap_or_default();
            });
        }
        tell.send([client, server]).unwrap_or_default();
    }
}

fn starts(work: impl FnOnce() + Send + 'static) {
    drop(thread::Builder::new().spawn(work).expect("a thread"));
}

#[expect(clippy::disallowed_methods, reason = "each direction of the relay is a thread of its own")]
fn dup(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a descriptor")
}

/// `chat` as boris at the question, over a line that can be cut.
fn boris(server: &Server) -> (Line, Terminal) {
    let line = Line::to(server.address);
    line.lets_one_through();
    let terminal = Terminal::start(&["--port", &line.port, "--nickname", "boris"], &[], 24, 80);
    terminal.wait_for("1. write to one user");
    (line, terminal)
}

fn in_the_group(server: &Server) -> (Peer, Line, Terminal) {
    let mut anna = server.group("anna");
    let (line, mut terminal) = boris(server);
    anna.expect("(broadcast) General information: boris has joined the Chat");
    terminal.type_in("2\r");
    terminal.wait_for("[boris in the group]");
    terminal.type_in("here\r");
    anna.expect("(broadcast) boris: here");
    terminal.wait_for("here");
    (anna, line, terminal)
}

#[test]
fn what_was_said_while_the_line_was_broken_comes_and_what_was_typed_goes_out_once() {
    let server = Server::start();
    let (mut anna, line, mut terminal) = in_the_group(&server);
    for round in 0..3 {
        line.breaks();
        terminal.wait_for("boris away");
        for number in 0..3 {
            anna.send(&format!("missed {round}.{number}"));
            anna.expect(&format!("(broadcast) anna: missed {round}.{number}"));
        }
        terminal.type_in(&format!("typed {round}.0\rtyped {round}.1\r"));
        line.lets_one_through();
        terminal.wait_for(&format!("missed {round}.2"));
        for number in 0..2 {
            anna.expect(&format!("(broadcast) boris: typed {round}.{number}"));
        }
        terminal.wait_for(&format!("boris: typed {round}.1"));
    }
    let screen = terminal.contents();
    assert!(screen.contains("The server is back, and nothing was missed"), "{screen}");
    for said in ["missed 2.0", "missed 2.1", "missed 2.2", "boris: typed 2.0", "boris: typed 2.1"] {
        assert_eq!(screen.matches(said).count(), 1, "{said}: {screen}");
    }
    assert!(!screen.contains("Session:") && !screen.contains("Resumed:") && !screen.contains("/resume"), "{screen}");
    terminal.type_in("QUIT\r");
    anna.expect("(broadcast) General information: boris has left the Chat");
    assert_eq!(terminal.leave(), 0);
}

#[test]
fn what_was_missed_for_good_is_counted() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    let line = Line::to(server.address);
    line.lets_one_through();
    // So large that nothing of it leaves the screen.
    let mut terminal = Terminal::start(&["--port", &line.port, "--nickname", "boris"], &[], 120, 1050);
    anna.expect("(broadcast) General information: boris has joined the Chat");
    terminal.wait_for("1. write to one user");
    terminal.type_in("2\r");
    terminal.wait_for("[boris in the group]");
    line.breaks();
    terminal.wait_for("boris away");
    let text = "x".repeat(979);
    for number in 100..200 {
        anna.send(&format!("{number} {text}"));
        anna.expect(&format!("(broadcast) anna: {number} {text}"));
    }
    line.lets_one_through();
    terminal.wait_for("anna: 199 xxx");
    let screen = terminal.contents();
    let (_, after) = screen.split_once("lines that you have missed for good: ").expect("it is said");
    let lost: u32 = after.split_whitespace().next().and_then(|lost| lost.parse().ok()).expect("a figure");
    assert!(!screen.contains(&format!("anna: {} xxx", 100 + lost - 1)) && lost > 0, "{screen}");
    assert!(screen.contains(&format!("anna: {} xxx", 100 + lost)), "{screen}");
}

#[test]
fn a_private_chat_stands_when_the_line_breaks() {
    let server = Server::start();
    let mut anna = server.login("anna");
    let (line, mut terminal) = boris(&server);
    terminal.type_in("1\r");
    terminal.wait_for("1.anna");
    terminal.type_in("1\r");
    terminal.wait_for("[boris to anna]");
    anna.expect_start("boris writes to you alone");
    line.breaks();
    terminal.wait_for("boris away");
    anna.send("/tell boris still there?");
    anna.expect("(private to boris) : still there?");
    terminal.type_in("yes\r");
    line.lets_one_through();
    anna.skip_to("(private) boris : yes");
    terminal.wait_for("still there?");
    terminal.wait_for_draft("[boris to anna]");
}

#[test]
fn where_somebody_else_has_the_nickname_meanwhile_the_session_is_over_and_that_is_said() {
    let server = Server::start();
    let (mut anna, line, terminal) = in_the_group(&server);
    line.breaks();
    terminal.wait_for("boris away");
    let _other = server.login("boris");
    anna.expect("(broadcast) General information: boris has left the Chat");
    anna.expect("(broadcast) General information: boris has joined the Chat");
    line.lets_one_through();
    terminal.wait_for("boris is still taken");
}
