//! Robust: the log: `env_logger` formats, a thread of its own writes. Touches stderr.
//!
//! Whoever logs puts a line on a bounded channel and goes on. A stderr that nobody reads stops nothing: lines that find
//! the channel full are counted, and the count is written when stderr takes lines again.
//!
//! # Threads
//! `log`, owned by `Logger`: it writes until the end of the process. `Logger`'s drop waits until it has written what
//! was logged before, but not for ever.

use std::fmt;
use std::io::{self, Write};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use env_logger::{Builder, Env, Target};

use crate::limits::{LOG_FLUSH, LOG_LINES, SINGLE_STACK};

static SHOW_TEXT: AtomicBool = AtomicBool::new(false);

/// What a user said, for the log: its length, or with `--show-text` the text itself, escaped.
pub fn shown(text: &str) -> impl fmt::Display + '_ {
    struct Shown<'a>(&'a str);
    impl fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} bytes", self.0.len())?;
            if SHOW_TEXT.load(Ordering::Relaxed) { write!(f, " {:?}", self.0) } else { Ok(()) }
        }
    }
    Shown(text)
}

/// The running log. Dropped at the end of `main`, it waits until the lines before it are written, half a second at most.
#[derive(Debug)]
pub struct Logger {
    queue: Sender<Entry>,
}

#[derive(Debug)]
enum Entry {
    Line(Vec<u8>),
    /// All before this is written: tells so.
    Flush(Sender<()>),
}

/// Starts the log thread and makes it the log of the program: level info, or what `RUST_LOG` says; panics are logged
/// too. With `show_text` each message is logged too, with what it says.
///
/// # Errors
/// The thread could not be started, or the program has a log already.
pub fn start(show_text: bool) -> io::Result<Logger> {
    SHOW_TEXT.store(show_text, Ordering::Relaxed);
    let (queue, entries) = bounded(LOG_LINES);
    let lost = Arc::new(AtomicUsize::new(0));
    let pipe = Pipe { queue: queue.clone(), lost: Arc::clone(&lost) };
    let builder = thread::Builder::new().name("log".into()).stack_size(SINGLE_STACK);
    builder.spawn(move || write_all(&entries, &lost, io::stderr()))?;
    // What is said is logged at level debug; who asks for it is to see it.
    let usual = if show_text { "info,chatroom::server::room=debug" } else { "info" };
    let mut log = Builder::from_env(Env::default().default_filter_or(usual));
    log.target(Target::Pipe(Box::new(pipe))).format(|out, record| {
        let thread = thread::current();
        let name = thread.name().unwrap_or("unnamed");
        writeln!(out, "{} {:5} [{name}] {}", out.timestamp_millis(), record.level(), record.args())
    });
    log.try_init().map_err(io::Error::other)?;
    if show_text && !log::log_enabled!(target: "chatroom::server::room", log::Level::Debug) {
        log::warn!("--show-text shows nothing: RUST_LOG hides level debug; leave it out, or set RUST_LOG=debug");
    }
    panic::set_hook(Box::new(|panic| log::error!("{panic}")));
    Ok(Logger { queue })
}

impl Drop for Logger {
    fn drop(&mut self) {
        let (done, written) = bounded(1);
        if self.queue.send_timeout(Entry::Flush(done), LOG_FLUSH).is_ok() {
            // A timeout is a stderr that nobody reads: it does not hold up the end.
            written.recv_timeout(LOG_FLUSH).unwrap_or_default();
        }
    }
}

/// Where `env_logger` writes: one call is one line.
struct Pipe {
    queue: Sender<Entry>,
    lost: Arc<AtomicUsize>,
}

impl Write for Pipe {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(Entry::Line(line.to_vec())) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log thread. An error of stderr means that nobody reads the log: there is nowhere left to say so.
fn write_all(entries: &Receiver<Entry>, lost: &AtomicUsize, mut stderr: impl Write) {
    for entry in entries {
        let count = lost.swap(0, Ordering::Relaxed);
        if count > 0 {
            writeln!(stderr, "{count} log lines were lost: nobody read them in time").unwrap_or_default();
        }
        match entry {
            Entry::Line(line) => stderr.write_all(&line).unwrap_or_default(),
            // Last: who waits for this ends the program.
            Entry::Flush(done) => done.try_send(()).unwrap_or_default(),
        }
    }
}
