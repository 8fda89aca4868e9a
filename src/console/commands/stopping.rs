//! Feature console: `stop`: at once, or announced for later. Touches the chat by the desk.
//!
//! # Threads
//! `console-stop` waits until the announced time. Dropping its `Stopping` ends it: that is how a stop is cancelled.

use std::convert::Infallible;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::orders::stops;
use super::{Answer, wanted};
use crate::console::Teacher;
use crate::console::duration::{parse, words};
use crate::limits::SINGLE_STACK;
use crate::protocol::announcement;
use crate::server::keeper::Desk;

/// So long before the end everybody is told once more.
const LAST_CALL: Duration = Duration::from_secs(60);

/// A stop that is to come.
#[derive(Debug)]
pub(in crate::console) struct Stopping {
    pub(in crate::console) until: Instant,
    _cancels: Sender<Infallible>,
}

impl Stopping {
    fn start(desk: Desk, time: Duration) -> io::Result<Self> {
        let (cancels, cancelled) = bounded(0);
        let until = Instant::now() + time;
        let builder = thread::Builder::new().name("console-stop".into()).stack_size(SINGLE_STACK);
        builder.spawn(move || wait(&desk, &cancelled, time, until))?;
        Ok(Stopping { until, _cancels: cancels })
    }
}

fn wait(desk: &Desk, cancelled: &Receiver<Infallible>, time: Duration, until: Instant) {
    let has_passed = |until| cancelled.recv_deadline(until) == Err(RecvTimeoutError::Timeout);
    if time > LAST_CALL {
        if !has_passed(until - LAST_CALL) {
            return;
        }
        // An error means that the server has stopped already. So below.
        desk.announce(announcement(&format!("The server stops in {}", words(LAST_CALL)))).unwrap_or_default();
    }
    if has_passed(until) {
        log::info!("the console: the announced stop");
        desk.announce(announcement("The server stops now")).unwrap_or_default();
        desk.stop();
    }
}

/// `stop`, `stop in 5m`, `stop cancel`.
pub(in crate::console) fn stop(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    let desk = teacher.desk()?;
    match rest.split_whitespace().collect::<Vec<_>>()[..] {
        [] => {
            desk.announce(announcement("The server stops now")).map_err(stops)?;
            Ok(Answer::Done { text: "the server stops".into(), nickname: None, address: None, stops: true })
        }
        ["cancel"] => {
            let cancelled = teacher.stopping.lock().take();
            cancelled.ok_or("no stop was announced; 'stop in 5m' announces one")?;
            desk.announce(announcement("The server does not stop: go on")).map_err(stops)?;
            Ok(Answer::done("the server does not stop, and everybody was told"))
        }
        ["in", time] => {
            let time = parse(time)?;
            let stopping = Stopping::start(desk.clone(), time).map_err(|error| format!("no thread: {error}"))?;
            *teacher.stopping.lock() = Some(stopping);
            let told = format!("The server stops in {}", words(time));
            desk.announce(announcement(&told)).map_err(stops)?;
            Ok(Answer::done(format!(
                "the server stops in {}, and everybody was told; 'stop cancel' takes it back",
                words(time)
            )))
        }
        _ => Err(wanted("stop")),
    }
}
