//! Two clients and a server in one process, and who sent what to whom: anna on the left, the server in the middle, boris
//! on the right. An arrow to the server is what somebody types, an arrow from it what their screen shows; the dots are the
//! server's own log. A message has the colour of whoever said it, on its whole way.
//!
//!     cargo run --example two_clients
//!
//! The clients are the crate's own, with the two threads that `chat` has and one end of a socket for a keyboard. The
//! example fails when a line does not arrive.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chatroom::client::{self, Ended, Input, Printer, Settings};
use chatroom::server::{Config, Stop, start_server};
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::Who::{Anna, Boris, Server};

#[path = "two_clients/picture.rs"]
mod picture;

const PATIENCE: Duration = Duration::from_secs(10);
const QUESTION: &str = "What do you want: 1. write to one user or 2. go into the group";

/// Who stands in the picture, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Anna,
    Server,
    Boris,
}

fn main() -> io::Result<()> {
    match talk() {
        // Whoever looked at the picture through `head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn talk() -> io::Result<()> {
    let (tell, happened) = bounded(1000);
    log::set_logger(Box::leak(Box::new(Wings(tell.clone(), Server)))).map_err(io::Error::other)?;
    log::set_max_level(log::LevelFilter::Debug);
    let is_coloured = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    let stage = Stage { tell, happened, picture: picture::Picture::new(is_coloured) };

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let stop = Stop::new();
    let server_stop = stop.clone();
    let server = thread::Builder::new()
        .name("server".into())
        .spawn(move || start_server(listener, Config::default(), &server_stop))?;

    let anna = stage.enter(Anna, "anna", address)?;
    stage.say(&anna, "2", &[(Anna, "You in group")])?;
    let boris = stage.enter(Boris, "boris", address)?;
    stage.say(&boris, "2", &[(Boris, "You in group")])?;

    stage.say(&anna, "hello", &[(Anna, "(broadcast) anna: hello"), (Boris, "(broadcast) anna: hello")])?;
    stage.say(
        &boris,
        "hello anna",
        &[(Anna, "(broadcast) boris: hello anna"), (Boris, "(broadcast) boris: hello anna")],
    )?;
    stage.say(
        &anna,
        "/tell boris at 5?",
        &[(Boris, "(private) anna : at 5?"), (Anna, "(private to boris) : at 5?")],
    )?;
    stage.say(&boris, "/tell anna yes", &[(Anna, "(private) boris : yes"), (Boris, "(private to anna) : yes")])?;
    stage.say(&boris, "LIST", &[(Boris, "Users in chatroom: ['anna', 'boris']")])?;

    let gone = "(broadcast) General information: anna has left the Chat";
    stage.say(&anna, "QUIT", &[(Anna, "Disconnected"), (Boris, gone)])?;
    stage.say(&boris, "QUIT", &[(Boris, "Disconnected")])?;
    for user in [anna, boris] {
        let ended = user.running.join().map_err(|_| io::Error::other("a client panicked"))??;
        assert_eq!(ended, Ended::Left, "{:?} has left in order", user.who);
    }
    stop.stop();
    server.join().map_err(|_| io::Error::other("the server panicked"))?
}

/// Somebody at a keyboard.
struct User {
    who: Who,
    keyboard: UnixStream,
    running: JoinHandle<io::Result<Ended>>,
}

/// Where all three are seen: one arrow, or one dot, for each thing that happens.
struct Stage {
    tell: Sender<(Who, String)>,
    happened: Receiver<(Who, String)>,
    picture: picture::Picture,
}

impl Stage {
    /// Starts a client and, once it is asked, gives it a nickname.
    fn enter(&self, who: Who, name: &str, server: SocketAddr) -> io::Result<User> {
        let (typed, keyboard) = UnixStream::pair()?;
        let screen = Printer::plain(Wings(self.tell.clone(), who));
        let stream = TcpStream::connect(server)?;
        let run = move || client::run(stream, Settings::default(), Input::script(typed), screen);
        let running = thread::Builder::new().name(name.into()).spawn(run)?;
        let user = User { who, keyboard, running };
        self.until(&[(who, "Your nickname?")])?;
        self.say(&user, name, &[(who, QUESTION)])?;
        Ok(user)
    }

    /// Types a line, and shows what happens until all of `lines` are on the screens they are meant for.
    fn say(&self, user: &User, text: &str, lines: &[(Who, &str)]) -> io::Result<()> {
        self.picture.arrow(user.who, Server, text, Some(user.who))?;
        writeln!(&user.keyboard, "{text}")?;
        self.until(lines)
    }

    fn until(&self, lines: &[(Who, &str)]) -> io::Result<()> {
        let mut missing = lines.to_vec();
        while !missing.is_empty() {
            let (who, what) = self.happened.recv_timeout(PATIENCE).map_err(|_| {
                io::Error::other(format!("these lines did not arrive within {PATIENCE:?}: {missing:?}"))
            })?;
            match who {
                Server => self.picture.note(&what)?,
                _ => self.picture.arrow(Server, who, &what, said_by(who, &what))?,
            }
            missing.retain(|line| *line != (who, what.as_str()));
        }
        Ok(())
    }
}

/// Whose words a line carries: a receipt its reader's, a message the sender's, anything else nobody's.
fn said_by(reader: Who, line: &str) -> Option<Who> {
    let is_of = |name: &str| {
        [format!("(broadcast) {name}:"), format!("(private) {name} :")].iter().any(|start| line.starts_with(start))
    };
    if line.starts_with("(private to ") {
        return Some(reader);
    }
    [("anna", Anna), ("boris", Boris)].into_iter().find(|(name, _)| is_of(name)).map(|(_, who)| who)
}

/// Sends what is written or logged to the stage.
struct Wings(Sender<(Who, String)>, Who);

impl Write for Wings {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(lines).lines().filter(|line| !line.is_empty()) {
            self.0.send((self.1, line.to_owned())).map_err(io::Error::other)?;
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Wings {
    /// Who comes and goes, and what the delivery thread does.
    fn enabled(&self, about: &log::Metadata<'_>) -> bool {
        about.level() <= log::Level::Info || about.target().ends_with("room")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            // Once the curtain has fallen nobody looks.
            self.0.try_send((self.1, record.args().to_string())).unwrap_or_default();
        }
    }

    fn flush(&self) {}
}
