//! Robust: whose connection a balancer brings: the seam between the server and a protocol that says so (feature `proxy`). Touches
//! nothing; without it every connection is its sender's own.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpStream};

use super::leave::Leave;

/// The machines that connect for others, and say for whom before anything else.
pub trait Balancers: Send + Sync + fmt::Debug {
    /// Whether what comes from this address is brought for somebody.
    fn bring(&self, from: IpAddr) -> bool;

    /// Reads what the balancer says first, and not one byte more. Blocks until it is there, or a deadline of its own is
    /// over.
    ///
    /// # Errors
    /// It is not there, or makes no sense: this connection ends, and no other.
    fn whose(&self, stream: &TcpStream) -> Result<Whose, Leave>;
}

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A client's, who is at this address.
    Client(SocketAddr),
    /// The balancer's own, which looks whether the server is well; or of somebody whom it cannot name.
    Own,
}
