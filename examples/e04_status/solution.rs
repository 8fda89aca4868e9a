//! A solution of exercise F.4.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// What a shell's `$?` would be after a child that ended so: its code or, where a signal ended it, 128 and the signal.
pub(crate) fn number(status: ExitStatus) -> i32 {
    // Who has waited for the end is told one of the two.
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or_default()
}
