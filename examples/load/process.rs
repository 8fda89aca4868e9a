//! What the kernel says about a process: memory, threads, processor time. Linux alone has `/proc`.

use std::fs;
use std::io;
use std::time::Duration;

/// Ticks a second in `/proc/PID/stat`: 100 on every Linux, whatever the kernel's own clock does.
const TICKS_PER_SECOND: u32 = 100;

/// A process at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Resident memory in KiB.
    pub(crate) resident: f64,
    pub(crate) threads: f64,
    /// Processor time so far, its own and the kernel's for it.
    pub(crate) processor: Duration,
}

impl Reading {
    pub(crate) fn of(process: u32) -> io::Result<Reading> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        let unknown = || io::Error::other(format!("/proc/{process} looks different from what was expected"));
        Ok(Reading {
            resident: field(&status, "VmRSS:").ok_or_else(unknown)?,
            threads: field(&status, "Threads:").ok_or_else(unknown)?,
            processor: processor(&stat).ok_or_else(unknown)?,
        })
    }
}

fn field(status: &str, name: &str) -> Option<f64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// The 14th and 15th field; the second is the name in brackets, which may hold spaces.
fn processor(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u32>().ok());
    Some(Duration::from_secs(1) * ticks.sum::<Option<u32>>()? / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_readings_make_sense() {
        let reading = Reading::of(std::process::id()).unwrap();
        assert!(reading.resident > 100.0 && reading.threads >= 1.0);
        let stat = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0";
        assert_eq!(processor(stat), Some(Duration::from_secs(2)));
    }
}
