//! What `chat-server` takes.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Parser, ValueHint};

use crate::limits::{LOGIN, PEER_TIMEOUT, RATE_PER_SECOND};

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
    pub ip_address: String,
    /// Port to listen on; 0 lets the system choose
    #[arg(short, long, default_value_t = 12345)]
    pub port: u16,
    /// A second port, for clients that frame nothing, such as the original Python client
    #[arg(long, value_name = "PORT")]
    pub unframed_port: Option<u16>,
    /// A file that is shown to everyone after the welcome
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub motd: Option<PathBuf>,
    /// Most clients at once [default: 1000, or what fits this machine]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub max_clients: Option<usize>,
    /// Most clients at once from one address [default: no limit]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub per_address: Option<usize>,
    /// Lines a second that one client may write, after 20 at once; 'off' for no limit
    #[arg(long, value_name = "N|off", default_value = "10", value_parser = rate)]
    pub rate: Rate,
    /// Seconds in which a nickname has to be chosen
    #[arg(long, value_name = "SECONDS", default_value_t = LOGIN.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub login_timeout: u64,
    /// Seconds within which a client that vanished without a word is found out
    #[arg(long, value_name = "SECONDS", default_value_t = PEER_TIMEOUT.as_secs(), value_parser = clap::value_parser!(u64).range(5..=86_400))]
    pub peer_timeout: u64,
    /// Write what is said into the log, not only its length
    #[arg(long)]
    pub show_text: bool,
    /// What outlasts the server
    #[cfg(feature = "database")]
    #[command(flatten)]
    pub database: crate::database::Flags,
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
