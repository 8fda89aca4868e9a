//! A TCP chat for a course on sockets, threads and processes: **one client, one OS thread, and the place where that
//! thread stands in the code is the state of that client.**
//!
//! The way of a message, file by file. It comes back to one file only, `server/delivery`, on the other side of the queue:
//!
//! ```text
//! socket > wire > server/client > server/session: recv > word | chat
//!        > server/delivery: send | send_to_broadcast > (the queue)
//!        > server/delivery: deliver > server/room > server/robust/late: write > sockopts > socket
//! ```
//!
//! # Where to begin
//! Read [`server::start_server`], then `src/server/session.rs` from top to bottom: `authorization`, `welcome`,
//! `choose_for_one`, `chat`, `recv` are the original's functions in the original's order. Then follow a message through
//! the files above. [`client::run`] is the other end, two threads long.
//!
//! # What each file is
//! The first word of a file says what kind it is, and so does its folder. **Lesson**: sockets, threads, locks and the
//! conversation; read it whole. **Robust** (the two folders `robust`): what keeps a server on its feet in a lecture hall.
//! **Comfort**: flags, languages, the screen. **Feature** and a name: what can be left out, in its own folder.
//!
//! | lesson | its one job |
//! |---|---|
//! | [`limits`] | every limit and timeout, with its unit and its reason |
//! | [`text`] | what a user may say: `Text`, `Nickname`, `Refusal` |
//! | [`protocol`] | every line that crosses the wire, and the special words |
//! | [`wire`] | bytes to messages and back, in both framings |
//! | [`mod@server`] | accept, spawn, stop, wait for all |
//! | `server/client.rs` | what one client's thread owns: reading, pace, deadline, goodbye |
//! | `server/session.rs`, `server/word.rs` | the conversation, and its special words |
//! | [`server::registry`] | who is in the chat, under the one lock |
//! | [`server::parcel`], [`server::delivery`], `server/room.rs` | what goes over the one queue; the one thread that delivers; who listens |
//! | [`client`] | `recv` and `sent`: the two threads of the client |
//!
//! | beside it | its one job |
//! |---|---|
//! | [`server::robust`] | sockets and who is late, limits, the stop: what slow, many or hostile clients take |
//! | [`robust`] | the log, sockets and signals beyond std, files and terminals that are written safely |
//! | `server/tap.rs`, `glass.rs` | the hook for whoever looks on, and what they see |
//! | [`server::store`], `server/client/accounts.rs`, `database.rs` | the two hooks for what outlasts the server, and what is behind them |
//! | [`server::order`], `cluster.rs` | the hook for what several servers agree by, and what is behind it |
//! | [`server::keeper`], `console.rs` | the hook for who keeps order, and what is behind it |
//! | `server/robust/balancers.rs`, `proxy.rs` | the hook for whose connection a balancer brings, and what is behind it |
//! | [`flags`] | what the two programs take on the command line |
//! | [`check`] | `chat check`: clients that are played to anybody's server, and what is told of it |
//!
//! # The threads of a server
//! | thread | who starts it | what wakes it | what ends it |
//! |---|---|---|---|
//! | `accept`, the caller of `start_server` | the program | a connection | the stop, which shuts its listener down |
//! | `accept-unframed` | `accept`, if there is a second port | a connection | the same |
//! | `client-N`, one for each client | the thread that accepted it | its socket has something to read | its session is over, and the goodbye is out |
//! | `delivery` | `accept`, first of all | a parcel in the queue | the last handle on the queue is dropped |
//! | `late-N`, one for each slow client | `delivery` | its socket takes bytes again | nothing waits any more, or its client is cut |
//! | `log` | the program | an entry in its channel | the program drops the `Logger`, last |
//! | `signals` | the program | a signal | the end of the process |
//! | `database` | `database::open` | a batch | the delivery thread drops the store |
//!
//! # What is not there
//! What a file need not know it cannot break. `tests/fences.rs` reads this table, and all `use` lines of `src/`:
//!
//! | nothing in | names | since |
//! |---|---|---|
//! | `server` | `database`, `rusqlite`, `argon2` | what outlasts the server is behind two hooks |
//! | `server` | `cluster`, `console`, `proxy` | each of them is behind a hook, too |
//! | `server` | `client`, `check`, `flags` | the server knows only bytes of whoever speaks to it |
//! | `client` | `server`, `database`, `cluster`, `console`, `proxy` | the client goes by the protocol's lines alone |
//! | `server::room` | `std::net`, `std::io`, `server::registry`, `parking_lot` | the room belongs to one thread, which never waits |
//! | `server::session`, `server::word` | `std::net`, `std::io`, `parking_lot`, `server::room` | a session reads from top to bottom, and writes by the queue alone |
//! | `server::registry` | `std::net`, `std::io`, `crossbeam_channel`, `server::delivery`, `log` | nothing is waited for under the registry's lock |
//! | `server::parcel` | `std::net`, `std::io`, `parking_lot`, `server::room`, `server::delivery` | a parcel says what is meant, and does nothing |
//! | `server::robust` | `server::room`, `server::session`, `server::word`, `server::delivery` | what is robust is called by the lesson, not the other way round |
//! | `wire` | `server`, `client`, `parking_lot` | bytes become messages wherever they come from |
//! | `protocol`, `text` | `std::net`, `std::io`, `std::thread`, `parking_lot`, `crossbeam_channel`, `wire`, `server`, `client` | pure: what goes in decides what comes out |
//! | `limits` | `std::net`, `std::io`, `server`, `client`, `wire`, `text`, `protocol` | a table of numbers |
//!
//! `RUST_LOG=debug chat-server` shows each message in every thread that it passes; `RUST_LOG=trace` each read and write.

#[cfg(test)]
extern crate self as chatroom; // the helpers in tests/support name the crate from outside

pub mod check;
pub mod client;
#[cfg(feature = "cluster")]
pub mod cluster;
#[cfg(feature = "console")]
pub mod console;
#[cfg(feature = "database")]
pub mod database;
pub mod flags;
#[cfg(feature = "glass")]
pub mod glass;
pub mod limits;
pub mod protocol;
#[cfg(feature = "proxy")]
pub mod proxy;
pub mod robust;
pub mod server;
pub mod text;
pub mod wire;

#[cfg(feature = "signals")]
pub use self::robust::signals;
pub use self::robust::{logger, shown};
use self::robust::{own_file, sockopts};
