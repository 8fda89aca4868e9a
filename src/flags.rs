//! Comfort: what the two programs take on the command line. Here rather than in the programs, so that `tests/share.rs`
//! can make the completions and manual pages in `docs/share/` from it.

use std::str::FromStr;

pub mod chat;
pub mod check;
pub mod language;
pub mod manual;
mod russian;
pub mod server;
mod wrong;

/// `--ip-address`: a host, and the port where it stands behind it, as in `192.0.2.2:12345` or `[::1]:12345`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// An address or a name, without brackets.
    pub host: String,
    /// The port, where it is named here.
    pub port: Option<u16>,
}

impl Address {
    /// The host, and the port that it names, or else `port`.
    pub fn or_port(self, port: u16) -> (String, u16) {
        (self.host, self.port.unwrap_or(port))
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("write a host, such as 192.0.2.2, ::1 or a name, and its port with --port: '{text}' is neither");
        let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(None) => return Err(wrong()),
            Some(Some((host, rest))) => (host, rest.strip_prefix(':').or((!rest.is_empty()).then_some(rest))),
            // Two colons without brackets are an address of IPv6 as it stands.
            None => match text.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                _ => (text, None),
            },
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(wrong());
        }
        let port = port.map(|port| port.parse().map_err(|_| wrong())).transpose()?;
        Ok(Address { host: host.to_owned(), port })
    }
}

/// A parser for whole numbers that says in words what would be right.
pub(crate) fn whole<T: TryFrom<u64>>(least: u64, most: u64) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| match most {
            u64::MAX => format!("it has to be a whole number from {least} on"),
            _ => format!("it has to be a whole number from {least} to {most}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_may_stand_behind_the_host() {
        let address = |text: &str| text.parse::<Address>().map(|address| (address.host, address.port));
        for (text, host, port) in [
            ("192.0.2.2", "192.0.2.2", None),
            ("192.0.2.2:80", "192.0.2.2", Some(80)),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("[::1]:80", "::1", Some(80)),
            ("localhost:80", "localhost", Some(80)),
        ] {
            assert_eq!(address(text), Ok((host.to_owned(), port)), "{text}");
        }
        for wrong in ["", ":80", "[::1", "[]:80", "host:", "host:x", "host:70000", "[::1]80x", "a b"] {
            let why = address(wrong).expect_err(wrong);
            assert!(why.contains("--port"), "{why}");
        }
    }

    #[test]
    fn what_is_no_such_number_is_told_what_would_be() {
        let days = whole::<u32>(1, u64::MAX);
        assert_eq!(days("7"), Ok(7));
        for wrong in ["0", "-1", "x", "", "1.5", "4294967296", "18446744073709551616"] {
            assert_eq!(days(wrong), Err("it has to be a whole number from 1 on".into()), "{wrong}");
        }
        assert_eq!(whole::<u16>(1, 65_535)("65536"), Err("it has to be a whole number from 1 to 65535".into()));
    }
}
