//! Robust: how many clients fit this machine, found out before the first one comes. Asks the kernel by `machine`; where
//! nothing is known, every number passes.
//!
//! Each client costs a descriptor and a thread, and each thread four memory maps and the address space of its stack. Past
//! the last two limits a new thread is not always refused: it may start, find no room for what it needs first, and abort
//! the whole process. So these numbers must never be reached.

use std::io;

use crate::limits::LATE_THREADS_MIN;

mod machine;

/// What the machine allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    limits: Vec<Limit>,
}

/// One limit, in whatever it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit {
    /// What it is, as it is told.
    name: &'static str,
    /// What raises it.
    raise: &'static str,
    /// What it leaves for clients and late threads together.
    left: usize,
    /// What a client costs.
    client: usize,
    /// What a late thread costs.
    late: usize,
}

impl Limit {
    /// Most clients, with room for a few late threads beside them.
    fn clients(&self) -> usize {
        self.left.saturating_sub(LATE_THREADS_MIN * self.late) / self.client
    }

    /// Most late threads beside so many clients.
    fn late_threads(&self, clients: usize) -> usize {
        self.left.saturating_sub(clients.saturating_mul(self.client)).checked_div(self.late).unwrap_or(usize::MAX)
    }
}

impl Capacity {
    /// Asks the kernel. Of the address space so many bytes are kept back for what comes beside the clients.
    pub fn of_this_machine(address_space: usize) -> Self {
        Capacity { limits: machine::limits(address_space) }
    }

    /// Most clients that are safe, with room for a few late threads beside them.
    pub fn clients(&self) -> usize {
        self.limits.iter().map(Limit::clients).min().unwrap_or(usize::MAX)
    }

    /// Late threads beside so many clients: what the limits leave, and no more than there are clients.
    pub fn late_threads(&self, clients: usize) -> usize {
        let left = self.limits.iter().map(|limit| limit.late_threads(clients)).min();
        left.unwrap_or(clients).min(clients).max(LATE_THREADS_MIN)
    }

    /// Why no more clients fit, and what would change it.
    pub fn reason(&self) -> String {
        let Some(limit) = self.limits.iter().min_by_key(|limit| limit.clients()) else {
            return "no limit is known".into();
        };
        format!("{} leaves room for {} clients; {} raises it", limit.name, limit.clients(), limit.raise)
    }
}

/// Under a limit on the address space (`ulimit -v`) starts this program once more, in this same process, with one arena for
/// `malloc`. glibc sets 64 MiB aside for each of up to eight arenas a core, which leaves the stacks next to nothing; how
/// many it may have it reads once, when a program starts. Where there is no such limit, or it has been done, nothing
/// happens. To be called first of all.
///
/// # Errors
/// The program could not be started once more.
pub fn have_room_for_stacks() -> io::Result<()> {
    machine::have_room_for_stacks()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: Limit = Limit { name: "the maps", raise: "maps", left: 64_000, client: 4, late: 4 };
    const DESCRIPTORS: Limit = Limit { name: "the descriptors", raise: "descriptors", left: 1008, client: 1, late: 0 };

    #[test]
    fn what_fits_is_the_tightest_limit_and_leaves_room_for_late_threads() {
        let usual = Capacity { limits: vec![DESCRIPTORS, MAPS] };
        assert_eq!(usual.clients(), 1008);
        assert_eq!(usual.reason(), "the descriptors leaves room for 1008 clients; descriptors raises it");
        let large = Capacity { limits: vec![Limit { left: 1_000_000, ..DESCRIPTORS }, MAPS] };
        assert_eq!(large.clients(), 16_000 - LATE_THREADS_MIN);
        assert_eq!(large.reason(), "the maps leaves room for 15984 clients; maps raises it");
        assert_eq!(large.late_threads(1000), 1000);
        assert_eq!(large.late_threads(9500), 6500);
        assert_eq!(large.late_threads(large.clients()), LATE_THREADS_MIN);
        let tight = Capacity { limits: vec![DESCRIPTORS, MAPS, Limit { left: 60, ..MAPS }] };
        assert_eq!((tight.clients(), tight.late_threads(0)), (0, LATE_THREADS_MIN));
        assert_eq!(Capacity { limits: Vec::new() }.clients(), usize::MAX);
    }
}
