//! Ctrl-C, SIGTERM and SIGHUP (feature `signals`, by signal-hook): the first stops the program in order, a second Ctrl-C
//! or SIGTERM ends it at once, wherever the first has come to. A second SIGHUP does not: where a terminal is closed,
//! several come. Touches the process's signal handlers. Without the feature a signal simply ends the process.
//!
//! # Threads
//! `ctrl-c` waits for the first signal, and does what is to be done: in a handler almost nothing may be done. The second
//! is for the handler itself: the thread may still be busy.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::{fs, io, process, thread};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use crate::limits::SINGLE_STACK;
use crate::server::Stop;

/// The exit status after a second signal: 128 and the number of SIGINT, as shells count.
const INTERRUPTED: i32 = 130;

/// From now on a signal, SIGQUIT too, calls `last_words` and ends the process, exit status 130: for a program that has
/// something to put back first.
///
/// # Errors
/// The handlers could not be installed, or the thread could not be started.
pub fn end_on_signals(last_words: impl FnOnce() + Send + 'static) -> io::Result<()> {
    on_signal(&[SIGINT, SIGTERM, SIGQUIT], move || {
        last_words();
        process::exit(INTERRUPTED);
    })
}

/// From now on a signal calls `Stop::stop`.
///
/// # Errors
/// The handlers could not be installed, or the thread could not be started.
pub fn stop_on_signals(stop: &Stop) -> io::Result<()> {
    let stop = stop.clone();
    on_signal(&[SIGINT, SIGTERM], move || {
        log::info!("a signal: the server stops; another one ends it at once");
        stop.stop();
    })
}

/// From now on `act` is called, in a thread of its own, each time that the process goes on after a stop (`fg`).
///
/// # Errors
/// The handler could not be installed, or the thread could not be started.
pub fn on_continue(mut act: impl FnMut() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGCONT])?;
    let wait = move || signals.forever().for_each(|_| act());
    thread::Builder::new().name("continued".into()).stack_size(SINGLE_STACK).spawn(wait).map(|_detached| ())
}

fn on_signal(ending: &[i32], act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let come = Arc::new(AtomicBool::new(false));
    // In this order: the one that sets the flag must not find it set by itself.
    for &signal in ending {
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&come))?;
    }
    // `nohup chat-server &` is to outlive its terminal: `nohup` has SIGHUP ignored, and so it stays.
    let hangup = (!is_ignored(SIGHUP)).then_some(SIGHUP);
    let all: Vec<i32> = ending.iter().copied().chain(hangup).collect();
    for &signal in &all {
        flag::register(signal, Arc::clone(&come))?;
    }
    let mut signals = Signals::new(all)?;
    let wait = move || {
        if signals.forever().next().is_some() {
            act();
        }
    };
    thread::Builder::new().name("ctrl-c".into()).stack_size(SINGLE_STACK).spawn(wait).map(|_detached| ())
}

/// Whether the process was started with this signal ignored, as far as Linux says so; std cannot ask.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    ignored >> (signal - 1) & 1 == 1
}
