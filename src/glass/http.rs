//! Feature glass: HTTP/1.1, as much of it as the glass server needs: the head of one request, and answers after which
//! the connection ends. Touches the stream that it is given.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::wire::is_timeout;

/// Longest head of a request in bytes: browsers send a tenth of it.
pub(super) const HEAD_BYTES: usize = 8 * 1024;
/// How long a request's head may take in all, however slowly it trickles in.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(2);
/// How long one write waits for a visitor that does not read.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(2);

/// What a browser may do with what it gets from here: nothing but what the page itself needs. No other site may read it, frame
/// it, or have it taken for something else.
const SAFE: &str = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
     X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nReferrer-Policy: no-referrer\r\n\
     Cache-Control: no-store\r\nConnection: close\r\n";

/// A request that is answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Without what stands behind a `?`.
    pub(super) path: String,
    /// The last event that this watcher has had, where it comes back.
    pub(super) last_event: Option<String>,
}

/// Why a request gets no answer but a status, with a sentence that says what would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    BadRequest,
    WrongHost,
    NotFound,
    NotGet,
    TooSlow,
    TooLarge,
    TooMany,
}

impl Status {
    /// The status line's number and words, and the sentence.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Status::BadRequest => ("400 Bad Request", "this is no request of HTTP/1.1"),
            Status::WrongHost => (
                "403 Forbidden",
                "the glass server answers to 127.0.0.1, [::1] and localhost with its port, and to no other name",
            ),
            Status::NotFound => ("404 Not Found", "there is /, /events, /threads.json and /metrics"),
            Status::NotGet => ("405 Method Not Allowed", "the glass server is looked at: GET alone"),
            Status::TooSlow => ("408 Request Timeout", "a request's head has two seconds"),
            Status::TooLarge => ("431 Request Header Fields Too Large", "a request's head has 8 KiB"),
            Status::TooMany => ("503 Service Unavailable", "four watchers are here; close one of their pages"),
        }
    }
}

/// Reads one request's head. Blocks for `HEAD_TIME` at most.
///
/// # Errors
/// The outer one: the connection broke, or closed without a word. The inner one: what the visitor is to be told.
pub(super) fn request(mut stream: &TcpStream, own: SocketAddr) -> io::Result<Result<Request, Status>> {
    let until = Instant::now() + HEAD_TIME;
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(Status::TooSlow));
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(0) if head.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(0) => return Ok(Err(Status::BadRequest)),
            Ok(count) => head.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if is_timeout(&error) => return Ok(Err(Status::TooSlow)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            return Ok(if end > HEAD_BYTES {
                Err(Status::TooLarge)
            } else {
                parse(head.get(..end).unwrap_or_default(), own)
            });
        }
        if head.len() > HEAD_BYTES {
            return Ok(Err(Status::TooLarge));
        }
    }
}

