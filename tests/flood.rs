//! Floods, one at a time. A thousand who come at once are all let in. Of one who sends ten thousand lines at once: the
//! others chat on as before, nobody is cut, and after a reset nothing is left of it.
//!
//! What is timed here is held to the promise, or, on a machine that is busy with other things, to what the same clients
//! saw just before the flood.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::program::ServerProgram;
use crate::support::Peer;

#[path = "support/program.rs"]
mod program;
mod support;

const LINES: usize = 10_000;
const OTHERS: usize = 10;
/// The others' pace: below the default rate, so that they are not delayed themselves.
const NOW_AND_THEN: Duration = Duration::from_millis(150);

/// Two floods at once would disturb each other's times.
static ALONE: Mutex<()> = Mutex::new(());

/// What one client saw: how long each of its echoes took, and all other lines that came.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    heard: Vec<String>,
}

/// Says a line and waits for its echo, again and again, at least once and as long as `goes_on`.
fn chats(peer: &mut Peer, name: &str, pause: Duration, goes_on: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while seen.took.is_empty() || goes_on.load(Ordering::Relaxed) {
        let said = Instant::now();
        let text = format!("{}", seen.took.len());
        peer.send(&text);
        seen.heard.extend(peer.skip_to(&format!("(broadcast) {name}: {text}")));
        seen.took.push(said.elapsed());
        thread::sleep(pause);
    }
    seen
}

fn name(number: usize) -> String {
    format!("user{number}x")
}

/// All the others chat while `meanwhile` runs.
fn all_chat(others: &mut [Peer], pause: Duration, meanwhile: impl FnOnce()) -> Vec<Seen> {
    let goes_on = AtomicBool::new(true);
    thread::scope(|scope| {
        let goes_on = &goes_on;
        let chat = |(i, peer)| scope.spawn(move || chats(peer, &name(i), pause, goes_on));
        let chatting: Vec<_> = others.iter_mut().enumerate().map(chat).collect();
        meanwhile();
        goes_on.store(false, Ordering::Relaxed);
        chatting.into_iter().map(|thread| thread.join().expect("each echo came")).collect()
    })
}

/// Of a hundred echoes one took longer than this, or of fewer the longest.
fn p99(seen: &[Seen]) -> Duration {
    let mut took: Vec<Duration> = seen.iter().flat_map(|seen| seen.took.iter().copied()).collect();
    took.sort();
    took[(took.len() * 99).div_ceil(100) - 1]
}

fn longest(seen: &[Seen]) -> Duration {
    seen.iter().flat_map(|seen| seen.took.iter().copied()).max().expect("each has said something")
}

/// The others, in the group; and what is to be heard of anna's flood from her first line on.
fn others(server: &ServerProgram) -> Vec<Peer> {
    (0..OTHERS).map(|i| server.group(&name(i))).collect()
}

fn flood(anna: &mut Peer) {
    let lines: String = (0..LINES).map(|i| format!("line {i}\n")).collect();
    anna.send_bytes(lines.as_bytes());
}

/// How many lines of anna's were heard: from the first on, in order, none missing and none twice. And nobody left.
#[track_caller]
fn in_order(heard: &[String]) -> usize {
    let of_anna: Vec<&str> = heard.iter().filter_map(|line| line.strip_prefix("(broadcast) anna: line ")).collect();
    let expected: Vec<String> = (0..of_anna.len()).map(|i| i.to_string()).collect();
    assert_eq!(of_anna, expected);
    assert!(!heard.iter().any(|line| line.contains("has left the Chat")), "nobody is cut");
    of_anna.len()
}

#[test]
fn who_floods_delays_nobody_else_and_after_a_reset_nothing_is_left_of_it() {
    const SECONDS: u32 = 4;
    let _alone = ALONE.lock();
    let server = ServerProgram::start(&[]);
    let mut others = others(&server);
    let quiet = p99(&all_chat(&mut others, NOW_AND_THEN, || thread::sleep(Duration::from_secs(1))));
    let threads = server.status("Threads");
    let mut anna = server.group("anna");
    let begun = Instant::now();
    let seen = all_chat(&mut others, NOW_AND_THEN, || {
        flood(&mut anna);
        thread::sleep(Duration::from_secs(SECONDS.into()));
    });
    let elapsed = begun.elapsed();
    let flooded = p99(&seen);
    assert!(flooded <= Duration::from_millis(100).max(quiet * 3), "p99 {flooded:?}, without the flood {quiet:?}");
    for seen in &seen {
        let count = in_order(&seen.heard) as f64;
        // The nickname and the answer have cost two of the twenty that are free.
        let most = 18.0 + 10.0 * elapsed.as_secs_f64();
        let fewest = 18.0 + 10.0 * f64::from(SECONDS - 2);
        assert!((fewest..=most + 1.0).contains(&count), "{count} lines in {elapsed:?}");
    }
    let reset = Instant::now();
    anna.reset();
    server.wait_until_back((threads, usize::MAX));
    assert!(reset.elapsed() < Duration::from_secs(1), "its thread is there for {:?}", reset.elapsed());
    for other in &mut others {
        other.skip_to("(broadcast) General information: anna has left the Chat");
    }
}

#[test]
fn a_flood_without_a_rate_leaves_the_others_within_a_quarter_of_a_second() {
    let _alone = ALONE.lock();
    let server = ServerProgram::start(&["--rate", "off"]);
    let mut others = others(&server);
    let pause = Duration::from_millis(1);
    let quiet = longest(&all_chat(&mut others, pause, || thread::sleep(Duration::from_secs(1))));
    let mut anna = server.group("anna");
    let seen = all_chat(&mut others, pause, || {
        flood(&mut anna);
        anna.skip_to(&format!("(broadcast) anna: line {}", LINES - 1));
    });
    let flooded = longest(&seen);
    assert!(flooded <= Duration::from_millis(250).max(quiet * 3), "{flooded:?}, without the flood {quiet:?}");
    for (i, seen) in seen.into_iter().enumerate() {
        let mut heard = seen.heard;
        others[i].send("the end");
        heard.extend(others[i].skip_to(&format!("(broadcast) {}: the end", name(i))));
        assert_eq!(in_order(&heard), LINES, "{} has heard all of it", name(i));
    }
}

#[test]
fn a_thousand_connections_in_a_row_are_accepted_within_two_seconds() {
    // No more open at once than std's accept backlog holds, or the descriptors of this process.
    const OPEN: usize = if cfg!(feature = "sockopts") { 500 } else { 100 };
    let _alone = ALONE.lock();
    let server = ServerProgram::start(&["--max-clients", "1000"]);
    let begun = Instant::now();
    for _ in 0..1000 / OPEN {
        let mut peers: Vec<Peer> = (0..OPEN).map(|_| server.peer()).collect();
        peers.iter_mut().for_each(|peer| peer.expect("Your nickname?"));
    }
    // A connection too many would wait for the kernel's second try, a second later, and the next one longer.
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
