//! Feature glass: the glass server's flags of `chat-server`. Touches clap, and opens what they name: a listener, files.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::visitors::VISITORS;
use super::{Glass, Trace};
use crate::flags::whole;

/// What `chat-server` takes beside its own flags.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Flags {
    /// Show on a page, in a browser on this computer, what each thread does; what is said only with --show-text
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8080", value_parser = loopback)]
    glass: Option<SocketAddr>,
    /// Write the run down: FILE.mmd is a sequence diagram (mermaid), FILE.json a trace for Perfetto
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = trace_file)]
    trace: Vec<PathBuf>,
    /// Most arrows in a diagram, and most events in a trace
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = whole::<usize>(1, u64::MAX))]
    trace_max: usize,
}

impl Flags {
    /// Opens what the flags name.
    ///
    /// # Errors
    /// The port is taken, or a file cannot be written; the line says what to do.
    pub fn open(&self, show_text: bool) -> io::Result<Glass> {
        let listener = self.glass.map(listen).transpose()?;
        let traces = self.trace.iter().map(|path| Trace::create(path, self.trace_max)).collect::<io::Result<_>>()?;
        Ok(Glass { listener, show_text, traces, ..Glass::default() })
    }

    /// Descriptors that it may need beside the chat's.
    pub fn descriptors(&self) -> usize {
        // The listener and the handle by which it is stopped; and one for who comes too many.
        self.trace.len() + if self.glass.is_some() { VISITORS + 3 } else { 0 }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let other = SocketAddr::new(address.ip(), address.port().wrapping_add(1).max(1024));
        let why = match error.kind() {
            ErrorKind::AddrInUse => "another program has this port",
            _ => "choose another port",
        };
        io::Error::other(format!("the page cannot be at {address}: {error}; {why}: write --glass {other}"))
    })
}

/// A port, or an address of this computer alone and a port.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("write an address and a port, such as 127.0.0.1:8080: '{text}' is none");
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let port: u16 = port.parse().map_err(|_| wrong())?;
    let ip = match host.trim_start_matches('[').trim_end_matches(']') {
        "" | "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        "::1" => IpAddr::V6(Ipv6Addr::LOCALHOST),
        host => host.parse().map_err(|_| wrong())?,
    };
    // The page's own check of names knows these two.
    if ip == IpAddr::V4(Ipv4Addr::LOCALHOST) || ip == IpAddr::V6(Ipv6Addr::LOCALHOST) {
        return Ok(SocketAddr::new(ip, port));
    }
    Err(format!("the page shows who is in the room, so it is for this computer alone: write 127.0.0.1:{port}"))
}

fn trace_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("mmd" | "json") => Ok(path),
        _ => Err("its name has to end in .mmd (a diagram) or .json (a trace)".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_for_this_computer_alone() {
        for (text, address) in [
            ("8081", "127.0.0.1:8081"),
            ("localhost:8081", "127.0.0.1:8081"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::1]:8081", "[::1]:8081"),
        ] {
            assert_eq!(loopback(text), Ok(address.parse().expect("an address")), "{text}");
        }
        for text in ["0.0.0.0:8080", "192.0.2.2:8080", "[::]:8080", "127.0.0.2:8080"] {
            let why = loopback(text).expect_err(text);
            assert!(why.contains("this computer alone: write 127.0.0.1:8080"), "{why}");
        }
        for text in ["", "x", "127.0.0.1", "127.0.0.1:", "host:8080", "127.0.0.1:70000"] {
            let why = loopback(text).expect_err(text);
            assert!(why.contains("such as 127.0.0.1:8080"), "{why}");
        }
    }
}
