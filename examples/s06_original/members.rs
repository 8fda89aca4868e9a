//! Steps 6 to 10 of the ladder: who is here, under the one lock: the original's two dicts and two lists in one map. Whatever
//! is decided by who is here is decided and said in one step under it. How a line is sent, `super` knows.

use std::collections::HashMap;
use std::sync::Arc;

use chatroom::protocol;
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Text};

use super::{Chat, Client, Connection, lock};

/// Who is here, by the key of the nickname: names that look alike have one key.
pub(crate) type Members = HashMap<String, Member>;

/// One session under its nickname. Who takes the name later is somebody else.
#[derive(Clone)]
pub(crate) struct Partner {
    pub(crate) nickname: Nickname,
    pub(crate) connection: Arc<Connection>,
}

/// Somebody who is in the chat.
pub(crate) struct Member {
    pub(crate) who: Partner,
    /// The order of joining.
    joined: u64,
    talks_to: Option<Partner>,
}

impl Partner {
    fn is(&self, other: &Arc<Connection>) -> bool {
        Arc::ptr_eq(&self.connection, other)
    }

    fn is_here(&self, members: &Members) -> bool {
        members.get(&self.nickname.key()).is_some_and(|member| member.who.is(&self.connection))
    }
}

/// Takes a nickname, and tells the room; or says which one is free. Check and take are one step.
pub(crate) fn register(client: &mut Client, nickname: &Nickname) -> Result<(), Nickname> {
    let mut members = lock(&client.chat);
    let is_taken = |name: &Nickname| members.contains_key(&name.key());
    if is_taken(nickname) {
        let mut others = (2..).map(|number| nickname.numbered(number));
        return Err(others.find(|name| !is_taken(name)).expect("numbers do not end"));
    }
    let joined = members.values().map(|member| member.joined + 1).max().unwrap_or_default();
    let who = Partner { nickname: nickname.clone(), connection: Arc::clone(&client.connection) };
    client.nickname = Some(nickname.clone());
    client.chat.send(&client.connection, protocol::SUCCESSFULLY);
    client.chat.send_to_broadcast(&members, &protocol::joined(nickname));
    members.insert(nickname.key(), Member { who, joined, talks_to: None });
    Ok(())
}

/// Who is called so; case does not count.
pub(crate) fn find(chat: &Chat, name: &str) -> Option<Partner> {
    let nickname = Nickname::parse(name).ok()?;
    let found = lock(chat).get(&nickname.key()).map(|member| member.who.clone());
    found.filter(|partner| partner.nickname.folded() == nickname.folded())
}

/// Everyone, in order of joining.
pub(crate) fn everyone(chat: &Chat) -> Vec<Partner> {
    let mut all: Vec<(u64, Partner)> = lock(chat).values().map(|member| (member.joined, member.who.clone())).collect();
    all.sort_unstable_by_key(|(joined, _)| *joined);
    all.into_iter().map(|(_, partner)| partner).collect()
}

/// A private chat begins or ends, and the partner is told.
pub(crate) fn talks_to(client: &Client, partner: Option<&Partner>) {
    let mut members = lock(&client.chat);
    let Some(name) = &client.nickname else { return };
    if let Some(partner) = partner.filter(|partner| !partner.is_here(&members)) {
        return client.chat.send(&client.connection, &protocol::partner_has_left(&partner.nickname));
    }
    let Some(member) = members.get_mut(&name.key()) else { return };
    let former = std::mem::replace(&mut member.talks_to, partner.cloned());
    if let Some(partner) = partner {
        let told = format!("{name} writes to you alone; answer with /tell {name} and your text");
        client.chat.send(&partner.connection, &told);
    } else if let Some(former) = former {
        let told = format!("{name} no longer writes to you alone; what you write to {name} still arrives");
        client.chat.send(&former.connection, &told);
    }
}

/// Goes into the group, or out of it.
pub(crate) fn listens(client: &Client, listens: bool) {
    let _members = lock(&client.chat);
    client.chat.listens(&client.connection, listens);
}

/// A message to all who listen.
pub(crate) fn say(client: &Client, text: &Text) {
    let members = lock(&client.chat);
    if let Some(nickname) = &client.nickname {
        client.chat.send_to_broadcast(&members, &protocol::broadcast(nickname.as_str(), text.as_str()));
    }
}

/// A message to one, and its receipt; or the reason why it reached nobody. True where it did.
pub(crate) fn say_to_one(client: &Client, to: &Partner, text: &Text) -> bool {
    let members = lock(&client.chat);
    let Some(nickname) = &client.nickname else { return false };
    let is_here = to.is_here(&members);
    if is_here {
        client.chat.send(&to.connection, &protocol::private(nickname, text.as_str()));
        client.chat.send(&client.connection, &protocol::private_receipt(&to.nickname, text.as_str()));
    } else {
        let why = protocol::not_delivered(&format!("{} has left", to.nickname));
        client.chat.send(&client.connection, &why);
    }
    is_here
}

/// Forgets a client: the room and its partners are told, and its nickname is free again. All in one step.
pub(crate) fn delete(chat: &Chat, connection: &Arc<Connection>, nickname: &Nickname, leave: Leave) {
    let mut members = lock(chat);
    chat.listens(connection, false);
    let Some(gone) = members.remove(&nickname.key()) else { return };
    chat.send_to_broadcast(&members, &protocol::left(nickname, leave.notice()));
    let mut was_told = false;
    for member in members.values_mut() {
        if member.talks_to.take_if(|partner| partner.is(connection)).is_some() {
            chat.send(&member.who.connection, &protocol::partner_has_left(nickname));
            was_told |= gone.talks_to.as_ref().is_some_and(|partner| partner.is(&member.who.connection));
        }
    }
    if let Some(partner) = gone.talks_to.filter(|partner| !was_told && partner.is_here(&members)) {
        chat.send(&partner.connection, &format!("{nickname}, who wrote to you alone, has left"));
    }
}
