//! Feature console: the table of commands, and how a line becomes one. What was done goes into the log and, where there is
//! a database, into its table `acts`. Touches nothing itself.

use std::io::{self, Write};
use std::net::IpAddr;

use super::Teacher;
use crate::server::keeper::{Act, Present};
use crate::text::{Nickname, Text};

mod orders;
pub(super) mod stopping;
mod views;

/// A command as teachers read about it.
pub(crate) struct Command {
    /// As it is typed.
    pub(crate) name: &'static str,
    /// What stands behind it.
    pub(crate) usage: &'static str,
    /// One sentence: a line of `help`.
    pub(crate) help: &'static str,
    /// Does it, with what stands behind its name. The error says what would be right.
    pub(crate) run: fn(&Teacher, &str) -> Result<Answer, String>,
}

/// What comes of a command.
pub(crate) enum Answer {
    /// Only something to read.
    Told(String),
    /// Something was done, about somebody or about an address: it is logged and kept.
    Done {
        text: String,
        nickname: Option<Nickname>,
        address: Option<IpAddr>,
        /// The server stops once that is kept.
        stops: bool,
    },
    /// Goes on until the reader has gone or the server stops: `Teacher::stop` tells. For `chat-server ctl` alone.
    #[cfg_attr(not(feature = "glass"), allow(dead_code, reason = "for commands that watch"))]
    Stream(Streamed),
}

/// Writes as long as there is something to write. It may wait for the reader.
pub(crate) type Streamed = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()>>;

impl Answer {
    /// Something was done that is about nobody in particular.
    pub(super) fn done(text: impl Into<String>) -> Self {
        Answer::Done { text: text.into(), nickname: None, address: None, stops: false }
    }

    /// Something was done to somebody who is here.
    pub(super) fn about(who: &Present, text: String) -> Self {
        Answer::Done { text, nickname: who.nickname.clone(), address: Some(who.address()), stops: false }
    }
}

/// All commands: `help` shows them in this order.
pub(crate) const COMMANDS: &[Command] = &[
    Command { name: "say", usage: "TEXT", help: "tells everybody, wherever they are", run: orders::say },
    Command { name: "who", usage: "", help: "who is here, where, since when, and how late", run: views::who },
    Command {
        name: "kick",
        usage: "NICK|NUMBER [REASON]",
        help: "removes somebody, who may come back",
        run: orders::kick,
    },
    Command {
        name: "mute",
        usage: "NICK|NUMBER 5m",
        help: "what they write goes to nobody for 5 minutes",
        run: orders::mute,
    },
    Command { name: "unmute", usage: "NICK", help: "they may write again", run: orders::unmute },
    Command { name: "ban", usage: "ADDRESS|NICK 10m", help: "keeps an address out (IPv6: its /64)", run: orders::ban },
    Command { name: "unban", usage: "ADDRESS|NICK", help: "lets it in again", run: orders::unban },
    Command { name: "bans", usage: "", help: "who is banned and muted, and for how long", run: views::bans },
    Command { name: "lock", usage: "", help: "nobody new comes in", run: orders::lock },
    Command { name: "unlock", usage: "", help: "everybody may come in again", run: orders::unlock },
    Command { name: "motd", usage: "[FILE|off]", help: "what newcomers are shown", run: orders::motd },
    Command { name: "stats", usage: "", help: "how much there is of everything", run: views::stats },
    #[cfg(feature = "glass")]
    Command {
        name: "threads",
        usage: "",
        help: "what each thread does now, asked of the system",
        run: crate::glass::ctl::threads,
    },
    #[cfg(feature = "glass")]
    Command {
        name: "watch",
        usage: "",
        help: "what happens, a line for each event, until Ctrl-C",
        run: crate::glass::ctl::watch,
    },
    Command {
        name: "stop",
        usage: "[in 5m | cancel]",
        help: "stops the server, at once or announced",
        run: stopping::stop,
    },
    Command { name: "help", usage: "[COMMAND]", help: "these lines, or one of them", run: help },
];

/// Does what a line says.
///
/// # Errors
/// What would be right, in one line.
pub(crate) fn run(teacher: &Teacher, line: &Text) -> Result<Answer, String> {
    let line = line.as_str().trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let answer = (find(name)?.run)(teacher, rest.trim())?;
    if let Answer::Done { text, nickname, address, stops } = &answer {
        log::info!("the console: {line:?}: {text}");
        let act = Act { order: line.to_owned(), nickname: nickname.clone(), address: *address };
        // It is done, and was logged: that the server has stopped since is no news.
        teacher.desk()?.keep(act).unwrap_or_default();
        if *stops {
            teacher.desk()?.stop();
        }
    }
    Ok(answer)
}

fn find(name: &str) -> Result<&'static Command, String> {
    let name = name.trim_start_matches('/').to_lowercase();
    let found = COMMANDS.iter().find(|command| command.name == name);
    found.ok_or_else(|| format!("there is no command '{name}'; 'help' lists them"))
}

fn help(_: &Teacher, name: &str) -> Result<Answer, String> {
    if !name.is_empty() {
        return Ok(Answer::Told(find(name)?.line()));
    }
    let lines: Vec<String> = COMMANDS.iter().map(Command::line).collect();
    Ok(Answer::Told(lines.join("\n")))
}

impl Command {
    fn line(&self) -> String {
        format!("{:<29} {}", format!("{} {}", self.name, self.usage), self.help)
    }

    /// What is told where something is missing.
    fn wanted(&self) -> String {
        format!("write {} {}", self.name, self.usage)
    }
}

/// How a command is written, for whoever wrote it otherwise.
pub(super) fn wanted(name: &str) -> String {
    find(name).map_or_else(|why| why, Command::wanted)
}
