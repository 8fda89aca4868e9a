//! Test: the delivery thread alone, with a store of the test's own behind it.

use super::*;
use crate::server::parcel::MessageNumber;
use crate::server::robust::places::Spares;
use crate::server::store::{Event, News};
use crate::text::{Nickname, Text};

const DEADLINE: Duration = Duration::from_secs(30);
/// So many ask while the delivery thread ends, and after that.
const ASKED: usize = 100;

/// Panics at its first commit; closing it takes until the test lets go.
#[derive(Debug)]
struct Breaks(Receiver<()>);

impl Store for Breaks {
    fn hears(&mut self, _event: Event) {}

    fn commit(&mut self) -> Vec<News> {
        crate::server::faults::panics();
        Vec::new()
    }
}

impl Drop for Breaks {
    fn drop(&mut self) {
        self.0.recv_timeout(DEADLINE).unwrap_or_default();
    }
}

#[test]
fn nobody_waits_for_an_answer_of_a_delivery_thread_that_has_gone() {
    let (held, lets_go) = bounded(0);
    let (alive, _ended) = bounded(0);
    let (writer, stop) = (Writer::new(Spares::new(1), alive), Stop::new());
    let (delivery, thread) = Delivery::start(writer, Some(Box::new(Breaks(lets_go))), stop.clone()).expect("a thread");
    let (answers, answered) = bounded(ASKED);
    let (nickname, text) = (Nickname::parse("anna").expect("a nickname"), Text::parse(b"hello".to_vec()));
    let (anna, text) = (Partner { id: ClientId(2), nickname }, text.expect("a text"));
    let client = thread::Builder::new().name("client".into()).spawn(move || {
        let id = ClientId(1);
        delivery.send(id, "hello").expect("the queue is open");
        assert!(stop.wait(DEADLINE), "the delivery thread has broken");
        for count in 0..ASKED as u64 {
            let message = Message { number: MessageNumber { from: id, count }, text: text.clone(), place: None };
            answers.send(delivery.send_private(id, &anna, message)).expect("the test waits for it");
        }
    });
    let client = client.expect("a thread can be started");
    for _ in 0..ASKED {
        assert_eq!(answered.recv_timeout(DEADLINE), Ok(Err(Leave::ServerStops)));
    }
    client.join().expect("it does not panic");
    drop(held);
    assert!(thread.join(true).is_err(), "it broke");
}

#[test]
fn a_batch_takes_what_comes_within_the_window_and_without_one_what_is_there() {
    const PARCELS: usize = 10;
    let mut room = Room::default();
    // Each is taken before the next one can come: none of them waits in the queue when the gathering begins.
    let (queue, parcels) = bounded(1);
    let (taken, are_taken) = bounded(PARCELS);
    let sends = move || {
        for _ in 0..PARCELS {
            let (waits, _) = bounded(0);
            queue.send(Parcel::Committed(waits)).expect("it is taken");
            taken.send(()).expect("the test looks at it");
        }
    };
    let sends = thread::Builder::new().name("sends".into()).spawn(sends).expect("a thread can be started");
    let begun = Instant::now();
    gather(&mut room, &parcels, DEADLINE);
    assert!(begun.elapsed() < DEADLINE, "it ends where nobody can send any more");
    drop(parcels);
    sends.join().expect("all were taken");
    assert_eq!(are_taken.len(), PARCELS);

    let (_queue, parcels) = bounded(1);
    gather(&mut room, &parcels, Duration::ZERO);
    assert!(begun.elapsed() < DEADLINE, "without a window it waits for nobody");
}

#[test]
fn a_batch_is_gathered_for_a_small_part_of_the_time_that_the_last_one_took() {
    let micros = Duration::from_micros;
    assert_eq!(gather_window(Duration::ZERO), Duration::ZERO);
    assert_eq!(gather_window(micros(319)), Duration::ZERO);
    assert_eq!(gather_window(micros(320)), micros(20));
    assert_eq!(gather_window(micros(8000)), micros(500));
    assert_eq!(gather_window(Duration::from_secs(1)), GATHER_MAX);
}
