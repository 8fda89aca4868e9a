//! Robust: what both ends need beside the lesson: the log, sockets and signals beyond std, and files and terminals that are
//! written safely.
//!
//! | file | its one job |
//! |---|---|
//! | `logger.rs` | the log, written by a thread of its own |
//! | `shown.rs` | what may be written to a terminal: `Shown`, made in one place |
//! | `own_file.rs` | files that hold what was said, for their owner alone |
//! | `sockopts.rs` | what std does not offer on a socket (feature `sockopts`) |
//! | `signals.rs` | Ctrl-C and SIGTERM (feature `signals`) |

pub mod logger;
pub(crate) mod own_file;
pub mod shown;
#[cfg(feature = "signals")]
pub mod signals;
pub(crate) mod sockopts;
