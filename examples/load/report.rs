//! What is printed.

use std::io::{self, Write};
use std::time::Duration;

use crate::measure::{Figures, Plan};

/// The figures of one run.
pub(crate) fn print(plan: &Plan, figures: &Figures) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (clients, verdict) = (plan.clients, &figures.verdict);
    writeln!(out, "{:9} {clients} clients joined in {:.2} s", figures.name, figures.joined_in.as_secs_f64())?;
    if let Some([empty, full, _, left]) = figures.readings {
        let each = |all: f64| all / clients as f64;
        let (memory, threads) = (each(full.resident - empty.resident), each(full.threads - empty.threads));
        writeln!(
            out,
            "          a client {memory:.1} KiB and {threads:.2} threads; resident {:.1} MiB empty, {:.1} full, {:.1} when all had left",
            empty.resident / 1024.0,
            full.resident / 1024.0,
            left.resident / 1024.0
        )?;
    }
    let delays = &figures.delays;
    let percentiles = [500, 990, 999].map(|per_mille| milliseconds(delays.percentile(per_mille)));
    writeln!(
        out,
        "          {:.0} deliveries a second; in ms p50 {:.2}, p99 {:.2}, p99.9 {:.2}, max {:.2}",
        figures.per_second,
        percentiles[0],
        percentiles[1],
        percentiles[2],
        milliseconds(delays.max())
    )?;
    if let Some(processor) = figures.processor() {
        writeln!(out, "          processor {processor:.3} µs a delivery")?;
    }
    writeln!(
        out,
        "          of {}: lost {}, doubled {}, out of order {}, damaged {}, gaps {}, orders {}, cut {}",
        figures.deliveries + verdict.lost,
        verdict.lost,
        verdict.doubled,
        verdict.out_of_order,
        verdict.damaged,
        verdict.gaps,
        verdict.orders,
        figures.cut
    )?;
    if plan.frozen > 0 {
        let frozen = &figures.frozen;
        writeln!(
            out,
            "          of {} frozen: {} cut, by {} leave notices and {} lines of the log",
            plan.frozen, frozen.noticed, frozen.notices, frozen.logged
        )?;
    }
    Ok(())
}

/// The server in terms of a reference.
#[derive(Clone, Copy)]
pub(crate) struct Ratios {
    deliveries: f64,
    p99: f64,
    processor: f64,
}

impl Ratios {
    pub(crate) fn new(server: &Figures, reference: &Figures) -> Self {
        let p99 = |figures: &Figures| milliseconds(figures.delays.percentile(990));
        Ratios {
            deliveries: server.per_second / reference.per_second,
            p99: p99(server) / p99(reference),
            processor: server.processor().unwrap_or(f64::NAN) / reference.processor().unwrap_or(f64::NAN),
        }
    }
}

/// The median of what was found in several turns: one turn in which something else ran does not count for much.
pub(crate) fn compare(reference: &str, turns: &[Ratios]) -> io::Result<()> {
    let (deliveries, p99) =
        (median(turns.iter().map(|turn| turn.deliveries)), median(turns.iter().map(|turn| turn.p99)));
    let processor = median(turns.iter().map(|turn| turn.processor));
    writeln!(
        io::stdout(),
        "server / {reference}, median of {}: deliveries {deliveries:.2}, p99 {p99:.2}, processor a delivery {processor:.2}",
        turns.len()
    )
}

/// The upper one where there are two in the middle; not a number where there is none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
