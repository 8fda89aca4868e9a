//! Feature cluster: who is in the chat, on whichever server, at one place of the order, and what the next change in it
//! means. All servers read the same changes, so all come to the same answers: a line counts only if its session has its
//! name at that place. Pure, but for the first look.

use std::collections::HashMap;
use std::io;

use super::batch::server_key;
use super::entry::{self, Batch, Holder, Said};
use super::etcd::{Change, Etcd, LOG, NAMES, Pair, is_compacted};
use crate::server::connection::ClientId;
use crate::server::parcel::{Partner, Placed};
use crate::text::{Nickname, Text};

/// The numbers of sessions on other servers begin here: no server ever has so many clients of its own.
const OTHERS: u64 = 1 << 63;
/// Numbers of joining at one revision.
const JOINS: i64 = 128;
/// Rows at one revision.
const ROWS: i64 = 1000;

/// Who is in the chat after the change at `revision`.
#[derive(Debug)]
pub(super) struct Replica {
    /// This server.
    me: String,
    pub(super) revision: i64,
    /// Up to this row all is in the database already.
    kept: i64,
    /// By the nickname's key.
    seats: HashMap<String, Seat>,
    /// Which key each server's clients have.
    keys: HashMap<String, HashMap<ClientId, String>>,
}

/// A nickname that somebody has.
#[derive(Debug)]
struct Seat {
    by: String,
    client: ClientId,
    member: Member,
    created: i64,
    /// What the notice of its leave adds.
    notice: Option<Text>,
}

/// Somebody who is in the chat.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) id: ClientId,
    pub(super) nickname: Nickname,
    pub(super) joined: u64,
}

/// What a change means.
#[derive(Debug)]
pub(super) enum Happened {
    Joined(Member),
    Left {
        member: Member,
        notice: Option<Text>,
    },
    /// A line: whose, what waits for it where it is of this server's own, what it says, and where it stands.
    Said {
        from: ClientId,
        own: Option<u64>,
        said: Said,
        place: Placed,
    },
    /// One of this server's own sessions is to end: somebody has the password of its nickname.
    TakenBack(Member),
    /// A batch of this server's own came round.
    Beat,
}

impl Replica {
    /// Looks who is in the chat: now, or just before the message with the number `newest`, so that a database misses
    /// nothing of what the engine still has.
    ///
    /// # Errors
    /// One line: the engine does not answer, or the database is not of its chat.
    pub(super) fn look(etcd: &mut Etcd, me: &str, newest: Option<i64>) -> io::Result<Replica> {
        let now = etcd.revision()?;
        let at = newest.filter(|&row| row >= ROWS).map(|row| row / ROWS);
        if at.is_some_and(|at| at > now) {
            return Err(io::Error::other(format!(
                "the database was kept with another etcd: it has messages up to revision {}, and this etcd is at {now}; choose another file with --database",
                at.unwrap_or_default()
            )));
        }
        let found = match at {
            Some(at) => etcd.names(Some((at - 1).max(1))),
            None => etcd.names(None),
        };
        let (revision, pairs) = match found {
            Err(error) if is_compacted(&error) => {
                log::warn!(
                    "etcd has not kept all that was said since the database was written to: there is a gap in it"
                );
                etcd.names(None)?
            }
            found => found?,
        };
        let mut replica = Replica {
            me: me.to_owned(),
            revision,
            kept: newest.unwrap_or_default(),
            seats: HashMap::new(),
            keys: HashMap::new(),
        };
        for pair in &pairs {
            replica.sits_down(pair);
        }
        Ok(replica)
    }

    /// Everyone who is in the chat, in order of joining.
    pub(super) fn members(&self) -> Vec<Member> {
        let mut members: Vec<Member> = self.seats.values().map(|seat| seat.member.clone()).collect();
        members.sort_unstable_by_key(|member| member.joined);
        members
    }

    /// The session with this number of joining, if it is in the chat.
    pub(super) fn partner(&self, joined: u64) -> Option<Partner> {
        let member = self.seats.values().map(|seat| &seat.member).find(|member| member.joined == joined)?;
        Some(Partner { id: member.id, nickname: member.nickname.clone() })
    }

    /// Whether the others took this server for dead.
    pub(super) fn is_its_end(&self, change: &Change) -> bool {
        matches!(change, Change::Deleted(key, _) if *key == server_key(&self.me))
    }

