//! A TCP chat with one OS thread per client.
pub mod client;
pub mod limits;
pub mod logger;
pub mod protocol;
pub mod server;
#[cfg(feature = "signals")]
pub mod signals;
mod sockopts;
pub mod text;
pub mod wire;
