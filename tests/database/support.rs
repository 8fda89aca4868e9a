//! A server with a database, in this process or as the program, and `Peer`, a client made of nothing but a socket. A test
//! waits for lines, never for time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chatroom::database::{self, Settings};
use chatroom::server::Database;
use chatroom::server::{Config, Stop, start_server};
use chatroom::wire::is_timeout;
use rusqlite::Connection;
use tempfile::TempDir;

/// Far longer than anything takes on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
pub(crate) const QUESTION: &str = "What do you want: 1. write to one user or 2. go into the group";

/// A folder of its own, with the database in it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder can be made"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path("chat.db")
    }

    /// A connection of the test's own.
    pub(crate) fn sql(&self) -> Connection {
        Connection::open(self.database()).expect("the database can be opened")
    }

    /// One number out of the file.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.sql().query_row(sql, [], |row| row.get(0)).expect("the query has an answer")
    }
}

/// A server in this process, on a free port. Dropped, it stops, and its threads are waited for.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Server {
    pub(crate) fn start(folder: &Folder) -> Server {
        Server::with(folder, Settings::default())
    }

    /// On a port that the test has chosen.
    pub(crate) fn on(folder: &Folder, listener: TcpListener) -> Server {
        let database = database::open(&folder.database(), Settings::default()).expect("the database can be opened");
        Server::listening(database, None, listener)
    }

    pub(crate) fn with(folder: &Folder, settings: Settings) -> Server {
        Server::keeping(database::open(&folder.database(), settings).expect("the database can be opened"))
    }

    pub(crate) fn keeping(database: Database) -> Server {
        Server::listening(database, None, any_port())
    }

    /// With so many lines a second after the burst.
    pub(crate) fn with_rate(folder: &Folder, rate: u32) -> Server {
        let database = database::open(&folder.database(), Settings::default()).expect("the database can be opened");
        Server::listening(database, Some(rate), any_port())
    }

    fn listening(database: Database, rate: Option<u32>, listener: TcpListener) -> Server {
        let address = listener.local_addr().expect("a bound listener has an address");
        let stop = Stop::new();
        let its_stop = stop.clone();
        let config = Config { rate, database: Some(database), ..Config::default() };
        let builder = thread::Builder::new().name("server".into());
        let thread = builder.spawn(move || start_server(listener, config, &its_stop)).expect("a thread can be started");
        Server { address, stop, thread: Some(thread) }
    }

    /// Somebody who is asked the question.
    pub(crate) fn login(&self, nickname: &str) -> Peer {
        let mut peer = Peer::connect(self.address);
        peer.send(nickname);
        peer.expect("Successfully");
        peer.until(QUESTION);
        peer
    }

    /// Somebody in the group, who has seen what the group said last.
    pub(crate) fn group(&self, nickname: &str) -> Peer {
        let mut peer = self.login(nickname);
        peer.send("2");
        peer.expect("You in group");
        peer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.stop();
        let ended = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            ended.expect("it runs").expect("it does not panic").expect("it ends without an error");
        }
    }
}

