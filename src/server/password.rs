//! A password, and how fast one may be guessed. Touches one small lock.
//!
//! # Locks
//! `guesses`: how often each address was wrong. Nothing but counting happens under it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::limits::{PASSWORD_ADDRESSES, PASSWORD_FORGIVEN, PASSWORD_PAUSE, PASSWORD_PAUSE_MAX};

/// A line that was read as a password. It is no `Text`: it cannot be sent, shown or kept, and `{:?}` shows dots.
pub struct Password(Vec<u8>);

impl Password {
    /// The line as it came in.
    pub(crate) fn new(line: Vec<u8>) -> Self {
        Password(line)
    }

    /// For the hash alone.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Nothing was typed.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long it is, as people count.
    pub(super) fn chars(&self) -> usize {
        String::from_utf8_lossy(&self.0).chars().count()
    }

    /// The same was typed twice. Both come from one client, so nothing is learnt from how long this takes.
    pub(super) fn is_same(&self, other: &Password) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// How often each address was wrong, and when the next guess of that address is looked at.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    guesses: Mutex<HashMap<IpAddr, Guess>>,
}

#[derive(Debug, Clone, Copy)]
struct Guess {
    wrong: u32,
    /// No guess is looked at before this.
    next: Instant,
}

impl Guess {
    fn is_forgiven(self, now: Instant) -> bool {
        now > self.next + PASSWORD_FORGIVEN
    }
}

impl Guesses {
    /// How long a guess from `address` waits before it is looked at. Guesses that come at once wait one after the other;
    /// `None` for one whose turn would come after `until`: it takes no turn from the others.
    pub(super) fn wait(&self, address: IpAddr, now: Instant, until: Option<Instant>) -> Option<Duration> {
        let mut guesses = self.guesses.lock();
        let known = guesses.get_mut(&address.to_canonical());
        let Some(guess) = known.filter(|guess| !guess.is_forgiven(now)) else { return Some(Duration::ZERO) };
        let turn = guess.next.max(now);
        if until.is_some_and(|until| turn > until) {
            return None;
        }
        guess.next = turn + pause(guess.wrong);
        Some(turn - now)
    }

    /// Who waited for a turn has gone before it came: nobody behind waits for that any longer.
    pub(super) fn gave_up(&self, address: IpAddr) {
        if let Some(guess) = self.guesses.lock().get_mut(&address.to_canonical()) {
            guess.next = guess.next.checked_sub(pause(guess.wrong)).unwrap_or(guess.next);
        }
    }

    /// A guess from `address` was wrong.
    pub(super) fn was_wrong(&self, address: IpAddr, now: Instant) {
        let (mut guesses, address) = (self.guesses.lock(), address.to_canonical());
        if guesses.len() >= PASSWORD_ADDRESSES && !guesses.contains_key(&address) {
            guesses.retain(|_, guess| !guess.is_forgiven(now));
            if guesses.len() >= PASSWORD_ADDRESSES {
                return; // a crowd that guesses: three at a time, each on a new connection
            }
        }
        let guess = guesses.entry(address).or_insert(Guess { wrong: 0, next: now });
        if guess.is_forgiven(now) {
            guess.wrong = 0;
        }
        guess.wrong += 1;
        guess.next = guess.next.max(now + pause(guess.wrong));
    }
}

fn pause(wrong: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(wrong.saturating_sub(1));
    PASSWORD_PAUSE.saturating_mul(doubled).min(PASSWORD_PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn each_wrong_guess_makes_its_address_wait_longer_and_nobody_else() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        let wait = |address, now| guesses.wait(address, now, None);
        assert_eq!(wait(HERE, now), Some(Duration::ZERO));
        guesses.was_wrong(HERE, now);
        assert_eq!(wait(HERE, now), Some(PASSWORD_PAUSE));
        for _ in 0..20 {
            guesses.was_wrong(HERE, now);
        }
        assert_eq!(wait(HERE, now), Some(PASSWORD_PAUSE_MAX));
        assert_eq!(wait(IpAddr::V4(Ipv4Addr::UNSPECIFIED), now), Some(Duration::ZERO));
        guesses.gave_up(HERE);
        assert_eq!(wait(HERE, now), Some(PASSWORD_PAUSE_MAX), "the turn of who went is the next one's");
        let later = now + PASSWORD_PAUSE_MAX * 2 + PASSWORD_FORGIVEN + Duration::from_secs(1);
        guesses.was_wrong(HERE, later);
        assert_eq!(wait(HERE, later), Some(PASSWORD_PAUSE));
    }

    #[test]
    fn guesses_that_come_at_once_wait_one_after_the_other() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        guesses.was_wrong(HERE, now);
        let until = Some(now + PASSWORD_PAUSE * 2);
        let waits: Vec<_> = (0..3).map(|_| guesses.wait(HERE, now, until)).collect();
        assert_eq!(waits, [Some(PASSWORD_PAUSE), Some(PASSWORD_PAUSE * 2), None], "the third comes too late");
        assert_eq!(guesses.wait(HERE, now, None), Some(PASSWORD_PAUSE * 3), "and took nobody's turn");
    }

    #[test]
    fn an_address_that_is_known_is_counted_though_the_memory_is_full() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        guesses.was_wrong(HERE, now);
        for number in 0..PASSWORD_ADDRESSES {
            let stranger = Ipv4Addr::from(u32::try_from(number).unwrap_or_default());
            guesses.was_wrong(stranger.into(), now);
        }
        guesses.was_wrong(HERE, now);
        assert_eq!(guesses.wait(HERE, now, None), Some(PASSWORD_PAUSE * 2));
    }

    #[test]
    fn a_password_shows_nothing_of_itself() {
        let password = Password::new(b"correct horse".to_vec());
        assert_eq!(format!("{password:?}"), "Password(..)");
        assert_eq!(password.chars(), 13);
    }
}
