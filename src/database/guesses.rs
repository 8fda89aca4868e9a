//! Feature database: how fast passwords may be guessed. Pure arithmetic on instants; touches nothing.
//!
//! A guess is counted when it is admitted, before anybody knows whether it is right: were it counted after that, all
//! that come at once would be first ones. A right one gets back what its turn took. Two schedules hold at once, both of
//! one nickname, so that whoever guesses at one keeps nobody out of another:
//!
//! - for each network the pause between two guesses doubles, up to `PASSWORD_PAUSE_MAX`;
//! - for all networks together there are `PASSWORD_BURST` guesses, and then one in `PASSWORD_INTERVAL`.
//!
//! Of those who wait for a turn the newest is the next. Whoever guesses on and on waits already when the owner comes: in a
//! line the owner would stand behind. A few may wait though others are before them, and longer than a login may take: who
//! is sent away comes back as the newest. The rest of a crowd loses its places at once.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use crate::limits::{
    PASSWORD_BURST, PASSWORD_FORGIVEN, PASSWORD_INTERVAL, PASSWORD_NICKNAMES, PASSWORD_PATIENCE, PASSWORD_PAUSE,
    PASSWORD_PAUSE_MAX, PASSWORD_WAITING, PASSWORD_WAITING_IN_ALL,
};

/// The guesses at all nicknames. Its size is bounded, and no nickname that is being guessed at is forgotten.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    nicknames: HashMap<String, Nickname>,
    /// How many have come; it tells the newer from the older.
    tickets: u64,
}

/// The guesses at one nickname.
#[derive(Debug)]
struct Nickname {
    /// When the guesses so far are paid for, at one in `PASSWORD_INTERVAL`.
    paid: Instant,
    networks: HashMap<IpAddr, Network>,
    /// Who waits for a turn, the newest last.
    waiting: Vec<(u64, IpAddr)>,
}

/// The guesses at one nickname from one network.
#[derive(Debug, Clone, Copy)]
struct Network {
    wrong: u32,
    /// Nothing is judged before this.
    next: Instant,
}

/// One guess, from when it comes until it is judged.
#[derive(Debug)]
pub(super) struct Ticket {
    number: u64,
    nickname: String,
    network: IpAddr,
    /// It does not wait longer than this.
    pub(super) gives_up: Instant,
    /// What its turn took: the network's `next`, from and to.
    took: Option<(Instant, Instant)>,
}

/// How a guess stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is counted, and may be judged.
    Now,
    /// It waits, at least so long.
    In(Duration),
    /// Its turn would come too late: it waits no more.
    TooLate,
}

impl Guesses {
    /// A guess at the nickname with this key comes from `address`.
    pub(super) fn enter(&mut self, key: String, address: IpAddr, now: Instant) -> Ticket {
        if self.nicknames.len() >= PASSWORD_NICKNAMES && !self.nicknames.contains_key(&key) {
            self.nicknames.retain(|_, nickname| !nickname.is_forgotten(now));
        }
        let is_full = self.nicknames.len() >= PASSWORD_NICKNAMES && !self.nicknames.contains_key(&key);
        // Beyond the bound they share a schedule, which no nickname has for a key: too slow rather than too fast.
        let nickname = if is_full { String::new() } else { key };
        let (network, gives_up) = (network(address), now + PASSWORD_PATIENCE);
        let ticket = Ticket { number: self.tickets, nickname, network, gives_up, took: None };
        self.tickets += 1;
        let fresh = || Nickname { paid: now, networks: HashMap::new(), waiting: Vec::new() };
        let nickname = self.nicknames.entry(ticket.nickname.clone()).or_insert_with(fresh);
        nickname.networks.retain(|_, network| !network.is_forgiven(now));
        nickname.waiting.push((ticket.number, ticket.network));
        ticket
    }

