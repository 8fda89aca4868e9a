//! Feature database: the database's flags of `chat-server`, and its commands. Touches clap.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::time;
use crate::flags::whole;
use crate::limits::{HISTORY, HISTORY_MAX};
use crate::text::Nickname;

/// What `chat-server` takes beside its own flags.
#[derive(Debug, Args)]
#[group(skip)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Flags {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Keep users, messages and accounts in this SQLite file; it is created where there is none
    #[arg(long, value_name = "FILE")]
    pub(super) database: Option<PathBuf>,
    /// Messages that whoever comes into the group is shown
    #[arg(long, value_name = "N", requires = "database", default_value_t = HISTORY, value_parser = whole::<usize>(0, HISTORY_MAX as u64))]
    pub(super) history: usize,
    /// Forget messages after so many days [default: never]
    #[arg(long, value_name = "N", requires = "database", value_parser = whole::<u32>(1, u64::MAX))]
    pub(super) keep_days: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the messages in a database; the server may be running
    History(History),
    /// Print who was ever here; the server may be running
    Users(Users),
    /// What helps when a password is lost, and who wants to be forgotten; the server may be running
    #[command(subcommand, disable_help_subcommand = true)]
    Account(Account),
}

/// `chat-server account`.
#[derive(Debug, Subcommand)]
pub(super) enum Account {
    /// Forget the password of a nickname: whoever comes first may register it anew
    Reset(Named),
    /// Forget a user: the account, all that they wrote, and what was written to them alone
    Delete(Named),
}

/// Whose account, and where.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The nickname
    #[arg(value_name = "NICK", value_parser = nickname)]
    pub(super) nickname: Nickname,
    /// The file
    #[arg(long, value_name = "FILE")]
    pub(super) database: PathBuf,
}

fn nickname(text: &str) -> Result<Nickname, String> {
    Nickname::parse(text).map_err(|refusal| refusal.to_string())
}

/// `chat-server history`.
#[derive(Debug, Args)]
pub(super) struct History {
    /// The file
    #[arg(long, value_name = "FILE")]
    pub(super) database: PathBuf,
    /// Only what this user wrote, or was written in private
    #[arg(long, value_name = "NICK")]
    pub(super) with: Option<String>,
    /// Only what was said since then, in UTC: 2026-11-23, or '2026-11-23 15:41'
    #[arg(long, value_name = "DATE", value_parser = time::parse)]
    pub(super) since: Option<i64>,
    /// As lines of text, or as JSON
    #[arg(long, default_value = "text")]
    pub(super) format: Format,
}

/// `chat-server users`.
#[derive(Debug, Args)]
pub(super) struct Users {
    /// The file
    #[arg(long, value_name = "FILE")]
    pub(super) database: PathBuf,
    /// As lines of text, or as JSON
    #[arg(long, default_value = "text")]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}
