//! Feature console: the console's flags of `chat-server`, and its command `ctl`. Touches clap.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueHint};

use super::ctl::ctl;
use crate::client::Lang;
use crate::flags::whole;
use crate::limits::PORT;

/// What `chat-server` takes beside its own flags.
#[derive(Debug, Default, Args)]
#[group(skip)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Flags {
    #[command(subcommand)]
    command: Option<Command>,
    /// Take the teacher's commands from the standard input, even where that is no terminal
    #[arg(long)]
    pub console: bool,
    /// Where 'chat-server ctl' reaches this server [default: a socket of its own for each port]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub socket: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send a command to a server of yours that runs: say, who, kick ... 'ctl help' lists them
    Ctl(Ctl),
}

/// `chat-server ctl`.
#[derive(Debug, Args)]
struct Ctl {
    /// The server's --socket, where it has one
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    socket: Option<PathBuf>,
    /// The server's port
    #[arg(short, long, default_value_t = PORT, value_parser = whole::<u16>(1, 65_535))]
    port: u16,
    /// The command, such as: say in five minutes we begin
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl Flags {
    /// Does what `ctl` says, and how the process is to end; `None` where a server is wanted.
    pub fn run(&self, lang: Lang) -> Option<ExitCode> {
        let Command::Ctl(asked) = self.command.as_ref()?;
        Some(ctl(asked.socket.as_deref(), asked.port, &asked.words, lang))
    }
}
