//! Robust: why a session ends. `Leave` travels up by `?` from wherever the client's thread stands. Touches nothing.

use std::{fmt, io};

use crate::limits::{PASSWORD_TRIES, UNFINISHED_BYTES};
use crate::protocol;
use crate::protocol::foreign::Greeting;

/// Why a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// The client said `QUIT`.
    Quit,
    /// The client closed its side: the end of the stream.
    End,
    /// No nickname was taken in time.
    LoginTimeout,
    /// The password of a registered nickname was wrong too often.
    WrongPassword,
    /// So many wrong passwords came for its nickname, most of them from its address, that its own was not judged in time.
    TooManyGuesses,
    /// Somebody logged in with the password of its nickname.
    TakenBack,
    /// Greeted in another protocol: no client of a chat.
    Foreign(Greeting),
    /// No place is left, for anybody or for its address.
    Full(Full),
    /// A balancer does not say whose connection it brings; the text is what is wrong with what came.
    NoHeader(&'static str),
    /// Too many bytes without a newline.
    Overflow,
    /// All places were taken, and somebody else got the one of who had no nickname yet.
    GaveWay,
    /// Read too slowly for too long, and was cut.
    TooLate,
    /// The connection broke.
    Broken(io::ErrorKind),
    /// A panic in the client's own thread.
    Fault,
    /// The server stops, or its delivery thread has gone.
    ServerStops,
    /// Its session is another one's, which goes on with this connection.
    Resumed,
    /// Its session's connection was lost, and somebody else asked for its nickname.
    NotBack,
    /// This server cannot reach the others of its cluster: it can do nothing for whoever comes.
    CutOff,
    /// The other servers of its cluster took this one for dead.
    Fenced,
    /// Sent away: its connection has the words.
    SentAway,
}

/// Why there is no place. `Display` is what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// All places are taken.
    InAll,
    /// The address holds as many as one may.
    PerAddress,
    /// The address connects too often.
    TooOften,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Full::InAll => "too many clients are here; try again later",
            Full::PerAddress => "too many clients are here from your address; try again later",
            Full::TooOften => "too many connections come from your address; try again in a minute",
        })
    }
}

impl Leave {
    /// Whether somebody or something went wrong: the log says it louder.
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            Leave::WrongPassword
                | Leave::TooManyGuesses
                | Leave::NoHeader(_)
                | Leave::Overflow
                | Leave::TooLate
                | Leave::Fault
        )
    }

    /// The line before `Disconnected`, where the client is owed a reason.
    pub fn reason(self) -> Option<String> {
        match self {
            Leave::Quit | Leave::End | Leave::Broken(_) | Leave::Resumed => None,
            _ => Some(protocol::closed(self)),
        }
    }

    /// What the leave notice in the room adds: only where somebody was cut, which others should understand.
    pub fn notice(self) -> Option<&'static str> {
        (self == Leave::TooLate).then_some("too late: could not keep up")
    }
}

impl fmt::Display for Leave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leave::Quit => f.write_str("said goodbye"),
            Leave::End => f.write_str("closed the connection"),
            Leave::LoginTimeout => f.write_str("no nickname was chosen in time"),
            Leave::WrongPassword => write!(f, "the password was wrong {PASSWORD_TRIES} times"),
            Leave::TooManyGuesses => f.write_str("too many wrong passwords from your address; try again later"),
            Leave::GaveWay => f.write_str("all places are taken, and who has no nickname yet makes room; try again"),
            Leave::TakenBack => f.write_str("this nickname was taken back by a login with its password"),
            Leave::SentAway => f.write_str("sent away by the teacher"),
            Leave::Foreign(greeting) => write!(f, "{greeting}"),
            Leave::Full(full) => write!(f, "{full}"),
            Leave::NoHeader(what) => write!(
                f,
                "this address is one of --trusted-proxy, where each connection begins with a PROXY header: {what}"
            ),
            Leave::Overflow => write!(f, "{} KiB came without a line end", UNFINISHED_BYTES / 1024),
            Leave::TooLate => f.write_str("too late: could not keep up with the chat"),
            Leave::Broken(kind) => write!(f, "the connection broke ({kind})"),
            Leave::Fault => f.write_str("a fault in the server, which has been logged"),
            Leave::Resumed => f.write_str("its session goes on"),
            Leave::NotBack => f.write_str("its connection was lost, and somebody else has taken the nickname"),
            Leave::CutOff => f.write_str("this server cannot reach the others; try again, or another server"),
            Leave::Fenced => f.write_str("this server was cut off from the others and stops; connect to another one"),
            Leave::ServerStops => f.write_str("the server stops"),
        }
    }
}
