//! Lesson: bytes to messages and back, in both framings. Touches one socket's bytes; knows neither who is there nor
//! what the messages mean, but for the two lines that clients without framing must get alone.
//!
//! TCP carries bytes, not messages. In framing `Lines` a message ends at its newline, however many reads it takes and
//! however many messages one read brings. The original frames nothing and takes what one `recv` gives for one message:
//! that is framing `Chunks`.

use std::borrow::Cow;
use std::io::{self, Read};
use std::time::Duration;

use crate::limits::{CHUNK_BYTES, CHUNK_PAUSE, MESSAGE_BYTES, READ_BYTES, UNFINISHED_BYTES};
use crate::protocol::{ALREADY_USED, PROCESS};
use crate::text::Refusal;

mod telnet;

use self::telnet::Telnet;

/// What some editors and programs put before UTF-8: no part of the text.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Where one message ends and the next begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Framing {
    /// At the newline. A carriage return before it does not count.
    #[default]
    Lines,
    /// At the end of a `read`, as in the original. What comes in has no newline; of what goes out only the two lines
    /// that the original's client compares go without it, with a pause on either side.
    Chunks,
}

impl Framing {
    /// The original's client compares one whole `recv` with these two lines: nothing may stand beside them.
    fn stands_alone(self, line: &str) -> bool {
        self == Framing::Chunks && (line == PROCESS || line == ALREADY_USED)
    }

    /// How long to be silent before and after a line, so that it arrives in a `recv` of its own.
    pub fn pause(self, line: &str) -> Option<Duration> {
        self.stands_alone(line).then_some(CHUNK_PAUSE)
    }

    /// Whether `line` says what `expected` does. The original puts spaces around some.
    pub fn says(self, line: &str, expected: &str) -> bool {
        match self {
            Framing::Lines => line == expected,
            Framing::Chunks => line.trim() == expected,
        }
    }

    /// Bytes to ask for in one `read`: in chunks a read has to hold a whole message.
    fn read_bytes(self) -> usize {
        match self {
            Framing::Lines => READ_BYTES,
            Framing::Chunks => MESSAGE_BYTES + 1,
        }
    }
}

/// Appends a line as it crosses the wire to `out`.
pub fn frame(line: &str, framing: Framing, out: &mut Vec<u8>) {
    out.extend_from_slice(line.as_bytes());
    if !framing.stands_alone(line) {
        out.push(b'\n');
    }
}

/// How many of these bytes go out in one write to a client that takes one `recv` for one message: as many as it asks for,
/// but whole lines, or else whole letters. The original's client dies of half a letter.
pub fn chunk(bytes: &[u8]) -> usize {
    let Some(most) = bytes.get(..=CHUNK_BYTES) else { return bytes.len() };
    let lines = most.iter().take(CHUNK_BYTES).rposition(|&byte| byte == b'\n').map(|newline| newline + 1);
    // In UTF-8 a byte that goes on with a letter is 10xxxxxx.
    let letters = most.iter().rposition(|&byte| byte & 0xC0 != 0x80).filter(|&count| count > 0);
    lines.or(letters).unwrap_or(CHUNK_BYTES)
}

/// What a peer sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// One line, without its line end; not yet looked at.
    Line(Vec<u8>),
    /// A line that cannot be taken; the next one can.
    Refused(Refusal),
    /// `UNFINISHED_BYTES` without a newline: the connection is to be closed.
    Overflow,
    /// The end of the stream. Not an empty message: the original takes it for one.
    End,
}

/// Takes bytes as they come, gives lines. Pure: no socket. Holds at most one line and one read.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// How much of `buffer` is known to hold no newline.
    searched: usize,
    /// Bytes dropped of a line that is too long, up to its newline.
    skipped: usize,
    /// Longest line, in bytes.
    limit: usize,
    /// A byte order mark may come, and nothing has come yet but, perhaps, a part of it.
    at_start: bool,
}

impl Decoder {
    /// A decoder that refuses lines of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Decoder { buffer: Vec::new(), searched: 0, skipped: 0, limit, at_start: false }
    }

    /// Takes what one read gave.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.at_start {
            let is_marked = self.buffer.starts_with(BYTE_ORDER_MARK);
            self.at_start = !is_marked && BYTE_ORDER_MARK.starts_with(&self.buffer);
            if is_marked {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
                self.searched = 0;
            }
        }
    }

    /// What has come of a line whose newline has not.
    pub fn unfinished(&self) -> &[u8] {
        &self.buffer
    }

    /// The next line, a refusal, `Overflow`, or `None` where more bytes are needed.
    pub fn take(&mut self) -> Option<Incoming> {
        let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(newline) = unsearched.iter().position(|&byte| byte == b'\n') else {
            return self.keep_unfinished();
        };
        let mut line: Vec<u8> = self.buffer.drain(..=self.searched + newline).collect();
        self.searched = 0;
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let too_long = self.skipped > 0 || line.len() > self.limit;
        self.skipped = 0;
        Some(if too_long { Incoming::Refused(Refusal::TooLong) } else { Incoming::Line(line) })
    }

    /// No newline yet: remembers what was searched, and drops what can only become a line that is too long.
    fn keep_unfinished(&mut self) -> Option<Incoming> {
        self.searched = self.buffer.len();
        let with_carriage_return = self.limit + 1;
        if self.buffer.len() > with_carriage_return {
            self.skipped += self.buffer.len();
            self.buffer.clear();
            self.searched = 0;
        }
        (self.skipped + self.buffer.len() >= UNFINISHED_BYTES.max(self.limit)).then_some(Incoming::Overflow)
    }

    /// Whether bytes wait that have no newline: at the end of the stream, a line without its end.
    pub fn is_unfinished(&self) -> bool {
        self.skipped > 0 || !self.buffer.is_empty()
    }
}

