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
pub(crate) fn compare(server: &Figures, reference: &Figures) -> io::Result<()> {
    let p99 = |figures: &Figures| milliseconds(figures.delays.percentile(990));
    write!(
        io::stdout(),
        "server / {}: deliveries {:.2}, p99 {:.2}",
        reference.name,
        server.per_second / reference.per_second,
        p99(server) / p99(reference)
    )?;
    match server.processor().zip(reference.processor()) {
        Some((server, reference)) => writeln!(io::stdout(), ", processor a delivery {:.2}", server / reference),
        None => writeln!(io::stdout()),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
