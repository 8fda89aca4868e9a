//! Robust: the addresses of this computer that others can reach, for the first lines that `chat-server` says. Touches
//! `/proc`; std cannot ask for them, and no socket is opened.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All of them, in the system's order, those of IPv4 first; none where the system does not say (it is not Linux).
/// Loopback and link-local addresses are not among them: nobody else can use them as they stand.
pub fn reachable() -> Vec<IpAddr> {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let mut addresses: Vec<IpAddr> = Vec::new();
    let v4 = v4(&read("/proc/net/fib_trie")).into_iter().map(IpAddr::V4);
    let v6 = v6(&read("/proc/net/if_inet6")).into_iter().map(IpAddr::V6);
    for address in v4.chain(v6) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// In the routing table an own address stands in a line, and the line below it ends in `host LOCAL`.
fn v4(table: &str) -> Vec<Ipv4Addr> {
    let lines: Vec<&str> = table.lines().map(str::trim).collect();
    let own = lines.windows(2).filter(|two| two[1] == "/32 host LOCAL");
    let addresses = own.filter_map(|two| two[0].strip_prefix("|-- ")?.parse().ok());
    addresses.filter(|address: &Ipv4Addr| !address.is_loopback() && !address.is_link_local()).collect()
}

/// One line for each address: 32 hexadecimal digits, then its interface's number, its prefix and its scope, 00 for global.
fn v6(table: &str) -> Vec<Ipv6Addr> {
    let global = |line: &str| {
        let mut fields = line.split_whitespace();
        let address = u128::from_str_radix(fields.next()?, 16).ok()?;
        (fields.nth(2)? == "00").then(|| Ipv6Addr::from_bits(address))
    };
    table.lines().filter_map(global).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIB_TRIE: &str = "Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 127.0.0.0/8 2 0 2
           |-- 127.0.0.1
              /32 host LOCAL
        +-- 192.0.2.0/30 2 0 2
           |-- 192.0.2.0
              /24 link UNICAST
           |-- 192.0.2.2
              /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
     |-- 169.254.7.7
        /32 host LOCAL
";
    const IF_INET6: &str = "00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000002 04 40 00 82     eth0
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
";

    #[test]
    fn own_addresses_are_found_but_not_those_that_nobody_else_can_use() {
        assert_eq!(v4(FIB_TRIE), [Ipv4Addr::new(192, 0, 2, 2)]);
        assert_eq!(v6(IF_INET6), ["2001:db8::2".parse::<Ipv6Addr>().expect("an address")]);
        assert!(v4("").is_empty() && v6("no table").is_empty());
    }
}
