//! One run: everyone joins, the load, the silence after it, everyone leaves. Gives the figures.

use std::io;
use std::time::{Duration, Instant};

use crate::client::Stage;
use crate::durations::Durations;
use crate::fleet::Fleet;
use crate::process::Reading;
use crate::recorder::Verdict;
use crate::target::Target;

/// How long a server may take to give back what its clients cost.
const GIVE_BACK: Duration = Duration::from_secs(20);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// What is done to each target.
pub(crate) struct Plan {
    pub(crate) clients: usize,
    /// The first so many clients speak.
    pub(crate) senders: usize,
    /// The last so many clients do not read.
    pub(crate) frozen: usize,
    pub(crate) size: usize,
    pub(crate) time: Duration,
    pub(crate) pressure: Pressure,
}

/// When the next message is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pressure {
    /// So many of each sender are in flight.
    Window(usize),
    /// So many a second, of all together.
    Rate(u32),
}

/// What was found.
pub(crate) struct Figures {
    pub(crate) name: &'static str,
    pub(crate) joined_in: Duration,
    pub(crate) per_second: f64,
    pub(crate) delays: Durations,
    pub(crate) verdict: Verdict,
    /// Clients that read, and were cut all the same.
    pub(crate) cut: usize,
    /// Readings of the process: before anybody came, with everyone in the group, at the end of the load, after everyone
    /// had left. `None` for a server that is not ours.
    pub(crate) readings: Option<[Reading; 4]>,
    /// Messages that were heard, by everyone together.
    pub(crate) deliveries: usize,
    pub(crate) frozen: Frozen,
}

/// What became of the frozen readers.
#[derive(Debug, Default)]
pub(crate) struct Frozen {
    /// Frozen readers of whom the room was told that they were too late.
    pub(crate) noticed: usize,
    /// Leave notices of that kind in all.
    pub(crate) notices: usize,
    /// Lines of the server's log that say who did not read.
    pub(crate) logged: usize,
}

impl Figures {
    /// The server did what it promises.
    pub(crate) fn is_right(&self) -> bool {
        self.verdict.is_clean() && self.cut == 0 && self.frozen.notices == self.frozen.noticed
    }

    /// Processor time of the server for each delivery, in microseconds.
    pub(crate) fn processor(&self) -> Option<f64> {
        let [_, before, after, _] = self.readings?;
        Some((after.processor - before.processor).as_secs_f64() * 1e6 / self.deliveries.max(1) as f64)
    }
}

/// Puts the load on a target, and ends it.
pub(crate) fn measure(target: Target, plan: &Plan) -> io::Result<Figures> {
    let empty = target.reading()?;
    let mut fleet = Fleet::new(plan.clients, plan.size)?;
    let started = Instant::now();
    fleet.join(target.address, plan.clients, plan.frozen)?;
    let joined_in = started.elapsed();
    let full = target.reading()?;
    fleet.begin()?;
    let begun = target.reading()?;
    let per_second = load(&mut fleet, plan)?;
    drain(&mut fleet, plan)?;
    let loaded = target.reading()?;

    let sent: Vec<usize> = fleet.clients.iter().map(|client| client.sent).collect();
    let readers = plan.clients - plan.frozen;
    let leaves = fleet.recorder.leaves("too late");
    let frozen = Frozen {
        noticed: leaves.len(),
        notices: leaves.values().sum(),
        logged: target.log().lines().filter(|line| line.contains("is too late:")).count(),
    };
    let (verdict, cut) = (fleet.recorder.judge(readers, &sent), fleet.count(Stage::Gone));
    let Fleet { clients, delays, deliveries, .. } = fleet;
    drop(clients);
    let left = give_back(&target, empty)?;
    let name = target.name;
    target.stop()?;
    let readings = empty.zip(full).zip(begun).zip(loaded).zip(left);
    let readings = readings.map(|((((empty, full), begun), loaded), left)| {
        // Joining costs processor time too; what counts is the load's.
        [empty, Reading { processor: begun.processor, ..full }, loaded, left]
    });
    Ok(Figures { name, joined_in, per_second, delays, verdict, cut, readings, deliveries, frozen })
}

/// Sends for the time that was planned. Gives the deliveries a second in that time.
fn load(fleet: &mut Fleet, plan: &Plan) -> io::Result<f64> {
    let mut due = 0_u32;
    loop {
        let now = fleet.now();
        if now >= plan.time {
            return Ok(fleet.deliveries as f64 / now.as_secs_f64());
        }
        let patience = match plan.pressure {
            Pressure::Window(window) => {
                for sender in 0..plan.senders {
                    let client = &fleet.clients[sender];
                    match (window + client.echoes).saturating_sub(client.sent) {
                        0 => {}
                        free => fleet.send(sender, free)?,
                    }
                }
                plan.time - now
            }
            Pressure::Rate(rate) => {
                while Duration::from_secs(1) * due / rate <= now {
                    fleet.send(due as usize % plan.senders, 1)?;
                    due += 1;
                }
                (Duration::from_secs(1) * due / rate).saturating_sub(fleet.now())
            }
        };
        fleet.step(patience.min(plan.time - now))?;
        if fleet.is_silent() && matches!(plan.pressure, Pressure::Window(_)) {
            return Ok(fleet.deliveries as f64 / fleet.now().as_secs_f64());
        }
    }
}

/// Hears the rest: until everyone who reads has heard everything, or nothing comes any more.
fn drain(fleet: &mut Fleet, plan: &Plan) -> io::Result<()> {
    let sent: usize = fleet.clients.iter().map(|client| client.sent).sum();
    let expected = sent * (plan.clients - plan.frozen);
    while fleet.deliveries < expected && !fleet.is_silent() {
        fleet.step(LOOK)?;
    }
    Ok(())
}

/// Everyone has left: waits until the threads have ended, and reads what is left.
fn give_back(target: &Target, empty: Option<Reading>) -> io::Result<Option<Reading>> {
    let deadline = Instant::now() + GIVE_BACK;
    loop {
        let reading = target.reading()?;
        let ended = reading.zip(empty).is_none_or(|(now, empty)| now.threads <= empty.threads);
        if ended || Instant::now() > deadline {
            return Ok(reading);
        }
        std::thread::sleep(LOOK);
    }
}
