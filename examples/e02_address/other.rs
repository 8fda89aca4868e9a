//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::net::{Ipv6Addr, SocketAddrV6};

use crate::Address;

pub(crate) fn named(name: &str) -> Address {
    match name {
        "by_std" => by_std,
        "last_colon" => last_colon,
        "no_default" => no_default,
        "port_of_bytes" => port_of_bytes,
        _ => panic!("nobody has answered {name}"),
    }
}

fn default_host(host: &str) -> String {
    if host.is_empty() { "127.0.0.1".to_owned() } else { host.to_owned() }
}

/// Lets std read what is IPv6, and cuts the rest at its one colon.
fn by_std(typed: &str) -> Result<(String, u16), String> {
    let text = typed.trim();
    if let Ok(address) = text.parse::<SocketAddrV6>() {
        return Ok((address.ip().to_string(), address.port()));
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<Ipv6Addr>() {
        return Ok((ip.to_string(), 12345));
    }
    if text.contains(['[', ']']) {
        return Err(format!("what is {typed:?}?"));
    }
    let (host, port) = text.split_once(':').unwrap_or((text, "12345"));
    let port = port.parse().map_err(|error| format!("{typed:?} has no port: {error}"))?;
    Ok((default_host(host), port))
}

/// An IPv6 address without brackets loses its end.
fn last_colon(typed: &str) -> Result<(String, u16), String> {
    let (host, port) = typed.trim().rsplit_once(':').unwrap_or((typed.trim(), "12345"));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = port.parse().map_err(|error| format!("{typed:?} has no port: {error}"))?;
    Ok((default_host(host), port))
}

/// The host has no default.
fn no_default(typed: &str) -> Result<(String, u16), String> {
    let (host, port) = typed.trim().split_once(':').unwrap_or((typed.trim(), "12345"));
    Ok((host.to_owned(), port.parse().map_err(|error| format!("{typed:?}: {error}"))?))
}

/// Takes a larger number and cuts it: 65536 becomes 0. And whatever is no port is the default.
fn port_of_bytes(typed: &str) -> Result<(String, u16), String> {
    let text = typed.trim();
    if let Ok((host, port)) = by_std(text) {
        return Ok((host, port));
    }
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    let [.., high, low] = port.parse::<u32>().unwrap_or(12345).to_be_bytes();
    Ok((default_host(host), u16::from_be_bytes([high, low])))
}
