//! What the two programs take on the command line. Here rather than in the programs, so that `tests/share.rs` can make the
//! completions and manual pages in `docs/share/` from it.

pub mod chat;
pub mod check;
pub mod server;
