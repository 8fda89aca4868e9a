//! A TCP chat for a course on sockets, threads and processes: **one client, one OS thread, and the place where that
//! thread stands in the code is the state of that client.**
//!
//! The way of a message, file by file. It comes back to one file only, `server/delivery`, on the other side of the queue:
//!
//! ```text
//! socket > wire > server/client > server/session: recv > word | chat
//!        > server/delivery: send | send_to_broadcast > (the queue)
//!        > server/delivery: deliver > server/room > server/late: write > sockopts > socket
//! ```
//!
//! # Where to begin
//! Read [`server::start_server`], then `src/server/session.rs` from top to bottom: `authorization`, `welcome`,
//! `choose_for_one`, `chat`, `recv` are the original's functions in the original's order. Then follow a message through
//! the files above. [`client::run`] is the other end, two threads long.
//!
//! | file | its one job |
//! |---|---|
//! | [`limits`] | every limit and timeout, with its unit and its reason |
//! | [`text`] | what a user may say: `Text`, `Nickname`, `Refusal` |
//! | [`shown`] | what may be written to a terminal: `Shown`, made in one place |
//! | [`protocol`] | every line that crosses the wire, and the special words |
//! | [`wire`] | bytes to messages and back, in both framings |
//! | [`logger`] | the log, written by a thread of its own |
//! | `own_file.rs` | files that hold what was said, for their owner alone |
//! | `server/client.rs`, `server/pace.rs` | what one client's thread owns: reading, pace, deadline, goodbye |
//! | `server/rate_limit.rs`, `server/origin.rs` | how fast all who share an address may connect, join and write together |
//! | [`server::connection`], `server/backlog.rs`, `server/late.rs` | one client's socket, its backlog, and the thread of who is late |
//! | `server/room.rs`, [`server::delivery`] | who listens; the one queue and the one thread that delivers |
//! | [`server::registry`] | who is in the chat, under the one lock |
//! | `server/session.rs`, `server/word.rs` | the conversation, and its special words |
//! | [`server::store`], `server/kept.rs` | the seam to what outlasts the server; what a session does with it |
//! | [`mod@server`], `server/seldom.rs`, `server/stop.rs` | accept, spawn, stop, wait for all |
//! | [`server::leave`], `server/places.rs`, [`server::capacity`] | why a session ends; how many may be here; how many fit |
//! | `sockopts.rs`, `signals.rs`, `database.rs`, [`server::password`] | features: what std has not, and what outlasts the server |
//! | [`server::motd`], [`server::addresses`] | the teacher's blackboard; what to tell the class |
//! | [`flags`] | what the two programs take on the command line |
//! | [`check`] | `chat check`: clients that are played to anybody's server, and what is told of it |
//! | [`client`] | `recv` and `sent`: the two threads of the client |
//!
//! `RUST_LOG=debug chat-server` shows each message in every thread that it passes; `RUST_LOG=trace` each read and write.

#[cfg(test)]
extern crate self as chatroom; // the helpers in tests/support name the crate from outside

pub mod check;
pub mod client;
#[cfg(feature = "database")]
pub mod database;
pub mod flags;
pub mod limits;
pub mod logger;
mod own_file;
pub mod protocol;
pub mod server;
pub mod shown;
#[cfg(feature = "signals")]
pub mod signals;
mod sockopts;
pub mod text;
pub mod wire;