/// The head, without the empty line that ends it.
fn parse(head: &[u8], own: SocketAddr) -> Result<Request, Status> {
    let head = std::str::from_utf8(head).map_err(|_| Status::BadRequest)?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(path), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Status::BadRequest);
    };
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !path.starts_with('/') {
        return Err(Status::BadRequest);
    }
    let (mut hosts, mut last_event) = (Vec::new(), None);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(Status::BadRequest)?;
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(Status::BadRequest);
        }
        match name.to_ascii_lowercase().as_str() {
            "host" => hosts.push(value.trim()),
            "last-event-id" => last_event = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    // First the name: whoever comes by another one is told nothing, whatever is asked for. A web site could give its own
    // name this address ("DNS rebinding"), and its scripts would read the room; but the name stands in `Host`.
    match hosts.as_slice() {
        [host] if is_ours(host, own.port()) => {}
        [_] => return Err(Status::WrongHost),
        _ => return Err(Status::BadRequest),
    }
    if method != "GET" {
        return Err(Status::NotGet);
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let last_event = last_event.or_else(|| query.strip_prefix("last=").map(str::to_owned));
    Ok(Request { path: path.to_owned(), last_event })
}

fn is_ours(host: &str, port: u16) -> bool {
    let name = match host.strip_suffix(&format!(":{port}")) {
        Some(name) => name,
        // Where a browser leaves the port out.
        None if port == 80 => host,
        None => return false,
    };
    matches!(name.to_ascii_lowercase().as_str(), "127.0.0.1" | "localhost" | "[::1]")
}

/// A whole answer.
///
/// # Errors
/// The visitor has gone, or does not read.
pub(super) fn answer(mut stream: &TcpStream, kind: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{SAFE}\r\n");
    stream.write_all(&[head.as_bytes(), body].concat())
}

/// A status, and the sentence for a person.
///
/// # Errors
/// The visitor has gone, or does not read.
pub(super) fn refuse(mut stream: &TcpStream, status: Status) -> io::Result<()> {
    let (words, why) = status.words();
    let allow = if status == Status::NotGet { "Allow: GET\r\n" } else { "" };
    let body = format!("{why}\n");
    let length = body.len();
    let text = "Content-Type: text/plain; charset=utf-8";
    stream.write_all(
        format!("HTTP/1.1 {words}\r\n{text}\r\nContent-Length: {length}\r\n{allow}{SAFE}\r\n{body}").as_bytes(),
    )
}

/// The head of a stream of events, which has no length: it ends with the connection.
///
/// # Errors
/// The visitor has gone.
pub(super) fn begin_events(mut stream: &TcpStream) -> io::Result<()> {
    stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{SAFE}\r\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(head: &str) -> Result<Request, Status> {
        parse(head.as_bytes(), SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    #[test]
    fn a_request_names_one_of_our_hosts_once() {
        for host in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"] {
            assert!(parsed(&format!("GET / HTTP/1.1\r\nHost: {host}")).is_ok(), "{host}");
        }
        for host in
            ["evil.example:8080", "127.0.0.1", "127.0.0.1:8081", "127.0.0.1.evil.example:8080", "", "evil:80:8080"]
        {
            assert_eq!(parsed(&format!("GET / HTTP/1.1\r\nHost: {host}")), Err(Status::WrongHost), "{host}");
        }
        assert_eq!(parsed("GET / HTTP/1.1"), Err(Status::BadRequest));
        assert_eq!(parsed("GET / HTTP/1.1\r\nHost: localhost:8080\r\nHost: evil"), Err(Status::BadRequest));
    }

    #[test]
    fn nothing_but_get_is_answered_and_what_is_no_request_is_none() {
        let host = "Host: 127.0.0.1:8080";
        for method in ["POST", "HEAD", "PUT", "OPTIONS", "get"] {
            assert_eq!(parsed(&format!("{method} / HTTP/1.1\r\n{host}")), Err(Status::NotGet), "{method}");
        }
        for line in ["GET /", "GET / HTTP/2", "GET  / HTTP/1.1", "GET http://x/ HTTP/1.1", "", "\u{16}\u{3}\u{1}"] {
            assert_eq!(parsed(&format!("{line}\r\n{host}")), Err(Status::BadRequest), "{line:?}");
        }
        for header in ["no colon", " folded: x", ": empty", "a b: c"] {
            assert_eq!(parsed(&format!("GET / HTTP/1.1\r\n{host}\r\n{header}")), Err(Status::BadRequest), "{header}");
        }
    }

    #[test]
    fn who_comes_back_says_what_it_has_had() {
        let with =
            |path: &str, header: &str| parsed(&format!("GET {path} HTTP/1.1\r\nHost: localhost:8080\r\n{header}"));
        let events = |last: &str| Ok(Request { path: "/events".into(), last_event: Some(last.into()) });
        assert_eq!(with("/events", "Last-Event-ID: 3-17"), events("3-17"));
        assert_eq!(with("/events?last=3-17", "Accept: x"), events("3-17"));
        assert_eq!(with("/events?last=x", "Last-Event-ID: 3-17"), events("3-17"));
    }
}
