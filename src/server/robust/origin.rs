//! Robust: where a client comes from, as the limits count it: what one person may have behind it counts as one. Pure;
//! touches nothing.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The last 64 bits of an IPv6 address are its owner's to choose: whoever has one has them all.
const NETWORK_BITS: u128 = !0 << 64;

/// An IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Origin(IpAddr);

impl Origin {
    /// Of what all the rest have in common, where no more can be told apart.
    pub(crate) const OTHERS: Origin = Origin(IpAddr::V6(Ipv6Addr::from_bits(NETWORK_BITS)));

    /// Where `address` belongs. An IPv4 address that is written as an IPv6 one is still that IPv4 address.
    pub(crate) fn of(address: IpAddr) -> Self {
        Origin(match address.to_canonical() {
            IpAddr::V6(address) if !address.is_loopback() => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK_BITS))
            }
            address => address,
        })
    }

    /// This computer itself.
    pub(crate) fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V6(address) if !address.is_loopback() => write!(f, "{address}/64"),
            address => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Origin {
        Origin::of(address.parse().expect("an address"))
    }

    #[test]
    fn an_ipv6_address_counts_by_its_64_and_an_ipv4_address_however_it_is_written() {
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
        assert!(of("::1").is_loopback() && of("127.0.0.2").is_loopback() && of("::ffff:127.0.0.1").is_loopback());
        assert!(!of("::2").is_loopback() && !of("192.0.2.7").is_loopback() && !Origin::OTHERS.is_loopback());
    }
}
