//! What the load is put on: chat-server or a reference, in a process of its own, or a server that runs already.

use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chatroom::wire::{Framing, Incoming, MessageReader};
use rustix::process::{Pid, Signal, kill_process};

use crate::process::Reading;
use crate::reference::Reference;

/// How long a server may take to end in order.
const END: Duration = Duration::from_secs(10);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(10);

/// A server under load.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    /// It is a chat: there is a login, and lines begin with a name.
    pub(crate) is_chat: bool,
    child: Option<Child>,
    log: Option<PathBuf>,
}

impl Target {
    /// A server that runs already.
    pub(crate) fn running(address: SocketAddr) -> Self {
        Target { name: "server", address, is_chat: true, child: None, log: None }
    }

    /// The real chat-server. Its log goes into a file.
    pub(crate) fn server(program: &Path, clients: usize, arguments: &[String]) -> io::Result<Self> {
        let log = std::env::temp_dir().join(format!("load-{}-chat-server.log", std::process::id()));
        let mut command = Command::new(program);
        command.args(defaults(clients, arguments)).args(arguments).stderr(File::create(&log)?);
        Target::start("server", true, command, Some(log))
    }

    pub(crate) fn reference(reference: Reference) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve", reference.name()]);
        Target::start(reference.name(), false, command, None)
    }

    /// Waits for the line that says where the server listens.
    fn start(name: &'static str, is_chat: bool, mut command: Command, log: Option<PathBuf>) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut stdout = child.stdout.take().ok_or_else(|| io::Error::other("no pipe to its output"))?;
        let mut target = Target { name, address: ([127, 0, 0, 1], 0).into(), is_chat, child: Some(child), log };
        let mut reader = MessageReader::new(Framing::Lines, 1000);
        let line = loop {
            match reader.take() {
                Some(Incoming::Line(line)) => break String::from_utf8_lossy(&line).into_owned(),
                Some(_) => return Err(io::Error::other(format!("{name} did not start:\n{}", target.log()))),
                None => reader.fill(&mut stdout)?,
            }
        };
        let address = line.strip_prefix("Listening on ").and_then(|address| address.parse().ok());
        target.address = address.ok_or_else(|| io::Error::other(format!("{name} said {line:?}")))?;
        // It says so before all its threads run. When it answers, they do, and a reading of the empty server is true.
        (&TcpStream::connect(target.address)?).read_exact(&mut [0])?;
        Ok(target)
    }

    /// Memory, threads and processor time, where the process is ours.
    pub(crate) fn reading(&self) -> io::Result<Option<Reading>> {
        self.child.as_ref().map(|child| Reading::of(child.id())).transpose()
    }

    /// What the server logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.as_ref().and_then(|log| fs::read_to_string(log).ok()).unwrap_or_default()
    }

    /// Ends it as Ctrl-C would, and is an error where chat-server does not end in order. Without the feature `signals` it
    /// cannot: the signal itself ends it.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        let Some(child) = self.child.as_mut() else { return Ok(()) };
        kill_process(Pid::from_child(child), Signal::TERM)?;
        let deadline = Instant::now() + END;
        while Instant::now() < deadline {
            match child.try_wait()? {
                Some(status) if status.success() || !self.is_chat || !cfg!(feature = "signals") => return Ok(()),
                Some(status) => return Err(io::Error::other(format!("chat-server ended with {status}"))),
                None => std::thread::sleep(LOOK),
            }
        }
        Err(io::Error::other(format!("{} did not end within {END:?}", self.name)))
    }
}

impl Drop for Target {
    /// Nothing is left behind, however the measuring ended. A process that has ended already is what is wanted.
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().unwrap_or_default();
            child.wait().map(drop).unwrap_or_default();
        }
        if let Some(log) = &self.log {
            fs::remove_file(log).unwrap_or_default();
        }
    }
}

/// What chat-server is started with, but for what stands among the user's own arguments: those win.
fn defaults(clients: usize, own: &[String]) -> Vec<String> {
    let is_own = |flag: &str| own.iter().any(|argument| argument.split('=').next() == Some(flag));
    let clients = clients.to_string();
    let defaults = [("--port", "0"), ("--rate", "off"), ("--max-clients", clients.as_str())];
    defaults.into_iter().filter(|(flag, _)| !is_own(flag)).map(|(flag, value)| format!("{flag}={value}")).collect()
}

/// The chat-server that stands beside this example. Under `cargo run` it is built first, so that it is never older than
/// the source.
pub(crate) fn chat_server() -> io::Result<PathBuf> {
    let example = std::env::current_exe()?;
    let folder =
        example.parent().and_then(Path::parent).ok_or_else(|| io::Error::other("the example has no folder"))?;
    let program = folder.join("chat-server");
    let mut arguments = vec!["build", "--quiet", "--bin", "chat-server", "--no-default-features"];
    arguments.extend(if cfg!(debug_assertions) { None } else { Some("--release") });
    arguments.extend(if cfg!(feature = "sockopts") { ["--features", "sockopts"].as_slice() } else { &[] });
    arguments.extend(if cfg!(feature = "signals") { ["--features", "signals"].as_slice() } else { &[] });
    arguments.extend(if cfg!(feature = "database") { ["--features", "database"].as_slice() } else { &[] });
    if let (Some(cargo), Some(target)) = (std::env::var_os("CARGO"), folder.parent()) {
        let status = Command::new(cargo).args(&arguments).arg("--target-dir").arg(target).status()?;
        if !status.success() {
            return Err(io::Error::other("chat-server could not be built; see above"));
        }
    }
    match program.try_exists()? {
        true => Ok(program),
        false => Err(io::Error::other(format!(
            "there is no {}; build it with: cargo {}",
            program.display(),
            arguments.join(" ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_that_is_given_wins() {
        let with = |own: &[&str]| defaults(110, &own.iter().map(|&argument| argument.to_owned()).collect::<Vec<_>>());
        assert_eq!(with(&["--motd", "file"]), ["--port=0", "--rate=off", "--max-clients=110"]);
        assert_eq!(with(&["--max-clients", "9500"]), ["--port=0", "--rate=off"]);
        assert_eq!(with(&["--max-clients=9500", "--rate", "1000"]), ["--port=0"]);
    }
}
