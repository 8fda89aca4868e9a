//! Robust: signals (feature `signals`, by signal-hook). The first Ctrl-C, SIGTERM or SIGQUIT stops the program in
//! order, a second one ends it at once, wherever the first has come to. SIGHUP and SIGXCPU stop it too, but a second
//! one does not end it: where a terminal is closed, several come, and at the limit of processor time one every second.
//! SIGXFSZ is ignored: what does not fit into a file is an error of that write. Those that end a process and mean
//! nothing to ours are logged. Touches the process's signal handlers. Without the feature each of them simply ends the
//! process.
//!
//! # Threads
//! `ctrl-c` waits for signals, and does what is to be done: in a handler almost nothing may be done. The second is for the
//! handler itself: the thread may still be busy.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use std::{fs, io, process, thread};

use crossbeam_channel::bounded;

use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use signal_hook::low_level::signal_name;

use crate::limits::SINGLE_STACK;
use crate::server::Stop;

/// The exit status after a second signal: 128 and the number of SIGINT, as shells count.
const INTERRUPTED: i32 = 130;

/// Sent to end a program.
const ENDING: [i32; 3] = [SIGINT, SIGTERM, SIGQUIT];

/// Left to themselves they end a program too, but they are sent for other things: to have a log file opened anew, or by
/// a timer.
const MEANINGLESS: [i32; 6] = [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO];

/// The same of Linux alone: SIGSTKFLT and SIGPWR, which std and signal-hook have no names for, and the real-time ones that
/// the C library leaves to programs.
#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
const OF_LINUX: [RangeInclusive<i32>; 3] = [16..=16, 30..=30, 34..=64];
#[cfg(not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))))]
const OF_LINUX: [RangeInclusive<i32>; 0] = [];

/// How long last words may take: a terminal that does not read would take none for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// From now on a signal calls `last_words`, in a thread of its own, and ends the process, exit status 130: for a program
/// that has something to put back first. Half a second later it ends in any case.
///
/// # Errors
/// The handlers could not be installed, or the thread could not be started.
pub fn end_on_signals(last_words: impl FnOnce() + Send + 'static) -> io::Result<()> {
    on_signal(move || {
        let (tell, told) = bounded(1);
        // Nobody waits for the news any more where that takes too long.
        let say = move || {
            last_words();
            tell.send(()).unwrap_or_default();
        };
        if thread::Builder::new().name("last-words".into()).stack_size(SINGLE_STACK).spawn(say).is_ok() {
            told.recv_timeout(LAST_WORDS).unwrap_or_default();
        }
        process::exit(INTERRUPTED);
    })
}

/// From now on a signal calls `Stop::stop`.
///
/// # Errors
/// The handlers could not be installed, or the thread could not be started.
pub fn stop_on_signals(stop: &Stop) -> io::Result<()> {
    let stop = stop.clone();
    on_signal(move || {
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

/// From now on a file that may not grow any more (`ulimit -f`) is an error of the write, as a full disk is, and not the
/// end of the process. Not logged: the log may be such a file.
///
/// # Errors
/// The handler could not be installed.
pub fn survive_full_files() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::default()).map(drop)
}

fn on_signal(act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let come = Arc::new(AtomicBool::new(false));
    // In this order: the one that sets the flag must not find it set by itself.
    for signal in ENDING {
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&come))?;
    }
    // `nohup chat-server &` is to outlive its terminal: `nohup` has SIGHUP ignored, and so it stays.
    let hangup = (!is_ignored(SIGHUP)).then_some(SIGHUP);
    let stopping: Vec<i32> = ENDING.into_iter().chain([SIGXCPU]).chain(hangup).collect();
    for &signal in &stopping {
        flag::register(signal, Arc::clone(&come))?;
    }
    let meaningless = MEANINGLESS.into_iter().chain(OF_LINUX.into_iter().flatten());
    let mut signals = Signals::new(stopping.iter().copied().chain(meaningless))?;
    let wait = move || {
        for signal in signals.forever() {
            if stopping.contains(&signal) {
                return act();
            }
            let name = signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned);
            log::info!("{name} means nothing to this program, which goes on");
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
