//! Comfort: what `chat` takes.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Command, CommandFactory, Error, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};

use super::check::Check;
use super::language::{self, Language};
use super::russian::in_russian;
use super::{Address, whole, wrong};
use crate::client::{self, Bell, Lang, Look, Servers};
use crate::limits::{PEER_TIMEOUT, PORT};
use crate::text::drives_terminals;
use crate::wire::Framing;

mod russian;

/// Joins a chat.
///
/// Type a line and press Enter to send it; HELP lists the special words, QUIT or Ctrl-D leaves. With a script on the
/// standard input it sends each line, at the end QUIT, and prints what comes in as plain lines.
#[derive(Debug, Parser)]
#[command(name = "chat", version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Flags {
    /// What is done instead of joining a chat
    #[command(subcommand)]
    pub other: Option<Other>,
    /// Address or host name of the server; several, with commas or given again, are tried in turn
    #[arg(short, long, alias = "ip_address", alias = "ip_adress", value_name = "ADDRESS", value_hint = ValueHint::Hostname, value_delimiter = ',', default_value = "127.0.0.1")]
    pub ip_address: Vec<Address>,
    /// Port of the server
    #[arg(short, long, default_value_t = PORT, value_parser = whole::<u16>(1, 65_535))]
    pub port: u16,
    /// Your nickname; without it you are asked
    #[arg(short, long, value_hint = ValueHint::Username, value_parser = one_line)]
    pub nickname: Option<String>,
    /// How messages are told apart: 'lines' for chat-server, 'chunks' for the original Python server
    #[arg(long, value_enum, value_name = "FRAMING", default_value_t = Messages::Lines)]
    pub framing: Messages,
    /// Show what goes over the wire instead: each read and each write, with its length
    #[arg(long)]
    pub raw: bool,
    /// Append what is said to this file, with date and time
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "raw")]
    pub log: Option<PathBuf>,
    /// Seconds within which a server that vanished without a word is found out, or one whose address has moved
    #[arg(long, value_name = "SECONDS", default_value_t = PEER_TIMEOUT.as_secs(), value_parser = whole::<u64>(1, 86_400))]
    pub peer_timeout: u64,
    /// A server that is lost is not tried again
    #[arg(long)]
    pub no_reconnect: bool,
    /// Colours: 'auto' has them on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub color: Colour,
    /// When the terminal's bell rings: with private messages and your name, with every message, or never
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Rings::Private)]
    pub bell: Rings,
    /// Without the time before each line
    #[arg(long)]
    pub no_time: bool,
    /// Without the joins and leaves of others
    #[arg(short, long)]
    pub quiet: bool,
    /// Language of the program's own words; without it the environment says which
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
}

/// What can be sent as one line: the server would take what stands behind a newline for the next answer.
fn one_line(text: &str) -> Result<String, String> {
    match text.chars().find(|&c| drives_terminals(c) || c == '\t') {
        Some(c) => Err(format!("it holds U+{:04X}, a character that controls terminals; leave it out", u32::from(c))),
        None => Ok(text.to_owned()),
    }
}

/// What `chat` does instead of joining a chat.
#[derive(Debug, Subcommand)]
pub enum Other {
    /// Checks a server, in whatever language it is written
    ///
    /// It plays clients to a server that runs at HOST:PORT, or to one that COMMAND starts: that is given a free port in PORT,
    /// and in place of {port} among its arguments, and is stopped at the end. Without --step all steps are tried, up to the one
    /// that is not reached. Exit status: 0 all checks ran and hold, 1 some are broken or were not run, 2 no server, or no such
    /// check. Extra checks never change it.
    Check(Check),
}

/// `--framing`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[expect(missing_docs, reason = "the flag's help says what they mean; a comment here would become help too")]
pub enum Messages {
    Lines,
    Chunks,
}

/// `--color`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[expect(missing_docs, reason = "the flag's help says what they mean; a comment here would become help too")]
pub enum Colour {
    Auto,
    Always,
    Never,
}

/// `--bell`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[expect(missing_docs, reason = "the flag's help says what they mean; a comment here would become help too")]
pub enum Rings {
    Off,
    Private,
    All,
}

/// The command, with its help in this language.
fn command(lang: Lang) -> Command {
    match lang {
        Lang::En => Flags::command(),
        Lang::Ru => in_russian(Flags::command(), &russian::WORDS),
    }
}

