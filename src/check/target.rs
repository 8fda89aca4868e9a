//! Feature check: the server under test: one that runs somewhere, or one that is started here, on a free port, and
//! stopped at the end. Touches a process, and the output of it.
//!
//! # Threads
//! Two for each server that is started: they read its output, and keep the last lines. They end with that output; nobody
//! waits for them, since a grandchild may hold it open.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use crate::limits::SINGLE_STACK;
use crate::text::visible;

/// What is checked where nothing is named: the default of both programs.
const DEFAULT: &str = "127.0.0.1:12345";
/// How long a server has for its end, after SIGTERM, before it is killed.
pub(super) const END: Duration = Duration::from_secs(4);
/// How long a process may take from its last socket to its end.
pub(super) const MOMENT: Duration = Duration::from_millis(200);
/// std has no wait with a deadline, neither for a process nor for a port: they are looked at so often.
const LOOK: Duration = Duration::from_millis(10);
/// What every system says of a port that somebody has, and how many others are tried.
const IN_USE: &str = "ddress already in use";
const PORTS: usize = 2;
/// How many of a server's last lines are kept, and how many bytes of one.
const LAST_LINES: usize = 12;
const LINE_BYTES: usize = 400;

/// How to come to a server.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) address: Option<String>,
    pub(super) command: Vec<String>,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum NoServer {
    /// No such address.
    Address(String, String),
    /// Nothing accepts there.
    Nothing(SocketAddr, String),
    /// The command cannot be started.
    Command(String, String),
    /// It was started, and nothing accepts: with its last lines, and whether it has ended.
    Deaf { port: u16, status: Option<String>, last_lines: Vec<String> },
}

impl Target {
    /// A server that accepts. Waits for it, up to `patience`.
    pub(super) fn start(&self, patience: Duration) -> Result<Server, NoServer> {
        let mut started = self.start_once(patience);
        // The port was free a moment ago; somebody else may have been given it since.
        for _ in 0..PORTS {
            match started {
                Err(NoServer::Deaf { ref last_lines, .. }) if last_lines.iter().any(|line| line.contains(IN_USE)) => {
                    started = self.start_once(patience);
                }
                _ => break,
            }
        }
        started
    }

    fn start_once(&self, patience: Duration) -> Result<Server, NoServer> {
        let Some((program, arguments)) = self.command.split_first() else { return self.running(patience) };
        let port = free_port().map_err(|error| NoServer::Command(program.clone(), error))?;
        let with_port = |argument: &String| argument.replace("{port}", &port.to_string());
        let mut command = Command::new(with_port(program));
        command.args(arguments.iter().map(with_port)).env("PORT", port.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| NoServer::Command(program.clone(), error.to_string()))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut server = Server { address, process: Some(Process::new(child)) };
        let until = Instant::now() + patience;
        while Instant::now() < until && !server.has_ended() {
            if TcpStream::connect_timeout(&address, patience).is_ok() {
                return Ok(server);
            }
            thread::sleep(LOOK);
        }
        let status = server.status();
        server.stop(MOMENT);
        Err(NoServer::Deaf { port, status, last_lines: server.last_lines() })
    }

    /// A server that was started by somebody else: it is there, or it is not.
    fn running(&self, patience: Duration) -> Result<Server, NoServer> {
        let name = self.address.as_deref().unwrap_or(DEFAULT);
        let all = name.to_socket_addrs().map_err(|error| NoServer::Address(name.to_owned(), error.to_string()))?;
        let mut none = NoServer::Address(name.to_owned(), "no address".to_owned());
        for address in all {
            match TcpStream::connect_timeout(&address, patience) {
                Ok(_) => return Ok(Server { address, process: None }),
                Err(error) => none = NoServer::Nothing(address, error.to_string()),
            }
        }
        Err(none)
    }
}

/// A port that nobody has at this moment.
fn free_port() -> Result<u16, String> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(|error| error.to_string())
}

/// A server that accepts, or did. Dropped, its process is killed.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    process: Option<Process>,
}

struct Process {
    child: Child,
    last_lines: Arc<Mutex<Printed>>,
    /// Nobody sends on it: it is disconnected when both threads have read to the end.
    reading: Receiver<Infallible>,
}

/// What a process has printed.
#[derive(Default)]
struct Printed {
    /// How many lines in all.
    lines: usize,
    /// The last of them.
    last: VecDeque<String>,
}

