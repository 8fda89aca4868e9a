//! Feature cluster: HTTP/1.1 by hand, as much of it as etcd's gateway needs: a POST, and an answer of a known length or in
//! chunks, which may be a stream without an end. HTTP is lines over TCP, like the chat. Touches the sockets to the engine.
//!
//! By hand, since a stream without an end wants a timeout for each read, which the usual blocking crate does not have.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::limits::CLUSTER_ANSWER_BYTES;

/// Longest line of a header.
const HEADER_BYTES: u64 = 8 * 1024;

/// A connection to one member.
#[derive(Debug)]
pub(super) struct Http {
    stream: BufReader<TcpStream>,
    host: String,
}

/// How the body of an answer ends.
#[derive(Debug)]
enum Body {
    /// After so many bytes more.
    Length(u64),
    /// Piece after piece, each behind its length; so much is left of this one.
    Chunks { left: u64, ended: bool },
}

impl Http {
    /// Connects to `host`, an address or a name with its port. It, and each read and write later, waits for no longer than
    /// `patience`.
    pub(super) fn connect(host: &str, patience: Duration) -> io::Result<Self> {
        let mut failed = io::Error::other("it has no address");
        for address in host.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, patience) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_read_timeout(Some(patience))?;
                    stream.set_write_timeout(Some(patience))?;
                    return Ok(Http { stream: BufReader::new(stream), host: host.to_owned() });
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    /// One request, and its whole answer.
    pub(super) fn post(&mut self, path: &str, body: &str) -> io::Result<Vec<u8>> {
        let mut answer = self.request(path, body)?;
        let mut whole = Vec::new();
        answer.by_ref().take(CLUSTER_ANSWER_BYTES).read_to_end(&mut whole)?;
        answer.is_over().then_some(whole).ok_or_else(|| io::Error::other("its answer is too long"))
    }

    /// One request whose answer is a stream of lines.
    pub(super) fn stream(mut self, path: &str, body: &str) -> io::Result<Lines> {
        let body = self.request(path, body)?.body;
        Ok(Lines { http: self, body, unread: Vec::new() })
    }

    fn request(&mut self, path: &str, body: &str) -> io::Result<Answer<'_>> {
        let (host, length) = (&self.host, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_ref().write_all(request.as_bytes())?;
        let status = self.header()?;
        let is_well = status.split(' ').nth(1) == Some("200");
        let mut kind = Body::Length(0);
        loop {
            let line = self.header()?.to_ascii_lowercase();
            match line.split_once(':') {
                None if line.is_empty() => break,
                Some(("content-length", length)) => {
                    kind = Body::Length(length.trim().parse().map_err(|_| io::Error::other("it gives no length"))?);
                }
                Some(("transfer-encoding", how)) if how.trim() == "chunked" => {
                    kind = Body::Chunks { left: 0, ended: false };
                }
                _ => {}
            }
        }
        let mut answer = Answer { stream: &mut self.stream, body: kind };
        if is_well {
            return Ok(answer);
        }
        let mut why = String::new();
        answer.by_ref().take(HEADER_BYTES).read_to_string(&mut why)?;
        Err(Refused::error(&status, &why))
    }

    fn header(&mut self) -> io::Result<String> {
        header(&mut self.stream)
    }
}

/// The engine understood, and will not: asked again, it would say the same.
#[derive(Debug)]
pub(super) struct Refused(String);

impl Refused {
    /// 400 is the request's fault, and 404 a lease that is gone; anything else may pass.
    fn error(status: &str, why: &str) -> io::Error {
        let told = format!("{status}: {}", why.trim());
        let is_final = matches!(status.split(' ').nth(1), Some("400" | "404"));
        if is_final { io::Error::other(Refused(told)) } else { io::Error::other(told) }
    }

    /// Whether `error` is one.
    pub(super) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Refused>)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// The body of one answer, read off its stream.
struct Answer<'a> {
    stream: &'a mut BufReader<TcpStream>,
    body: Body,
}

impl Answer<'_> {
    fn is_over(&self) -> bool {
        matches!(self.body, Body::Length(0) | Body::Chunks { ended: true, .. })
    }
}

impl Read for Answer<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.body.read(self.stream, buffer)
    }
}

impl Body {
    fn read(&mut self, stream: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
        if let Body::Chunks { left: left @ 0, ended: false } = self {
            let length = header(stream)?;
            let length = length.split(';').next().unwrap_or_default().trim();
            *left = u64::from_str_radix(length, 16).map_err(|_| io::Error::other("it gives no length of a chunk"))?;
            if *left == 0 {
                header(stream)?;
                *self = Body::Chunks { left: 0, ended: true };
            }
        }
        let (Body::Length(left) | Body::Chunks { left, .. }) = self;
        let count = stream.by_ref().take(*left).read(buffer)?;
        if count == 0 && *left > 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        *left -= u64::try_from(count).unwrap_or(*left);
        if let (Body::Chunks { left: 0, ended: false }, true) = (&self, count > 0) {
            header(stream)?; // the empty line behind a chunk
        }
        Ok(count)
    }
}

/// One line, without its end.
fn header(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    stream.by_ref().take(HEADER_BYTES).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it closed the connection"));
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// A stream of lines.
#[derive(Debug)]
pub(super) struct Lines {
    http: Http,
    body: Body,
    unread: Vec<u8>,
}

impl Lines {
    /// The next line. `None`: the stream has ended.
    ///
    /// # Errors
    /// Nothing came for as long as the connection's patience, or it broke: then this stream is of no more use.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut searched = 0;
        loop {
            let found = self.unread.get(searched..).and_then(|new| new.iter().position(|&byte| byte == b'\n'));
            if let Some(newline) = found {
                return Ok(Some(self.unread.drain(..=searched + newline).collect()));
            }
            searched = self.unread.len();
            if u64::try_from(searched).is_ok_and(|bytes| bytes > CLUSTER_ANSWER_BYTES) {
                return Err(io::Error::other("its line is too long"));
            }
            let mut piece = [0; 16 * 1024];
            match self.body.read(&mut self.http.stream, &mut piece)? {
                0 => return Ok(None),
                count => self.unread.extend(piece.iter().take(count)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut body: Body, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let (mut stream, mut whole, mut piece) = (bytes, Vec::new(), [0; 3]);
        loop {
            match body.read(&mut stream, &mut piece)? {
                0 => return Ok(whole),
                count => whole.extend(&piece[..count]),
            }
        }
    }

    #[test]
    fn a_body_ends_where_its_length_or_its_last_chunk_says() {
        let chunks = || Body::Chunks { left: 0, ended: false };
        assert_eq!(read_all(Body::Length(5), b"hello, world").expect("it is whole"), b"hello");
        let bytes = b"5\r\nhello\r\nA;x=y\r\n, world!!!\r\n0\r\n\r\n";
        assert_eq!(read_all(chunks(), bytes).expect("it is whole"), b"hello, world!!!");
        for cut in 0..bytes.len() - 1 {
            assert!(read_all(chunks(), &bytes[..cut]).is_err(), "{cut} bytes are not all");
        }
        assert!(read_all(Body::Length(6), b"hello").is_err());
        assert!(read_all(chunks(), b"x\r\nhello\r\n").is_err());
    }

    #[test]
    fn what_is_the_requests_own_fault_is_final() {
        let is_final = |status| Refused::is(&Refused::error(status, "why"));
        assert!(is_final("HTTP/1.1 400 Bad Request") && !is_final("HTTP/1.1 503 Service Unavailable"));
        assert!(!is_final("HTTP/1.1 429 Too Many Requests") && !Refused::is(&io::Error::other("x")));
    }
}
