//! `chat`: flags, the connection, one call, and the exit status: 0 done, 1 failed, 2 wrong usage.

use std::io::{self, Write};
use std::process::ExitCode;

use chatroom::client::{self, Ended, Settings};
use chatroom::wire::Framing;
use clap::Parser;

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
    match run(flags) {
        Ok(ended) if ended.is_success() => ExitCode::SUCCESS,
        Ok(ended) => fail(&ended.to_string()),
        Err(error) => fail(&error.to_string()),
    }
}

fn run(flags: Flags) -> io::Result<Ended> {
    let server = client::connect(&flags.ip_address, flags.port)?;
    let settings = Settings { nickname: flags.nickname, framing: flags.framing };
    let (input, printer) = client::open();
    client::run(server, settings, input, printer)
}

/// One line, no backtrace. A closed stderr cannot be told.
fn fail(why: &str) -> ExitCode {
    writeln!(io::stderr(), "chat: {why}").unwrap_or_default();
    ExitCode::FAILURE
}
