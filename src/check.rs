//! Feature check: `chat check`: plays clients to a server in whatever language, and says which step of the course's
//! ladder it stands on. Touches sockets, and the process of a server that it was told to start. Knows a server by its
//! lines alone: nothing of `server` is used here.
//!
//! # Threads
//! All is done in one thread, one check after the other. Of a server that it has started, two threads read the output.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::client::Lang;

mod bench;
mod broken;
mod peer;
mod report;
mod steps;
mod target;

use self::bench::{Bench, Speaks};
use self::broken::Broken;
pub use self::report::Format;
use self::report::Report;
use self::steps::{Check, Kind};
use self::target::{Server, Target};

/// A whole run: a minute is promised, and a server has to be stopped within it. More only where `--timeout` asks for it.
const RUN: Duration = Duration::from_secs(50);
/// How many answers may be missed in full where `--timeout` is long: who debugs has the time.
const LONG_ANSWERS: u32 = 6;
/// How often a server that died is started again: more would say nothing new.
const RESTARTS: usize = 5;

/// What is to be checked, and how.
#[derive(Debug)]
pub struct Settings {
    /// `HOST:PORT` of a server that runs. Without it, and without a command, our own default.
    pub address: Option<String>,
    /// The command that starts a server; empty where one runs already.
    pub command: Vec<String>,
    /// The checks up to this step; without it all.
    pub step: Option<u8>,
    /// Checks by name; empty for all.
    pub only: Vec<String>,
    /// Without the extra checks.
    pub core: bool,
    /// Longest wait for one answer.
    pub timeout: Duration,
    /// Longest wait for the server to start, and to end.
    pub patience: Duration,
    /// How it is told.
    pub report: Telling,
}

/// How a run is told.
#[derive(Debug, Clone, Copy)]
pub struct Telling {
    /// The language.
    pub lang: Lang,
    /// For a reader or for a program.
    pub format: Format,
    /// The summary alone.
    pub quiet: bool,
    /// The whole conversation of each check.
    pub show_wire: bool,
}

/// How a run ended: the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All ran, and hold.
    Holds = 0,
    /// Something is broken, or was not run.
    Broken = 1,
    /// There is no server, or no such check.
    NoServer = 2,
}

/// What became of one check.
#[derive(Debug)]
enum Outcome {
    Holds,
    Broken(Broken),
    NotRun(Needs),
}

/// What a check that was not run needs.
#[derive(Debug, Clone, Copy)]
enum Needs {
    /// Another check, which does not hold.
    Check(&'static str),
    /// A step before, which has not been reached.
    Step(u8),
    /// A server that we may stop: a command.
    Command,
    /// The minute is over.
    Time,
    /// The server is gone.
    Server,
}

/// One check, and what became of it.
struct Done {
    check: &'static Check,
    outcome: Outcome,
    /// The conversation, a line each.
    talk: Vec<String>,
    /// The server's last lines, where its process has ended; else what it printed during a check that is broken.
    last_lines: Vec<String>,
    has_ended: bool,
}

/// Runs the checks that `settings` name, and tells each as it comes. Blocks for a minute at most, unless `timeout` is long.
///
/// # Errors
/// The report could not be written.
pub fn run(settings: &Settings, out: impl Write) -> io::Result<Verdict> {
    let checks = steps::chosen(settings);
    let mut report = Report::new(settings.report, out);
    if checks.is_empty() {
        report.no_check(&settings.only)?;
        return Ok(Verdict::NoServer);
    }
    let until = Instant::now() + RUN.max(settings.timeout * LONG_ANSWERS);
    let target = Target { address: settings.address.clone(), command: settings.command.clone() };
    let server = match target.start(settings.patience) {
        Ok(server) => server,
        Err(none) => {
            report.no_server(&none)?;
            return Ok(Verdict::NoServer);
        }
    };
    report.begin(&server)?;
    let done = Run { settings, target: &target, server, until, speaks: None, restarts: 0 }.all(&checks, &mut report)?;
    report.end(&done, &checks, !settings.only.is_empty())?;
    Ok(verdict(&done))
}

/// Extra checks never change it.
fn verdict(done: &[Done]) -> Verdict {
    let mut counting = done.iter().filter(|done| done.check.kind != Kind::Extra);
    if counting.all(|done| matches!(done.outcome, Outcome::Holds)) { Verdict::Holds } else { Verdict::Broken }
}

/// A run under way.
struct Run<'a> {
    settings: &'a Settings,
    target: &'a Target,
    server: Server,
    until: Instant,
    /// Found out by the first client.
    speaks: Option<Speaks>,
    restarts: usize,
}

