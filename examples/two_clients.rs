//! Two clients and a server in one process, and who sent what to whom: anna on the left, the server in the middle,
//! boris on the right. `->` is what somebody types, `<-` what their screen shows; the middle is the server's own log.
//!
//!     cargo run --example two_clients
//!
//! The clients are the crate's own, with the two threads that `chat` has and a pipe for a keyboard. The example fails
//! when a line does not arrive.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chatroom::client::{self, Ended, Input, Printer, Settings};
use chatroom::server::{Config, Stop, start_server};
use crossbeam_channel::{Receiver, Sender, bounded};

const PATIENCE: Duration = Duration::from_secs(10);
const WIDTH: usize = 26;

fn main() -> io::Result<()> {
    let (tell, happened) = bounded(1000);
    let stage = Stage { tell, happened };
    log::set_logger(Box::leak(Box::new(Wings(stage.tell.clone(), "server")))).map_err(io::Error::other)?;
    log::set_max_level(log::LevelFilter::Debug);

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let stop = Stop::new();
    let server_stop = stop.clone();
    let server = thread::Builder::new()
        .name("server".into())
        .spawn(move || start_server(listener, Config::default(), &server_stop))?;
    stage.title();

    let anna = stage.enter("anna", TcpStream::connect(address)?)?;
    stage.say(&anna, "2", "anna", "You in group")?;
    let boris = stage.enter("boris", TcpStream::connect(address)?)?;
    stage.say(&boris, "2", "boris", "You in group")?;

    stage.say(&anna, "hello", "boris", "(broadcast) anna: hello")?;
    stage.say(&boris, "hello anna", "anna", "(broadcast) boris: hello anna")?;
    stage.say(&anna, "/tell boris at 5?", "boris", "(private) anna : at 5?")?;
    stage.say(&boris, "/tell anna yes", "anna", "(private) boris : yes")?;
    stage.say(&boris, "LIST", "boris", "Users in chatroom: ['anna', 'boris']")?;

    for user in [anna, boris] {
        stage.say(&user, "QUIT", user.name, "Disconnected")?;
        let ended = user.running.join().map_err(|_| io::Error::other("a client panicked"))??;
        assert_eq!(ended, Ended::Left, "{} has left in order", user.name);
    }
    stop.stop();
    server.join().map_err(|_| io::Error::other("the server panicked"))?
}

/// Somebody at a keyboard.
struct User {
    name: &'static str,
    keyboard: UnixStream,
    running: JoinHandle<io::Result<Ended>>,
}

/// Where all three are seen: one row for each thing that happens.
struct Stage {
    tell: Sender<(&'static str, String)>,
    happened: Receiver<(&'static str, String)>,
}

impl Stage {
    fn title(&self) {
        show("anna", "anna's screen");
        show("server", "the server's log");
        show("boris", "boris's screen");
    }

    /// Starts a client and gives it a nickname.
    fn enter(&self, name: &'static str, server: TcpStream) -> io::Result<User> {
        let (typed, keyboard) = UnixStream::pair()?;
        let screen = Printer::plain(Wings(self.tell.clone(), name));
        let run = move || client::run(server, Settings::default(), Input::script(typed), screen);
        let running = thread::Builder::new().name(name.into()).spawn(run)?;
        let user = User { name, keyboard, running };
        self.say(&user, name, name, "What do you want: 1. write to one user or 2. go into the group")?;
        Ok(user)
    }

    /// Types a line, and shows what happens until `line` is on the screen of `reader`.
    fn say(&self, user: &User, text: &str, reader: &str, line: &str) -> io::Result<()> {
        show(user.name, &format!("-> {text}"));
        writeln!(&user.keyboard, "{text}")?;
        loop {
            let (who, what) = self.happened.recv_timeout(PATIENCE).map_err(|_| {
                io::Error::other(format!("'{line}' did not arrive on the screen of {reader} within {PATIENCE:?}"))
            })?;
            show(who, &if who == "server" { what.clone() } else { format!("<- {what}") });
            if who == reader && what == line {
                return Ok(());
            }
        }
    }
}

/// Sends what is written or logged to the stage.
struct Wings(Sender<(&'static str, String)>, &'static str);

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

/// One thing that happened, in the column of whom it concerns; what is too wide goes on in the next row.
#[expect(clippy::print_stdout, reason = "the picture is what this example is for")]
fn show(who: &str, what: &str) {
    let column = ["anna", "server", "boris"].iter().position(|name| *name == who).unwrap_or_default();
    let mut row = String::new();
    for word in what.split(' ') {
        if row.chars().count() + word.chars().count() >= WIDTH - 1 {
            println!("{:indent$}{row}", "", indent = column * WIDTH);
            row = "  ".into();
        }
        row = if row.is_empty() { word.into() } else { format!("{row} {word}") };
    }
    println!("{:indent$}{row}", "", indent = column * WIDTH);
}
