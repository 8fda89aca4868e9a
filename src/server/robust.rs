//! Robust: what keeps the server on its feet when clients are slow, many, hostile or gone. The lesson calls it, and can be
//! read without it.
//!
//! | file | its one job |
//! |---|---|
//! | `connection.rs`, `backlog.rs`, `late.rs` | one client's socket, its backlog, and the thread of who is late |
//! | `leave.rs` | every reason to end a session |
//! | `ticket.rs` | what a session has that may outlive its connection |
//! | `places.rs`, `origin.rs` | how many may be here, in all and from one address |
//! | `balancers.rs` | the seam to who says whose connection a balancer brings |
//! | `pace.rs`, `rate_limit.rs` | how fast one client may write, and all who share an address |
//! | `stop.rs` | how the server is told to stop |
//! | `capacity.rs` | how many fit this machine |
//! | `seldom.rs` | a log line that anybody can cause |
//! | `motd.rs`, `addresses.rs` | the teacher's blackboard; what to tell the class |

pub mod addresses;
pub(crate) mod backlog;
pub mod balancers;
pub mod capacity;
pub mod connection;
pub(crate) mod late;
pub mod leave;
pub mod motd;
pub(crate) mod origin;
pub(crate) mod pace;
pub(crate) mod places;
pub(crate) mod rate_limit;
pub(crate) mod seldom;
pub mod stop;
pub(crate) mod ticket;
