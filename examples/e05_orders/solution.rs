//! A solution of exercise I.4.

/// In how many orders two threads can take their steps, where no lock makes one of them wait.
pub(crate) fn orders(first: u64, second: u64) -> u64 {
    // One row of the grid after the other: each corner is reached from above or from the left.
    let mut ways = vec![1; usize::try_from(first).expect("a count of steps") + 1];
    for _ in 0..second {
        for corner in 1..ways.len() {
            ways[corner] += ways[corner - 1];
        }
    }
    ways.last().copied().unwrap_or(1)
}
