//! Comfort: what `chat-server` takes.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process;

use clap::error::{ContextKind, ErrorKind};
use clap::{Command, CommandFactory, Error, FromArgMatches, Parser, ValueHint};

use super::language::{self, Language};
use super::russian::in_russian;
use super::{Address, whole, wrong};
use crate::client::Lang;
use crate::limits::{LOGIN, PEER_TIMEOUT, PORT, RATE_PER_SECOND};
use crate::server::order::Engine;

mod russian;

/// Runs a chat: people connect with chat, or with nc.
///
/// Ctrl-C, SIGTERM or SIGQUIT stops it in order; a second one at once. So do SIGHUP (not under nohup) and SIGXCPU, but not
/// at once. SIGUSR1, SIGUSR2, SIGALRM and the like are logged and do nothing. `RUST_LOG=debug` follows each message through
/// the threads.
#[derive(Debug, Parser)]
#[command(name = "chat-server", version)]
pub struct Flags {
    /// Address or host name to listen on; 0.0.0.0 lets other computers in
    #[arg(short, long, alias = "ip_address", alias = "ip_adress", value_name = "ADDRESS", value_hint = ValueHint::Hostname, default_value = "127.0.0.1")]
    pub ip_address: Address,
    /// Port to listen on; 0 lets the system choose
    #[arg(short, long, default_value_t = PORT, value_parser = whole::<u16>(0, 65_535))]
    pub port: u16,
    /// A second port, for students' own clients: those that send no line ends, as the original's, and those that do
    #[arg(long, value_name = "PORT", value_parser = whole::<u16>(0, 65_535))]
    pub unframed_port: Option<u16>,
    /// A file that is shown to everyone after the welcome; it is read anew for each newcomer
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub motd: Option<PathBuf>,
    /// Most clients at once [default: 1000, or what fits this machine]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, u64::MAX))]
    pub max_clients: Option<usize>,
    /// Most clients at once from one address [default: half of all; no limit for this computer itself]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, u64::MAX))]
    pub per_address: Option<usize>,
    /// Lines a second that one client may write, after 20 at once, and ten times as many all of one address; 'off' for no limit
    #[arg(long, value_name = "N|off", default_value = "10", value_parser = rate)]
    pub rate: Rate,
    /// Seconds in which a nickname has to be chosen
    #[arg(long, value_name = "SECONDS", default_value_t = LOGIN.as_secs(), value_parser = whole::<u64>(1, 86_400))]
    pub login_timeout: u64,
    /// Seconds within which a client that vanished without a word is found out
    #[arg(long, value_name = "SECONDS", default_value_t = PEER_TIMEOUT.as_secs(), value_parser = whole::<u64>(5, 86_400))]
    pub peer_timeout: u64,
    /// Write each message into the log, with what it says
    #[arg(long)]
    pub show_text: bool,
    /// Language of the program's own words, but not of the log; without it the environment says which
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    /// What shows the server from inside
    #[cfg(feature = "glass")]
    #[command(flatten)]
    pub glass: crate::glass::flags::Flags,
    /// Several servers with one chat
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    pub cluster: crate::cluster::Flags,
    /// What outlasts the server
    #[cfg(feature = "database")]
    #[command(flatten)]
    pub database: crate::database::Flags,
    /// The teacher's console
    #[cfg(feature = "console")]
    #[command(flatten)]
    pub console: crate::console::Flags,
    /// Who is believed
    #[cfg(feature = "proxy")]
    #[command(flatten)]
    pub proxy: crate::proxy::Flags,
}

/// What only a server that was built with a feature takes.
struct OfFeature {
    is_built: bool,
    names: &'static [&'static str],
    english: &'static str,
    russian: &'static str,
}

const OF_FEATURES: &[OfFeature] = &[
    OfFeature {
        is_built: cfg!(feature = "database"),
        names: &["--database", "--history", "--keep-days", "history", "users", "account"],
        english: "needs a chat-server with a database, which 'sh download.sh --with-database' installs",
        russian: "есть только у chat-server с базой данных; его ставит 'sh download.sh --with-database'",
    },
    OfFeature {
        is_built: cfg!(feature = "console"),
        names: &["--console", "--socket", "ctl"],
        english: "needs a chat-server with the console, which 'cargo build' makes",
        russian: "есть только у chat-server с консолью; его собирает 'cargo build'",
    },
    OfFeature {
        is_built: cfg!(feature = "proxy"),
        names: &["--trusted-proxy"],
        english: "needs a chat-server for balancers, which 'cargo build --features proxy' makes",
        russian: "есть только у chat-server для балансировщиков; его собирает 'cargo build --features proxy'",
    },
    OfFeature {
        is_built: cfg!(feature = "cluster"),
        names: &["--cluster", "--server-name"],
        english: "needs a chat-server for several servers, which 'cargo build --features cluster' makes",
        russian: "есть только у chat-server для нескольких серверов; его собирает 'cargo build --features cluster'",
    },
];

