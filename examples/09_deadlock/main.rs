//! A deadlock that one can run: two threads, two locks, each thread takes them in its own order.
//!
//! See: without a flag both threads take `names` first, and both end. With `-- --deadlock` they stand still for ever, and
//! the page `docs/en/deadlock.md` shows how to find out where. A watchdog ends the program after a minute; `-- --deadlock 5`
//! after five seconds.
//!
//! Run: `cargo run --example 09_deadlock`. On Linux it then runs itself with the deadlock, and looks at that.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

mod outside;

use std::io;
use std::process::{self, ExitCode};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

/// How long the watchdog waits, where nobody says another time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who is here, twice, under a lock each.
#[derive(Default)]
struct Chat {
    names: Mutex<Vec<String>>,
    list: Mutex<Vec<String>>,
}

/// A rename takes `names`, then `list`.
fn rename(chat: &Chat, meet: impl Fn()) {
    let mut names = chat.names.lock();
    meet();
    let mut list = chat.list.lock();
    names.push("vera".into());
    list.push("vera".into());
}

/// A LIST that takes `list` first: in the other order.
fn show(chat: &Chat, meet: impl Fn()) {
    let list = chat.list.lock();
    meet();
    let names = chat.names.lock();
    assert_eq!(names.len(), list.len());
}

/// A LIST that takes `names` first, as `rename` does.
fn show_mended(chat: &Chat) {
    let names = chat.names.lock();
    let list = chat.list.lock();
    assert_eq!(names.len(), list.len());
}

/// Starts a thread that tells when it has ended.
fn start(name: &str, ended: &Sender<()>, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let ended = ended.clone();
    let run = move || {
        work();
        ended.send(()).expect("main waits for it");
    };
    thread::Builder::new().name(name.into()).spawn(run).map(drop)
}

/// Two threads that may well meet, and do no harm to each other.
fn one_order() -> io::Result<()> {
    let (ended, both) = bounded(2);
    let chat = Arc::new(Chat::default());
    let shared = Arc::clone(&chat);
    start("rename", &ended, move || rename(&shared, || {}))?;
    start("show", &ended, move || show_mended(&chat))?;
    assert!(watch(&both, PATIENCE), "one order of taking cannot deadlock");
    println!("both take names first: both have ended");
    Ok(())
}

/// The unlucky moment, made certain: each has its first lock before either asks for its second.
fn deadlock(patience: Duration) -> io::Result<ExitCode> {
    let (ended, both) = bounded(2);
    let (chat, meet) = (Arc::new(Chat::default()), Arc::new(Barrier::new(2)));
    let (chat2, meet2) = (Arc::clone(&chat), Arc::clone(&meet));
    let meets = |barrier: Arc<Barrier>| {
        move || {
            barrier.wait();
        }
    };
    start("rename", &ended, move || rename(&chat, meets(meet)))?;
    start("show", &ended, move || show(&chat2, meets(meet2)))?;
    println!("process {}: each of two threads is about to ask for the lock that the other one holds", process::id());
    if watch(&both, patience) {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("neither has ended in time: a deadlock; the watchdog ends the program");
    // The threads cannot be ended, so the process is, locks and all.
    Ok(ExitCode::FAILURE)
}

/// The watchdog: whether both threads have ended in time.
fn watch(both: &Receiver<()>, patience: Duration) -> bool {
    (0..2).all(|_| both.recv_timeout(patience).is_ok())
}

/// The seconds behind `--deadlock`.
fn patience(seconds: Option<&String>) -> Result<Duration, String> {
    let Some(seconds) = seconds else { return Ok(PATIENCE) };
    let patience = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    patience.ok_or_else(|| format!("{seconds:?} is no time in seconds: write --deadlock 5"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [] => one_order().and_then(|()| outside::look()).map(|()| ExitCode::SUCCESS),
        [flag, seconds @ ..] if flag == "--deadlock" && seconds.len() < 2 => {
            patience(seconds.first()).map_err(io::Error::other).and_then(deadlock)
        }
        _ => Err(io::Error::other(format!("{arguments:?} is not understood: --deadlock [SECONDS], or nothing"))),
    };
    done.unwrap_or_else(|error| {
        eprintln!("09_deadlock: {error}");
        ExitCode::from(2)
    })
}
