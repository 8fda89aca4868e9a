//! How many may be here at once: places for clients, and for late threads. Touches one small lock.
//!
//! # Locks
//! `taken`: who holds how many places. Nothing but counting happens under it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

/// A bounded number of places, and a bound for each address.
#[derive(Debug)]
pub(super) struct Places {
    in_all: usize,
    per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One place, given back when dropped: however a thread ends, its place is free again.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

/// Why there is no place. `Display` is what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// All places are taken.
    InAll,
    /// The address holds as many as one may.
    PerAddress,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Full::InAll => "too many clients are here; try again later",
            Full::PerAddress => "too many clients are here from your address; try again later",
        })
    }
}

impl Places {
    /// `in_all` places, of which one address may hold `per_address`.
    pub(super) fn new(in_all: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Places { in_all, per_address, taken: Mutex::default() })
    }

    /// A place for somebody at `address`.
    ///
    /// # Errors
    /// All are taken, or all that this address may have.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let address = address.to_canonical();
        let mut taken = self.taken.lock();
        let here = taken.by_address.get(&address).copied().unwrap_or_default();
        if taken.in_all >= self.in_all {
            return Err(Full::InAll);
        }
        if here >= self.per_address {
            return Err(Full::PerAddress);
        }
        taken.in_all += 1;
        taken.by_address.insert(address, here + 1);
        drop(taken);
        Ok(Place { places: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.in_all -= 1;
        let here = taken.by_address.get(&self.address).copied().unwrap_or_default();
        if here > 1 {
            taken.by_address.insert(self.address, here - 1);
        } else {
            taken.by_address.remove(&self.address);
        }
    }
}