impl Flags {
    /// The flags of this process. Ends it where they are wrong, or where only help was asked for.
    pub fn read() -> Flags {
        let arguments: Vec<OsString> = env::args_os().collect();
        let lang = language::asked_by(&arguments);
        Flags::parse_in(lang, arguments).unwrap_or_else(|error| wrong::ends(error, lang, "chat"))
    }

    fn parse_in(lang: Lang, arguments: Vec<OsString>) -> Result<Flags, Error> {
        Flags::from_arg_matches(&command(lang).try_get_matches_from(arguments)?)
    }

    /// Where the chat is to be found.
    pub fn servers(&self) -> Servers {
        let servers = self.ip_address.iter().map(|address| address.clone().or_port(self.port)).collect();
        Servers::new(servers, Duration::from_secs(self.peer_timeout))
    }

    /// How messages are told apart.
    pub fn framing(&self) -> Framing {
        match self.framing {
            Messages::Lines => Framing::Lines,
            Messages::Chunks => Framing::Chunks,
        }
    }

    /// The language of the program's own words.
    pub fn lang(&self) -> Lang {
        language::or_environment(self.lang)
    }

    /// What is to be seen, and how.
    pub fn look(&self) -> Look {
        let colour = match self.color {
            Colour::Auto => client::has_colour(),
            Colour::Always => true,
            Colour::Never => false,
        };
        let bell = match self.bell {
            Rings::Off => Bell::Off,
            Rings::Private => Bell::Private,
            Rings::All => Bell::All,
        };
        Look { colour, time: !self.no_time, bell, quiet: self.quiet, lang: self.lang() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_its_help_in_russian() {
        let mut command = command(Lang::Ru);
        command.build();
        let check = command.find_subcommand("check").expect("it is there");
        for arg in command.get_arguments().chain(check.get_arguments()) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.chars().any(|c| ('а'..='я').contains(&c)), "{}: {help:?}", arg.get_id());
        }
        let help = command.render_long_help().to_string();
        let headings = ["Usage:", "Options:", "Commands:", "Arguments:", "[default:", "[possible"];
        assert!(!headings.iter().any(|heading| help.contains(heading)), "{help}");
        assert!(help.contains("--framing <КАДРЫ>") && help.contains("[по умолчанию: 12345]"), "{help}");
    }

    #[test]
    fn wrong_flags_are_told_in_both_languages() {
        let told = |lang, line: &str| {
            let error = Flags::parse_in(lang, line.split(' ').map(OsString::from).collect()).expect_err("a wrong flag");
            wrong::explained(error, lang, "chat")
        };
        for (line, english, russian) in [
            ("chat chekc", "similar subcommand exists: 'check'", "похоже на: 'check'"),
            ("chat --bogus", "unexpected argument '--bogus' found", "неизвестный параметр '--bogus'"),
            ("chat --nick", "'--nickname'", "похоже на: '--nickname'"),
            ("chat 10.0.0.1", "tip: the server is named with --ip-address", "сервер задают параметры --ip-address"),
            (
                "chat -p 0",
                "it has to be a whole number from 1 to 65535",
                "'--port <ПОРТ>' не подходит значение '0': нужно целое число от 1 до 65535",
            ),
            (
                "chat -n an\nna",
                "invalid value 'an^Jna' for '--nickname <NICKNAME>': it holds U+000A",
                "не подходит значение 'an^Jna': в нём есть знак U+000A, который управляет терминалом; уберите его",
            ),
            ("chat -n \x1b[2J", "invalid value '^[[2J'", "значение '^[[2J'"),
            ("chat -i a:b", "its port with --port", "узел (192.0.2.2, ::1 или имя), а порт в --port"),
            ("chat -p", "a value is required", "параметру '--port <ПОРТ>' нужно значение"),
            ("chat --raw --raw", "cannot be used multiple times", "параметр '--raw' дан дважды"),
            ("chat --raw=1", "unexpected value", "у параметра '--raw' нет значения"),
            (
                "chat --raw --log x",
                "'--raw' cannot be used with '--log <FILE>'",
                "параметр '--raw' нельзя дать вместе с '--log <ФАЙЛ>'",
            ),
            ("chat --framing lies", "[possible values: lines, chunks]", "[возможно: lines, chunks]"),
        ] {
            let (en, ru) = (told(Lang::En, line), told(Lang::Ru, line));
            assert!(en.contains(english) && en.ends_with("try '--help'."), "{line}: {en}");
            assert!(ru.contains(russian) && ru.ends_with("Справка: chat --help"), "{line}: {ru}");
        }
    }
}
