//! Feature check: what a check is given: clients of the server under test, as far into the conversation as it needs
//! them. Touches sockets.

use std::cell::{Cell, RefCell};
use std::process;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Settings;
use super::broken::{Broken, Talk, Wanted};
use super::peer::Peer;
use super::target::{NoServer, Server, Target};
use crate::protocol::{ALREADY_USED, IN_GROUP, QUESTION, SUCCESSFULLY, YOUR_NICKNAME};

/// What a server does with the first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaks {
    /// Sends it back: steps 1 to 3.
    Echo,
    /// Has something to say first: a nickname is asked for, from step 4 on.
    Protocol,
}

/// Names that were used up: no client of a run is taken for another's, nor for one of another run's.
static NAMES: AtomicUsize = AtomicUsize::new(0);

pub(super) struct Bench<'a> {
    target: &'a Target,
    server: &'a Server,
    settings: &'a Settings,
    until: Instant,
    speaks: Cell<Option<Speaks>>,
    /// Where what was found out goes.
    found: &'a mut Option<Speaks>,
    talk: Rc<RefCell<Talk>>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        target: &'a Target,
        server: &'a Server,
        settings: &'a Settings,
        until: Instant,
        found: &'a mut Option<Speaks>,
    ) -> Self {
        Bench { target, server, settings, until, speaks: Cell::new(*found), found, talk: Rc::default() }
    }

    /// Runs one check; gives what became of it, and what was said.
    pub(super) fn run(self, check: fn(&Bench<'_>) -> Result<(), Broken>) -> (Result<(), Broken>, Vec<String>) {
        let outcome = check(&self);
        *self.found = self.speaks.get();
        let lines = self.talk.borrow().lines();
        (outcome, lines)
    }

    /// How long an answer may take.
    pub(super) fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// A nickname that nobody has.
    pub(super) fn name(&self, who: &str) -> String {
        let number = NAMES.fetch_add(1, Ordering::Relaxed);
        format!("{who}{}", (process::id() % 1000) * 1000 + u32::try_from(number).unwrap_or_default())
    }

    /// A fresh connection.
    pub(super) fn peer(&self, who: &'static str) -> Result<Peer, Broken> {
        self.peer_of(self.server, who)
    }

    /// A fresh connection to a server of one's own.
    pub(super) fn peer_of(&self, server: &Server, who: &'static str) -> Result<Peer, Broken> {
        Peer::connect(who, server.address, Rc::clone(&self.talk), self.timeout(), self.until)
    }

    /// A second server, of the same command, which the check may stop.
    pub(super) fn another_server(&self) -> Result<Server, NoServer> {
        let left = self.until.saturating_duration_since(Instant::now());
        self.target.start(self.settings.patience.min(left))
    }

    /// Somebody whose lines come back, whatever the server speaks: an echo, or the general chat. Nothing of the protocol is
    /// demanded on the way there: other checks do that.
    pub(super) fn talker(&self, who: &'static str) -> Result<Peer, Broken> {
        let mut peer = self.peer(who)?;
        let name = self.name(who);
        match self.speaks.get() {
            None => self.find_out(&mut peer, &name)?,
            Some(Speaks::Echo) => return Ok(peer),
            Some(Speaks::Protocol) => peer.send(&name)?,
        }
        if self.speaks.get() == Some(Speaks::Protocol) {
            let wanted = Wanted::Said(["an answer to the nickname", "ответ на ник"]);
            peer.skip_until(&wanted, |line| line != YOUR_NICKNAME)?;
            peer.send("2")?;
            // Where a message is what one read gives, `2` and what is said next would be one.
            peer.hear()?;
        }
        Ok(peer)
    }

    /// Who answers with what it was sent is an echo; who says anything else speaks of its own.
    fn find_out(&self, peer: &mut Peer, name: &str) -> Result<(), Broken> {
        peer.send(name)?;
        let is_echo = peer.is_in_first_line(name)?;
        self.speaks.set(Some(if is_echo { Speaks::Echo } else { Speaks::Protocol }));
        if is_echo { peer.expect_text(name) } else { Ok(()) }
    }

    /// Somebody who was asked for the nickname.
    pub(super) fn asked(&self, who: &'static str) -> Result<Peer, Broken> {
        let mut peer = self.peer(who)?;
        peer.expect(YOUR_NICKNAME)?;
        Ok(peer)
    }

    /// Somebody who has just got a nickname.
    pub(super) fn named(&self, who: &'static str) -> Result<(Peer, String), Broken> {
        let (mut peer, name) = (self.asked(who)?, self.name(who));
        peer.send(&name)?;
        peer.expect(SUCCESSFULLY)?;
        Ok((peer, name))
    }

    /// Somebody who is asked where to go.
    pub(super) fn login(&self, who: &'static str) -> Result<(Peer, String), Broken> {
        let (mut peer, name) = self.named(who)?;
        peer.skip_to(QUESTION)?;
        Ok((peer, name))
    }

    /// Somebody in the group.
    pub(super) fn group(&self, who: &'static str) -> Result<(Peer, String), Broken> {
        let (mut peer, name) = self.login(who)?;
        peer.send("2")?;
        peer.skip_to(IN_GROUP)?;
        Ok((peer, name))
    }

    /// Waits until a nickname is free and takes it: whoever had it has left, and the server may not know that yet.
    pub(super) fn take_again(&self, who: &'static str, name: &str) -> Result<Peer, Broken> {
        let (mut peer, begun) = (self.asked(who)?, Instant::now());
        loop {
            peer.send(name)?;
            let wanted = Wanted::Line(SUCCESSFULLY.to_owned());
            let (_, answer) = peer.skip_until(&wanted, |line| line == SUCCESSFULLY || line == ALREADY_USED)?;
            if answer == SUCCESSFULLY {
                return Ok(peer);
            }
            if begun.elapsed() >= self.timeout() {
                return Err(peer.fails(["`Successfully`: its owner has left", "`Successfully`: прежний владелец ушёл"]));
            }
            peer.skip_to(YOUR_NICKNAME)?;
            std::thread::sleep(AGAIN); // nothing tells that somebody else's connection was noticed
        }
    }
}

/// The pause before a nickname is tried again.
const AGAIN: Duration = Duration::from_millis(50);
