//! Feature check: how a run is told: a line for each check, four more for one that is broken, and the summary. Touches
//! the output.

use std::io::{self, Write};

use super::broken::{Broken, Then, Words, in_lang};
use super::steps::{self, Check, Kind, STEPS};
use super::target::{NoServer, Server};
use super::{Done, Needs, Outcome, Telling, page};
use crate::client::Lang;

mod json;

/// For whom a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines for a reader.
    Text,
    /// One JSON object, when all is done.
    Json,
}

/// The heading of the extra checks, in place of a step.
const EXTRA: u8 = u8::MAX;
/// The place of a text below a check's line.
const INDENT: &str = "      ";

pub(super) struct Report<W> {
    told: Telling,
    out: W,
    step: u8,
}

impl<W: Write> Report<W> {
    pub(super) fn new(told: Telling, out: W) -> Self {
        Report { told, out, step: 0 }
    }

    fn is_text(&self) -> bool {
        self.told.format == Format::Text
    }

    fn word(&self, words: Words) -> &'static str {
        in_lang(words, self.told.lang)
    }

    /// No check is called so.
    pub(super) fn no_check(&mut self, only: &[String]) -> io::Result<()> {
        let told = self.word(["no check matches", "такой проверки нет:"]);
        let all = self.word(["there are", "есть"]);
        let line = format!("{told} {}; {all}: {}", only.join(", "), steps::names().join(", "));
        self.failed(&line)
    }

    /// There is no server to check.
    pub(super) fn no_server(&mut self, none: &NoServer) -> io::Result<()> {
        let (line, last_lines) = none_told(none, self.told.lang);
        self.failed(&line)?;
        if self.is_text() {
            self.last_lines(last_lines)?;
        }
        Ok(())
    }

    fn failed(&mut self, line: &str) -> io::Result<()> {
        match self.told.format {
            Format::Text => writeln!(self.out, "{line}"),
            Format::Json => writeln!(self.out, "{}", json::failure(line)),
        }
    }

    pub(super) fn begin(&mut self, server: &Server) -> io::Result<()> {
        if self.is_text() && !self.told.quiet {
            writeln!(self.out, "{} {}", self.word(["checking", "проверяется"]), server.address)?;
        }
        self.out.flush()
    }

    /// One check, as soon as it is done.
    pub(super) fn tell(&mut self, done: &Done) -> io::Result<()> {
        if self.told.quiet || !self.is_text() {
            return Ok(());
        }
        let check = done.check;
        if check.kind == Kind::Extra && self.step != EXTRA {
            self.step = EXTRA;
            let extra = self.word(["Extra: what depends on the machine", "Сверх программы: то, что зависит от машины"]);
            writeln!(self.out, "\n{extra}")?;
        } else if check.kind != Kind::Extra && check.step != self.step {
            self.step = check.step;
            let adds = STEPS.get(usize::from(check.step) - 1).copied().unwrap_or_default();
            writeln!(self.out, "\n{} {}: {}", self.word(["Step", "Шаг"]), check.step, self.word(adds))?;
        }
        let mark = match check.kind {
            Kind::Core => "",
            Kind::Manners => self.word([" (good manners)", " (хороший тон)"]),
            Kind::Extra => self.word([" (extra)", " (сверх программы)"]),
        };
        let wants = format!("{:<14} {}{mark}", check.name, self.word(check.wants));
        match &done.outcome {
            Outcome::Holds => writeln!(self.out, "  {} {wants}", self.word(["holds   ", "верно   "]))?,
            Outcome::Broken(broken) => {
                writeln!(self.out, "  {} {wants}", self.word(["BROKEN  ", "НЕВЕРНО "]))?;
                self.broken(check, broken)?;
            }
            Outcome::NotRun(needs) => {
                let needs = needs_told(*needs, self.told.lang);
                writeln!(self.out, "  {} {wants}", not_run(&needs, self.told.lang))?;
            }
        }
        let show = self.told.show_wire && !done.talk.is_empty();
        for line in done.talk.iter().filter(|_| show) {
            writeln!(self.out, "{INDENT}| {line}")?;
        }
        if !done.last_lines.is_empty() {
            let said = self.word(if done.has_ended {
                ["the server's process has ended; its last lines:", "процесс сервера закончился; его последние строки:"]
            } else {
                ["what the server's process printed meanwhile:", "что тем временем напечатал процесс сервера:"]
            });
            writeln!(self.out, "{INDENT}{said}")?;
            self.last_lines(&done.last_lines)?;
        }
        self.out.flush()
    }

    fn broken(&mut self, check: &Check, broken: &Broken) -> io::Result<()> {
        let lang = self.told.lang;
        let rows = [
            (["sent", "послано"], broken.sent.clone()),
            (["expected", "ожидалось"], broken.wanted.told(lang)),
            (["got", "получено"], got(broken, lang)),
            (["why", "почему"], self.word(check.why).to_owned()),
        ];
        for (label, text) in rows {
            writeln!(self.out, "{INDENT}{:<9} {text}", self.word(label))?;
        }
        writeln!(self.out, "{INDENT}{}", page(check.chapter, lang))
    }

    fn last_lines(&mut self, lines: &[String]) -> io::Result<()> {
        lines.iter().try_for_each(|line| writeln!(self.out, "{INDENT}> {line}"))
    }

    /// The summary. Of checks that were named one by one it says no step: the others were not asked.
    pub(super) fn end(&mut self, done: &[Done], checks: &[&'static Check], named: bool) -> io::Result<()> {
        let summary = Summary::of(done, checks, named);
        if self.told.format == Format::Json {
            writeln!(self.out, "{}", json::run(done, &summary, self.told.lang))?;
            return self.out.flush();
        }
        if !self.told.quiet {
            let words = [["hold", "верно"], ["broken", "неверно"], ["not run", "не проверено"]];
            let counts = [summary.hold, summary.broken, summary.not_run];
            let counted = words.iter().zip(counts).map(|(word, count)| format!("{}: {count}", self.word(*word)));
            writeln!(self.out, "\n{}", counted.collect::<Vec<_>>().join(", "))?;
        }
        if let Some(check) = summary.first_to_mend {
            let first = self.word(["the first to mend", "исправить первым"]);
            let wants = self.word(check.wants);
            writeln!(self.out, "{first}: {} ({wants}), {}", check.name, page(check.chapter, self.told.lang))?;
        }
        if let Some(step) = summary.step {
            writeln!(self.out, "{} {step}", self.word(["the server stands on step", "сервер стоит на шаге"]))?;
        }
        self.out.flush()
    }
}

