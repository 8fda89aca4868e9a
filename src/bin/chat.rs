//! Comfort: `chat`: flags, the connection, one call, and the exit status: 0 done, 1 failed, 2 wrong usage.

use std::io::{self, Write};
use std::process::ExitCode;

use chatroom::check;
use chatroom::client::{self, Ended, Settings};
use chatroom::flags::chat::{Flags, Other};
use chatroom::shown::Shown;

fn main() -> ExitCode {
    let mut flags = Flags::read();
    if let Some(Other::Check(asked)) = flags.other.take() {
        let ended = check::run(&asked.settings(), io::stdout().lock());
        return ended.map_or_else(|error| fail(&error.to_string()), |verdict| ExitCode::from(verdict as u8));
    }
    let lang = flags.lang();
    #[cfg(feature = "signals")]
    if let Err(error) = chatroom::signals::survive_full_files() {
        return fail(&error.to_string());
    }
    match run(flags) {
        Ok(ended) if ended.is_success() => ExitCode::SUCCESS,
        // As where the signal itself had ended it.
        Ok(Ended::Interrupted) => ExitCode::from(130),
        Ok(ended) => fail(&lang.told(&ended.to_string())),
        Err(error) => fail(&lang.told(&error.to_string())),
    }
}

fn run(flags: Flags) -> io::Result<Ended> {
    let (look, framing) = (flags.look(), flags.framing());
    let servers = flags.servers();
    let server = servers.connect()?;
    let reconnect = (!flags.no_reconnect).then_some(servers);
    let settings = Settings { nickname: flags.nickname, framing, reconnect };
    if flags.raw {
        return client::raw(server, settings, io::stdin(), io::stdout()).map(|()| Ended::Left);
    }
    let (input, mut printer) = client::open(look);
    if let Some(path) = &flags.log {
        printer.keep_transcript(path)?;
    }
    client::run(server, settings, input, printer)
}

/// One line, no backtrace. A closed stderr cannot be told.
fn fail(why: &str) -> ExitCode {
    writeln!(io::stderr(), "chat: {}", Shown::of(why)).unwrap_or_default();
    ExitCode::FAILURE
}
