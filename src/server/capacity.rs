//! How many clients fit this machine, found out before the first one comes. Reads `/proc` on Linux; elsewhere it knows
//! nothing and lets every number pass.
//!
//! Each client costs a descriptor and a thread, and each thread four memory maps. Past the kernel's limit of maps a new
//! thread is not refused: the whole process aborts. So that number must never be reached.

use std::fs;

use crate::limits::{DESCRIPTORS_RESERVE, LATE_THREADS_MIN, MAPS_PER_THREAD, MAPS_RESERVE};

/// What the machine allows; `None` where that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Threads, by the kernel's limit of memory maps.
    pub threads: Option<usize>,
    /// Clients, by the process's limit of descriptors.
    pub descriptors: Option<usize>,
}

impl Capacity {
    /// Asks the kernel.
    pub fn of_this_machine() -> Self {
        let maps = fs::read_to_string("/proc/sys/vm/max_map_count").ok();
        let maps = maps.and_then(|text| text.trim().parse::<usize>().ok());
        let limits = fs::read_to_string("/proc/self/limits").ok();
        Capacity {
            threads: maps.map(|maps| maps.saturating_sub(MAPS_RESERVE) / MAPS_PER_THREAD),
            descriptors: limits.and_then(|text| open_files(&text)).map(|n| n.saturating_sub(DESCRIPTORS_RESERVE)),
        }
    }

    /// Most clients that are safe, with room for a few late threads beside them.
    pub fn clients(&self) -> usize {
        let threads = self.threads.map_or(usize::MAX, |threads| threads.saturating_sub(LATE_THREADS_MIN));
        threads.min(self.descriptors.unwrap_or(usize::MAX))
    }

    /// Late threads beside so many clients: what the limits leave, and no more than there are clients.
    pub fn late_threads(&self, clients: usize) -> usize {
        self.threads.map_or(clients, |threads| threads.saturating_sub(clients).min(clients)).max(LATE_THREADS_MIN)
    }

    /// Why no more clients fit, and what would change it.
    pub fn reason(&self) -> String {
        let clients = self.clients();
        if self.descriptors.is_some_and(|descriptors| descriptors <= clients) {
            format!("the descriptor limit leaves room for {clients} clients; 'ulimit -n' raises it")
        } else {
            format!("the kernel's memory maps leave room for {clients} clients; 'sysctl vm.max_map_count' raises it")
        }
    }
}

/// The soft limit of open files, out of `/proc/self/limits`. `unlimited` is no limit.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_the_tighter_limit_and_leaves_room_for_late_threads() {
        let usual = Capacity { threads: Some(16_000), descriptors: Some(1008) };
        assert_eq!(usual.clients(), 1008);
        assert!(usual.reason().contains("ulimit -n"));
        let large = Capacity { threads: Some(16_000), descriptors: Some(1_000_000) };
        assert_eq!(large.clients(), 16_000 - LATE_THREADS_MIN);
        assert!(large.reason().contains("max_map_count"));
        assert_eq!(large.late_threads(1000), 1000);
        assert_eq!(large.late_threads(9500), 6500);
        assert_eq!(large.late_threads(large.clients()), LATE_THREADS_MIN);
        assert_eq!(Capacity { threads: None, descriptors: None }.clients(), usize::MAX);
    }

    #[test]
    fn the_descriptor_limit_is_read_out_of_proc() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files("Max open files  unlimited unlimited files"), None);
        assert_eq!(open_files(""), None);
    }
}
