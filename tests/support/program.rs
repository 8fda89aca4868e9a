//! The real programs, in processes of their own. What they say is read line by line; dropped, they are killed.
#![allow(dead_code, reason = "no test file uses every helper")]
#![allow(unreachable_pub, reason = "a test has no public interface; pub here means: for the test files")]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{DEADLINE, Peer, in_english, outside};

/// More lines than any program here says.
const LINES: usize = 1 << 20;

pub struct Program {
    child: Child,
    out: Receiver<String>,
    errors: Receiver<String>,
    /// What was said so far, for a failure.
    said: Vec<String>,
}

impl Program {
    pub fn start<S: AsRef<OsStr>>(path: &str, flags: &[S]) -> Program {
        Program::run(Command::new(path).args(flags))
    }

    /// Runs a command with all three streams on pipes.
    pub fn run(command: &mut Command) -> Program {
        in_english(command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let out = lines_of(child.stdout.take().expect("stdout is a pipe"));
        let errors = lines_of(child.stderr.take().expect("stderr is a pipe"));
        Program { child, out, errors, said: Vec::new() }
    }

    /// Types a line. A program that has ended reads no more: how it ended is for the test to ask.
    pub fn send(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is open");
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap_or_default();
    }

    /// The end of its input.
    pub fn end_of_input(&mut self) {
        self.child.stdin = None;
    }

    /// The next line on stdout.
    #[track_caller]
    pub fn line(&mut self) -> String {
        let line = self.out.recv_timeout(DEADLINE);
        let Ok(line) = line else { panic!("no more lines on stdout; said so far: {:#?}", self.all()) };
        self.said.push(line.clone());
        line
    }

    #[track_caller]
    pub fn expect(&mut self, line: &str) {
        let got = self.line();
        assert_eq!(got, line, "said so far: {:#?}", self.said);
    }

    /// Reads stderr up to a line that holds `part`, and gives that line.
    #[track_caller]
    pub fn expect_error(&mut self, part: &str) -> String {
        let until = Instant::now() + DEADLINE;
        while let Ok(line) = self.errors.recv_deadline(until) {
            self.said.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
        panic!("nothing on stderr holds {part:?}; said so far: {:#?}", self.all())
    }

    /// Whether a line that holds `part` is among what it has said up to now.
    pub fn has_said(&mut self, part: &str) -> bool {
        self.all().iter().any(|line| line.contains(part))
    }

    /// How many lines that hold `part` it has said up to now.
    pub fn count(&mut self, part: &str) -> usize {
        self.all().iter().filter(|line| line.contains(part)).count()
    }

    /// Whether a line that holds `part` is among what it has said since it was last asked.
    pub fn has_said_now(&mut self, part: &str) -> bool {
        let before = self.said.len();
        self.all()[before..].iter().any(|line| line.contains(part))
    }

    /// All that it has said up to now.
    pub fn all(&mut self) -> &[String] {
        let rest = self.out.try_iter().chain(self.errors.try_iter());
        self.said.extend(rest);
        &self.said
    }

    /// The rest of stdout and of stderr, after the end.
    pub fn rest(&mut self) -> (Vec<String>, Vec<String>) {
        (self.out.iter().collect(), self.errors.iter().collect())
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program runs");
    }

    /// Stops it, as a laptop's lid does, until the time has passed that this is about; then it goes on.
    #[track_caller]
    pub fn sleeps_while<T>(&self, something: impl FnOnce() -> T) -> T {
        self.signal(Signal::STOP);
        let until = Instant::now() + DEADLINE;
        let status = format!("/proc/{}/status", self.id());
        while !fs::read_to_string(&status).expect("the program runs").contains("State:\tT") {
            assert!(Instant::now() < until, "it stops");
            // The kernel tells nobody but its parent, and that once: it has to be looked for.
            thread::sleep(Duration::from_millis(1));
        }
        let done = something();
        self.signal(Signal::CONT);
        done
    }

    /// Waits for the end, and says with which status.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_for(DEADLINE)
    }

    /// The same, where it has to come within `time`.
    #[track_caller]
    pub fn wait_for(&mut self, time: Duration) -> ExitStatus {
        let until = Instant::now() + time;
        // std has no wait with a deadline. The pause is short beside what is measured.
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("our own child can be waited for") {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the program has not ended within {time:?}; said so far: {:#?}", self.all())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A program that has ended cannot be killed: fine.
        self.child.kill().unwrap_or_default();
        self.child.wait().expect("our own child can be waited for");
    }
}

/// A `chat-server` in a process of its own, on a free port.
pub struct ServerProgram {
    pub program: Program,
    pub address: SocketAddr,
}

impl ServerProgram {
    pub fn start(flags: &[&str]) -> ServerProgram {
        let Some(mut other) = outside::command() else {
            return ServerProgram::run(
                Command::new(env!("CARGO_BIN_EXE_chat-server")).args(["--port", "0"]).args(flags),
            );
        };
        // `--login-timeout 1` is `LOGIN_TIMEOUT=1` for a program that is not ours.
        let settings = flags.chunks(2).map(|flag| (flag[0].trim_start_matches('-').replace('-', "_"), flag[1]));
        ServerProgram::run(other.envs(settings.map(|(name, value)| (name.to_uppercase(), value))))
    }

    /// Runs a command that comes to a `chat-server`.
    pub fn run(command: &mut Command) -> ServerProgram {
        let mut program = Program::run(command);
        let first = program.line();
        ServerProgram { address: outside::address(&first), program }
    }

    pub fn peer(&self) -> Peer {
        Peer::connect(self.address)
    }

    pub fn login(&self, nickname: &str) -> Peer {
        self.peer().login(nickname)
    }

    pub fn group(&self, nickname: &str) -> Peer {
        self.login(nickname).group()
    }

    /// A figure out of `/proc/PID/status`: `Threads`, or `VmRSS` in KiB.
    pub fn status(&self, name: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.program.id())).expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let figure = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        figure.unwrap_or_else(|| panic!("{name} is in {status}"))
    }

    /// Open descriptors.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.program.id())).expect("the server runs").count()
    }

    /// Processor time used so far, in ticks of ten milliseconds.
    pub fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.program.id())).expect("the server runs");
        let (_, after_name) = stat.rsplit_once(')').expect("the name stands in brackets");
        after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
    }

    /// Waits until the server has as many threads and descriptors as `before`.
    #[track_caller]
    pub fn wait_until_back(&self, before: (usize, usize)) {
        let until = Instant::now() + DEADLINE;
        loop {
            let now = (self.status("Threads"), self.descriptors());
            if now.0 <= before.0 && now.1 <= before.1 {
                return;
            }
            assert!(Instant::now() < until, "threads and descriptors: {before:?} before, {now:?} now");
            // The kernel tells nobody when a thread ends: it has to be looked for.
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (lines, receiver) = bounded(LINES);
    let mut stream = BufReader::new(stream);
    let read_all = move || {
        loop {
            let mut line = Vec::new();
            // Our own programs, whose lines are short.
            let count = std::io::BufRead::read_until(&mut stream, b'\n', &mut line).unwrap_or(0);
            let line = String::from_utf8_lossy(&line);
            if count == 0 || lines.send(line.trim_end_matches('\n').to_owned()).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("reads".into()).spawn(read_all).expect("a thread can be started");
    receiver
}
