//! A solution of exercise 6.3.

use std::io::{ErrorKind, Result};

use crate::Next;

/// Names the few errors that mean "again"; every other one ends the session, those of tomorrow too.
pub(crate) fn next(result: &Result<usize>) -> Next {
    match result {
        Ok(0) => Next::Ended,
        Ok(count) => Next::Bytes(*count),
        Err(error) => match error.kind() {
            ErrorKind::Interrupted | ErrorKind::WouldBlock => Next::Again,
            _ => Next::Broken,
        },
    }
}