    /// What the next change in the order means.
    pub(super) fn take(&mut self, change: &Change) -> Vec<Happened> {
        match change {
            Change::Put(pair) => {
                self.revision = self.revision.max(pair.put);
                if pair.key == LOG {
                    entry::read_batch(&pair.value).map(|batch| self.said(batch, pair.put)).unwrap_or_default()
                } else if pair.key == server_key(&self.me) {
                    vec![Happened::Beat]
                } else if pair.key.starts_with(NAMES) && pair.created == pair.put {
                    self.sits_down(pair).map(Happened::Joined).into_iter().collect()
                } else {
                    Vec::new()
                }
            }
            Change::Deleted(key, revision) => {
                self.revision = self.revision.max(*revision);
                self.gets_up(key).into_iter().collect()
            }
        }
    }

    /// The changes are not to be had any more; these are the names at `revision`. What that comes to.
    pub(super) fn catch_up(&mut self, revision: i64, pairs: &[Pair]) -> Vec<Happened> {
        let is_still =
            |key: &String, seat: &Seat| pairs.iter().any(|pair| pair.key == *key && pair.created == seat.created);
        let gone: Vec<String> =
            self.seats.iter().filter(|(key, seat)| !is_still(key, seat)).map(|(key, _)| key.clone()).collect();
        let mut happened: Vec<Happened> = gone.iter().filter_map(|key| self.gets_up(key)).collect();
        for pair in pairs {
            if !self.seats.contains_key(&pair.key) {
                happened.extend(self.sits_down(pair).map(Happened::Joined));
            }
        }
        self.revision = revision;
        happened
    }

    /// A nickname was taken: by whom. `None` where its value is none that a server writes.
    fn sits_down(&mut self, pair: &Pair) -> Option<Member> {
        let Holder { by, client, index, nickname } = Holder::read(&pair.value)?;
        let joined = pair.created.checked_mul(JOINS)?.checked_add(i64::try_from(index).ok()?)?;
        let joined = u64::try_from(joined).ok()?;
        let id = if by == self.me { client } else { ClientId(OTHERS | joined) };
        let member = Member { id, nickname, joined };
        self.keys.entry(by.clone()).or_default().insert(client, pair.key.clone());
        let seat = Seat { by, client, member: member.clone(), created: pair.created, notice: None };
        self.seats.insert(pair.key.clone(), seat);
        Some(member)
    }

    /// A nickname was given back, or its server is dead.
    fn gets_up(&mut self, key: &str) -> Option<Happened> {
        let Seat { by, client, member, notice, .. } = self.seats.remove(key)?;
        if let Some(keys) = self.keys.get_mut(&by) {
            keys.remove(&client);
            if keys.is_empty() {
                self.keys.remove(&by);
            }
        }
        Some(Happened::Left { member, notice })
    }