impl Flags {
    /// The flags of this process. Ends it where they are wrong, or where only help was asked for.
    pub fn read() -> Flags {
        let arguments: Vec<OsString> = env::args_os().collect();
        let lang = language::asked_by(&arguments);
        Flags::parse_in(lang, arguments).unwrap_or_else(|error| {
            let Some((unknown, feature)) = without_its_feature(&error) else { wrong::ends(error, lang, "chat-server") };
            let why = lang.pick(feature.english, feature.russian);
            // A stderr that is closed cannot be told.
            writeln!(io::stderr(), "chat-server: {unknown} {why}").unwrap_or_default();
            process::exit(error.exit_code())
        })
    }

    fn parse_in(lang: Lang, arguments: Vec<OsString>) -> Result<Flags, Error> {
        Flags::from_arg_matches(&command(lang).try_get_matches_from(arguments)?)
    }

    /// What several servers agree by, where this is to be one of them.
    ///
    /// # Errors
    /// One line: it cannot be reached.
    pub fn engine(&self) -> io::Result<Option<Box<dyn Engine>>> {
        #[cfg(feature = "cluster")]
        return self.cluster.engine();
        #[cfg(not(feature = "cluster"))]
        Ok(None)
    }

    /// The language of the program's own words.
    pub fn lang(&self) -> Lang {
        language::or_environment(self.lang)
    }
}

/// The command, with its help in this language.
fn command(lang: Lang) -> Command {
    match lang {
        Lang::En => Flags::command(),
        Lang::Ru => in_russian(Flags::command(), &russian::WORDS),
    }
}

/// The argument or command, where it is one that this server would know if it had been built with that feature.
fn without_its_feature(error: &Error) -> Option<(String, &'static OfFeature)> {
    let kind = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => return None,
    };
    let unknown = error.get(kind).map(ToString::to_string)?;
    let is_known_there = |name: &&str| unknown == **name || unknown.starts_with(&format!("{name}="));
    let lacks = |feature: &&OfFeature| !feature.is_built && feature.names.iter().any(is_known_there);
    OF_FEATURES.iter().find(lacks).map(|feature| (unknown.clone(), feature))
}

/// `--rate`: lines a second, `None` for off.
#[derive(Debug, Clone, Copy)]
pub struct Rate(pub Option<u32>);

fn rate(text: &str) -> Result<Rate, String> {
    match text.parse() {
        _ if text == "off" => Ok(Rate(None)),
        Ok(rate) if rate > 0 => Ok(Rate(Some(rate))),
        _ => Err(format!("it is a number from 1 on, such as {RATE_PER_SECOND}, or 'off'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_russian(text: &str) -> bool {
        text.chars().any(|c| ('а'..='я').contains(&c))
    }

    fn all_in_russian(command: &Command) {
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(is_russian(&help), "{} {}: {help:?}", command.get_name(), arg.get_id());
        }
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(is_russian(&about), "{}: {about:?}", command.get_name());
        command.get_subcommands().for_each(all_in_russian);
    }

    #[test]
    fn every_flag_and_every_command_has_its_help_in_russian() {
        let mut command = command(Lang::Ru);
        command.build();
        all_in_russian(&command);
        let help = command.render_long_help().to_string();
        let english = ["Usage:", "Options:", "Commands:", "Arguments:", "[default:", "[possible"];
        assert!(!english.iter().any(|heading| help.contains(heading)), "{help}");
        assert!(help.contains("--rate <N|off>") && help.contains("[по умолчанию: 12345]"), "{help}");
    }

    #[test]
    fn wrong_flags_are_told_in_russian() {
        for (line, russian) in [
            ("chat-server --bogus", "неизвестный параметр '--bogus'"),
            ("chat-server -p 70000", "не подходит значение '70000': нужно целое число от 0 до 65535"),
            ("chat-server --rate x", "нужно число от 1, например 10, или off"),
            ("chat-server --max-clients 0", "нужно целое число от 1"),
            #[cfg(feature = "cluster")]
            ("chat-server --cluster https://a:1", "нужно http://УЗЕЛ:ПОРТ"),
        ] {
            let arguments = line.split(' ').map(OsString::from).collect();
            let error = Flags::parse_in(Lang::Ru, arguments).expect_err("a wrong flag");
            let told = wrong::explained(error, Lang::Ru, "chat-server");
            assert!(told.contains(russian) && told.ends_with("Справка: chat-server --help"), "{line}: {told}");
        }
    }
}
