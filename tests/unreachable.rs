//! A server whose own address has gone: nobody can connect to it any more, itself included. A signal ends it in order all
//! the same.
//!
//! That takes networks of the tests' own, so Linux, root, util-linux and iproute2; they are run on demand:
//! `cargo test --test unreachable -- --ignored`.
#![cfg(all(feature = "signals", target_os = "linux"))]

use std::time::Duration;

use rustix::process::Signal;

use crate::network::{inside, joins_by_cable, runs, server_alone};

#[path = "support/network.rs"]
mod network;
#[path = "support/program.rs"]
mod program;
mod support;

/// The promise is three seconds; a busy machine may add to it.
const IN_TIME: Duration = Duration::from_secs(5);

/// How its network is made, where it listens, and what then becomes of that address.
const UNREACHABLE: [(&str, &str, &[&str]); 6] = [
    ("", "0.0.0.0", &[]),
    ("", "::", &[]),
    ("ip link set lo up; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6", "::", &[]),
    ("ip link set lo up", "127.0.0.1", &["ip", "link", "set", "lo", "down"]),
    ("ip link set lo up", "::1", &["ip", "link", "set", "lo", "down"]),
    (
        "ip link set lo up; ip address add 10.0.0.1/32 dev lo",
        "10.0.0.1",
        &["ip", "address", "delete", "10.0.0.1/32", "dev", "lo"],
    ),
];

#[test]
#[ignore = "needs root, to make a network namespace"]
fn a_stop_works_where_the_server_cannot_reach_its_own_address() {
    for (prepare, address, then) in UNREACHABLE {
        for signal in [Signal::TERM, Signal::INT] {
            let mut server = server_alone(prepare, &["--ip-address", address, "--unframed-port", "0"]);
            if !then.is_empty() {
                runs(inside(&server.program, then));
            }
            server.program.signal(signal);
            assert_eq!(server.program.wait_for(IN_TIME).code(), Some(0), "{prepare}; {address}; {then:?}");
            server.program.expect_error("stopped");
        }
    }
}

#[test]
#[ignore = "needs root, to make a network namespace"]
fn who_is_still_connected_is_told_though_the_server_cannot_reach_itself() {
    let mut server = server_alone("ip link set lo up", &["--ip-address", "0.0.0.0"]);
    let mut anna = joins_by_cable(&server, "anna");
    runs(inside(&server.program, &["ip", "link", "set", "lo", "down"]));
    server.program.signal(Signal::TERM);
    while !anna.line().ends_with("The connection is closed: the server stops") {}
    assert_eq!(server.program.wait_for(IN_TIME).code(), Some(0));
}
