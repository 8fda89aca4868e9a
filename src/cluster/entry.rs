//! Feature cluster: what crosses between the servers: a line of the log for each parcel that all have to agree on, as JSON,
//! and back. What comes from another server is checked like what comes from a client. Pure.
//!
//! Whom a line names is named by the number of joining, which the engine gave: it is the same on all servers.

use serde_json::{Value, json};

use crate::server::connection::ClientId;
use crate::server::parcel::Parcel;
use crate::server::parcel::Request;
use crate::text::{Nickname, Text};

/// One line of the log, as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The client that it came from, by the number that its server gave it.
    pub(super) from: ClientId,
    /// What waits for it on that server.
    pub(super) number: u64,
    pub(super) said: Said,
}

/// What a line says. `u64` is a number of joining.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    ToAll(Text),
    Private(u64, Text),
    /// Opens a private chat, or closes it.
    TalksTo(Option<u64>),
    Waiting,
    Answered,
    LeaveFor(Nickname, Text),
    Register {
        hash: String,
        since: i64,
    },
    /// What the notice of the leave that follows adds.
    Notice(Text),
    /// A session is asked to end: somebody has the password of its nickname. It is no line of a session.
    TakesBack(u64),
}

/// A whole batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// The server that it came from.
    pub(super) by: String,
    /// When, by that server's clock: milliseconds since 1970.
    pub(super) time: i64,
    /// One that cannot be read keeps its place, and says nothing.
    pub(super) lines: Vec<Option<Entry>>,
}

/// A parcel as a line of the log. `joined` knows the numbers of joining; `None`: that session has left already.
pub(super) fn line(number: u64, parcel: &Parcel, joined: impl Fn(ClientId) -> Option<u64>) -> Option<String> {
    let gone = u64::MAX;
    let line = match parcel {
        Parcel::ToAll(from, message) => json!({ "n": number, "from": from.0, "all": message.text.as_str() }),
        Parcel::Private { from, to, message, .. } => {
            let to = joined(to.id).unwrap_or(gone);
            json!({ "n": number, "from": from.0, "to": to, "text": message.text.as_str() })
        }
        Parcel::TalksTo(from, partner) => {
            let partner = partner.as_ref().map(|partner| joined(partner.id).unwrap_or(gone));
            json!({ "n": number, "from": from.0, "talks": partner })
        }
        Parcel::Ask(from, request) => match request {
            Request::Waiting => json!({ "n": number, "from": from.0, "ask": "waiting" }),
            Request::Answered => json!({ "n": number, "from": from.0, "ask": "answered" }),
            Request::LeaveFor { to, message } => {
                json!({ "n": number, "from": from.0, "away": to.as_str(), "text": message.text.as_str() })
            }
            Request::Register { hash, since } => {
                json!({ "n": number, "from": from.0, "register": hash, "since": since })
            }
        },
        _ => return None,
    };
    Some(line.to_string())
}

/// The line before a leave of which there is more to say.
pub(super) fn notice(id: ClientId, notice: &str) -> String {
    json!({ "n": 0, "from": id.0, "leaves": notice }).to_string()
}

/// The line by which a server asks for the end of a session on another one.
pub(super) fn takes_back(joined: u64) -> String {
    json!({ "n": 0, "from": 0, "takes_back": joined }).to_string()
}

/// A batch of such lines.
pub(super) fn batch(by: &str, time: i64, lines: &[String]) -> String {
    format!("{{\"by\":{},\"time\":{time},\"lines\":[{}]}}", Value::from(by), lines.join(","))
}

/// What `batch` wrote; `None` where something else did.
pub(super) fn read_batch(value: &[u8]) -> Option<Batch> {
    let batch: Value = serde_json::from_slice(value).ok()?;
    let lines = batch["lines"].as_array()?.iter().map(read_line).collect();
    Some(Batch { by: batch["by"].as_str()?.to_owned(), time: batch["time"].as_i64()?, lines })
}

fn read_line(line: &Value) -> Option<Entry> {
    let text = |name: &str| Text::parse(line[name].as_str()?.as_bytes().to_vec()).ok();
    let said = if line["all"].is_string() {
        Said::ToAll(text("all")?)
    } else if line["to"].is_u64() {
        Said::Private(line["to"].as_u64()?, text("text")?)
    } else if line["away"].is_string() {
        Said::LeaveFor(Nickname::parse(line["away"].as_str()?).ok()?, text("text")?)
    } else if line["register"].is_string() {
        Said::Register { hash: line["register"].as_str()?.to_owned(), since: line["since"].as_i64()? }
    } else if line["takes_back"].is_u64() {
        Said::TakesBack(line["takes_back"].as_u64()?)
    } else if line["leaves"].is_string() {
        Said::Notice(text("leaves")?)
    } else {
        match line["ask"].as_str() {
            Some("waiting") => Said::Waiting,
            Some("answered") => Said::Answered,
            Some(_) => return None,
            None => Said::TalksTo(line.get("talks")?.as_u64()),
        }
    };
    Some(Entry { from: ClientId(line["from"].as_u64()?), number: line["n"].as_u64()?, said })
}

