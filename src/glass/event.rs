//! Feature glass: what the tap is told: one event for each parcel and each batch, never for each delivery. Pure: the
//! data, and its JSON.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use crate::server::parcel::Parcel;
use crate::server::robust::connection::ClientId;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Since the server's start.
    pub at: Duration,
    /// The thread that did it.
    pub thread: Arc<str>,
    /// What.
    pub what: What,
    /// Parcels in the queue at that moment.
    pub depth: usize,
}

/// What a thread did.
#[derive(Debug, Clone)]
pub enum What {
    /// Put a parcel into the queue.
    Posted(About),
    /// The delivery thread took a parcel out, and did what it means. Nothing is written yet.
    Taken {
        /// The parcel.
        about: About,
        /// The lines that it comes to, in order.
        told: Vec<Told>,
    },
    /// The delivery thread wrote once to each recipient: all that the parcels before it came to. Who is not named here had it
    /// all from the socket.
    Batch {
        /// Parcels.
        parcels: usize,
        /// Sockets that took all.
        sockets: usize,
        /// Bytes that they took.
        bytes: usize,
        /// Whose socket was full: it took so many bytes, and the rest waits in its backlog.
        late: Vec<(ClientId, usize)>,
        /// Who was late already: all of it went into the backlog.
        appended: Vec<ClientId>,
        /// Who got nothing of it: the connection was cut, or it broke.
        dropped: Vec<ClientId>,
    },
    /// A late thread: the socket took so many bytes of the backlog.
    Wrote {
        /// Whose socket.
        id: ClientId,
        /// Bytes.
        bytes: usize,
        /// Bytes that still wait.
        left: usize,
    },
    /// A late thread ends: nothing waits any more.
    CaughtUp(ClientId),
    /// A connection was cut, and what waited for it is dropped.
    Cut {
        /// Whose.
        id: ClientId,
        /// Why.
        why: String,
    },
    /// Everyone who is connected: with this a watcher begins, and goes on after a gap.
    Here {
        /// Events that were not kept since the last one that was: the tap was full.
        missed: u64,
        /// Everyone, in order of connecting.
        seats: Vec<Seat>,
    },
}

/// A parcel in short.
#[derive(Debug, Clone)]
pub struct About {
    /// What it is, as in `Parcel`, in small letters.
    pub kind: &'static str,
    /// The client that it is about.
    pub id: Option<ClientId>,
    /// To whom it goes, where that is one other.
    pub to: Option<ClientId>,
    /// The nickname that it brings.
    pub nickname: Option<String>,
    /// Bytes of what was said.
    pub bytes: usize,
}

/// Lines that were rendered.
#[derive(Debug, Clone)]
pub struct Told {
    /// For whom; `None` is everyone in the group.
    pub to: Option<ClientId>,
    /// But not for these, who ignore its sender.
    pub except: Vec<ClientId>,
    /// Bytes, line ends and all.
    pub bytes: usize,
    /// How many lines.
    pub lines: usize,
    /// The lines themselves, where text is shown.
    pub text: Option<String>,
}

/// One connected client.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Who.
    pub id: ClientId,
    /// Its nickname, if it has one.
    pub nickname: Option<String>,
    /// In the group.
    pub listens: bool,
    /// In a private chat with this one.
    pub talks_to: Option<ClientId>,
    /// A late thread writes its socket.
    pub late: bool,
    /// Bytes in its backlog.
    pub waiting: usize,
}

impl About {
    /// What `parcel` says.
    pub(crate) fn of(parcel: &Parcel) -> About {
        let of = |kind, id: ClientId| About { kind, id: Some(id), to: None, nickname: None, bytes: 0 };
        match parcel {
            Parcel::Connected(connection) => of("connected", connection.id),
            Parcel::Joined { id, nickname, .. } => About { nickname: Some(nickname.to_string()), ..of("joined", *id) },
            Parcel::Listens(id) => of("listens", *id),
            Parcel::ListensNoMore(id) => of("listens-no-more", *id),
            Parcel::TalksTo(id, to) => About { to: to.as_ref().map(|partner| partner.id), ..of("talks-to", *id) },
            Parcel::Left { id, .. } => of("left", *id),
            Parcel::ToAll(id, message) => About { bytes: message.text.as_str().len(), ..of("to-all", *id) },
            Parcel::Private { from, to, message, .. } => {
                About { to: Some(to.id), bytes: message.text.as_str().len(), ..of("private", *from) }
            }
            Parcel::ToOne(id, line) => About { bytes: line.len(), ..of("to-one", *id) },
            Parcel::Bytes(id, bytes) => About { bytes: bytes.len(), ..of("bytes", *id) },
            Parcel::Ask(id, _) => of("ask", *id),
            Parcel::List(id, _) => of("list", *id),
            Parcel::Names(id) => of("names", *id),
            Parcel::Close(id, _) => of("close", *id),
            Parcel::Forgets(id) => of("forgets", *id),
            Parcel::Elsewhere(id) => of("elsewhere", *id),
            Parcel::Announce(_) | Parcel::ToEveryone(_) => About::nobodys("announce"),
            Parcel::Stop(_) => About::nobodys("stop"),
            _ => About::nobodys("other"),
        }
    }