impl Process {
    fn new(mut child: Child) -> Self {
        let last_lines: Arc<Mutex<Printed>> = Arc::default();
        let (reads, reading) = bounded(0);
        let out = child.stdout.take().map(|out| keep_last_lines(out, &last_lines, reads.clone()));
        let errors = child.stderr.take().map(|errors| keep_last_lines(errors, &last_lines, reads));
        if let Some(Err(error)) = out.into_iter().chain(errors).find(Result::is_err) {
            last_lines.lock().last.push_back(format!("(its output cannot be read: {error})"));
        }
        Process { child, last_lines, reading }
    }
}

impl Server {
    /// Whether its process has ended. One that was not started here is asked by each connection.
    pub(super) fn has_ended(&mut self) -> bool {
        self.status().is_some()
    }

    /// How its process has ended.
    fn status(&mut self) -> Option<String> {
        let process = self.process.as_mut()?;
        match process.child.try_wait() {
            Ok(status) => status.map(|status| status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Waits for the end of its process.
    pub(super) fn ends_within(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while self.process.is_some() {
            if self.has_ended() {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(LOOK);
        }
        false
    }

    /// The last lines that it has printed, and how it ended.
    pub(super) fn last_lines(&mut self) -> Vec<String> {
        let status = self.status().map(|status| format!("({status})"));
        let process = self.process.as_ref();
        if let Some(process) = process.filter(|_| status.is_some()) {
            // Its last words may still be in the pipe. Where a grandchild holds that open, they are not waited for.
            let (Ok(_) | Err(_)) = process.reading.recv_timeout(MOMENT);
        }
        let lines = process.map(|process| process.last_lines.lock().last.iter().cloned().collect()).unwrap_or_default();
        let mut lines: Vec<String> = lines;
        lines.extend(status);
        lines
    }

    /// How many lines it has printed so far.
    pub(super) fn printed(&self) -> usize {
        self.process.as_ref().map_or(0, |process| process.last_lines.lock().lines)
    }

    /// The last of what it has printed since then.
    pub(super) fn printed_since(&self, printed: usize) -> Vec<String> {
        let Some(process) = &self.process else { return Vec::new() };
        let kept = process.last_lines.lock();
        let since = kept.lines.saturating_sub(printed).min(kept.last.len());
        kept.last.iter().skip(kept.last.len() - since).cloned().collect()
    }

    /// Asks it to end.
    pub(super) fn terminate(&self) {
        let Some(process) = &self.process else { return };
        // std can only kill. The shell's own `kill` is on every system; where it fails, the process is killed soon enough.
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -TERM \"$0\"", &process.child.id().to_string()]).stderr(Stdio::null());
        if let Err(error) = kill.status() {
            log::debug!("no SIGTERM: {error}");
        }
    }

    /// Asks it to end, and kills it where it does not within `time`.
    pub(super) fn stop(&mut self, time: Duration) {
        if self.process.is_some() && !self.has_ended() {
            self.terminate();
            self.ends_within(time);
        }
        self.kill();
    }

    fn kill(&mut self) {
        let Some(process) = &mut self.process else { return };
        // One that has ended cannot be killed: fine.
        process.child.kill().unwrap_or_default();
        if let Err(error) = process.child.wait() {
            log::debug!("the server's process cannot be waited for: {error}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.address)
    }
}

/// A thread that reads to the end, so that the server never waits for us, and keeps the last lines.
fn keep_last_lines(
    mut out: impl Read + Send + 'static,
    kept: &Arc<Mutex<Printed>>,
    reads: Sender<Infallible>,
) -> std::io::Result<()> {
    let kept = Arc::clone(kept);
    let read = move || {
        let _reads = reads;
        let (mut buffer, mut line) = ([0; 1024], Vec::new());
        while let Ok(count @ 1..) = out.read(&mut buffer) {
            for &byte in buffer.get(..count).unwrap_or_default() {
                match byte {
                    b'\n' => keep(&kept, std::mem::take(&mut line)),
                    _ if line.len() < LINE_BYTES => line.push(byte),
                    _ => {}
                }
            }
        }
        if !line.is_empty() {
            keep(&kept, line);
        }
    };
    thread::Builder::new().name("output".into()).stack_size(SINGLE_STACK).spawn(read).map(|_detached| ())
}

fn keep(kept: &Mutex<Printed>, line: Vec<u8>) {
    let line = visible(&String::from_utf8_lossy(&line)).into_owned();
    let mut kept = kept.lock();
    if kept.last.len() == LAST_LINES {
        kept.last.pop_front();
    }
    kept.last.push_back(line);
    kept.lines += 1;
}
