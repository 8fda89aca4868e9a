//! Yours to write: exercise I.4.

/// In how many orders two threads can take their steps, where no lock makes one of them wait.
pub(crate) fn orders(first: u64, second: u64) -> u64 {
    unimplemented!("yours to write: exercise I.4 (one has {first} steps, the other {second})")
}
