//! Feature cluster: the flags of `chat-server` for it. Touches clap.

use std::io;

use clap::Args;

use crate::server::order::Engine;

/// What `chat-server` takes beside its own flags.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Flags {
    /// Several servers with one chat, by this etcd: the addresses of its members, such as `http://127.0.0.1:2379`, with commas
    #[arg(long, value_name = "URL[,URL]", value_delimiter = ',', value_parser = endpoint)]
    cluster: Vec<String>,
    /// What this server is called among the others, in the log
    #[arg(long, value_name = "NAME", requires = "cluster", default_value = "server", value_parser = name)]
    server_name: String,
}

impl Flags {
    /// The cluster, where one is asked for.
    ///
    /// # Errors
    /// One line: no member of the engine answers.
    pub fn engine(&self) -> io::Result<Option<Box<dyn Engine>>> {
        if self.cluster.is_empty() { Ok(None) } else { super::engine(&self.cluster, &self.server_name).map(Some) }
    }
}

/// Where one member listens for clients: a host and a port. Without encryption, which is for the network to give.
fn endpoint(text: &str) -> Result<String, String> {
    let wrong = || "it has to be http://HOST:PORT, such as http://127.0.0.1:2379; https is not known here".to_owned();
    let place = text.trim().strip_prefix("http://").ok_or_else(wrong)?.trim_end_matches('/');
    let (host, port) = place.rsplit_once(':').ok_or_else(wrong)?;
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "[]:.-_".contains(c));
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    if is_host && is_port { Ok(place.to_owned()) } else { Err(wrong()) }
}

fn name(text: &str) -> Result<String, String> {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_plain && (1..=32).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("it has to be 1 to 32 letters, digits, - or _".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_a_host_and_a_port() {
        for (text, place) in [
            ("http://127.0.0.1:2379", "127.0.0.1:2379"),
            ("http://etcd-1.lan:2379/", "etcd-1.lan:2379"),
            (" http://[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(endpoint(text).as_deref(), Ok(place), "{text}");
        }
        for wrong in
            ["", "127.0.0.1:2379", "https://a:1", "http://a", "http://:1", "http://a:0", "http://a b:1", "http://a:1/x"]
        {
            assert!(endpoint(wrong).is_err_and(|why| why.contains("http://HOST:PORT")), "{wrong}");
        }
    }

    #[test]
    fn a_server_has_a_plain_name() {
        assert!(name("a").is_ok() && name("room_3-b").is_ok());
        assert!(name("").is_err() && name("a.b").is_err() && name("a b").is_err() && name(&"a".repeat(33)).is_err());
    }
}