    /// What is about no client.
    pub(crate) fn nobodys(kind: &'static str) -> About {
        About { kind, id: None, to: None, nickname: None, bytes: 0 }
    }
}

impl Event {
    /// One JSON object on one line, with its number in the sequence.
    pub fn json(&self, number: u64) -> String {
        let (at, thread) = (self.at.as_micros(), quoted(&self.thread));
        let what = self.what.json();
        format!("{{\"n\":{number},\"at\":{at},\"thread\":{thread},\"depth\":{},{what}}}", self.depth)
    }
}

impl What {
    /// The word that names it in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            What::Posted(_) => "posted",
            What::Taken { .. } => "taken",
            What::Batch { .. } => "batch",
            What::Wrote { .. } => "wrote",
            What::CaughtUp(_) => "caught-up",
            What::Cut { .. } => "cut",
            What::Here { .. } => "here",
        }
    }

    fn json(&self) -> String {
        let name = self.name();
        let rest = match self {
            What::Posted(about) => about.json(),
            What::Taken { about, told } => format!("{},\"told\":{}", about.json(), list(told, Told::json)),
            What::Batch { parcels, sockets, bytes, late, appended, dropped } => format!(
                "\"parcels\":{parcels},\"sockets\":{sockets},\"bytes\":{bytes},\"late\":{},\"appended\":{},\"dropped\":{}",
                list(late, |(id, taken)| format!("[{},{taken}]", id.0)),
                list(appended, |id| id.0.to_string()),
                list(dropped, |id| id.0.to_string())
            ),
            What::Wrote { id, bytes, left } => format!("\"id\":{},\"bytes\":{bytes},\"left\":{left}", id.0),
            What::CaughtUp(id) => format!("\"id\":{}", id.0),
            What::Cut { id, why } => format!("\"id\":{},\"why\":{}", id.0, quoted(why)),
            What::Here { missed, seats } => format!("\"missed\":{missed},\"seats\":{}", list(seats, Seat::json)),
        };
        format!("\"what\":\"{name}\",{rest}")
    }
}

impl About {
    fn json(&self) -> String {
        let (id, to) = (number(self.id), number(self.to));
        let nickname = optional(self.nickname.as_deref());
        format!("\"kind\":\"{}\",\"id\":{id},\"to\":{to},\"nickname\":{nickname},\"size\":{}", self.kind, self.bytes)
    }
}

impl Told {
    fn json(&self) -> String {
        let (to, text) = (number(self.to), optional(self.text.as_deref()));
        let (bytes, lines, except) = (self.bytes, self.lines, list(&self.except, |id| id.0.to_string()));
        format!("{{\"to\":{to},\"except\":{except},\"bytes\":{bytes},\"lines\":{lines},\"text\":{text}}}")
    }
}

impl Seat {
    fn json(&self) -> String {
        let (id, nickname, to) = (self.id.0, optional(self.nickname.as_deref()), number(self.talks_to));
        let Seat { listens, late, waiting, .. } = self;
        format!(
            "{{\"id\":{id},\"nickname\":{nickname},\"listens\":{listens},\"to\":{to},\"late\":{late},\"waiting\":{waiting}}}"
        )
    }
}

fn list<T>(items: &[T], json: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(","))
}

fn number(id: Option<ClientId>) -> String {
    id.map_or("null".into(), |id| id.0.to_string())
}

fn optional(text: Option<&str>) -> String {
    text.map_or("null".into(), quoted)
}

/// A JSON string. What ends a line for JavaScript or a browser, and `<`, are escaped too: it is data wherever it lands.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c < ' ' || matches!(c, '<' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}') => {
                // Writing into a string cannot fail.
                write!(quoted, "\\u{:04x}", u32::from(c)).unwrap_or_default();
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_text_holds_its_json_is_one_line_of_ascii_quotes_and_no_markup() {
        let hostile = "\"</script>\\\n\r\u{1b}[2J\u{2028}пока";
        let json = quoted(hostile);
        assert_eq!(json, "\"\\\"\\u003c/script>\\\\\\n\\u000d\\u001b[2J\\u2028пока\"");
        assert!(!json.contains(['\n', '\r', '<', '\u{1b}', '\u{2028}']));
    }

    #[test]
    fn an_event_is_one_object() {
        let about = About { to: Some(ClientId(2)), bytes: 5, ..About::nobodys("private") };
        let told = vec![Told { to: Some(ClientId(2)), except: Vec::new(), bytes: 24, lines: 1, text: None }];
        let event = Event {
            at: Duration::from_micros(7),
            thread: "delivery".into(),
            what: What::Taken { about, told },
            depth: 3,
        };
        assert_eq!(
            event.json(9),
            "{\"n\":9,\"at\":7,\"thread\":\"delivery\",\"depth\":3,\"what\":\"taken\",\"kind\":\"private\",\"id\":null,\"to\":2,\
             \"nickname\":null,\"size\":5,\"told\":[{\"to\":2,\"except\":[],\"bytes\":24,\"lines\":1,\"text\":null}]}"
        );
    }
}
