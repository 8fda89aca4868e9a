//! Feature cluster: what etcd is asked, and what it answers, in the JSON of its gateway: keys and values in base64, whole
//! numbers as strings, and what is zero or false left out. Touches the connections to its members, by `http`.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::http::{Http, Lines, Refused};
use crate::limits::CLUSTER_ANSWER;

/// All keys of the chat lie under this, and nothing else does.
const CHAT: &str = "chat/";
/// The first key behind them.
const BEHIND_CHAT: &str = "chat0";
/// Each batch is put here: its changes are the log.
pub(super) const LOG: &str = "chat/log";
/// Under this and the nickname's key: who has it.
pub(super) const NAMES: &str = "chat/name/";
const BEHIND_NAMES: &str = "chat/name0";
/// Under this and the server's name: its version counts the server's batches.
pub(super) const SERVERS: &str = "chat/pub/";

/// Keys under a lease are there as long as it is renewed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lease(i64);

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) value: Vec<u8>,
    /// At which revision the key came to be.
    pub(super) created: i64,
    /// At which revision it was put last.
    pub(super) put: i64,
    /// How often it was put since it came to be.
    pub(super) version: i64,
}

/// A change of a key, in the order of all changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Put(Pair),
    /// The key, and at which revision it was deleted.
    Deleted(String, i64),
}

/// What a watch says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Changes, in their order: all of those at one revision, or at several.
    Changes(Vec<Change>),
    /// What the watch was to begin with is not kept any more.
    Compacted,
    /// The watch has ended.
    Ended,
}

/// A handle on the engine: a connection of its own to one member, and another member's where that does not answer.
#[derive(Debug)]
pub(super) struct Etcd {
    members: Vec<String>,
    /// Which of them is asked.
    asks: usize,
    /// How long an answer may take.
    patience: Duration,
    open: Option<Http>,
}

impl Clone for Etcd {
    /// Another handle: its connection is its own.
    fn clone(&self) -> Self {
        Etcd { members: self.members.clone(), asks: self.asks, patience: self.patience, open: None }
    }
}

impl Etcd {
    /// A handle on these members, not connected yet.
    pub(super) fn new(members: &[String]) -> Self {
        Etcd { members: members.to_vec(), asks: 0, patience: CLUSTER_ANSWER, open: None }
    }

    /// The same, with so much patience for an answer.
    #[must_use]
    pub(super) fn with_patience(self, patience: Duration) -> Self {
        Etcd { patience, ..self }
    }

    /// One question. Waits no longer than its patience; where that brings nothing, the next question goes to the next
    /// member.
    fn ask(&mut self, path: &str, body: &Value) -> io::Result<Value> {
        let answer = self.connected().and_then(|mut http| {
            let answer = http.post(path, &body.to_string())?;
            self.open = Some(http);
            Ok(answer)
        });
        if answer.as_ref().is_err_and(|error| !Refused::is(error)) {
            self.next_member();
        }
        serde_json::from_slice(&answer?).map_err(|error| io::Error::other(format!("etcd's answer is no JSON: {error}")))
    }

    fn connected(&mut self) -> io::Result<Http> {
        match self.open.take() {
            Some(http) => Ok(http),
            None => Http::connect(self.member(), self.patience),
        }
    }

    /// The member that is asked.
    pub(super) fn member(&self) -> &str {
        self.members.get(self.asks).map_or("", String::as_str)
    }

    /// From now on another member is asked.
    pub(super) fn next_member(&mut self) {
        self.open = None;
        self.asks = (self.asks + 1) % self.members.len().max(1);
    }

    /// The same question to one member after the other, until one answers.
    fn ask_each(&mut self, path: &str, body: &Value) -> io::Result<Value> {
        let mut answer = self.ask(path, body);
        for _ in 1..self.members.len() {
            if answer.as_ref().is_err_and(|error| !Refused::is(error)) {
                answer = self.ask(path, body);
            }
        }
        answer
    }

