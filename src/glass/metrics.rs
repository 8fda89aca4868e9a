//! Feature glass: `/metrics`, as Prometheus reads it: the names say the unit, counters end in `_total`. Reads counters,
//! and `/proc/self`.

use std::fmt::Write;
use std::fs;

use super::ledger::{Counts, value};
use super::tap::journal::Journal;

/// The type of the answer.
pub(super) const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics, each with its help and its type.
pub(super) fn text(journal: &Journal) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing into a string cannot fail.
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").unwrap_or_default();
    };
    if let Some(counts) = journal.tap().counts() {
        chat(counts, &mut metric);
    }
    metric("chatroom_glass_watchers", "gauge", "Who watches: browsers, traces, consoles.", journal.watchers() as u64);
    for (name, help, field) in [
        ("process_resident_memory_bytes", "Resident memory size in bytes.", "VmRSS"),
        ("process_virtual_memory_bytes", "Virtual memory size in bytes.", "VmSize"),
        ("process_threads", "Number of OS threads in the process.", "Threads"),
    ] {
        if let Some(value) = status(field) {
            let unit = if name.ends_with("_bytes") { 1024 } else { 1 };
            metric(name, "gauge", help, value * unit);
        }
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        metric("process_open_fds", "gauge", "Number of open file descriptors.", open.count() as u64);
    }
    text
}

fn chat(counts: &Counts, metric: &mut impl FnMut(&str, &str, &str, u64)) {
    let (joined, left) = (value(&counts.joined), value(&counts.left));
    metric("chatroom_sessions", "gauge", "Sessions that have a nickname now.", joined.saturating_sub(left));
    metric("chatroom_queue_parcels", "gauge", "Parcels in the queue after the last batch.", value(&counts.depth));
    for (name, help, counter) in [
        ("chatroom_sessions_started_total", "Sessions that began.", &counts.joined),
        ("chatroom_sessions_ended_total", "Sessions that ended.", &counts.left),
        ("chatroom_group_messages_total", "Messages to the group.", &counts.to_all),
        ("chatroom_private_messages_total", "Messages to one.", &counts.private),
        ("chatroom_parcels_total", "Parcels that the delivery thread took out of the queue.", &counts.parcels),
        ("chatroom_batches_total", "Batches that it wrote.", &counts.batches),
        ("chatroom_due_bytes_total", "Bytes that were to be written, once for each recipient.", &counts.due),
        ("chatroom_delivered_bytes_total", "Bytes that sockets took.", &counts.delivered),
        ("chatroom_dropped_bytes_total", "Bytes that were dropped with their connection.", &counts.dropped),
        ("chatroom_glass_missed_events_total", "Events that the tap was too full for.", &counts.missed),
    ] {
        metric(name, "counter", help, value(counter));
    }
}

/// A figure out of `/proc/self/status`.
fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}
