//! Test: a model of the delivery thread's pure parts, for tests alone: the room and the backlogs, driven in many orders
//! by a seeded scheduler, beside a second, simpler account of what everyone must have been written.
//!
//! The account knows no batches, no sockets and no lateness: a parcel means lines, at once. The room and the backlogs
//! have all three. However the steps fall, each client must get just the account's bytes, or, if it was cut, a beginning
//! of them.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use self::modelled::{Modelled, Stands};
use super::parcel::{Message, MessageNumber, Parcel, Partner};
use super::robust::backlog::Backlog;
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use super::room::Room;
use crate::limits::LINGER;
use crate::protocol;
use crate::text::{Nickname, Text};
use crate::wire::Framing;

mod modelled;

const SCHEDULES: u64 = 10_000;
const STEPS: usize = 120;
const CLIENTS: usize = 6;
const NAMES: [&str; 3] = ["anna", "boris", "vera"];
const STOP: &str = "the server stops";

/// Random numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }
}

struct Model {
    room: Room,
    clients: Vec<Modelled>,
    dice: Dice,
    said: u64,
    stopped: bool,
}

impl Model {
    /// One step of somebody: a session, the delivery thread, a socket, or a late thread.
    fn step(&mut self) {
        let who = self.dice.below(CLIENTS);
        match self.dice.below(10) {
            0 => self.flush(),
            1 => self.clients[who].space += self.dice.below(300),
            2 => self.clients[who].catches_up(),
            3 if self.dice.below(10) == 0 => self.clients[who].connection.backlog.lock().cut_off(Leave::TooLate),
            _ => self.session_step(who),
        }
    }

    /// The session's next parcel. After the stop it may still say what it was about to say: nobody hears of it.
    fn session_step(&mut self, who: usize) {
        let id = self.clients[who].connection.id;
        match (self.clients[who].stands, self.dice.below(8)) {
            (Stands::Away, _) => {
                self.room.take(Parcel::Connected(Arc::clone(&self.clients[who].connection)));
                self.clients[who].stands = Stands::Connected;
                if self.stopped {
                    self.closes(who, None);
                }
            }
            (Stands::Connected, 0..=5) => self.joins(who),
            (Stands::Named, 0..=5) => {
                self.room.take(Parcel::Listens(id));
                self.hears(who, protocol::IN_GROUP);
                self.clients[who].stands = Stands::InGroup;
            }
            (Stands::InGroup, 0) => {
                self.room.take(Parcel::ListensNoMore(id));
                self.clients[who].stands = Stands::Named;
            }
            (Stands::InGroup, 1..=5) => self.says_to_all(who),
            (Stands::Named | Stands::InGroup, 6) => self.says_in_private(who),
            (Stands::Gone, _) => {}
            _ => self.leaves(who),
        }
    }

    fn joins(&mut self, who: usize) {
        let wanted = NAMES[self.dice.below(NAMES.len())];
        // The registry's part: a name is one session's at a time.
        if self.clients.iter().any(|client| client.name.as_ref().is_some_and(|name| name.as_str() == wanted)) {
            return;
        }
        let nickname = Nickname::parse(wanted).expect("a nickname");
        let id = self.clients[who].connection.id;
        // The number of joining only orders the lists: any that no other session has will do.
        self.room.take(Parcel::Joined { id, nickname: nickname.clone(), joined: id.0 });
        self.group_hears(&protocol::joined(&nickname));
        self.clients[who].name = Some(nickname);
        self.clients[who].stands = Stands::Named;
    }

    fn says_to_all(&mut self, who: usize) {
        let message = self.message(who);
        if let Some(name) = &self.clients[who].name {
            let line = protocol::broadcast(name.as_str(), message.text.as_str());
            self.group_hears(&line);
        }
        self.room.take(Parcel::ToAll(self.clients[who].connection.id, message));
    }

    fn says_in_private(&mut self, who: usize) {
        let to = self.dice.below(CLIENTS);
        let (Some(from), Some(nickname)) = (self.clients[who].name.clone(), self.clients[to].name.clone()) else {
            return;
        };
        let message = self.message(who);
        let text = message.text.as_str().to_owned();
        let is_cut = self.clients[to].connection.why_cut().is_some();
        let (arrived, answer) = crossbeam_channel::bounded(1);
        let partner = Partner { id: self.clients[to].connection.id, nickname: nickname.clone() };
        self.room.take(Parcel::Private { from: self.clients[who].connection.id, to: partner, message, arrived });
        if is_cut {
            self.hears(who, &protocol::not_delivered(&format!("{nickname} has left")));
        } else {
            self.hears(to, &protocol::private(&from, &text));
            self.hears(who, &protocol::private_receipt(&nickname, &text));
        }
        assert_eq!(answer.try_recv().ok(), (!self.stopped).then_some(!is_cut), "the sender is told whether it arrived");
    }

