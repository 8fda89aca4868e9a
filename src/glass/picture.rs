//! Feature glass: which line reached whom: a pure function of the events, in order. Nobody tells of each delivery; but
//! who listens, what each parcel came to and how the batch came out say it exactly. The page's `picture.js` does the
//! same for the eye.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::event::{About, Event, Seat, Told, What};
use crate::server::robust::connection::ClientId;

/// A line that a socket has taken, or several that were rendered at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// To whom.
    pub to: ClientId,
    /// What.
    pub line: Arc<Line>,
}

/// What was rendered once, for one or for all who listen.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the event that it comes from.
    pub number: u64,
    /// What the parcel was.
    pub kind: &'static str,
    /// Whom the parcel was about.
    pub from: Option<ClientId>,
    /// Bytes, line ends and all.
    pub bytes: usize,
    /// How many lines.
    pub lines: usize,
    /// The lines themselves, where text is shown.
    pub text: Option<String>,
}

/// Who is where after the events so far.
#[derive(Debug, Default)]
pub struct Picture {
    clients: BTreeMap<ClientId, Client>,
}

#[derive(Debug, Default)]
struct Client {
    nickname: Option<String>,
    listens: bool,
    closing: bool,
    /// Rendered in this batch.
    batch: Vec<Arc<Line>>,
    /// Waits for a late thread; `None` is what waited before the first event.
    backlog: VecDeque<(Option<Arc<Line>>, usize)>,
    /// Bytes that the socket has taken, of what waits or will.
    taken: usize,
}

impl Picture {
    /// The name of a client: its nickname, or else its number.
    pub fn name(&self, id: ClientId) -> String {
        self.clients.get(&id).and_then(|client| client.nickname.clone()).unwrap_or_else(|| id.to_string())
    }

    /// What `event`, which has this number, delivered.
    pub fn add(&mut self, number: u64, event: &Event) -> Vec<Delivery> {
        match &event.what {
            What::Here { seats, .. } => self.here(seats),
            What::Taken { about, told } => self.parcel(number, about, told),
            What::Batch { late, appended, dropped, .. } => return self.batch(late, appended, dropped),
            What::Wrote { id, bytes, .. } => {
                if let Some(client) = self.clients.get_mut(id) {
                    client.taken += bytes;
                    return client.pay(*id);
                }
            }
            What::CaughtUp(id) | What::Cut { id, .. } => {
                if let Some(client) = self.clients.get_mut(id) {
                    client.backlog.clear();
                    client.taken = 0;
                }
                self.forget_who_has_gone();
            }
            What::Posted(_) => {}
        }
        Vec::new()
    }

    fn here(&mut self, seats: &[Seat]) {
        self.clients = seats.iter().map(|seat| (seat.id, Client::of(seat))).collect();
    }

    fn parcel(&mut self, number: u64, about: &About, told: &[Told]) {
        let about_whom = about.id.unwrap_or(ClientId(0));
        match about.kind {
            "connected" => drop(self.clients.insert(about_whom, Client::default())),
            "joined" => self.change(about_whom, |client| client.nickname.clone_from(&about.nickname)),
            "listens" => self.change(about_whom, |client| client.listens = true),
            "listens-no-more" | "left" | "elsewhere" => self.change(about_whom, |client| client.listens = false),
            _ => {}
        }
        for told in told {
            let Told { to, except, bytes, lines, text } = told.clone();
            let line = Arc::new(Line { number, kind: about.kind, from: about.id, bytes, lines, text });
            match to {
                Some(id) => self.change(id, |client| client.batch.push(Arc::clone(&line))),
                None => {
                    let listeners =
                        self.clients.iter_mut().filter(|(id, client)| client.listens && !except.contains(id));
                    listeners.for_each(|(_, client)| client.batch.push(Arc::clone(&line)));
                }
            }
        }
        let closes = |client: &mut Client| (client.listens, client.closing) = (false, true);
        match about.kind {
            "forgets" => drop(self.clients.remove(&about_whom)),
            "close" => self.change(about_whom, closes),
            "stop" => self.clients.values_mut().for_each(closes),
            _ => {}
        }
    }

    fn change(&mut self, id: ClientId, change: impl FnOnce(&mut Client)) {
        if let Some(client) = self.clients.get_mut(&id) {
            change(client);
        }
    }

