//! The delivery thread alone, with a store of the test's own behind it.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::server::places::Places;
use crate::server::store::News;

const DEADLINE: Duration = Duration::from_secs(30);
/// So many ask while the delivery thread ends, and after that.
const ASKED: usize = 100;

/// Panics at its first commit; closing it takes until the test lets go.
#[derive(Debug)]
struct Breaks(Receiver<()>);

impl Store for Breaks {
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
    let (writer, stop) = (Writer { places: Places::new(1, 1), alive }, Stop::new());
    let (delivery, thread) = Delivery::start(writer, Box::new(Breaks(lets_go)), stop.clone()).expect("a thread");
    let (answers, answered) = bounded(ASKED);
    let (nickname, text) = (Nickname::parse("anna").expect("a nickname"), Text::parse(b"hello".to_vec()));
    let (anna, text) = (Partner { id: ClientId(2), nickname }, text.expect("a text"));
    let client = thread::Builder::new().name("client".into()).spawn(move || {
        let id = ClientId(1);
        delivery.send(id, "hello").expect("the queue is open");
        assert!(stop.wait(DEADLINE), "the delivery thread has broken");
        for count in 0..ASKED as u64 {
            let message = Message { number: MessageNumber { from: id, count }, text: text.clone() };
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

/// Counts its commits, and takes as long for each as a large batch takes to write.
#[derive(Debug)]
struct Counts(Arc<AtomicUsize>);

impl Store for Counts {
    fn commit(&mut self) -> Vec<News> {
        self.0.fetch_add(1, Ordering::Relaxed);
        thread::sleep(20 * GATHER_MAX);
        Vec::new()
    }
}

#[test]
fn those_who_speak_at_the_same_time_share_a_batch() {
    const SPEAK: usize = 10;
    let (alive, _ended) = bounded(0);
    let (commits, writer) = (Arc::new(AtomicUsize::new(0)), Writer { places: Places::new(1, 1), alive });
    let store = Counts(Arc::clone(&commits));
    let (delivery, thread) = Delivery::start(writer, Box::new(store), Stop::new()).expect("a thread");
    // They are less than the window apart, unless this thread loses its turn meanwhile: hardly five times in a row.
    let share_one = (0..5).any(|_| {
        // All before this is done when it comes back, and the delivery thread waits for what comes next.
        delivery.wait_until_kept().expect("the delivery thread is there");
        let before = commits.load(Ordering::Relaxed);
        for _ in 0..SPEAK {
            delivery.send(ClientId(1), "hello").expect("the queue is open");
            // Far enough apart that the first has waked the delivery thread. Asleep, this thread would come too late.
            let sent = Instant::now();
            while sent.elapsed() < GATHER_MAX / 20 {
                std::hint::spin_loop();
            }
        }
        delivery.wait_until_kept().expect("the delivery thread is there");
        commits.load(Ordering::Relaxed) == before + 1
    });
    assert!(share_one, "the first had a batch to itself");
    drop(delivery);
    thread.join(true).expect("it does not panic");
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