impl Run<'_> {
    fn all(mut self, checks: &[&'static Check], report: &mut Report<impl Write>) -> io::Result<Vec<Done>> {
        let mut done: Vec<Done> = Vec::new();
        for check in checks {
            let one = match self.hindered(check, &done) {
                Some(needs) => Done {
                    check,
                    outcome: Outcome::NotRun(needs),
                    talk: Vec::new(),
                    last_lines: Vec::new(),
                    has_ended: false,
                },
                None => self.one(check),
            };
            report.tell(&one)?;
            done.push(one);
        }
        self.server.stop(self.settings.patience.min(target::END));
        Ok(done)
    }

    /// Why a check cannot be run.
    fn hindered(&mut self, check: &Check, done: &[Done]) -> Option<Needs> {
        if Instant::now() >= self.until {
            return Some(Needs::Time);
        }
        if let Some(step) = self.below(check, done) {
            return Some(Needs::Step(step));
        }
        if check.stops_the_server && self.settings.command.is_empty() {
            return Some(Needs::Command);
        }
        let lacks =
            |name: &&&str| done.iter().any(|done| done.check.name == **name && !matches!(done.outcome, Outcome::Holds));
        if let Some(name) = check.needs.iter().find(lacks) {
            return Some(Needs::Check(name));
        }
        (!self.is_up()).then_some(Needs::Server)
    }

    /// The step that one stands below, where nobody has asked for a later one by its number or by a check's name.
    fn below(&self, check: &Check, done: &[Done]) -> Option<u8> {
        if self.settings.step.is_some() || !self.settings.only.is_empty() {
            return None;
        }
        let is_broken = |done: &&Done| done.check.kind == Kind::Core && matches!(done.outcome, Outcome::Broken(_));
        done.iter().find(is_broken).map(|done| done.check.step).filter(|step| *step < check.step)
    }

    /// Whether the server's process still runs, or does again.
    fn is_up(&mut self) -> bool {
        if !self.server.has_ended() {
            return true;
        }
        self.restarts += 1;
        let again = (self.restarts <= RESTARTS).then(|| self.target.start(self.patience()));
        let Some(Ok(server)) = again else { return false };
        self.server = server;
        true
    }

    /// How long a server may take to start: no longer than what is left of the run.
    fn patience(&self) -> Duration {
        self.settings.patience.min(self.until.saturating_duration_since(Instant::now()))
    }

    fn one(&mut self, check: &'static Check) -> Done {
        if check.kind == Kind::Extra && !self.settings.command.is_empty() {
            // A fresh one holds nothing against us. Where it cannot be started, the old one will do.
            if let Ok(server) = self.target.start(self.patience()) {
                self.server = server;
            }
        }
        let printed = self.server.printed();
        let bench = Bench::new(self.target, &self.server, self.settings, self.until, &mut self.speaks);
        let (outcome, talk) = bench.run(check.run);
        let outcome = outcome.map_or_else(Outcome::Broken, |()| Outcome::Holds);
        // A process that dies closes its sockets first: it is given the moment between.
        let is_broken = matches!(outcome, Outcome::Broken(_));
        let has_ended = is_broken && self.server.ends_within(target::MOMENT);
        let last_lines = match (is_broken, has_ended) {
            (_, true) => self.server.last_lines(),
            (true, false) => self.server.printed_since(printed),
            (false, false) => Vec::new(),
        };
        Done { check, outcome, talk, last_lines, has_ended }
    }
}

/// Where the page that explains something lies.
fn page(chapter: &str, lang: Lang) -> String {
    Path::new("docs").join(lang.pick("en", "ru")).join(chapter).with_extension("md").display().to_string()
}
