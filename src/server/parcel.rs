//! Lesson: what goes over the queue. A parcel is small and says what is meant; the delivery thread renders it. Touches
//! nothing.

use std::fmt;
use std::sync::Arc;

use crossbeam_channel::Sender;

use super::present::{Act, Present};
use super::robust::connection::{ClientId, Connection};
use crate::text::{Nickname, Text};

/// A line of the server's own, or several with newlines between them; formatted once, shared by all who get it.
pub type Line = Arc<str>;

/// What a user said, and its number, by which the log can be followed from thread to thread.
#[derive(Debug, Clone)]
pub struct Message {
    /// `message 17.3`: the third of client 17.
    pub number: MessageNumber,
    /// The text.
    pub text: Text,
    /// Where it stands in the order of several servers; `None` where this one is alone.
    pub place: Option<Placed>,
}

/// A place in the order of several servers.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    /// The same on all servers: the number under which it is kept.
    pub row: i64,
    /// When it was said, by the clock of the server that it came from: milliseconds since 1970.
    pub time: i64,
}

/// Names a message in the log.
#[derive(Debug, Clone, Copy)]
pub struct MessageNumber {
    /// Who said it.
    pub from: ClientId,
    /// How many that client had said by then.
    pub count: u64,
}

impl fmt::Display for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {}.{}", self.from.0, self.count)
    }
}

/// Somebody to talk to: that session, not whoever takes the name after it.
#[derive(Debug, Clone)]
pub struct Partner {
    /// The session.
    pub id: ClientId,
    /// Its nickname.
    pub nickname: Nickname,
}

/// What goes over the queue. A parcel is small and says what is meant; the delivery thread renders it.
#[derive(Debug)]
pub enum Parcel {
    /// A connection is there: it can be written to.
    Connected(Arc<Connection>),
    /// A session began: it has a name.
    Joined {
        /// Who.
        id: ClientId,
        /// Under which name.
        nickname: Nickname,
        /// The number of joining: the order of `LIST`.
        joined: u64,
    },
    /// Somebody was here, on another server, before this one looked: nobody is told.
    Here {
        /// Who.
        id: ClientId,
        /// Under which name.
        nickname: Nickname,
        /// The number of joining.
        joined: u64,
    },
    /// A session outlives its connection here: its name is given up in the order of several servers.
    Elsewhere(ClientId),
    /// Is in the group from here on.
    Listens(ClientId),
    /// Is in the group no more.
    ListensNoMore(ClientId),
    /// Opens a private chat, or closes it.
    TalksTo(ClientId, Option<Partner>),
    /// A session ended.
    Left {
        /// Who.
        id: ClientId,
        /// Its number of joining.
        joined: u64,
        /// What the notice adds.
        notice: Option<Line>,
    },
    /// A message to the group.
    ToAll(ClientId, Message),
    /// A message to one session.
    Private {
        /// From whom.
        from: ClientId,
        /// To whom.
        to: Partner,
        /// What.
        message: Message,
        /// Tells the sender's thread whether it arrived.
        arrived: Sender<bool>,
    },
    /// A line of the server's to one client.
    ToOne(ClientId, Line),
    /// A line of the server's to everyone who has a nickname.
    ToEveryone(Line),
    /// Bytes that are no line to one client: answers to its telnet.
    Bytes(ClientId, Vec<u8>),
    /// What a client asks of the store.
    Ask(ClientId, Request),
    /// Dropped when all before it is committed: a client's thread waits for that.
    Committed(Sender<()>),
    /// The answer to `LIST`: who has a name that begins so.
    List(ClientId, String),
    /// The same for everyone, where a question follows.
    Names(ClientId),
    /// Does not want to be shown what a nickname writes, or wants it again.
    Ignores {
        /// Who.
        id: ClientId,
        /// Whom.
        nickname: Nickname,
        /// Or does so no more.
        ignores: bool,
    },
    /// Is away, with a text for who writes; `None`: is back.
    IsAway(ClientId, Option<Text>),
    /// Who is connected, and where they are: for the keeper.
    Present(Sender<Vec<Present>>),
    /// A line to everybody, wherever they are.
    Announce(Line),
    /// What the keeper did: the store may keep it.
    Act(Act),
    /// Its session may go on with another connection: what it is written is recorded from here on.
    Records(ClientId),
    /// Its session's connection is lost, and another one is waited for.
    Away(ClientId),
    /// Its session goes on with another connection.
    Returns {
        /// Who.
        id: ClientId,
        /// How many sockets its session had before this one.
        sockets: u32,
        /// Recorded lines that the client has received.
        received: u64,
        /// Lines of the client's that were read meanwhile.
        taken: u64,
    },
    /// This connection has become another session's: nothing is written to it in its own name.
    Forgets(ClientId),
    /// The goodbye, with its reason: the last parcel about this connection.
    Close(ClientId, Option<String>),
    /// The goodbye to all, with its reason.
    Stop(Line),
}

/// What a client asks of the store.
#[derive(Debug)]
pub enum Request {
    /// What is kept here, and the messages that were left for it.
    Waiting,
    /// Nothing: it says that a line has come from there, so what was left for it has been read.
    Answered,
    /// To keep a message for one who is away.
    LeaveFor {
        /// For whom.
        to: Nickname,
        /// What.
        message: Message,
    },
    /// To keep its nickname for who knows a password.
    Register {
        /// Of the password.
        hash: String,
        /// The private messages after this one are known to be its own.
        since: i64,
    },
}