    /// Whether it is this guess's turn. Beyond the few that may wait, one whose turn would come after `until` does not.
    pub(super) fn turn(&mut self, ticket: &mut Ticket, now: Instant, until: Instant) -> Turn {
        let Some(nickname) = self.nicknames.get_mut(&ticket.nickname) else { return Turn::TooLate };
        let Some(place) = nickname.waiting.iter().position(|(number, _)| *number == ticket.number) else {
            return Turn::TooLate;
        };
        let is_among_the_newest = nickname.newer(place, ticket.network) < PASSWORD_WAITING
            && nickname.waiting.len() - place <= PASSWORD_WAITING_IN_ALL;
        let turn = nickname.turn_of(place, ticket.network, now);
        let may_wait = turn <= until || is_among_the_newest && now < ticket.gives_up;
        if turn > now && may_wait {
            return Turn::In(turn - now);
        }
        nickname.waiting.remove(place);
        if !may_wait {
            return Turn::TooLate;
        }
        ticket.took = Some(nickname.takes(ticket.network, now));
        Turn::Now
    }

    /// A guess that was admitted is right: it gives back what its turn took, and nothing of what others took.
    pub(super) fn was_right(&mut self, ticket: &mut Ticket) {
        let (Some((from, to)), Some(nickname)) = (ticket.took.take(), self.nicknames.get_mut(&ticket.nickname)) else {
            return;
        };
        nickname.paid = nickname.paid.checked_sub(PASSWORD_INTERVAL).unwrap_or(nickname.paid);
        if let Some(network) = nickname.networks.get_mut(&ticket.network) {
            network.wrong = network.wrong.saturating_sub(1);
            if network.next == to {
                network.next = from;
            }
        }
    }

    /// Nobody waits for this guess any more. It took no turn, so there is nothing to give back.
    pub(super) fn leaves(&mut self, ticket: &Ticket) {
        if let Some(nickname) = self.nicknames.get_mut(&ticket.nickname) {
            nickname.waiting.retain(|(number, _)| *number != ticket.number);
        }
    }
}

impl Nickname {
    /// How many of its network came after the one at `place`.
    fn newer(&self, place: usize, network: IpAddr) -> usize {
        let newer = self.waiting.get(place + 1..).unwrap_or_default();
        newer.iter().filter(|(_, other)| *other == network).count()
    }

    /// When the one at `place` is judged, if nobody else comes: after those who came after it.
    fn turn_of(&self, place: usize, network: IpAddr, now: Instant) -> Instant {
        let newer = self.waiting.get(place + 1..).unwrap_or_default();
        let known = self.networks.get(&network);
        let (mut turn, mut wrong) = known.map_or((now, 0), |known| (known.next.max(now), known.wrong));
        for _ in 0..self.newer(place, network) {
            wrong += 1;
            turn += pause(wrong);
        }
        let are_ready = |other: IpAddr| self.networks.get(&other).is_none_or(|known| known.next <= now);
        let others = newer.iter().filter(|(_, other)| *other != network && are_ready(*other)).count();
        let others = u32::try_from(others).unwrap_or(u32::MAX);
        let paid = self.paid.max(now) + PASSWORD_INTERVAL.saturating_mul(others);
        turn.max(paid.checked_sub(PASSWORD_INTERVAL * (PASSWORD_BURST - 1)).unwrap_or(now))
    }

    /// Counts one guess. Gives the network's `next`, from and to.
    fn takes(&mut self, network: IpAddr, now: Instant) -> (Instant, Instant) {
        self.paid = self.paid.max(now) + PASSWORD_INTERVAL;
        let network = self.networks.entry(network).or_insert(Network { wrong: 0, next: now });
        let from = network.next;
        network.wrong = network.wrong.saturating_add(1);
        network.next = now + pause(network.wrong);
        (from, network.next)
    }

    fn is_forgotten(&self, now: Instant) -> bool {
        self.waiting.is_empty() && self.paid <= now && self.networks.values().all(|network| network.is_forgiven(now))
    }
}

impl Network {
    fn is_forgiven(self, now: Instant) -> bool {
        now > self.next + PASSWORD_FORGIVEN
    }
}

fn pause(wrong: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(wrong.saturating_sub(1));
    PASSWORD_PAUSE.saturating_mul(doubled).min(PASSWORD_PAUSE_MAX)
}

