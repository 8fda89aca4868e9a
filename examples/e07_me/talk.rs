//! Somebody at `nc`: types lines, and reads those that come.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use chatroom::limits::SERVER_LINE_BYTES;
use chatroom::wire::{Framing, Incoming, MessageReader};

/// Who comes and goes and who writes to whom is told in between; the check is not about that.
const ABOUT_OTHERS: &[&str] = &["(broadcast) General information: ", "anna writes to you alone"];

pub(crate) struct Talk {
    server: TcpStream,
    reader: MessageReader,
    name: &'static str,
}

impl Talk {
    /// Connects, and reads the first line.
    pub(crate) fn connect(server: &str, name: &'static str) -> io::Result<Talk> {
        let server = TcpStream::connect(server)
            .map_err(|error| io::Error::new(error.kind(), format!("no server answers at {server}: {error}")))?;
        server.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut talk = Talk { server, reader: MessageReader::new(Framing::Lines, SERVER_LINE_BYTES), name };
        talk.hears("Your nickname?", "the first line")?;
        Ok(talk)
    }

    /// Connects, takes the name, and reads on to the question.
    pub(crate) fn login(server: &str, name: &'static str) -> io::Result<Talk> {
        let mut talk = Talk::connect(server, name)?;
        talk.types(name)?;
        talk.hears("Successfully", &format!("nobody else may be called {name} on that server"))?;
        while !talk.line()?.starts_with("What do you want") {}
        Ok(talk)
    }

    pub(crate) fn types(&mut self, line: &str) -> io::Result<()> {
        self.server.write_all(format!("{line}\n").as_bytes())
    }

    /// Types a line, and gives the one that comes next.
    pub(crate) fn says(&mut self, line: &str) -> io::Result<String> {
        self.types(line)?;
        self.line()
    }

    /// Types a line, and gives all that comes, up to a line that begins with `last`.
    pub(crate) fn until(&mut self, line: &str, last: &str) -> io::Result<Vec<String>> {
        let mut lines = vec![self.says(line)?];
        while !lines.last().is_some_and(|line| line.starts_with(last)) {
            lines.push(self.line()?);
        }
        Ok(lines)
    }

    /// The next line is `expected`; if not, `why` says why it should be.
    pub(crate) fn hears(&mut self, expected: &str, why: &str) -> io::Result<()> {
        let line = self.line()?;
        assert_eq!(line, expected, "{} should hear this line: {why}", self.name);
        Ok(())
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            match self.reader.take() {
                Some(Incoming::Line(line)) => {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    if !ABOUT_OTHERS.iter().any(|others| line.starts_with(others)) {
                        return Ok(line);
                    }
                }
                Some(other) => return Err(io::Error::other(format!("{} heard no line, but {other:?}", self.name))),
                None => self.reader.fill(&self.server).map_err(|error| {
                    io::Error::new(error.kind(), format!("{} waits for a line, and none comes: {error}", self.name))
                })?,
            }
        }
    }
}
