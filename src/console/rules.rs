//! Feature console: what the teacher has forbidden, to whom and until when. Plain state; touches nothing.
//!
//! A **ban** is for an address. A **mute** is for a person, and what is known of a person is a nickname and an address: it
//! holds for whoever has that nickname, and for whoever comes from that address after it was given; those who are there
//! already and have another nickname are other people. From this computer itself everybody comes from one address: there
//! it holds for the next who comes once the muted one has gone, and for nobody else.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::duration::words;
use crate::server::connection::ClientId;
use crate::server::keeper::Present;
use crate::server::motd::Motd;
use crate::server::robust::origin::Origin;
use crate::text::Nickname;

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) mutes: Vec<Mute>,
    pub(super) bans: Vec<Ban>,
    /// Nobody new comes in.
    pub(super) locked: bool,
    /// The blackboard, where it was changed.
    pub(super) motd: Option<Option<Motd>>,
}

/// Somebody who may not write.
#[derive(Debug)]
pub(super) struct Mute {
    pub(super) nickname: Nickname,
    origin: Origin,
    pub(super) until: Instant,
    /// The sessions that it holds for.
    pub(super) sessions: Vec<ClientId>,
}

/// An address that nobody may come from.
#[derive(Debug)]
pub(super) struct Ban {
    pub(super) origin: Origin,
    /// Whose address it was, where it was given for one.
    pub(super) nickname: Option<Nickname>,
    pub(super) until: Instant,
}

impl Mute {
    /// It holds for somebody who is here.
    pub(super) fn is_here(&self) -> bool {
        !self.sessions.is_empty()
    }
}

impl Rules {
    /// Forgets what is over.
    pub(super) fn forget(&mut self, now: Instant) {
        self.mutes.retain(|mute| mute.until > now);
        self.bans.retain(|ban| ban.until > now);
    }

    /// Whether somebody from this address may connect; or why not.
    pub(super) fn admits(&self, address: IpAddr, now: Instant) -> Result<(), String> {
        let origin = Origin::of(address);
        let bans = self.bans.iter().filter(|ban| ban.origin == origin && ban.until > now);
        match bans.map(|ban| ban.until).max() {
            Some(until) => Err(banned(until - now)),
            None => Ok(()),
        }
    }

    /// Whether somebody new may come in; or why not. Who has only lost a connection is not new, and is not asked for.
    pub(super) fn lets_in(&self, address: IpAddr, now: Instant) -> Result<(), String> {
        self.admits(address, now)?;
        if self.locked { Err(LOCKED.into()) } else { Ok(()) }
    }

    /// Mutes somebody who is here.
    pub(super) fn mute(&mut self, who: &Present, nickname: &Nickname, until: Instant) {
        self.mutes.retain(|mute| mute.nickname.key() != nickname.key());
        let (origin, sessions) = (Origin::of(who.address()), vec![who.id()]);
        self.mutes.push(Mute { nickname: nickname.clone(), origin, until, sessions });
    }

    /// Lets a nickname write again. `None`: it was not muted.
    pub(super) fn unmute(&mut self, nickname: &Nickname) -> Option<Mute> {
        let at = self.mutes.iter().position(|mute| mute.nickname.key() == nickname.key())?;
        Some(self.mutes.remove(at))
    }

    /// Somebody has come in. A mute may hold for them: they are told.
    pub(super) fn came(&mut self, who: &Present, now: Instant) -> Option<String> {
        self.forget(now);
        let (nickname, origin) = (who.nickname.as_ref()?, Origin::of(who.address()));
        let is_it = |mute: &&mut Mute| {
            let is_next = mute.origin == origin && (!origin.is_loopback() || mute.sessions.is_empty());
            is_next || mute.nickname.key() == nickname.key()
        };
        let mute = self.mutes.iter_mut().find(is_it)?;
        mute.sessions.push(who.id());
        let left = words(mute.until - now);
        Some(match mute.nickname.key() == nickname.key() {
            true => format!("You are muted for {left} more"),
            false => format!("You are muted for {left} more, since {} is, who came from your address", mute.nickname),
        })
    }

    /// A session has ended.
    pub(super) fn left(&mut self, id: ClientId) {
        self.mutes.iter_mut().for_each(|mute| mute.sessions.retain(|session| *session != id));
    }

    /// Whether this session may write; or why not.
    pub(super) fn may_write(&self, id: ClientId, now: Instant) -> Result<(), String> {
        let muted = self.mutes.iter().filter(|mute| mute.until > now && mute.sessions.contains(&id));
        match muted.map(|mute| mute.until).max() {
            Some(until) => {
                Err(format!("you are muted for {} more; LIST, HELP and QUIT still work", words(until - now)))
            }
            None => Ok(()),
        }
    }

    /// Bans an address, for as long as that.
    pub(super) fn ban(&mut self, origin: Origin, nickname: Option<Nickname>, until: Instant) {
        self.bans.retain(|ban| ban.origin != origin);
        self.bans.push(Ban { origin, nickname, until });
    }

    /// Lets an address in again, or that of a nickname. `None`: it was not banned.
    pub(super) fn unban(&mut self, is_meant: impl Fn(&Ban) -> bool) -> Option<Origin> {
        let at = self.bans.iter().position(is_meant)?;
        Some(self.bans.remove(at).origin)
    }
}

/// What somebody is told who is new where nobody new comes in.
const LOCKED: &str = "the teacher has locked the chat, and nobody new comes in; try again later";

/// What somebody is told who is banned.
pub(super) fn banned(left: Duration) -> String {
    format!("your address is banned for {} more", words(left))
}
