//! `chat`: flags, the connection, one call, and the exit status: 0 done, 1 failed, 2 wrong usage.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chatroom::client::{self, Bell, Ended, Lang, Look, Settings};
use chatroom::wire::Framing;
use clap::{Parser, ValueEnum};

/// Joins a chat.
///
/// Type a line and press Enter to send it; HELP lists the special words, QUIT or Ctrl-D leaves. With a script on the
/// standard input it sends each line, at the end QUIT, and prints what comes in as plain lines.
#[derive(Debug, Parser)]
#[command(name = "chat", version)]
struct Flags {
    /// Address or host name of the server
    #[arg(short, long, alias = "ip_address", alias = "ip_adress", value_name = "ADDRESS", default_value = "127.0.0.1")]
    ip_address: String,
    /// Port of the server
    #[arg(short, long, default_value_t = 12345)]
    port: u16,
    /// Your nickname; without it you are asked
    #[arg(short, long)]
    nickname: Option<String>,
    /// How messages are told apart: 'lines' for chat-server, 'chunks' for the original Python server
    #[arg(long, value_name = "lines|chunks", default_value = "lines", value_parser = framing, hide_default_value = false)]
    framing: Framing,
    /// Show what goes over the wire instead: each read and each write, with its length
    #[arg(long)]
    raw: bool,
    /// Append what is said to this file, with date and time
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// A server that is lost is not tried again
    #[arg(long)]
    no_reconnect: bool,
    /// Colours: 'auto' has them on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    color: Colour,
    /// When the terminal's bell rings: with private messages and your name, with every message, or never
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Rings::Private)]
    bell: Rings,
    /// Without the time before each line
    #[arg(long)]
    no_time: bool,
    /// Without the joins and leaves of others
    #[arg(short, long)]
    quiet: bool,
    /// Language of the program's own words; without it the environment says which
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    lang: Option<Language>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Rings {
    Off,
    Private,
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    En,
    Ru,
}

impl Flags {
    fn lang(&self) -> Lang {
        match self.lang {
            Some(Language::En) => Lang::En,
            Some(Language::Ru) => Lang::Ru,
            None => Lang::from_environment(),
        }
    }

    fn look(&self) -> Look {
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

fn framing(name: &str) -> Result<Framing, String> {
    match name {
        "lines" => Ok(Framing::Lines),
        "chunks" => Ok(Framing::Chunks),
        _ => Err("it is 'lines' or 'chunks'".into()),
    }
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let lang = flags.lang();
    match run(flags) {
        Ok(ended) if ended.is_success() => ExitCode::SUCCESS,
        Ok(ended) => fail(&lang.ended(ended)),
        Err(error) => fail(&error.to_string()),
    }
}

fn run(flags: Flags) -> io::Result<Ended> {
    let look = flags.look();
    let server = client::connect(&flags.ip_address, flags.port)?;
    let reconnect = (!flags.no_reconnect).then_some((flags.ip_address, flags.port));
    let settings = Settings { nickname: flags.nickname, framing: flags.framing, reconnect };
    if flags.raw {
        return client::raw(server, flags.framing, io::stdin(), io::stdout()).map(|()| Ended::Left);
    }
    let (input, mut printer) = client::open(look);
    if let Some(path) = &flags.log {
        printer.keep_transcript(path)?;
    }
    client::run(server, settings, input, printer)
}

/// One line, no backtrace. A closed stderr cannot be told.
fn fail(why: &str) -> ExitCode {
    writeln!(io::stderr(), "chat: {why}").unwrap_or_default();
    ExitCode::FAILURE
}