/// What a run comes to.
pub(super) struct Summary {
    pub(super) hold: usize,
    pub(super) broken: usize,
    pub(super) not_run: usize,
    pub(super) first_to_mend: Option<&'static Check>,
    /// The highest step whose checks, and all before, hold; good manners aside. 0: none. `None` where not all were asked.
    pub(super) step: Option<u8>,
}

impl Summary {
    fn of(done: &[Done], checks: &[&'static Check], named: bool) -> Self {
        let count = |is: fn(&Outcome) -> bool| done.iter().filter(|done| is(&done.outcome)).count();
        let is_broken = |outcome: &Outcome| matches!(outcome, Outcome::Broken(_));
        // What cannot be tried on a server that somebody else has started is no fault of the server's.
        let is_fine = |outcome: &Outcome| matches!(outcome, Outcome::Holds | Outcome::NotRun(Needs::Command));
        let holds_back = |done: &&Done| done.check.kind != Kind::Manners && !is_fine(&done.outcome);
        let first = done.iter().filter(holds_back).map(|done| done.check.step).min();
        let first_broken = |kind| {
            let mut of_kind = done.iter().filter(|done| done.check.kind == kind);
            of_kind.find(|done| is_broken(&done.outcome)).map(|done| done.check)
        };
        let highest = checks.iter().map(|check| check.step).max().unwrap_or_default();
        Summary {
            hold: count(|outcome| matches!(outcome, Outcome::Holds)),
            broken: count(is_broken),
            not_run: count(|outcome| matches!(outcome, Outcome::NotRun(_))),
            first_to_mend: first_broken(Kind::Core)
                .or_else(|| first_broken(Kind::Manners))
                .or_else(|| first_broken(Kind::Extra)),
            step: (!named).then(|| first.map_or(highest, |step| step - 1)),
        }
    }
}

/// What came, and how the wait for more ended.
pub(super) fn got(broken: &Broken, lang: Lang) -> String {
    let (then, after) = (broken.then.told(lang), broken.after.as_secs_f32());
    let join = lang.pick("then", "потом");
    let time = format!("({} {after:.1} {})", lang.pick("after", "за"), lang.pick("s", "с"));
    match broken.got.join("  ") {
        got if got.is_empty() => format!("{then} {time}"),
        got if broken.then == Then::Line => format!("{got} {time}"),
        got => format!("{got}, {join} {then} {time}"),
    }
}

fn not_run(needs: &str, lang: Lang) -> String {
    format!("{} ({})", lang.pick("not run", "не проверено"), needs)
}

/// `needs answers`.
pub(super) fn needs_told(needs: Needs, lang: Lang) -> String {
    let what = match needs {
        Needs::Check(name) => name,
        Needs::Step(step) => return format!("{} {step}", lang.pick("needs step", "нужен шаг")),
        Needs::Command => lang.pick(
            "a server that check starts: chat check -- COMMAND",
            "сервер, запущенный проверкой: chat check -- КОМАНДА",
        ),
        Needs::Time => lang.pick("time: the minute is over", "время: минута кончилась"),
        Needs::Server => lang.pick(
            "the server: it has ended, and does not start again",
            "сервер: он закончился и больше не запускается",
        ),
    };
    format!("{} {what}", lang.pick("needs", "нужно:"))
}

fn none_told(none: &NoServer, lang: Lang) -> (String, &[String]) {
    let russian = lang == Lang::Ru;
    let line = match none {
        NoServer::Address(name, error) if russian => {
            format!("'{name}' — не адрес сервера ({error}); напишите узел и порт: chat check 127.0.0.1:12345")
        }
        NoServer::Address(name, error) => {
            format!("'{name}' is no address of a server ({error}); write host and port: chat check 127.0.0.1:12345")
        }
        NoServer::Nothing(address, error) if russian => format!(
            "на {address} никто не принимает соединений ({error}); запустите сервер или дайте команду: chat check -- python3 server.py"
        ),
        NoServer::Nothing(address, error) => format!(
            "nothing accepts on {address} ({error}); start the server, or give its command: chat check -- python3 server.py"
        ),
        NoServer::Command(command, error) if russian => {
            format!("не удаётся запустить '{command}' ({error}); за -- стоят программа и её аргументы")
        }
        NoServer::Command(command, error) => {
            format!("cannot start '{command}' ({error}); behind -- stand a program and its arguments")
        }
        NoServer::Deaf { port, status, .. } => deaf(*port, status.as_deref(), russian),
    };
    let last_lines: &[String] = if let NoServer::Deaf { last_lines, .. } = none { last_lines } else { &[] };
    (line, last_lines)
}

/// A server that was started, and does not listen where it should.
fn deaf(port: u16, status: Option<&str>, russian: bool) -> String {
    match (status, russian) {
        (Some(status), true) => format!("сервер закончился ({status}), не приняв соединения на порту {port}"),
        (Some(status), false) => format!("the server has ended ({status}) before it accepted on port {port}"),
        (None, true) => format!(
            "сервер запущен, но на 127.0.0.1:{port} никто не принимает соединений: порт дан ему в переменной PORT; или напишите {{port}} там, где номеру место: chat check -- ./server {{port}}"
        ),
        (None, false) => format!(
            "the server was started, but nothing accepts on 127.0.0.1:{port}: it is given the port in PORT; or write {{port}} where the number belongs: chat check -- ./server {{port}}"
        ),
    }
}