    /// A batch: each line that counts.
    fn said(&mut self, batch: Batch, revision: i64) -> Vec<Happened> {
        let is_own = batch.by == self.me;
        let keys = self.keys.get(&batch.by);
        let mut happened = Vec::new();
        for (row, entry) in (0..ROWS).zip(batch.lines) {
            let Some(entry) = entry else { continue };
            if let Said::TakesBack(joined) = entry.said {
                let own = self.seats.values().find(|seat| seat.by == self.me && seat.member.joined == joined);
                happened.extend(own.map(|seat| Happened::TakenBack(seat.member.clone())));
                continue;
            }
            let seat = keys.and_then(|keys| self.seats.get_mut(keys.get(&entry.from)?));
            let from = match (seat, &entry.said) {
                (Some(seat), Said::Notice(notice)) => {
                    seat.notice = Some(notice.clone());
                    continue;
                }
                (Some(seat), _) => seat.member.id,
                // It counts for nobody; but whoever waits for it is to know that.
                (None, _) if is_own => entry.from,
                (None, _) => continue,
            };
            let place = Placed { row: revision * ROWS + row, time: batch.time };
            if place.row <= self.kept {
                continue;
            }
            happened.push(Happened::Said { from, own: is_own.then_some(entry.number), said: entry.said, place });
        }
        happened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replica(me: &str) -> Replica {
        Replica { me: me.into(), revision: 0, kept: 0, seats: HashMap::new(), keys: HashMap::new() }
    }

    fn put(key: &str, value: &str, created: i64, put: i64) -> Change {
        Change::Put(pair(key, value, created, put))
    }

    fn pair(key: &str, value: &str, created: i64, put: i64) -> Pair {
        Pair { key: key.into(), value: value.into(), created, put, version: 1 }
    }

    fn holder(by: &str, client: u64, name: &str) -> String {
        let nickname = Nickname::parse(name).expect("a nickname");
        Holder { by: by.into(), client: ClientId(client), index: 0, nickname }.written()
    }

    /// What happened, as a test can compare it on several servers: by nickname.
    fn told(replica: &Replica, happened: &[Happened]) -> Vec<String> {
        let name = |id: ClientId| {
            let seat = replica.seats.values().find(|seat| seat.member.id == id);
            seat.map_or("nobody".to_owned(), |seat| seat.member.nickname.to_string())
        };
        happened
            .iter()
            .map(|happened| match happened {
                Happened::Joined(member) => format!("+{} {}", member.nickname, member.joined),
                Happened::Left { member, notice } => format!("-{} {}", member.nickname, notice.is_some()),
                Happened::Said { from, said, place, .. } => format!("{} {}: {said:?}", place.row, name(*from)),
                Happened::TakenBack(member) => format!("<{}", member.nickname),
                Happened::Beat => "beat".into(),
            })
            .collect()
    }

    #[test]
    fn all_servers_come_to_the_same_answers_and_only_who_has_a_name_is_heard() {
        let say = |by: &str, text: &str| entry::batch(by, 9, &[format!("{{\"n\":1,\"from\":7,\"all\":\"{text}\"}}")]);
        let late = entry::batch("a.1", 9, &[entry::notice(ClientId(7), "too late")]);
        let order = [
            put(LOG, &say("a.1", "too early"), 2, 2),
            put("chat/name/anna", &holder("a.1", 7, "anna"), 3, 3),
            put(LOG, &say("a.1", "hello"), 2, 4),
            put(LOG, &say("b.1", "of nobody"), 2, 5),
            put("chat/name/boris", &holder("b.1", 7, "boris"), 6, 6),
            put(LOG, &say("b.1", "hi"), 2, 6),
            put(LOG, &late, 2, 7),
            Change::Deleted("chat/name/anna".into(), 7),
            put(LOG, &say("a.1", "too late"), 2, 8),
        ];
        let mut heard = Vec::new();
        for me in ["a.1", "b.1", "c.1"] {
            let mut replica = replica(me);
            let all: Vec<String> = order
                .iter()
                .flat_map(|change| {
                    let happened = replica.take(change);
                    told(&replica, &happened)
                })
                .collect();
            // What waits on its own server is answered there.
            heard.push(all.into_iter().filter(|line| !line.contains("nobody")).collect::<Vec<_>>());
            assert_eq!(replica.revision, 8);
        }
        let hello = "4000 anna: ToAll(Text(\"hello\"))";
        let hi = "6000 boris: ToAll(Text(\"hi\"))";
        assert_eq!(heard[2], ["+anna 384", hello, "+boris 768", hi, "-anna true"]);
        assert!(heard.iter().all(|other| *other == heard[2]), "{heard:?}");
    }

    #[test]
    fn what_is_said_to_a_session_is_not_for_whoever_has_its_name_next() {
        let mut replica = replica("a.1");
        replica.take(&put("chat/name/anna", &holder("b.1", 7, "anna"), 3, 3));
        let anna = replica.members()[0].clone();
        assert_eq!(replica.partner(anna.joined).map(|partner| partner.id), Some(anna.id));
        replica.take(&Change::Deleted("chat/name/anna".into(), 4));
        replica.take(&put("chat/name/anna", &holder("b.1", 8, "anna"), 5, 5));
        assert!(replica.partner(anna.joined).is_none());
        assert_eq!(replica.members().len(), 1);
    }

    #[test]
    fn its_own_key_is_its_life() {
        let mut replica = replica("a.1");
        let beat = replica.take(&put("chat/pub/a.1", "", 2, 3));
        assert_eq!(told(&replica, &beat), ["beat"]);
        assert!(replica.take(&put("chat/pub/b.1", "", 2, 4)).is_empty());
        assert!(!replica.is_its_end(&Change::Deleted("chat/pub/b.1".into(), 5)));
        assert!(replica.is_its_end(&Change::Deleted("chat/pub/a.1".into(), 6)));
    }

    #[test]
    fn a_gap_is_made_good_as_far_as_names_go() {
        let mut replica = replica("a.1");
        for (name, created) in [("anna", 3), ("boris", 4), ("vera", 5)] {
            replica.take(&put(
                &format!("chat/name/{name}"),
                &holder("b.1", created, name),
                created as i64,
                created as i64,
            ));
        }
        let now = [
            pair("chat/name/anna", &holder("b.1", 3, "anna"), 3, 3),
            pair("chat/name/boris", &holder("b.1", 9, "boris"), 9, 9),
            pair("chat/name/gleb", &holder("b.1", 8, "gleb"), 8, 8),
        ];
        let happened = replica.catch_up(10, &now);
        let mut told = told(&replica, &happened);
        told.sort();
        assert_eq!(told, ["+boris 1152", "+gleb 1024", "-boris false", "-vera false"]);
        assert_eq!((replica.revision, replica.members().len()), (10, 3));
    }
}
