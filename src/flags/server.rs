//! What `chat-server` takes.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process;

use clap::error::{ContextKind, ErrorKind};
use clap::{Error, Parser, ValueHint};

use super::{Address, whole};
use crate::limits::{LOGIN, PEER_TIMEOUT, PORT, RATE_PER_SECOND};

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
    /// Most clients at once from one address [default: no limit]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1, u64::MAX))]
    pub per_address: Option<usize>,
    /// Lines a second that one client may write, after 20 at once; 'off' for no limit
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
    /// What outlasts the server
    #[cfg(feature = "database")]
    #[command(flatten)]
    pub database: crate::database::Flags,
}

/// What only a server with the feature `database` takes.
const OF_THE_DATABASE: &[&str] = &["--database", "--history", "--keep-days", "history", "users", "account"];

impl Flags {
    /// The flags of this process. Ends it where they are wrong, or where only help was asked for.
    pub fn read() -> Flags {
        Flags::try_parse().unwrap_or_else(|error| {
            let Some(unknown) = without_the_database(&error) else { error.exit() };
            let why = "needs a chat-server with a database, which 'sh download.sh --with-database' installs";
            // A stderr that is closed cannot be told.
            writeln!(io::stderr(), "chat-server: {unknown} {why}").unwrap_or_default();
            process::exit(error.exit_code())
        })
    }
}

/// The argument, where it is one that this server would know if it had been built with the database.
fn without_the_database(error: &Error) -> Option<String> {
    let unknown = error.get(ContextKind::InvalidArg).map(ToString::to_string)?;
    let is_known_there = |name: &&str| unknown == **name || unknown.starts_with(&format!("{name}="));
    let is_built_without = cfg!(not(feature = "database")) && error.kind() == ErrorKind::UnknownArgument;
    (is_built_without && OF_THE_DATABASE.iter().any(is_known_there)).then_some(unknown)
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
