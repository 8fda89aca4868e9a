//! Feature console: `chat-server ctl`: sends one command to a server that runs, and prints the answer. Touches that
//! server's socket, and stdout.

use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;

use super::place;
use super::socket::OK;
use crate::client::Lang;
use crate::limits::{CTL_PATIENCE, SERVER_LINE_BYTES};
use crate::robust::shown::Shown;
use crate::wire::{Framing, Incoming, MessageReader, is_timeout};

/// Sends it; the exit status says what came of it: 0 done, 1 refused, or nobody to be asked.
pub(super) fn ctl(socket: Option<&Path>, port: u16, command: &[String], lang: Lang) -> ExitCode {
    let path = socket.map_or_else(|| place::path(port), PathBuf::from);
    let asked = match UnixStream::connect(&path) {
        Ok(stream) => ask(&stream, &line(command)).map_err(|error| no_answer(&error, lang)),
        Err(error) => Err(io::Error::new(error.kind(), unreachable(&error, &path, socket.is_none(), port, lang))),
    };
    match asked {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the answer has seen enough: `chat-server ctl who | head -3`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// The command as one line. A file is named as it is called from here: the server is somewhere else.
fn line(command: &[String]) -> String {
    match command {
        [] => "help".into(),
        [motd, file] if motd == "motd" && file != "off" => {
            let file = absolute(file).map_or_else(|_| file.clone(), |file| file.display().to_string());
            format!("motd {file}")
        }
        words => words.join(" "),
    }
}

/// Sends the line and prints the answer, line by line as it comes. Whether it was done.
fn ask(mut stream: &UnixStream, line: &str) -> io::Result<bool> {
    stream.write_all(format!("{line}\n").as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(CTL_PATIENCE))?;
    let mut reader = MessageReader::new(Framing::Lines, SERVER_LINE_BYTES);
    let mut done = None;
    loop {
        match (reader.take(), done) {
            (Some(Incoming::Line(line)), None) => {
                done = Some(line == OK.as_bytes());
                // What goes on may be silent for long.
                stream.set_read_timeout(None)?;
            }
            (Some(Incoming::Line(line)), Some(done)) => {
                let line = Shown::of(&String::from_utf8_lossy(&line));
                if done { writeln!(io::stdout(), "{}", line.as_str())? } else { say(line.as_str()) }
            }
            (Some(Incoming::Refused(_)), _) => {}
            (Some(Incoming::End | Incoming::Overflow), None) => return Err(ErrorKind::UnexpectedEof.into()),
            (Some(Incoming::End | Incoming::Overflow), Some(done)) => return Ok(done),
            (None, _) => reader.fill(stream)?,
        }
    }
}

/// A server that is there, and does not answer.
fn no_answer(error: &io::Error, lang: Lang) -> io::Error {
    let why = match error.kind() {
        ErrorKind::BrokenPipe => return ErrorKind::BrokenPipe.into(),
        _ if is_timeout(error) || error.kind() == ErrorKind::UnexpectedEof => lang
            .pick("the server does not answer; is it stopping?", "сервер не отвечает; может быть, он останавливается?"),
        _ => return io::Error::new(error.kind(), error.to_string()),
    };
    io::Error::other(why)
}

/// Nobody is behind the socket, or we may not ask.
fn unreachable(error: &io::Error, path: &Path, is_usual: bool, port: u16, lang: Lang) -> String {
    let path = path.display();
    if error.kind() == ErrorKind::PermissionDenied {
        return match lang {
            Lang::En => format!("the server behind {path} is another user's; only who started it may use ctl"),
            Lang::Ru => format!("сервер за {path} запустил другой пользователь; ctl доступна только ему"),
        };
    }
    if !is_usual {
        return match lang {
            Lang::En => format!("no server answers at {path} ({error}); it was started with this --socket?"),
            Lang::Ru => format!("по адресу {path} нет сервера ({error}); он запущен с этим же --socket?"),
        };
    }
    let ports = place::ports().iter().map(|port| format!("-p {port}")).collect::<Vec<_>>().join(", ");
    match (lang, ports.is_empty()) {
        (Lang::En, true) => {
            format!("no chat-server of yours runs on port {port}: start it, or name its --port or --socket")
        }
        (Lang::En, false) => format!("no chat-server of yours runs on port {port}; those that do: {ports}"),
        (Lang::Ru, true) => {
            format!("на порту {port} ваш chat-server не запущен: запустите его или укажите --port или --socket")
        }
        (Lang::Ru, false) => format!("на порту {port} ваш chat-server не запущен; работают: {ports}"),
    }
}

/// A stderr that is closed cannot be told.
fn say(why: &str) {
    writeln!(io::stderr(), "chat-server ctl: {why}").unwrap_or_default();
}
