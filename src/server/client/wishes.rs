//! Comfort: what a user wishes to see, and to be: `IGNORE` and `AWAY`. Touches its own `Client` and the queue; what comes of
//! a wish is the delivery thread's affair, in `server/room/wishes.rs`.

use super::Client;
use crate::limits::IGNORED;
use crate::protocol::{self, not_sent};
use crate::server::parcel::Parcel;
use crate::server::robust::leave::Leave;
use crate::text::{Nickname, Text};

/// What one client wishes, as its own thread knows it. It ends with the session.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    ignored: Vec<Nickname>,
    is_away: bool,
}

impl Wishes {
    /// Whether a line that was said before is to be shown: it is nobody's who is ignored.
    #[cfg(feature = "database")]
    pub(crate) fn show(&self, line: &str) -> bool {
        let is_from = |nickname: &Nickname| protocol::said_by(line, |from| nickname.key() == from.key());
        !self.ignored.iter().any(is_from)
    }
}

/// `IGNORE boris`: from now on what boris writes is not shown here. `IGNORE` lists.
pub(in crate::server) fn ignore(client: &mut Client, name: &str) -> Result<(), Leave> {
    if name.is_empty() {
        return client.send(list(&client.wishes.ignored));
    }
    let nickname = match Nickname::parse(name) {
        Ok(nickname) => nickname,
        Err(refusal) => return client.send(protocol::refused(&refusal)),
    };
    if Nickname::parse(&client.name).is_ok_and(|own| own.key() == nickname.key()) {
        return client.send(not_sent("that is you; IGNORE hides what somebody else writes"));
    }
    let ignored = &mut client.wishes.ignored;
    if ignored.iter().any(|other| other.key() == nickname.key()) {
        return client.send(not_sent(&format!("{nickname} is ignored already; UNIGNORE {nickname} ends it")));
    }
    if ignored.len() >= IGNORED {
        return client.send(not_sent(&format!("{IGNORED} are ignored already; UNIGNORE one of them first")));
    }
    ignored.push(nickname.clone());
    let is_here = client.shared.registry.find(&nickname).is_some();
    client.delivery().post(Parcel::Ignores { id: client.id, nickname: nickname.clone(), ignores: true })?;
    client.send(match is_here {
        true => format!("What {nickname} writes is not shown to you any more; UNIGNORE {nickname} ends that"),
        false => format!(
            "Nobody is called {nickname} now; whoever will be is not shown to you; UNIGNORE {nickname} ends that"
        ),
    })
}

/// `UNIGNORE boris`: from now on it is shown again.
pub(in crate::server) fn unignore(client: &mut Client, name: &str) -> Result<(), Leave> {
    let folded = name.to_lowercase();
    let ignored = &mut client.wishes.ignored;
    let Some(at) = ignored.iter().position(|nickname| nickname.folded() == folded) else {
        return client.send(match name {
            "" => not_sent("whom? UNIGNORE boris; IGNORE lists whom you ignore"),
            name => not_sent(&format!("you do not ignore {name}; IGNORE lists whom you do")),
        });
    };
    let nickname = ignored.remove(at);
    client.delivery().post(Parcel::Ignores { id: client.id, nickname: nickname.clone(), ignores: false })?;
    client.send(format!("What {nickname} writes is shown to you again"))
}

/// `AWAY text`: whoever writes to this client alone is told so, once. `AWAY`: back.
pub(in crate::server) fn away(client: &mut Client, text: Text) -> Result<(), Leave> {
    let is_back = text.is_blank();
    // The text goes to others.
    if !is_back && !client.may_write()? {
        return Ok(());
    }
    let was_away = std::mem::replace(&mut client.wishes.is_away, !is_back);
    client.delivery().post(Parcel::IsAway(client.id, (!is_back).then_some(text)))?;
    client.send(match (is_back, was_away) {
        (false, _) => "You are away: whoever writes to you alone is told so, once. AWAY alone: you are back",
        (true, true) => "You are back",
        (true, false) => "You are not away; AWAY and a text says that you are",
    })
}

fn list(ignored: &[Nickname]) -> String {
    match ignored {
        [] => "You ignore nobody; IGNORE boris hides what boris writes".into(),
        ignored => {
            let names = ignored.iter().map(Nickname::as_str).collect::<Vec<_>>().join(", ");
            format!("You ignore: {names}")
        }
    }
}