    /// The newest revision.
    pub(super) fn revision(&mut self) -> io::Result<i64> {
        self.names(None).map(|(revision, _)| revision)
    }

    /// Who has which nickname at a revision, or now; and at which revision that is.
    ///
    /// # Errors
    /// `Refused`, by `is_compacted`: what was at that revision is not kept any more.
    pub(super) fn names(&mut self, at: Option<i64>) -> io::Result<(i64, Vec<Pair>)> {
        let revision = at.unwrap_or_default().to_string();
        let body = json!({ "key": base64(NAMES), "range_end": base64(BEHIND_NAMES), "revision": revision });
        let answer = self.ask_each("/v3/kv/range", &body)?;
        let now = number(&answer["header"], "revision");
        let pairs = answer["kvs"].as_array().map(|pairs| pairs.iter().filter_map(pair).collect());
        Ok((at.unwrap_or(now), pairs.unwrap_or_default()))
    }

    /// A lease that ends `time` after it was renewed last.
    pub(super) fn grant(&mut self, time: Duration) -> io::Result<Lease> {
        let answer = self.ask_each("/v3/lease/grant", &json!({ "TTL": time.as_secs().to_string() }))?;
        Ok(Lease(number(&answer, "ID")))
    }

    /// Renews a lease. False: it has ended.
    pub(super) fn renew(&mut self, lease: Lease) -> io::Result<bool> {
        let answer = self.ask("/v3/lease/keepalive", &json!({ "ID": lease.0.to_string() }))?;
        Ok(number(&answer["result"], "TTL") > 0)
    }

    /// Ends a lease: what is under it is deleted at once.
    pub(super) fn revoke(&mut self, lease: Lease) -> io::Result<()> {
        self.ask("/v3/lease/revoke", &json!({ "ID": lease.0.to_string() })).map(|_| ())
    }

    /// A transaction, as `Txn` makes them.
    pub(super) fn transaction(&mut self, transaction: &Value) -> io::Result<Answer> {
        Ok(Answer(self.ask("/v3/kv/txn", transaction)?))
    }

    /// All changes of the chat's keys, beginning with those at `revision`.
    pub(super) fn watch(&mut self, revision: i64) -> io::Result<Lines> {
        let http = Http::connect(self.member(), self.patience)?;
        let request = json!({
            "key": base64(CHAT), "range_end": base64(BEHIND_CHAT), "start_revision": revision.to_string(),
        });
        http.stream("/v3/watch", &json!({ "create_request": request }).to_string())
    }
}

/// Whether what was asked for is not kept any more.
pub(super) fn is_compacted(error: &io::Error) -> bool {
    Refused::is(error) && error.to_string().contains("compacted")
}

/// What came of a transaction.
pub(super) struct Answer(Value);

impl Answer {
    /// Its conditions held.
    pub(super) fn succeeded(&self) -> bool {
        succeeded(&self.0)
    }

    /// At which revision.
    pub(super) fn revision(&self) -> i64 {
        number(&self.0["header"], "revision")
    }

    /// Whether the condition held of the transaction within it that was operation `index`.
    pub(super) fn part_succeeded(&self, index: usize) -> bool {
        succeeded(&self.0["responses"][index]["response_txn"])
    }

    /// What a range that was operation `index` has found: one key.
    pub(super) fn found(&self, index: usize) -> Option<Pair> {
        pair(&self.0["responses"][index]["response_range"]["kvs"][0])
    }
}

fn succeeded(answer: &Value) -> bool {
    answer["succeeded"].as_bool().unwrap_or_default()
}

/// Operations of a transaction.
pub(super) fn put(key: &str, value: &str, lease: Option<Lease>) -> Value {
    let lease = lease.map_or(0, |lease| lease.0).to_string();
    json!({ "request_put": { "key": base64(key), "value": base64(value), "lease": lease } })
}

