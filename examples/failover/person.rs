//! Feature cluster: one person: a real `chat` that reads from a terminal of its own, and its transcript.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The shell has the terminal echo nothing, since nobody reads that; what is shown is in the transcript.
const SCRIPT: &str = "stty -echo; exec \"$0\" \"$@\" >/dev/null 2>&1";

pub(crate) struct Person {
    pub(crate) name: String,
    keyboard: Box<dyn Write + Send>,
    transcript: File,
    /// A line that has begun.
    unfinished: String,
    /// What this person heard since the fault began, joins and leaves apart.
    pub(crate) heard: Vec<String>,
    pub(crate) notices: usize,
    heard_last: Instant,
    pub(crate) longest_silence: Duration,
    is_in: bool,
    chat: Box<dyn Child + Send + Sync>,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Person {
    /// Starts its `chat`, which finds the address of the balancers.
    pub(crate) fn come(number: usize, chat: &Path, folder: &Path) -> io::Result<Person> {
        let name = format!("p{number:03}");
        let log = folder.join(&name);
        let terminal = native_pty_system().openpty(PtySize::default()).map_err(io::Error::other)?;
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", SCRIPT]);
        command.arg(chat);
        command.args(["--ip-address", "10.77.0.10", "--peer-timeout", "1", "--lang", "en"]);
        command.args(["--nickname", &name]);
        command.arg("--log");
        command.arg(&log);
        let chat = terminal.slave.spawn_command(command).map_err(io::Error::other)?;
        let keyboard = terminal.master.take_writer().map_err(io::Error::other)?;
        let until = Instant::now() + Duration::from_secs(20);
        let transcript = loop {
            match File::open(&log) {
                Ok(file) => break file,
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        };
        Ok(Person {
            name,
            keyboard,
            transcript,
            unfinished: String::new(),
            heard: Vec::new(),
            notices: 0,
            heard_last: Instant::now(),
            longest_silence: Duration::ZERO,
            is_in: false,
            chat,
            _terminal: terminal.master,
        })
    }

    /// Goes into the group.
    pub(crate) fn enter(&mut self, until: Instant) -> io::Result<()> {
        self.keyboard.write_all(b"2\n")?;
        while !self.is_in {
            self.look();
            if Instant::now() > until {
                return Err(io::Error::other(format!("{} does not come into the group", self.name)));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Types a message. Gives it as all are to hear it.
    pub(crate) fn say(&mut self, number: usize) -> io::Result<String> {
        let text = format!("word {number} of {}", self.name);
        self.keyboard.write_all(format!("{text}\n").as_bytes())?;
        Ok(format!("(broadcast) {}: {text}", self.name))
    }

    /// A fault is about to come: what was heard before it does not count.
    pub(crate) fn begin(&mut self) {
        self.look();
        self.heard.clear();
        self.notices = 0;
        self.longest_silence = Duration::ZERO;
        self.heard_last = Instant::now();
    }

    /// Reads what the transcript has got meanwhile. Gives how many messages there are now.
    pub(crate) fn look(&mut self) -> usize {
        let before = self.heard.len();
        // An error would show as messages that are missing.
        self.transcript.read_to_string(&mut self.unfinished).unwrap_or_default();
        while let Some((line, rest)) = self.unfinished.split_once('\n') {
            let words: Vec<&str> = line.splitn(3, ' ').collect();
            let said = words.get(2).copied().unwrap_or_default();
            self.is_in |= said == "You in group";
            if said.starts_with("(broadcast) General information: ") {
                self.notices += 1;
            } else if said.starts_with("(broadcast) ") {
                self.heard.push(said.to_owned());
            }
            self.unfinished = rest.to_owned();
        }
        if self.heard.len() > before {
            self.longest_silence = self.longest_silence.max(self.heard_last.elapsed());
            self.heard_last = Instant::now();
        }
        self.heard.len()
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.chat.kill().unwrap_or_default();
        drop(self.chat.wait());
    }
}
