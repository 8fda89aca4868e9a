//! Feature cluster: what clients' threads hand to the publisher, and what waits of it as one transaction. Pure.

use std::collections::{HashMap, HashSet};

use super::entry::{self, Holder};
use super::etcd::{LOG, Lease, NAMES, SERVERS, delete_if, if_version, look, put, put_if_free};
use crate::limits::{CLUSTER_BATCH_BYTES, CLUSTER_BATCH_LINES, CLUSTER_BATCH_NAMES};
use crate::server::connection::ClientId;
use crate::text::Nickname;

/// One thing for the publisher.
#[derive(Debug)]
pub(super) enum Op {
    /// A line of the log, and what waits for it.
    Line { number: u64, line: String },
    /// A nickname is asked for.
    Claim { id: ClientId, nickname: Nickname },
    /// A nickname that was asked for is given back, whether it was had or not; before it the line of the log that says why.
    GiveBack { id: ClientId, notice: Option<String> },
}

/// A nickname's key, and the value by which it is this server's.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) key: String,
    pub(super) value: String,
}

/// The names that this server's clients have asked for and not given back.
pub(super) type Names = HashMap<ClientId, Name>;

/// What goes into one transaction.
#[derive(Debug, Default)]
pub(super) struct Batch {
    lines: Vec<String>,
    bytes: usize,
    pub(super) numbers: Vec<u64>,
    pub(super) claims: Vec<(ClientId, Name)>,
    gives_back: Vec<Name>,
    keys: HashSet<String>,
}

impl Batch {
    /// Takes one thing in. It comes back where it has to wait for the next batch: this one is full, or has the name already,
    /// which a transaction may change once.
    pub(super) fn takes(&mut self, op: Op, me: &str, names: &mut Names) -> Option<Op> {
        if !self.has_room_for(&op, names) {
            return Some(op);
        }
        match op {
            Op::Line { number, line } => {
                self.numbers.push(number);
                self.push(line);
            }
            Op::Claim { id, nickname } => {
                let key = key_of(&nickname);
                let holder = Holder { by: me.to_owned(), client: id, index: self.claims.len(), nickname };
                let name = Name { key: key.clone(), value: holder.written() };
                self.keys.insert(key);
                names.insert(id, name.clone());
                self.claims.push((id, name));
            }
            Op::GiveBack { id, notice } => {
                let name = names.remove(&id)?;
                notice.into_iter().for_each(|line| self.push(line));
                self.keys.insert(name.key.clone());
                self.gives_back.push(name);
            }
        }
        None
    }

    fn has_room_for(&self, op: &Op, names: &Names) -> bool {
        let has_room = |line: &str| {
            self.lines.is_empty()
                || self.lines.len() < CLUSTER_BATCH_LINES && self.bytes + line.len() <= CLUSTER_BATCH_BYTES
        };
        let may_change = |key: &str| self.keys.len() < CLUSTER_BATCH_NAMES && !self.keys.contains(key);
        match op {
            Op::Line { line, .. } => has_room(line),
            Op::Claim { nickname, .. } => may_change(&key_of(nickname)),
            Op::GiveBack { id, notice } => {
                let may_change = names.get(id).is_none_or(|name| may_change(&name.key));
                may_change && notice.as_ref().is_none_or(|line| has_room(line))
            }
        }
    }

    fn push(&mut self, line: String) {
        self.bytes += line.len() + 1;
        self.lines.push(line);
    }

    /// The transaction of the batch that is the server's next after `version`: done once, however often it is asked for.
    /// What was said comes before the names that are given back, and those before the ones that are taken.
    pub(super) fn transaction(&self, me: &str, version: i64, lease: Lease, time: i64) -> serde_json::Value {
        let server = server_key(me);
        let mut success = vec![put(&server, "", Some(lease))];
        if !self.lines.is_empty() {
            success.push(put(LOG, &entry::batch(me, time, &self.lines), None));
        }
        success.extend(self.gives_back.iter().map(|name| delete_if(&name.key, &name.value)));
        success.extend(self.claims.iter().map(|(_, name)| put_if_free(&name.key, &name.value, lease)));
        let mut failure = vec![look(&server)];
        failure.extend(self.claims.iter().map(|(_, name)| look(&name.key)));
        if_version(&server, version, &success, &failure)
    }

    /// Which operation of the transaction the first claim is.
    pub(super) fn first_claim(&self) -> usize {
        1 + usize::from(!self.lines.is_empty()) + self.gives_back.len()
    }
}

/// The key that counts a server's batches.
pub(super) fn server_key(me: &str) -> String {
    format!("{SERVERS}{me}")
}

fn key_of(nickname: &Nickname) -> String {
    format!("{NAMES}{}", nickname.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "a.1";

    fn line(bytes: usize) -> Op {
        Op::Line { number: 1, line: "x".repeat(bytes) }
    }

    fn claim(id: u64, name: &str) -> Op {
        Op::Claim { id: ClientId(id), nickname: Nickname::parse(name).expect("a nickname") }
    }

    fn give_back(id: u64) -> Op {
        Op::GiveBack { id: ClientId(id), notice: None }
    }

    #[test]
    fn a_batch_has_its_bounds_and_each_name_once() {
        let (mut batch, mut names) = (Batch::default(), Names::default());
        assert!(batch.takes(line(CLUSTER_BATCH_BYTES / 2), ME, &mut names).is_none());
        assert!(batch.takes(line(CLUSTER_BATCH_BYTES), ME, &mut names).is_some());
        for i in 0..CLUSTER_BATCH_NAMES as u64 - 1 {
            assert!(batch.takes(claim(i, &format!("anna{i}")), ME, &mut names).is_none());
        }
        assert!(batch.takes(give_back(3), ME, &mut names).is_some(), "it is asked for in this one");
        assert!(batch.takes(claim(500, "anna7"), ME, &mut names).is_some());
        assert!(batch.takes(claim(500, "boris"), ME, &mut names).is_none());
        assert!(batch.takes(claim(501, "vera"), ME, &mut names).is_some(), "it is full");
        let mut next = Batch::default();
        assert!(next.takes(give_back(3), ME, &mut names).is_none());
        assert!(next.takes(give_back(3), ME, &mut names).is_none(), "a second time it is nothing");
        assert_eq!((next.gives_back.len(), next.first_claim()), (1, 2));
    }

    #[test]
    fn what_was_said_comes_before_the_leave() {
        let (mut batch, mut names) = (Batch::default(), Names::default());
        assert!(batch.takes(claim(1, "anna"), ME, &mut names).is_none());
        let mut batch = Batch::default();
        for op in [claim(2, "boris"), Op::GiveBack { id: ClientId(1), notice: Some("{}".into()) }, line(5)] {
            assert!(batch.takes(op, ME, &mut names).is_none());
        }
        let transaction = batch.transaction(ME, 3, Lease::default(), 0);
        let kinds: Vec<String> = transaction["success"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|op| {
                let kind = op.as_object().expect("an operation").keys().next().expect("its kind").clone();
                if op["request_txn"]["success"][0]["request_put"].is_object() { "claim".into() } else { kind }
            })
            .collect();
        assert_eq!(kinds, ["request_put", "request_put", "request_txn", "claim"]);
        assert_eq!(batch.first_claim(), 3);
    }
}