    fn batch(&mut self, late: &[(ClientId, usize)], appended: &[ClientId], dropped: &[ClientId]) -> Vec<Delivery> {
        let mut delivered = Vec::new();
        for (&id, client) in &mut self.clients {
            let lines = std::mem::take(&mut client.batch);
            let taken = late.iter().find(|(whose, _)| *whose == id).map(|(_, taken)| *taken);
            if taken.is_some() || appended.contains(&id) {
                client.backlog.extend(lines.into_iter().map(|line| (Some(Arc::clone(&line)), line.bytes)));
                client.taken += taken.unwrap_or_default();
                delivered.extend(client.pay(id));
            } else if !dropped.contains(&id) {
                delivered.extend(lines.into_iter().map(|line| Delivery { to: id, line }));
            }
        }
        self.forget_who_has_gone();
        delivered
    }

    fn forget_who_has_gone(&mut self) {
        self.clients.retain(|_, client| !client.closing || !client.backlog.is_empty() || !client.batch.is_empty());
    }
}

impl Client {
    fn of(seat: &Seat) -> Client {
        let backlog = (seat.waiting > 0).then_some((None, seat.waiting));
        let (nickname, listens) = (seat.nickname.clone(), seat.listens);
        Client { nickname, listens, backlog: backlog.into_iter().collect(), ..Client::default() }
    }

    /// What of the backlog is out by now.
    fn pay(&mut self, to: ClientId) -> Vec<Delivery> {
        let mut delivered = Vec::new();
        while let Some((line, bytes)) = self.backlog.pop_front() {
            if bytes > self.taken {
                self.backlog.push_front((line, bytes));
                break;
            }
            self.taken -= bytes;
            delivered.extend(line.map(|line| Delivery { to, line }));
        }
        delivered
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ANNA: ClientId = ClientId(1);
    const BORIS: ClientId = ClientId(2);

    fn event(what: What) -> Event {
        Event { at: Duration::ZERO, thread: "delivery".into(), what, depth: 0 }
    }

    fn seat(id: ClientId) -> Seat {
        Seat { id, nickname: None, listens: true, talks_to: None, late: false, waiting: 0 }
    }

    fn said(bytes: usize) -> Event {
        let told = vec![Told { to: None, except: Vec::new(), bytes, lines: 1, text: None }];
        event(What::Taken { about: About { id: Some(ANNA), ..About::nobodys("to-all") }, told })
    }

    fn batch(late: &[(ClientId, usize)], appended: &[ClientId], dropped: &[ClientId]) -> Event {
        let (late, appended, dropped) = (late.to_vec(), appended.to_vec(), dropped.to_vec());
        event(What::Batch { parcels: 1, sockets: 1, bytes: 0, late, appended, dropped })
    }

    /// Who got a line after each event.
    fn deliveries(events: &[Event]) -> Vec<Vec<(u64, u64)>> {
        let mut picture = Picture::default();
        let add = |(number, event): (usize, &Event)| {
            let delivered = picture.add(number as u64, event);
            delivered.iter().map(|delivery| (delivery.to.0, delivery.line.number)).collect()
        };
        events.iter().enumerate().map(add).collect()
    }

    #[test]
    fn a_late_client_gets_a_line_when_its_socket_has_taken_the_last_byte_of_it() {
        let here = event(What::Here { missed: 0, seats: vec![seat(ANNA), seat(BORIS)] });
        let wrote = |bytes| event(What::Wrote { id: BORIS, bytes, left: 0 });
        let none = Vec::new;
        // The late thread may be quicker than the end of the batch that gave it work: event 5 comes before event 6.
        let events =
            [here, said(10), batch(&[(BORIS, 4)], &[], &[]), wrote(6), said(20), wrote(20), batch(&[], &[BORIS], &[])];
        let expected = [none(), none(), vec![(1, 1)], vec![(2, 1)], none(), none(), vec![(1, 4), (2, 4)]];
        assert_eq!(deliveries(&events), expected);
    }

    #[test]
    fn who_is_cut_gets_nothing_more() {
        let here = event(What::Here { missed: 0, seats: vec![seat(ANNA), seat(BORIS)] });
        let cut = event(What::Cut { id: BORIS, why: "too late".into() });
        let events = [here, said(10), batch(&[(BORIS, 9)], &[], &[]), cut, said(10), batch(&[], &[], &[BORIS])];
        let none = Vec::new;
        assert_eq!(deliveries(&events), [none(), none(), vec![(1, 1)], none(), none(), vec![(1, 4)]]);
    }
}
