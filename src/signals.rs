//! Ctrl-C, SIGTERM and SIGHUP (feature `signals`, by ctrlc): the first stops the server in order, the second ends the
//! process at once. Touches the process's signal handlers. Without the feature a signal simply ends the process.

use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::server::Stop;

/// The exit status after a second signal: 128 and the number of SIGINT, as shells count.
const INTERRUPTED: i32 = 130;

/// From now on a signal calls `last_words` and ends the process, exit status 130: for a program that has something to
/// put back first. ctrlc's own thread waits for the signals.
///
/// # Errors
/// The handlers could not be installed.
pub fn end_on_signals(last_words: impl Fn() + Send + 'static) -> io::Result<()> {
    let handler = move || {
        last_words();
        process::exit(INTERRUPTED);
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
}

/// From now on a signal calls `Stop::stop`. ctrlc's own thread waits for the signals.
///
/// # Errors
/// The handlers could not be installed.
pub fn stop_on_signals(stop: &Stop) -> io::Result<()> {
    let stop = stop.clone();
    let signalled = AtomicBool::new(false);
    let handler = move || {
        if signalled.swap(true, Ordering::Relaxed) {
            process::exit(INTERRUPTED);
        }
        log::info!("a signal: the server stops; another one ends it at once");
        stop.stop();
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
}