/// Looks at one key.
pub(super) fn look(key: &str) -> Value {
    json!({ "request_range": { "key": base64(key) } })
}

/// Puts a key where there is none.
pub(super) fn put_if_free(key: &str, value: &str, lease: Lease) -> Value {
    let is_free = json!([{ "target": "CREATE", "key": base64(key), "create_revision": "0" }]);
    json!({ "request_txn": { "compare": is_free, "success": [put(key, value, Some(lease))] } })
}

/// Deletes a key where it has this value.
pub(super) fn delete_if(key: &str, value: &str) -> Value {
    let is_own = json!([{ "target": "VALUE", "key": base64(key), "value": base64(value) }]);
    json!({ "request_txn": { "compare": is_own, "success": [{ "request_delete_range": { "key": base64(key) } }] } })
}

/// A transaction that does `success` where `key` was put `version` times, and else only looks.
pub(super) fn if_version(key: &str, version: i64, success: &[Value], failure: &[Value]) -> Value {
    let is_next = json!([{ "target": "VERSION", "key": base64(key), "version": version.to_string() }]);
    json!({ "compare": is_next, "success": success, "failure": failure })
}

/// What one line of a watch says.
pub(super) fn news(line: &[u8]) -> io::Result<News> {
    let wrong = |what: String| io::Error::other(format!("etcd's watch: {what}"));
    let line: Value = serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
    let result = &line["result"];
    if !result.is_object() {
        return Err(wrong(line.to_string()));
    }
    if number(result, "compact_revision") > 0 {
        return Ok(News::Compacted);
    }
    if result["canceled"].as_bool().unwrap_or_default() {
        return Ok(News::Ended);
    }
    let changes = result["events"].as_array().map(|events| events.iter().filter_map(change).collect());
    Ok(News::Changes(changes.unwrap_or_default()))
}

fn change(event: &Value) -> Option<Change> {
    let pair = pair(&event["kv"])?;
    let is_deleted = event["type"].as_str() == Some("DELETE");
    Some(if is_deleted { Change::Deleted(pair.key, pair.put) } else { Change::Put(pair) })
}

fn pair(kv: &Value) -> Option<Pair> {
    let bytes = |name: &str| STANDARD.decode(kv[name].as_str().unwrap_or_default()).ok();
    Some(Pair {
        key: String::from_utf8(bytes("key")?).ok().filter(|key| !key.is_empty())?,
        value: bytes("value")?,
        created: number(kv, "create_revision"),
        put: number(kv, "mod_revision"),
        version: number(kv, "version"),
    })
}

fn number(object: &Value, name: &str) -> i64 {
    object[name].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_tells_changes_in_their_order() {
        let line = br#"{"result":{"header":{"revision":"4"},"events":[
            {"kv":{"key":"Y2hhdC9sb2c=","create_revision":"3","mod_revision":"4","version":"2","value":"aGVsbG8="}},
            {"type":"DELETE","kv":{"key":"Y2hhdC9uYW1lL2FubmE=","mod_revision":"4"}}]}}"#;
        let put = Pair { key: LOG.into(), value: b"hello".into(), created: 3, put: 4, version: 2 };
        let expected = vec![Change::Put(put), Change::Deleted("chat/name/anna".into(), 4)];
        assert_eq!(news(line).expect("it is news"), News::Changes(expected));
        let created = br#"{"result":{"header":{"revision":"4"},"created":true}}"#;
        assert_eq!(news(created).expect("it is news"), News::Changes(Vec::new()));
        let compacted = br#"{"result":{"header":{},"canceled":true,"compact_revision":"4"}}"#;
        assert_eq!(news(compacted).expect("it is news"), News::Compacted);
        assert_eq!(news(br#"{"result":{"canceled":true}}"#).expect("it is news"), News::Ended);
        assert!(news(br#"{"error":{"message":"no leader"}}"#).is_err() && news(b"<html>").is_err());
    }
}