    fn leaves(&mut self, who: usize) {
        let id = self.clients[who].connection.id;
        if let Some(name) = self.clients[who].name.take() {
            // As `Seat::delete`: the parcel first, then the name.
            self.room.take(Parcel::Left { id, joined: id.0, notice: None });
            self.clients[who].stands = Stands::Connected;
            self.group_hears(&protocol::left(&name, None));
        }
        self.room.take(Parcel::Close(id, None));
        self.closes(who, None);
        self.clients[who].stands = Stands::Gone;
    }

    fn stops(&mut self) {
        self.room.take(Parcel::Stop(STOP.into()));
        for who in 0..CLIENTS {
            self.closes(who, Some(STOP));
        }
        self.stopped = true;
    }

    fn message(&mut self, who: usize) -> Message {
        self.said += 1;
        let text = format!("{} {}", self.said, "x".repeat(self.dice.below(60)));
        let number = MessageNumber { from: self.clients[who].connection.id, count: self.said };
        Message { number, text: Text::parse(text.into_bytes()).expect("plain text"), place: None }
    }

    fn hears(&mut self, who: usize, line: &str) {
        if !self.stopped {
            self.clients[who].says(line);
        }
    }

    fn group_hears(&mut self, line: &str) {
        for who in 0..CLIENTS {
            if self.clients[who].stands == Stands::InGroup {
                self.hears(who, line);
            }
        }
    }

    fn closes(&mut self, who: usize, reason: Option<&str>) {
        let client = &mut self.clients[who];
        if let Some(reason) = reason {
            client.says(reason);
        }
        client.says(protocol::DISCONNECTED);
        client.closed |= client.stands != Stands::Away;
    }

    fn flush(&mut self) {
        let clients = &mut self.clients;
        self.room.flush(|connection, bytes, closing| {
            let client = clients.iter_mut().find(|client| client.connection.id == connection.id);
            client.expect("one of ours").delivered(bytes, closing);
        });
    }

    /// Everyone reads on; then the account is drawn.
    fn ends(&mut self, seed: u64) {
        self.flush();
        for client in &mut self.clients {
            client.space = usize::MAX;
            client.catches_up();
            let (written, account) = (String::from_utf8_lossy(&client.written), client.account.as_str());
            if client.connection.why_cut().is_some() {
                assert!(account.starts_with(&*written), "seed {seed}, cut:\n{written}\nis no beginning of\n{account}");
            } else {
                assert_eq!(written, account, "seed {seed}");
                assert_eq!(client.shut, client.closed, "seed {seed}: the goodbye is the end");
            }
        }
    }
}

/// Somebody to connect to, who never accepts.
fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port")
}

/// Connections whose sockets nobody uses: the model has its own.
fn connections(listener: &TcpListener) -> Vec<Arc<Connection>> {
    let address: SocketAddr = listener.local_addr().expect("it is bound");
    let connection = |id| {
        let stream = TcpStream::connect(address).expect("it listens");
        Arc::new(Connection::new(ClientId(id), stream, address, Framing::Lines))
    };
    (0..CLIENTS as u64).map(connection).collect()
}

#[test]
fn in_ten_thousand_schedules_everyone_gets_what_was_meant_for_them_and_in_order() {
    let listener = listener();
    let connections = connections(&listener);
    for seed in 1..=SCHEDULES {
        let clients = connections.iter().map(|connection| {
            *connection.backlog.lock() = Backlog::default();
            let (connection, stands) = (Arc::clone(connection), Stands::Away);
            let (written, account) = (Vec::new(), String::new());
            Modelled { connection, stands, name: None, space: 100, written, shut: false, account, closed: false }
        });
        let (clients, dice) = (clients.collect(), Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let mut model = Model { room: Room::default(), clients, dice, said: 0, stopped: false };
        let stop = model.dice.below(2 * STEPS);
        for step in 0..STEPS {
            if step == stop {
                model.stops();
            }
            model.step();
        }
        model.ends(seed);
    }
}

#[test]
fn at_the_stop_a_connection_is_ended_when_its_goodbye_has_been_out_for_its_second() {
    let mut room = Room::default();
    let listener = listener();
    let connections = connections(&listener);
    for connection in &connections {
        connection.stream().set_nonblocking(true).expect("a socket takes this option");
        room.take(Parcel::Connected(Arc::clone(connection)));
    }
    room.take(Parcel::Stop(STOP.into()));
    room.flush(|_, _, _| {});
    let now = Instant::now();
    connections[0].backlog.lock().closed = now.checked_sub(LINGER);
    connections[1].backlog.lock().closed = Some(now);
    room.let_go();
    let has_ended = |connection: &Arc<Connection>| (&*connection.stream()).read(&mut [0]).is_ok_and(|count| count == 0);
    let ended: Vec<bool> = connections.iter().map(has_ended).collect();
    assert_eq!(ended, [true, false, false, false, false, false]);
}
