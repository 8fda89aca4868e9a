//! One client of the fleet: its socket, its login, and what it has still to write. Never waits.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use chatroom::protocol::{ALREADY_USED, DISCONNECTED, IN_GROUP, QUESTION, YOUR_NICKNAME};

/// Where a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On its way to the group.
    Login,
    /// In the group. The load has not begun: what it hears does not count.
    InGroup,
    /// Has heard the line with which the load begins: all that it hears counts.
    Counts,
    /// Reads no more, as a stopped process would.
    Frozen,
    /// The connection has ended.
    Gone,
}

/// One client.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) stage: Stage,
    nickname: String,
    /// What was heard and does not count yet: a line that is not whole.
    rest: Vec<u8>,
    unsent: Vec<u8>,
    /// Messages sent.
    pub(crate) sent: usize,
    /// Own messages that came back.
    pub(crate) echoes: usize,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr, number: usize) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let nickname = format!("load{number}");
        let (rest, unsent) = (Vec::new(), Vec::new());
        Ok(Client { stream, stage: Stage::Login, nickname, rest, unsent, sent: 0, echoes: 0 })
    }

    /// One read into `buffer`; `Ok(None)` where nothing waits. A broken connection is one that has ended.
    pub(crate) fn read<'a>(&self, buffer: &'a mut [u8]) -> io::Result<Option<&'a [u8]>> {
        match (&self.stream).read(buffer) {
            Ok(count) => Ok(Some(&buffer[..count])),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(Some(&[])),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes on with the login. Ends in the stage `InGroup`.
    pub(crate) fn log_in(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.rest.extend_from_slice(bytes);
        while let Some(newline) = self.rest.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=newline).collect();
            match String::from_utf8_lossy(&line).trim_end() {
                YOUR_NICKNAME => self.say(&self.nickname.clone())?,
                QUESTION => self.say("2")?,
                IN_GROUP => {
                    self.stage = Stage::InGroup;
                    self.rest.clear();
                    return Ok(());
                }
                why @ (ALREADY_USED | DISCONNECTED) => {
                    return Err(io::Error::other(format!("{} was refused: {why}", self.nickname)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Looks for the line with which the load begins, and gives what comes after it.
    pub(crate) fn find<'a>(&mut self, first: &[u8], bytes: &'a [u8]) -> Option<&'a [u8]> {
        let already = self.rest.len();
        self.rest.extend_from_slice(bytes);
        if let Some(start) = self.rest.windows(first.len()).position(|window| window == first) {
            self.stage = Stage::Counts;
            self.rest = Vec::new();
            return bytes.get(start + first.len() - already..);
        }
        // The line may be cut anywhere: what could be its beginning stays.
        let kept = self.rest.len().min(first.len() - 1);
        self.rest.drain(..self.rest.len() - kept);
        None
    }

    /// One line to the server, written at once.
    pub(crate) fn say(&mut self, line: &str) -> io::Result<()> {
        self.add(line);
        self.flush()
    }

    /// One line to the server, written by the next `flush`: lines that are due at the same time are one write.
    pub(crate) fn add(&mut self, line: &str) {
        self.unsent.extend_from_slice(line.as_bytes());
        self.unsent.push(b'\n');
    }

    /// Writes what the socket takes at once; the rest waits for the next call.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match (&self.stream).write(&self.unsent) {
                Ok(taken) => drop(self.unsent.drain(..taken)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Something waits to be written.
    pub(crate) fn is_held_up(&self) -> bool {
        !self.unsent.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_first_line_is_found_however_it_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let all = b"noise\nbegin\nafter";
        for piece in 1..all.len() {
            let mut client = Client::connect(listener.local_addr().unwrap(), 0).unwrap();
            let mut heard = Vec::new();
            for bytes in all.chunks(piece) {
                match client.stage {
                    Stage::Counts => heard.extend_from_slice(bytes),
                    _ => heard.extend_from_slice(client.find(b"begin\n", bytes).unwrap_or_default()),
                }
            }
            assert_eq!(heard, b"after", "in pieces of {piece}");
        }
    }
}