/// Who has a nickname, as the value of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// The server where the session is.
    pub(super) by: String,
    /// Its client there.
    pub(super) client: ClientId,
    /// Which of the names taken in one transaction this is: a part of its number of joining.
    pub(super) index: usize,
    pub(super) nickname: Nickname,
}

impl Holder {
    pub(super) fn written(&self) -> String {
        let (client, index) = (self.client.0, self.index);
        json!({ "by": self.by, "client": client, "index": index, "name": self.nickname.as_str() }).to_string()
    }

    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(value).ok()?;
        Some(Holder {
            by: value["by"].as_str()?.to_owned(),
            client: ClientId(value["client"].as_u64()?),
            index: usize::try_from(value["index"].as_u64()?).ok()?,
            nickname: Nickname::parse(value["name"].as_str()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::bounded;

    use super::*;
    use crate::server::parcel::{Message, MessageNumber, Partner};

    const ANNA: ClientId = ClientId(7);

    fn text(text: &str) -> Text {
        Text::parse(text.as_bytes().to_vec()).expect("a text")
    }

    fn message(said: &str) -> Message {
        Message { number: MessageNumber { from: ANNA, count: 1 }, text: text(said), place: None }
    }

    fn boris() -> Partner {
        Partner { id: ClientId(9), nickname: Nickname::parse("boris").expect("a nickname") }
    }

    #[test]
    fn what_is_handed_over_comes_back_the_same() {
        let nasty = "\"quotes\", \\ and Кириллица: {}[]";
        let (arrived, _) = bounded(1);
        let private = Parcel::Private { from: ANNA, to: boris(), message: message(nasty), arrived };
        let leave = Request::LeaveFor { to: boris().nickname, message: message(nasty) };
        let parcels = [
            (Parcel::ToAll(ANNA, message(nasty)), Said::ToAll(text(nasty))),
            (private, Said::Private(99, text(nasty))),
            (Parcel::TalksTo(ANNA, Some(boris())), Said::TalksTo(Some(99))),
            (Parcel::TalksTo(ANNA, None), Said::TalksTo(None)),
            (Parcel::Ask(ANNA, Request::Waiting), Said::Waiting),
            (Parcel::Ask(ANNA, Request::Answered), Said::Answered),
            (Parcel::Ask(ANNA, leave), Said::LeaveFor(boris().nickname, text(nasty))),
        ];
        let mut lines: Vec<String> = Vec::new();
        for (number, (parcel, _)) in (1..).zip(&parcels) {
            lines.push(line(number, parcel, |id| Some(id.0 * 11)).expect("it is for all servers"));
        }
        lines.push(notice(ANNA, nasty));
        let said = parcels.into_iter().map(|(_, said)| said).chain([Said::Notice(text(nasty))]);
        let batch = read_batch(batch("a.1", 5, &lines).as_bytes()).expect("a batch");
        assert_eq!((batch.by.as_str(), batch.time), ("a.1", 5));
        for ((entry, said), number) in batch.lines.into_iter().zip(said).zip([1, 2, 3, 4, 5, 6, 7, 0]) {
            assert_eq!(entry, Some(Entry { from: ANNA, number, said }));
        }
        assert!(line(1, &Parcel::Listens(ANNA), |_| None).is_none(), "the group is each server's own");
    }

    #[test]
    fn a_line_that_no_server_writes_says_nothing_and_keeps_its_place() {
        let batch = read_batch(
            br#"{"by":"a.1","time":1,"lines":[{"n":1,"from":7,"all":"a\u001bb"},{},7,{"n":2,"from":7,"all":"hi"}]}"#,
        );
        let lines = batch.expect("a batch").lines;
        assert_eq!(lines.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, false, true]);
        assert!(read_batch(b"hello").is_none() && read_batch(b"{}").is_none());
    }

    #[test]
    fn a_holder_is_read_as_it_was_written() {
        let nickname = Nickname::parse("Вера").expect("a nickname");
        let holder = Holder { by: "a.1".into(), client: ANNA, index: 3, nickname };
        assert_eq!(Holder::read(holder.written().as_bytes()), Some(holder));
        assert_eq!(Holder::read(br#"{"by":"a.1","client":7,"index":0,"name":"QUIT"}"#), None);
    }
}
