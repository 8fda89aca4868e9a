//! Robust: how programs that speak another protocol begin: browsers, mail clients, scanners of ports. Pure: touches
//! nothing.
//!
//! Any web page may make the reader's browser send a request to a chat on the reader's own computer. Line by line, its
//! body would be a nickname, an answer and a message. So where a nickname is asked for, whoever greets in another
//! protocol's full shape is sent away at the first line. A person may be called `get` or `Host`: a word alone is a
//! nickname, but for the few that are a whole greeting just as they stand here.

use std::fmt;

/// How a program of another kind greeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// In this protocol's shape, which no nickname has.
    Shape(&'static str),
    /// With a word that this protocol begins with. In other letters it is a nickname.
    Word(&'static str),
}

impl fmt::Display for Greeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Greeting::Shape(protocol) => {
                write!(f, "you speak {protocol}, and this is a chat of text lines; connect with chat, nc or telnet")
            }
            Greeting::Word(protocol) => {
                write!(
                    f,
                    "{protocol} begins with just this word, and this is a chat; in other letters it can be a nickname"
                )
            }
        }
    }
}

/// Which other protocol this line, where a nickname was asked for, belongs to.
pub fn greeting(line: &[u8]) -> Option<Greeting> {
    begins_greeting(line).or_else(|| {
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let word = WORDS.iter().find(|(_, words)| words.contains(&line));
        let word = word.map(|&(protocol, _)| Greeting::Word(protocol));
        word.or_else(|| ends_request(line).then_some(Greeting::Shape("HTTP")))
    })
}

/// The same of a line that has not come to its end: `GET /` is enough. A browser that waits for TLS sends no line end.
pub fn begins_greeting(line: &[u8]) -> Option<Greeting> {
    if is_binary(line) {
        let protocol = if line.starts_with(b"\x16\x03") { "TLS" } else { "a binary protocol" };
        return Some(Greeting::Shape(protocol));
    }
    // Cut anywhere, even within a letter.
    let line = line.utf8_chunks().next()?.valid();
    let prefix = PREFIXES.iter().find(|(_, prefixes)| prefixes.iter().any(|prefix| line.starts_with(prefix)));
    let protocol = prefix.map(|&(protocol, _)| protocol).or_else(|| command(line)).or_else(|| announces_bytes(line));
    protocol.or_else(|| is_header(line).then_some("HTTP")).map(Greeting::Shape)
}

/// How a greeting begins that is no single word.
const PREFIXES: &[(&str, &[&str])] = &[
    ("SSH", &["SSH-1.", "SSH-2."]),
    ("HTTP", &["HTTP/"]),
    ("RTSP", &["RTSP/"]),
    ("SIP", &["SIP/2.0"]),
    ("XML", &["<?", "<!", "<stream", "<policy-file", "< NTP/"]),
    ("JSON", &["{", "[{"]),
    ("Redis", &["*0", "*1", "*2", "*3", "*4", "*5", "*6", "*7", "*8", "*9"]),
    ("rsync", &["@RSYNCD:"]),
    ("PJL", &["\x1b%-12345X"]),
    ("NX", &["NXSH-", "NXD-"]),
];

/// Words that are a whole greeting. In other letters each is a nickname.
const WORDS: &[(&str, &[&str])] = &[
    ("SMTP", &["EHLO", "HELO", "LHLO", "STARTTLS"]),
    ("POP3", &["CAPA", "STLS", "NOOP", "STAT"]),
    ("FTP", &["FEAT", "SYST", "PASV"]),
    ("STOMP", &["CONNECT", "STOMP"]),
    ("Redis", &["PING", "INFO"]),
    ("memcached", &["stats", "version", "flush_all"]),
    ("ZooKeeper", &["ruok", "mntr", "srvr", "envi", "isro"]),
    ("Java's debugger", &["JDWP-Handshake"]),
    // What nmap asks, to find out who listens.
    (
        "a scanner of ports",
        &["Subscribe", "Query", "VERSION", "ver", "vp3", "init", "login", "serverstatus", "get_info"],
    ),
    ("a scanner of ports", &["LO_SERVER_CLIENT_PAIR"]),
];

/// Commands that take something behind them, by protocol.
const COMMANDS: &[(&str, &[&str])] = &[
    ("SMTP", &["EHLO", "HELO", "LHLO", "VRFY", "EXPN"]),
    ("IRC", &["NICK", "CAP", "JOIN", "PRIVMSG", "PING", "PONG", "SERVICE"]),
    ("FTP, POP3 or IRC", &["USER", "PASS", "AUTH"]),
    ("PROXY", &["PROXY"]),
    ("NATS", &["CONNECT"]),
    ("DICT", &["CLIENT"]),
    ("NNTP", &["MODE", "GROUP", "AUTHINFO"]),
    ("WWWOFFLE", &["WWWOFFLE"]),
];