/// Reads messages from a stream. The stream is given at each call, since other threads use it too.
#[derive(Debug)]
pub struct MessageReader {
    framing: Framing,
    decoder: Decoder,
    chunk: Box<[u8]>,
    has_begun: bool,
    ended: bool,
    /// The last read held a newline.
    has_lines: bool,
    /// Where telnet clients may come.
    telnet: Option<Telnet>,
    /// Bytes of answers to a telnet client since its last line.
    answered: usize,
}

impl MessageReader {
    /// A reader for lines of at most `limit` bytes.
    pub fn new(framing: Framing, limit: usize) -> Self {
        let chunk = vec![0; framing.read_bytes()].into_boxed_slice();
        let decoder = Decoder::new(limit);
        MessageReader {
            framing,
            decoder,
            chunk,
            has_begun: false,
            ended: false,
            has_lines: false,
            telnet: None,
            answered: 0,
        }
    }

    /// The same, where a byte order mark may come before the first message: it is dropped.
    #[must_use]
    pub fn without_mark(mut self) -> Self {
        self.decoder.at_start = true;
        self
    }

    /// The same, where telnet clients may come too. In chunks there are none.
    #[must_use]
    pub fn with_telnet(mut self) -> Self {
        self.telnet = (self.framing == Framing::Lines).then(Telnet::default);
        self
    }

    /// From now on it reads in this framing. In `Chunks` what has come so far is a message.
    pub fn reads(&mut self, framing: Framing) {
        self.framing = framing;
        if framing == Framing::Chunks && self.decoder.is_unfinished() {
            self.decoder.push(b"\n");
        }
    }

    /// Whether the last read held a newline, where reads are messages: then its client sends lines after all.
    pub fn has_read_lines(&self) -> bool {
        self.has_lines
    }

    /// What has already been read, without touching the stream.
    pub fn take(&mut self) -> Option<Incoming> {
        let taken = self.decoder.take();
        if taken.is_some() {
            self.answered = 0;
        } else if self.answered >= UNFINISHED_BYTES {
            return Some(Incoming::Overflow);
        }
        taken.or_else(|| self.ended.then_some(Incoming::End))
    }

    /// What has come of a line whose newline has not.
    pub fn unfinished(&self) -> &[u8] {
        self.decoder.unfinished()
    }

    /// Whether a byte has come.
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// What a telnet client is to be sent, after a `fill`. Empty for all others.
    pub fn answers(&mut self) -> Vec<u8> {
        let answers = self.telnet.as_mut().map(Telnet::answers).unwrap_or_default();
        self.answered += answers.len();
        answers
    }

    /// One `read`: blocks until the stream has bytes, has ended, or its timeout has passed.
    ///
    /// # Errors
    /// Those of the stream; a timeout (`WouldBlock`) loses nothing, and the call can be made again.
    pub fn fill(&mut self, mut stream: impl Read) -> io::Result<()> {
        let count = loop {
            match stream.read(&mut self.chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        log::trace!("read {count} bytes");
        self.ended = count == 0;
        self.has_begun |= count > 0;
        let chunk = self.chunk.get(..count).unwrap_or_default();
        self.has_lines = chunk.contains(&b'\n');
        self.decoder.push(&without_telnet(chunk, self.telnet.as_mut()));
        // A chunk is a message: its end stands for the newline that the original's client never sends. A chunk that fills
        // the buffer is longer than a message may be, and what is read next is its rest, not a message of its own. (One
        // of just that length takes the next message with it: nothing on the wire tells the two apart.)
        let is_whole = count < self.chunk.len() && chunk.last().is_some_and(|&last| last != b'\n');
        if self.framing == Framing::Chunks && is_whole {
            self.decoder.push(b"\n");
        }
        Ok(())
    }

    /// Goes on to drop a line that has become an `Overflow`, up to its newline.
    pub fn skip_line(&mut self) {
        self.decoder.skipped = 1;
    }

    /// Whether a line has begun whose end has not come.
    pub fn is_unfinished(&self) -> bool {
        !self.ended && self.decoder.is_unfinished()
    }

    /// Takes what has come of a line for all of it.
    pub fn end_line(&mut self) {
        self.decoder.push(b"\n");
    }

    /// Ends a last line that came without its newline, so that `take` gives it. True where there was one.
    pub fn finish(&mut self) -> bool {
        let unfinished = self.ended && self.decoder.is_unfinished();
        if unfinished {
            self.end_line();
        }
        unfinished
    }
}

/// What of `chunk` is text: all of it, but for a telnet client.
fn without_telnet<'a>(chunk: &'a [u8], telnet: Option<&mut Telnet>) -> Cow<'a, [u8]> {
    match telnet {
        Some(telnet) if telnet.concerns(chunk) => Cow::Owned(telnet.text(chunk)),
        _ => Cow::Borrowed(chunk),
    }
}

/// True where a read or a write has waited for as long as its timeout says. Not for `TimedOut`: that is how the kernel
/// says, once, that the peer has vanished.
pub fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