/// Whose an address is, as far as that can be told: of IPv6 everyone has 2^64 of them, all of one network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    /// As long as a login has.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn host(number: usize) -> IpAddr {
        Ipv4Addr::from(u32::try_from(number).expect("it is small")).into()
    }

    /// Somebody who waits.
    struct Waits {
        ticket: Ticket,
        until: Instant,
    }

    fn comes(guesses: &mut Guesses, nickname: &str, from: IpAddr, now: Instant) -> Waits {
        Waits { ticket: guesses.enter(nickname.into(), from, now), until: now + PATIENCE }
    }

    /// How many of those who wait are judged in this moment. Who would wait too long goes.
    fn judged(guesses: &mut Guesses, waiting: &mut Vec<Waits>, now: Instant) -> usize {
        let mut count = 0;
        waiting.retain_mut(|waits| match guesses.turn(&mut waits.ticket, now, waits.until) {
            Turn::In(_) => true,
            Turn::TooLate => false,
            Turn::Now => {
                count += 1;
                false
            }
        });
        count
    }

    #[test]
    fn nine_hundred_first_guesses_that_come_at_once_are_not_all_free() {
        let (mut guesses, start) = (Guesses::default(), Instant::now());
        let mut waiting: Vec<Waits> = (0..900).map(|_| comes(&mut guesses, "anna", host(1), start)).collect();
        let count: usize = (0..=300).map(|tick| judged(&mut guesses, &mut waiting, start + SECOND / 4 * tick)).sum();
        assert!((5..=7).contains(&count), "0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s: {count} were judged in 75 s");
    }

    #[test]
    fn ten_a_minute_are_judged_for_one_nickname_wherever_they_come_from() {
        let (mut guesses, start) = (Guesses::default(), Instant::now());
        let (mut waiting, mut at) = (Vec::new(), Vec::new());
        for second in 0..300 {
            let now = start + SECOND * second;
            let number = usize::try_from(second).expect("it is small");
            waiting.extend((0..5).map(|one| comes(&mut guesses, "anna", host(5 * number + one), now)));
            at.extend((0..judged(&mut guesses, &mut waiting, now)).map(|_| second));
        }
        let of_minute = |from: &u32| at.iter().filter(|second| (*from..from + 60).contains(second)).count();
        assert!((9..=10).contains(&at.iter().map(of_minute).max().expect("some are judged")), "{at:?}");
        assert!(at.len() >= 25, "and they are judged: {at:?}");
        let networks: usize = guesses.nicknames.values().map(|nickname| nickname.networks.len()).sum();
        assert_eq!(networks, at.len(), "only of those who were judged anything is remembered");
    }

    #[test]
    fn who_guesses_at_one_nickname_keeps_nobody_out_of_another() {
        let (mut guesses, start) = (Guesses::default(), Instant::now());
        for second in 0..100 {
            let now = start + SECOND * second;
            let mut crowd = (0..20).map(|_| comes(&mut guesses, "anna", host(1), now)).collect();
            judged(&mut guesses, &mut crowd, now);
            let mut boris = comes(&mut guesses, "boris", host(1), now);
            assert_eq!(guesses.turn(&mut boris.ticket, now, boris.until), Turn::Now);
            guesses.was_right(&mut boris.ticket);
        }
    }

    #[test]
    fn the_owner_comes_after_a_crowd_and_is_next() {
        let (mut guesses, start) = (Guesses::default(), Instant::now());
        for wrong in 0..10 {
            let mut one = vec![comes(&mut guesses, "anna", host(1), start + PASSWORD_PAUSE_MAX * wrong)];
            judged(&mut guesses, &mut one, start + PASSWORD_PAUSE_MAX * wrong);
        }
        let now = start + PASSWORD_PAUSE_MAX * 9 + SECOND;
        let mut crowd: Vec<Waits> = (0..10).map(|_| comes(&mut guesses, "anna", host(1), now)).collect();
        let mut owner = comes(&mut guesses, "anna", host(1), now + SECOND);
        let wait = PASSWORD_PAUSE_MAX - 2 * SECOND;
        assert_eq!(guesses.turn(&mut owner.ticket, now + SECOND, owner.until), Turn::In(wait));
        assert_eq!(judged(&mut guesses, &mut crowd, now + SECOND), 0);
        assert_eq!(judged(&mut guesses, &mut crowd, now + SECOND + wait), 0, "they stand behind the owner");
        assert_eq!(guesses.turn(&mut owner.ticket, now + SECOND + wait, owner.until), Turn::Now);
    }

    #[test]
    fn two_who_guess_on_and_on_do_not_keep_the_owner_waiting_longer_than_the_pause() {
        for comes_at in (0..500).step_by(7) {
            let (mut guesses, start) = (Guesses::default(), Instant::now());
            let (mut crowd, mut owner) = (Vec::new(), None);
            for second in 0.. {
                let now = start + SECOND * second;
                judged(&mut guesses, &mut crowd, now);
                while crowd.len() < 2 {
                    crowd.push(comes(&mut guesses, "anna", host(1), now)); // each comes again at once
                }
                if second == comes_at {
                    owner = Some(comes(&mut guesses, "anna", host(1), now));
                }
                match owner.as_mut().map(|owner| guesses.turn(&mut owner.ticket, now, owner.until)) {
                    Some(Turn::TooLate) => panic!("the owner, who came in second {comes_at}, is sent away"),
                    Some(Turn::Now) => break,
                    Some(Turn::In(_)) | None => {}
                }
                assert!(
                    SECOND * second <= SECOND * comes_at + PASSWORD_PAUSE_MAX,
                    "who came in second {comes_at} waits"
                );
            }
        }
    }

    #[test]
    fn a_right_one_gives_back_its_own_turn_and_who_gives_up_gives_back_none() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let mut anna = comes(&mut guesses, "anna", host(1), now);
        assert_eq!(guesses.turn(&mut anna.ticket, now, anna.until), Turn::Now);
        let mut second = comes(&mut guesses, "anna", host(1), now);
        assert_eq!(guesses.turn(&mut second.ticket, now, second.until), Turn::In(PASSWORD_PAUSE), "not free");
        guesses.leaves(&second.ticket);
        let mut third = comes(&mut guesses, "anna", host(1), now);
        assert_eq!(
            guesses.turn(&mut third.ticket, now, third.until),
            Turn::In(PASSWORD_PAUSE),
            "nothing was given back"
        );
        guesses.was_right(&mut anna.ticket);
        guesses.was_right(&mut anna.ticket);
        assert_eq!(guesses.turn(&mut third.ticket, now, third.until), Turn::Now);
        let mut fourth = comes(&mut guesses, "anna", host(1), now);
        assert_eq!(guesses.turn(&mut fourth.ticket, now, fourth.until), Turn::In(PASSWORD_PAUSE), "one wrong, not two");
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_and_time_forgives() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let mut first = comes(&mut guesses, "anna", address("2001:db8:1:2::1"), now);
        assert_eq!(guesses.turn(&mut first.ticket, now, first.until), Turn::Now);
        for (other, turn) in [
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", Turn::In(PASSWORD_PAUSE)),
            ("2001:db8:1:3::1", Turn::Now),
            ("192.0.2.1", Turn::Now),
            ("::ffff:192.0.2.1", Turn::In(PASSWORD_PAUSE)),
        ] {
            let mut waits = comes(&mut guesses, "anna", address(other), now);
            assert_eq!(guesses.turn(&mut waits.ticket, now, waits.until), turn, "{other}");
            guesses.leaves(&waits.ticket);
        }
        let later = now + PASSWORD_PAUSE + PASSWORD_FORGIVEN + SECOND;
        let mut waits = comes(&mut guesses, "anna", address("2001:db8:1:2::1"), later);
        assert_eq!(guesses.turn(&mut waits.ticket, later, waits.until), Turn::Now);
    }

    #[test]
    fn a_nickname_that_is_guessed_at_is_not_forgotten_though_the_memory_is_full() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        for number in 0..PASSWORD_NICKNAMES + 100 {
            let mut one = comes(&mut guesses, &format!("anna{number}"), host(number), now);
            guesses.turn(&mut one.ticket, now, one.until);
            guesses.leaves(&one.ticket);
        }
        assert_eq!(guesses.nicknames.len(), PASSWORD_NICKNAMES + 1, "one more for all that have no room");
        let mut hot = comes(&mut guesses, "anna0", host(0), now);
        assert_eq!(guesses.turn(&mut hot.ticket, now, hot.until), Turn::In(PASSWORD_PAUSE));
        let later = now + PASSWORD_INTERVAL * 200 + PASSWORD_FORGIVEN;
        comes(&mut guesses, "boris", host(0), later);
        assert_eq!(guesses.nicknames.len(), 2, "who waits, and who has come: what is forgiven makes room");
    }
}
