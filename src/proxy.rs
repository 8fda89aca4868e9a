//! Feature proxy: balancers that say, in the PROXY protocol, whose connection they bring (feature `proxy`). Touches what
//! such a connection sends first; the rest of the server knows only the seam, `server::robust::balancers`.
//!
//! | file | its one job |
//! |---|---|
//! | `header.rs` | the header, from its bytes |
//! | `flags.rs` | `--trusted-proxy` |
//!
//! Whoever may send such a header may say of a connection what it likes, so only the addresses that are named may; and
//! since nobody else may come from there, a connection without one is a mistake, and is told so.

use std::io::{ErrorKind, Read};
use std::net::{IpAddr, TcpStream};
use std::time::Instant;

use crate::limits::{PROXY_HEADER_BYTES, PROXY_PATIENCE};
use crate::server::robust::balancers::{Balancers, Whose};
use crate::server::robust::leave::Leave;
use crate::wire::is_timeout;

mod flags;
mod header;

pub use self::flags::Flags;

/// The addresses that are believed.
#[derive(Debug)]
pub struct TrustedProxies(Vec<IpAddr>);

impl TrustedProxies {
    /// These. An IPv4 address that is written as an IPv6 one is still that IPv4 address.
    pub fn new(addresses: &[IpAddr]) -> Self {
        TrustedProxies(addresses.iter().map(IpAddr::to_canonical).collect())
    }
}

impl Balancers for TrustedProxies {
    fn bring(&self, from: IpAddr) -> bool {
        self.0.contains(&from.to_canonical())
    }

    fn whose(&self, stream: &TcpStream) -> Result<Whose, Leave> {
        let until = Instant::now() + PROXY_PATIENCE;
        let mut header = Vec::new();
        loop {
            match header::missing(&header).map_err(Leave::NoHeader)? {
                0 => return header::whose(&header).map_err(Leave::NoHeader),
                missing if header.len() + missing > PROXY_HEADER_BYTES => {
                    return Err(Leave::NoHeader("it is too long"));
                }
                missing => read(stream, missing, until, &mut header)?,
            }
        }
    }
}

/// One read of at most so many bytes, in the time that is left.
fn read(mut stream: &TcpStream, bytes: usize, until: Instant, header: &mut Vec<u8>) -> Result<(), Leave> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Leave::NoHeader("it has not come in time"));
    }
    let begun = header.len();
    header.resize(begun + bytes, 0);
    let timeout = stream.set_read_timeout(Some(left));
    let count = timeout.and_then(|()| stream.read(header.get_mut(begun..).unwrap_or_default()));
    header.truncate(begun + count.as_ref().copied().unwrap_or_default());
    match count {
        Ok(0) if begun > 0 => Err(Leave::NoHeader("this one ended before it was complete")),
        Ok(0) => Err(Leave::End),
        Ok(_) => Ok(()),
        Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => Ok(()),
        Err(error) => Err(Leave::Broken(error.kind())),
    }
}