/// Methods of HTTP, RTSP, SIP, and of what is built on them.
#[rustfmt::skip]
const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PRI", "DESCRIBE",
    "SETUP", "PLAY", "ANNOUNCE", "REGISTER", "INVITE", "SUBSCRIBE", "NOTIFY", "MESSAGE", "SOURCE", "MKCOL", "REPORT", "SEARCH",
];

/// What IMAP clients say behind a tag of their own: `a001 LOGIN anna secret`.
const TAGGED: &[&str] =
    &["CAPABILITY", "LOGIN", "LOGOUT", "AUTHENTICATE", "STARTTLS", "NOOP", "ID", "SELECT", "LIST", "NAMESPACE"];

/// `EHLO example.org`, `GET /`, `a001 LOGIN anna secret`.
fn command(line: &str) -> Option<&'static str> {
    let (word, rest) = line.split_once(' ')?;
    if METHODS.contains(&word) && (rest.starts_with(['/', '*']) || rest.contains("://") || rest.contains(" HTTP/")) {
        return Some("HTTP");
    }
    if word.eq_ignore_ascii_case("EHLO") || word.eq_ignore_ascii_case("HELO") {
        return Some("SMTP");
    }
    if (word.eq_ignore_ascii_case("MAIL") || word.eq_ignore_ascii_case("RCPT")) && rest.contains(':') {
        return Some("SMTP");
    }
    let tagged = rest.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
    if word.ends_with(|c: char| c.is_ascii_digit()) && TAGGED.contains(&tagged.as_str()) {
        return Some("IMAP");
    }
    let command = COMMANDS.iter().find(|(_, commands)| commands.contains(&word) && !rest.trim().is_empty());
    command.map(|&(protocol, _)| protocol)
}

/// `set key 0 0 4`: the next line is the value, of so many bytes. It would be taken for a nickname.
fn announces_bytes(line: &str) -> Option<&'static str> {
    let (word, rest) = line.split_once(' ')?;
    let numbers = rest.split_whitespace().filter(|word| word.parse::<u64>().is_ok()).count();
    match word {
        "set" | "add" | "replace" | "append" | "prepend" | "cas" if numbers >= 3 => Some("memcached"),
        "put" if numbers >= 3 => Some("beanstalkd"),
        "PUB" | "HPUB" if numbers >= 1 => Some("NATS"),
        _ => None,
    }
}

/// `OPTIONS sip:nm SIP/2.0`: a request of any protocol that is written as HTTP's are.
fn ends_request(line: &str) -> bool {
    let version = line.rsplit_once(' ').map(|(_, last)| last).unwrap_or_default();
    let Some((name, number)) = version.split_once('/') else { return false };
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(is_digit_or_dot);
    matches!(name.to_ascii_uppercase().as_str(), "HTTP" | "RTSP" | "SIP" | "ICAP" | "SHTTP") && is_number
}

fn is_digit_or_dot(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// `Content-Type: text/plain`. Where a line is too long to be read, as an enormous request, the next one tells.
fn is_header(line: &str) -> bool {
    let Some((name, value)) = line.split_once(": ") else { return false };
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(is_token) && !value.trim().is_empty()
}

/// A byte 0 and one more control character that nobody types: no line of text, and no slip of a finger either.
fn is_binary(line: &[u8]) -> bool {
    let controls = line.iter().filter(|&&byte| matches!(byte, 0..=6 | 0x0E..=0x1A | 0x1C..=0x1F));
    line.contains(&0) && controls.count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_no_protocol() {
        let people = [
            "anna",
            "get",
            "GET",
            "Host",
            "host",
            "post",
            "Stats",
            "STATS",
            "User",
            "USER",
            "nick",
            "ping",
            "Login",
            "HELP",
            "QUIT",
            "q",
            "anna boris",
            "anna:",
            "a:b",
            "/tell boris hi",
            "/tell:boris:hi",
            "TELL boris: hi",
            "ssh-fan",
            "<anna>",
            "nick anna",
            "set anna",
            "add anna 2",
            "HTTP",
            "",
            " ",
            "привет",
            "2",
            "an\0na",
            "a\u{1b}[31mb",
        ];
        for line in people {
            assert_eq!(greeting(line.as_bytes()), None, "{line:?}");
        }
        assert_eq!([greeting(b"caf\xE9"), greeting(b"\xC0\xED\xED\xE0"), greeting(b"\xFF\xFE")], [None; 3]);
    }

    #[test]
    fn a_request_is_known_by_its_beginning() {
        for beginning in ["GET /", "POST /x HTTP/1.", "Host: 127.", "SSH-2.0-", "EHLO x"] {
            assert!(begins_greeting(beginning.as_bytes()).is_some(), "{beginning}");
        }
        for beginning in ["GE", "GET", "GET ", "stats", "Host:", "ver", "EHLO"] {
            assert_eq!(begins_greeting(beginning.as_bytes()), None, "{beginning}");
        }
    }
}
