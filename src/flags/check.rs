//! Comfort: what `chat check` takes.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::language::{Language, or_environment};
use crate::check::{Format, Settings, Telling};

/// The flags of `chat check`; its help is in `chat.rs`, with the other of `chat`.
#[derive(Debug, Args)]
#[command(override_usage = "chat check [OPTIONS] [HOST:PORT]\n       chat check [OPTIONS] -- COMMAND...")]
pub struct Check {
    /// The server [default: 127.0.0.1:12345]
    #[arg(value_name = "HOST:PORT", conflicts_with = "command")]
    pub address: Option<String>,
    /// A command that starts the server
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
    /// The checks of this step, and of those before
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    pub step: Option<u8>,
    /// Only the check of this name; may be given again
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Without the extra checks
    #[arg(long)]
    pub no_extra: bool,
    /// Longest wait for an answer
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub timeout: Duration,
    /// Longest wait for the server to start, and to end
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub patience: Duration,
    /// Show the whole conversation of each check
    #[arg(long)]
    pub show_wire: bool,
    /// As lines of text, or as JSON
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Show the summary alone
    #[arg(short, long)]
    pub quiet: bool,
    /// Language of the report; without it the environment says which
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
}

/// `--format`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[expect(missing_docs, reason = "the flag's help says what they mean; a comment here would become help too")]
pub enum CheckFormat {
    Text,
    Json,
}

impl Check {
    /// What is to be checked, and how it is told.
    pub fn settings(self) -> Settings {
        let format = match self.format {
            CheckFormat::Text => Format::Text,
            CheckFormat::Json => Format::Json,
        };
        let lang = or_environment(self.lang);
        let report = Telling { lang, format, quiet: self.quiet, show_wire: self.show_wire };
        let (address, command, step, only) = (self.address, self.command, self.step, self.only);
        let (timeout, patience) = (self.timeout, self.patience);
        Settings { address, command, step, only, core: self.no_extra, timeout, patience, report }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.1..=600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "it is a number of seconds from 0.1 to 600".to_owned())
}
