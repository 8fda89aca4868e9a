//! Exercise 11.4: a client that ends within a second, though its other thread waits in `read`. You edit `mine.rs`.
//!
//! Run: `cargo run --example e11_quit`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod solution;

/// What is checked: sends each line of `typed` to the server and shows what comes as it comes. Leaves at the line `q`,
/// which is not sent, or when the server closes; then both threads end, and all that came has been shown.
pub(crate) type Run = fn(server: TcpStream, typed: Receiver<String>, shown: Sender<u8>) -> io::Result<()>;

const PATIENCE: Duration = Duration::from_secs(5);
/// "Within a second", on a machine that has other work too.
const SOON: Duration = Duration::from_secs(3);
const A_MOMENT: Duration = Duration::from_millis(250);

fn main() -> io::Result<()> {
    let run: Run = match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::run
        }
        Some("solution") => solution::run,
        Some(name) => other::named(name),
    };
    leaves_at_q(run)?;
    leaves_with_the_server(run)?;
    waits_for_its_thread(run)?;
    println!("e11_quit: every check passes");
    Ok(())
}

/// A client that runs, and what it is connected to: the server's end, the keyboard and the screen.
struct Running {
    server: TcpStream,
    keyboard: Sender<String>,
    screen: Receiver<u8>,
    ended: Receiver<io::Result<()>>,
}

impl Running {
    /// With room for so many bytes on the screen.
    fn start(run: Run, room: usize) -> io::Result<Running> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let client = TcpStream::connect(listener.local_addr()?)?;
        let (server, _) = listener.accept()?;
        server.set_read_timeout(Some(PATIENCE))?;
        let (keyboard, typed) = bounded(10);
        let (shown, screen) = bounded(room);
        let (end, ended) = bounded(1);
        thread::Builder::new().name("client".into()).spawn(move || {
            end.send(run(client, typed, shown)).unwrap_or_default(); // the check may have given up
        })?;
        Ok(Running { server, keyboard, screen, ended })
    }

    fn types(&self, line: &str) {
        assert!(self.keyboard.send(line.into()).is_ok(), "your client takes no more lines, and nobody has typed q");
    }

    /// The next bytes on the screen, as many as are expected.
    fn shows(&self, expected: &[u8], why: &str) {
        let shown: Vec<u8> = expected.iter().map_while(|_| self.screen.recv_timeout(PATIENCE).ok()).collect();
        assert!(shown == expected, "{why}; {} of {} bytes were shown", shown.len(), expected.len());
    }

    /// It has returned, and its threads have ended: nobody holds the other end of the screen.
    fn ends(self, why: &str) -> io::Result<TcpStream> {
        match self.ended.recv_timeout(SOON) {
            Ok(result) => result?,
            Err(RecvTimeoutError::Timeout) => {
                panic!("{why}: the client still runs, three seconds later. Who wakes which thread?")
            }
            Err(RecvTimeoutError::Disconnected) => panic!("your client panicked; its message stands above"),
        }
        let rest = self.screen.try_recv();
        assert!(rest != Err(TryRecvError::Empty), "{why}: `run` has returned, and its other thread still runs");
        Ok(self.server)
    }
}

fn leaves_at_q(run: Run) -> io::Result<()> {
    let mut client = Running::start(run, 100)?;
    client.server.write_all(b"hello")?;
    client.shows(b"hello", "what the server sends should be shown, before anything is typed");
    client.types("hi");
    let mut line = [0; 3];
    client.server.read_exact(&mut line)?;
    assert_eq!(&line, b"hi\n", "what is typed should be sent, with its newline");
    // The server says nothing more: the receiving thread waits in `read`.
    client.types("q");
    let mut server = client.ends("q was typed")?;
    assert_eq!(server.read(&mut [0; 8])?, 0, "the server should read the end, and no `q`");
    Ok(())
}

/// Nobody types anything: the other thread waits for a line.
fn leaves_with_the_server(run: Run) -> io::Result<()> {
    let mut client = Running::start(run, 100)?;
    client.server.write_all(b"bye")?;
    client.server.shutdown(Shutdown::Write)?;
    client.shows(b"bye", "the last words of the server should be shown");
    client.ends("the server has closed")?;
    Ok(())
}

/// More has come than the screen has room for: the thread that shows it is held up in the middle of it.
fn waits_for_its_thread(run: Run) -> io::Result<()> {
    let mut client = Running::start(run, 10)?;
    let text = [b'x'; 50];
    client.server.write_all(&text)?;
    client.shows(b"x", "what the server sends should be shown");
    client.types("q");
    let early = client.ended.recv_timeout(A_MOMENT);
    assert!(
        early.is_err(),
        "`run` has returned, and its other thread has not ended: 50 bytes came, 11 at most are shown"
    );
    client.shows(&text[1..], "what had come before q should be shown");
    client.ends("q was typed, and all was shown")?;
    Ok(())
}
