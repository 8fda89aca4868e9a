//! The database (feature `database`): what was said is kept, comes back as it went in, and a disk that fails stops
//! nobody. One file of tests for each promise; `support.rs` has the server and a client made of a socket.
#![cfg(feature = "database")]
#![allow(clippy::unwrap_used, reason = "a test ends by a panic; helpers in tests count as tests")]

mod absent;
mod account;
mod accounts;
mod acts;
mod client;
mod crash;
mod export;
mod failure;
mod files;
mod guessing;
mod history;
mod large;
mod names;
mod opening;
#[cfg(feature = "editor")]
#[path = "../pty/mod.rs"]
mod pty;
mod support;
mod taking_back;
