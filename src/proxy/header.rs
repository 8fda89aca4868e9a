//! Feature proxy: the header of the PROXY protocol: how much of it is still to come, and whose connection it says this
//! is. Pure.
//!
//! Version 1 is a line of text, `PROXY TCP4 192.0.2.7 192.0.2.2 40000 12345`. Version 2 is binary: twelve bytes that no
//! other protocol begins with, the command, the family, and the length of what follows. What stands behind a header is the
//! client's own, so no byte of that may be read along with it.

use proxy_header::{ParseConfig, ProxyHeader};

use crate::server::robust::balancers::Whose;

const V1: &[u8] = b"PROXY ";
/// The shortest line of version 1 is `PROXY UNKNOWN`, with its line end.
const V1_LEAST: usize = 15;
/// The longest has two IPv6 addresses.
const V1_MOST: usize = 107;
const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Up to the length of the rest.
const V2_LEAST: usize = 16;
/// The command of version 2 that says: this connection is my own. What stands behind it means nothing.
const LOCAL: u8 = 0x20;

const BEGINS_OTHERWISE: &str = "this one begins otherwise; is 'send-proxy' missing at the balancer?";
const MAKES_NO_SENSE: &str = "the one of this connection makes no sense";

/// How many bytes more may be read without taking one that is not the header's; 0 where it is complete.
pub(super) fn missing(header: &[u8]) -> Result<usize, &'static str> {
    if header.starts_with(V2) {
        return Ok(match header.get(V2_LEAST - 2..V2_LEAST) {
            Some(length) => V2_LEAST + length.iter().fold(0, |sum, &byte| sum * 256 + usize::from(byte)) - header.len(),
            None => V2_LEAST - header.len(),
        });
    }
    if header.starts_with(V1) {
        return match header.len() {
            short @ ..V1_LEAST => Ok(V1_LEAST - short),
            _ if header.ends_with(b"\n") => Ok(0),
            V1_MOST.. => Err(MAKES_NO_SENSE),
            // It has no length: byte by byte, up to its line end.
            _ => Ok(1),
        };
    }
    if V1.starts_with(header) || V2.starts_with(header) { Ok(V1_LEAST - header.len()) } else { Err(BEGINS_OTHERWISE) }
}

/// Whose connection a complete header says this is.
pub(super) fn whose(header: &[u8]) -> Result<Whose, &'static str> {
    if header.starts_with(V2) && header.get(V2.len()) == Some(&LOCAL) {
        return Ok(Whose::Own);
    }
    match ProxyHeader::parse(header, ParseConfig::default()) {
        Ok((parsed, length)) if length == header.len() => {
            Ok(parsed.proxied_address().map_or(Whose::Own, |address| Whose::Client(address.source)))
        }
        _ => Err(MAKES_NO_SENSE),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    /// Reads as from a socket that gives `piece` bytes at a time. Gives what was taken, and what it says.
    fn read(sent: &[u8], piece: usize) -> Result<(usize, Whose), &'static str> {
        let mut header = Vec::new();
        loop {
            match missing(&header)? {
                0 => return whose(&header).map(|whose| (header.len(), whose)),
                missing => {
                    let next = sent.get(header.len()..).filter(|rest| !rest.is_empty()).ok_or("it ended")?;
                    header.extend_from_slice(&next[..next.len().min(missing).min(piece)]);
                }
            }
        }
    }

    fn client(address: &str) -> Whose {
        Whose::Client(address.parse::<SocketAddr>().expect("an address"))
    }

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("it is short").to_be_bytes();
        [V2, &[command, family], &length, rest].concat()
    }

    #[test]
    fn a_header_is_read_in_whatever_pieces_and_nothing_behind_it() {
        let v4 = v2(0x21, 0x11, b"\xC0\0\x02\x07\xC0\0\x02\x02\x9C\x40\x30\x39");
        let with_more = v2(0x21, 0x11, b"\xC0\0\x02\x07\xC0\0\x02\x02\x9C\x40\x30\x39\x05\0\x02id");
        let mut v6 = [0; 36];
        v6[..2].copy_from_slice(b"\x20\x01");
        v6[15] = 7;
        v6[33] = 80;
        let v6 = v2(0x21, 0x21, &v6);
        for (header, whose) in [
            (&b"PROXY TCP4 192.0.2.7 192.0.2.2 40000 12345\r\n"[..], client("192.0.2.7:40000")),
            (b"PROXY TCP6 2001:db8::7 2001:db8::2 1 12345\r\n", client("[2001:db8::7]:1")),
            (b"PROXY UNKNOWN\r\n", Whose::Own),
            (b"PROXY UNKNOWN whatever it says\r\n", Whose::Own),
            (&v4, client("192.0.2.7:40000")),
            (&with_more, client("192.0.2.7:40000")),
            (&v6, client("[2001::7]:80")),
            (&v2(0x21, 0x31, &[b'/'; 216]), Whose::Own),
            (&v2(0x21, 0x00, b""), Whose::Own),
            (&v2(0x20, 0x00, b""), Whose::Own),
            (&v2(0x20, 0x11, b"means nothing"), Whose::Own),
        ] {
            let sent = [header, b"PROXY or not, this is a nickname\n"].concat();
            for piece in [1, 2, 13, 1000] {
                assert_eq!(read(&sent, piece), Ok((header.len(), whose)), "{header:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_is_no_header_is_known_at_its_first_wrong_byte() {
        for garbage in
            [&b"a"[..], b"anna\n", b"GET / HTTP/1.1\r\n", b"PROXX", b"\r\n\r\n\0\r\nQUIT\r", b"\x16\x03\x01", b"\xFF"]
        {
            assert_eq!(read(garbage, 1), Err(BEGINS_OTHERWISE), "{garbage:?}");
            assert_eq!(read(garbage, 1000), Err(BEGINS_OTHERWISE), "{garbage:?}");
        }
        let endless = [V1, &[b'x'; 200]].concat();
        for nonsense in [
            &b"PROXY TCP4 192.0.2.7 192.0.2.2 40000\r\n"[..],
            b"PROXY TCP4 192.0.2.7 192.0.2.2 40000 12345\n",
            b"PROXY TCP4 2001:db8::7 2001:db8::2 1 12345\r\n",
            b"PROXY TCP5 192.0.2.7 192.0.2.2 40000 12345\r\n",
            b"PROXY TCP4 300.0.2.7 192.0.2.2 40000 12345\r\n",
            b"PROXY TCP4 192.0.2.7 192.0.2.2 70000 12345\r\n",
            &endless,
            &v2(0x31, 0x11, &[0; 12]),
            &v2(0x22, 0x11, &[0; 12]),
            &v2(0x21, 0x11, &[0; 11]),
            &v2(0x21, 0x77, &[0; 12]),
            &v2(0x21, 0x31, &[0; 100]),
        ] {
            assert_eq!(read(nonsense, 3), Err(MAKES_NO_SENSE), "{nonsense:?}");
        }
    }
}
