//! Feature cluster: people who talk while machines are killed, frozen and cut off, and every line that each of them saw,
//! compared. Not run by itself: `sudo sh examples/failover/lab.sh test` starts it inside the lab, as a machine in the street.
//!
//! Each person is a real `chat` at a terminal of its own; what it was shown is in its transcript (`--log`). A fault is
//! survived when all have one and the same sequence of messages, each message once, and nobody was told of a join or leave.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

use crate::compare::Verdict;
use crate::person::Person;

mod compare;
mod person;

/// How long a fault may take until the last person has heard all of it again.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often the transcripts are looked at; no silence is measured more exactly.
const LOOK: Duration = Duration::from_millis(20);

/// What is broken, how long it stays so, and the longest silence that is allowed to the slowest of a hundred.
const FAULTS: [(&str, u64, u64); 8] = [
    ("server", 4, 3),
    ("freeze", 6, 3),
    ("leader", 3, 3),
    ("quorum", 5, 10),
    ("balancer", 3, 3),
    ("balancer-cut", 4, 3),
    ("server-cut", 4, 3),
    ("rolling", 0, 3),
];

/// What is asked for: `failover LAB CHAT PEOPLE PER_SECOND [FAULT...]`.
struct Asked {
    lab: String,
    chat: PathBuf,
    people: usize,
    per_second: u32,
    faults: Vec<String>,
}

fn main() -> io::Result<()> {
    let asked = asked().ok_or_else(|| io::Error::other("failover LAB CHAT PEOPLE PER_SECOND [FAULT...]"))?;
    let folder = tempfile::tempdir()?;
    let come = |number| Person::come(number, &asked.chat, folder.path());
    let mut people = (0..asked.people).map(come).collect::<io::Result<Vec<_>>>()?;
    for person in &mut people {
        person.enter(Instant::now() + PATIENCE)?;
    }
    let mut out = io::stdout();
    let of = ["", "messages", "missed", "doubled", "lost", "notices", "orders"];
    let [fault, messages, missed, doubled, lost, notices, orders] = of;
    writeln!(out, "{fault:<13} {messages} {missed} {doubled} {lost} {notices} {orders}   silence: p50, p99, longest")?;
    let mut all_is_well = true;
    for (fault, holds, silence) in FAULTS {
        if !asked.faults.is_empty() && !asked.faults.iter().any(|one| one == fault) {
            continue;
        }
        let verdict = through(fault, Duration::from_secs(holds), &asked, &mut people)?;
        writeln!(out, "{fault:<13} {verdict}")?;
        all_is_well &= verdict.is_well(Duration::from_secs(silence));
    }
    if all_is_well { Ok(()) } else { Err(io::Error::other("not every line arrived once, in one order, in time")) }
}

fn asked() -> Option<Asked> {
    let mut words = env::args().skip(1);
    Some(Asked {
        lab: words.next()?,
        chat: fs::canonicalize(words.next()?).ok()?,
        people: words.next()?.parse().ok()?,
        per_second: words.next()?.parse().ok().filter(|&rate| rate > 0)?,
        faults: words.collect(),
    })
}

/// One fault, while everybody talks: from before it until everyone has heard all that was said.
fn through(fault: &str, holds: Duration, asked: &Asked, people: &mut [Person]) -> io::Result<Verdict> {
    people.iter_mut().for_each(Person::begin);
    let (over, is_over) = bounded::<()>(0);
    let pause = Duration::from_secs(1) / asked.per_second;
    let sent = thread::scope(|scope| {
        let talk = thread::Builder::new().name("talk".into());
        let talking = talk.spawn_scoped(scope, || talk_until(&is_over, pause, people))?;
        let broken = breaks(fault, holds, asked);
        drop(over);
        let sent = talking.join().map_err(|_| io::Error::other("the talk panicked"))?;
        broken.and(sent)
    })?;
    let until = Instant::now() + PATIENCE;
    while people.iter_mut().any(|person| person.look() < sent.len()) && Instant::now() < until {
        thread::sleep(LOOK);
    }
    // What comes twice may come late.
    thread::sleep(Duration::from_secs(1));
    Ok(compare::compare(&sent, people))
}

/// A moment of peace, the fault, its time, the repair, and another moment.
fn breaks(fault: &str, holds: Duration, asked: &Asked) -> io::Result<()> {
    let moment = Duration::from_secs(2);
    thread::sleep(moment);
    lab(asked, &["break", fault])?;
    thread::sleep(holds);
    lab(asked, &["mend"])?;
    thread::sleep(moment);
    Ok(())
}

fn lab(asked: &Asked, words: &[&str]) -> io::Result<()> {
    let status = Command::new("sh").arg(&asked.lab).args(words).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("lab.sh {words:?}: {status}"))) }
}

/// Everybody says something, one after the other, until it is over. Gives what was said; looks at the transcripts meanwhile.
fn talk_until(is_over: &Receiver<()>, pause: Duration, people: &mut [Person]) -> io::Result<Vec<String>> {
    let (mut sent, mut next) = (Vec::new(), Instant::now());
    let mut looked = Instant::now();
    while is_over.recv_deadline(next).is_err_and(|error| error.is_timeout()) {
        let speaker = sent.len() % people.len();
        if let Some(person) = people.get_mut(speaker) {
            sent.push(person.say(sent.len())?);
        }
        next += pause;
        if looked.elapsed() >= LOOK {
            for person in people.iter_mut() {
                person.look();
            }
            looked = Instant::now();
        }
    }
    Ok(sent)
}