/// The program, on a free port. Dropped, it is killed.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Program {
    /// `chat-server --database FILE` and more.
    pub(crate) fn start(database: &Path, more: &[&str], log_level: &str) -> Program {
        let mut command = program();
        command.args(["-p", "0", "--rate", "off", "--database"]).arg(database).args(more);
        command.env("RUST_LOG", log_level).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it has a stdout"));
        let mut first = Vec::new();
        lines.read_until(b'\n', &mut first).expect("its stdout can be read");
        let first = String::from_utf8(first).expect("it writes UTF-8");
        let address = first.trim_end().strip_prefix("Listening on ").and_then(|address| address.parse().ok());
        Program { address: address.unwrap_or_else(|| panic!("it says where it listens, not {first:?}")), child }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end. The status.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// Kilobytes of memory that it has.
    pub(crate) fn resident(&self) -> i64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says so");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// `kill -9`. What it logged.
    pub(crate) fn kill(&mut self) -> String {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        let mut log = Vec::new();
        self.child.stderr.take().expect("it has a stderr").read_to_end(&mut log).expect("it can be read");
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// `chat-server`, in English, whatever language whoever runs the tests has chosen.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    command
}

/// `chat-server` with these arguments, to its end: exit status, stdout, stderr.
pub(crate) fn run(arguments: &[&str], database: &Path) -> (Option<i32>, String, String) {
    let mut command = program();
    let output = command.args(arguments).arg("--database").arg(database).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Somebody with a socket.
pub(crate) struct Peer {
    stream: BufReader<TcpStream>,
    /// All that came, for the message of a test that fails.
    talk: Vec<String>,
}

impl Peer {
    pub(crate) fn connect(address: SocketAddr) -> Peer {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_read_timeout(Some(DEADLINE)).expect("a socket takes a timeout");
        let mut peer = Peer { stream: BufReader::new(stream), talk: Vec::new() };
        peer.expect("Your nickname?");
        peer
    }

    pub(crate) fn send(&mut self, line: &str) {
        self.stream.get_ref().write_all(format!("{line}\n").as_bytes()).expect("the server reads");
    }

    /// The same to a server that may be gone.
    pub(crate) fn try_send(&mut self, line: &str) {
        self.stream.get_ref().write_all(format!("{line}\n").as_bytes()).unwrap_or_default();
    }

    /// Writes all of it, and then no more: the stream ends.
    pub(crate) fn send_and_end(&mut self, text: &str) {
        self.stream.get_ref().write_all(text.as_bytes()).expect("the server reads");
        self.stream.get_ref().shutdown(Shutdown::Write).expect("it is connected");
    }

    /// Breaks the connection, as a crash does.
    pub(crate) fn reset(self) {
        // A zero linger makes the close a reset.
        rustix::net::sockopt::set_socket_linger(self.stream.get_ref(), Some(Duration::ZERO)).expect("it can be set");
    }

    /// The next line; `None` at the end of the stream.
    pub(crate) fn line(&mut self) -> Option<String> {
        let line = self.read().unwrap_or_else(|error| panic!("no line: {error}; so far: {:#?}", self.talk));
        self.talk.extend(line.clone());
        line
    }

    /// The next whole line, of a server that may be killed.
    pub(crate) fn try_line(&mut self) -> Option<String> {
        match self.read() {
            Ok(line) => line,
            Err(error) => {
                assert!(!is_timeout(&error), "the server says nothing and does not end");
                None
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Ok(None);
        }
        Ok(Some(String::from_utf8(line).expect("the server writes UTF-8")))
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, expected: &str) {
        let line = self.line();
        assert_eq!(line.as_deref(), Some(expected), "so far: {:#?}", self.talk);
    }

    /// All lines up to this one, without it.
    #[track_caller]
    pub(crate) fn until(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.line() {
                Some(line) if line == last => return lines,
                Some(line) => lines.push(line),
                None => panic!("the end, instead of {last:?}; so far: {:#?}", self.talk),
            }
        }
    }

    /// Says something in the group, and has its receipt.
    #[track_caller]
    pub(crate) fn say(&mut self, nickname: &str, text: &str) {
        self.send(text);
        self.until(&format!("(broadcast) {nickname}: {text}"));
    }

    /// Leaves a message for somebody who is away and has not registered.
    #[track_caller]
    pub(crate) fn leave_for(&mut self, nickname: &str, text: &str) {
        self.send(&format!("/tell {nickname} {text}"));
        self.until(&format!("Kept for {nickname}, who is away: {text}"));
        self.expect(&format!("Nobody has registered {nickname}: whoever comes under this name gets it"));
    }

    /// The lines between the two marks, without their times.
    #[track_caller]
    pub(crate) fn history(&mut self) -> Vec<String> {
        self.until("History begins (times are UTC)");
        self.until("History ends").iter().map(|line| without_time(line)).collect()
    }

    /// The answer to `HISTORY` or `HISTORY n`.
    #[track_caller]
    pub(crate) fn ask_history(&mut self, word: &str) -> Vec<String> {
        self.send(word);
        self.history()
    }

    /// Leaves, and waits until the server has said goodbye.
    #[track_caller]
    pub(crate) fn quit(mut self) {
        self.send("QUIT");
        self.until("Disconnected");
    }

    /// All that ever came.
    pub(crate) fn talk(&self) -> &[String] {
        &self.talk
    }
}

/// `[2026-11-23 15:41:39] text` as `text`, where there is such a time.
pub(crate) fn without_time(line: &str) -> String {
    let (time, text) = line.split_once("] ").unwrap_or_else(|| panic!("a time stands before {line:?}"));
    assert_eq!(time.len(), "[2026-11-23 15:41:39".len(), "{line:?}");
    text.to_owned()
}

fn any_port() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).expect("the system has a free port")
}
