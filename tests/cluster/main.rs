//! Several servers with one chat (feature `cluster`), on real etcds: one order, one set of names, and what happens when a
//! server, or the engine, dies, freezes, or comes back. Where `etcd` is not installed (Debian: etcd-server) all of these are
//! skipped, and say so.
#![cfg(feature = "cluster")]
#![allow(clippy::unwrap_used, reason = "a test ends by a panic; helpers in tests count as tests")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

mod engine;
mod faults;
mod heavy;
#[cfg(feature = "database")]
mod kept;
mod one_chat;
mod people;
#[path = "../support/program.rs"]
mod program;
mod relay;
#[path = "../support/mod.rs"]
mod support;
