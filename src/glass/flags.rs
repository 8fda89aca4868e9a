//! Feature glass: the glass server's flags of `chat-server`. Touches clap, and opens what they name: a listener, files.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::lab::faults::FAULTS;
use super::lab::{Relay, Wire};
use super::visitors::VISITORS;
use super::{Glass, Lab, Trace};
use crate::flags::whole;
use crate::server::Stop;
use crate::text::Nickname;

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
    /// For a lesson, on this computer alone: split=3,delay=50ms,stall=boris, or fault=NAME, one of the original's
    #[arg(long, value_name = "KNOB=VALUE", value_parser = knobs)]
    lab: Option<Knobs>,
    /// For a lesson, on this computer alone: one thread serves all clients, so the second waits for the first
    #[arg(long)]
    one_thread: bool,
}

/// `--lab`.
#[derive(Debug, Clone, Default)]
struct Knobs {
    wire: Wire,
    stall: Option<String>,
    /// As it was written.
    said: String,
}

impl Flags {
    /// Opens what the flags name.
    ///
    /// # Errors
    /// The port is taken, or a file cannot be written; the line says what to do.
    pub fn open(&self, show_text: bool) -> io::Result<Glass> {
        let listener = self.glass.map(listen).transpose()?;
        let traces = self.trace.iter().map(|path| Trace::create(path, self.trace_max)).collect::<io::Result<_>>()?;
        let stall = self.lab.as_ref().and_then(|knobs| knobs.stall.clone());
        Ok(Glass { listener, show_text, traces, lab: Lab { stall, one_thread: self.one_thread } })
    }

    /// What the lab does, to be said loudly; nothing where there is no lab.
    ///
    /// # Errors
    /// Others could come into a server that is wrong on purpose.
    pub fn warning(&self, address: SocketAddr) -> io::Result<Option<String>> {
        let said: Vec<&str> =
            self.lab.iter().map(|knobs| knobs.said.as_str()).chain(self.one_thread.then_some("one thread")).collect();
        if said.is_empty() {
            return Ok(None);
        }
        if !address.ip().to_canonical().is_loopback() {
            return Err(io::Error::other("--lab and --one-thread are for this computer alone: leave --ip-address out"));
        }
        Ok(Some(said.join(", ")))
    }

    /// Lays the lab's wire before the server, where one is asked for.
    ///
    /// # Errors
    /// There is no second port for it, or no thread.
    pub fn lay(&self, listener: TcpListener, stop: &Stop) -> io::Result<(TcpListener, Option<Relay>)> {
        match &self.lab {
            Some(knobs) if !knobs.wire.is_straight() => {
                let (inner, relay) = knobs.wire.clone().lay(listener, stop)?;
                Ok((inner, Some(relay)))
            }
            _ => Ok((listener, None)),
        }
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

fn knobs(text: &str) -> Result<Knobs, String> {
    let mut knobs = Knobs { said: text.to_owned(), ..Knobs::default() };
    for knob in text.split(',') {
        match knob.split_once('=') {
            Some(("split", bytes)) => {
                let bytes = bytes.parse().ok().filter(|&bytes: &usize| bytes > 0);
                knobs.wire.split = Some(bytes.ok_or("split=3 writes at most 3 bytes at once; a number from 1 on")?);
            }
            Some(("delay", time)) => {
                knobs.wire.delay = delay(time).ok_or("delay=50ms waits before each write; at most 10s")?;
            }
            Some(("stall", nickname)) => {
                knobs.stall = Some(Nickname::parse(nickname).map_err(|refusal| refusal.to_string())?.to_string());
            }
            Some(("fault", name)) => {
                let known = FAULTS.iter().find(|(known, ..)| *known == name).map(|(_, fault, _)| *fault);
                let faults = FAULTS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
                knobs.wire.fault = Some(known.ok_or_else(|| format!("the faults are {faults}"))?);
            }
            _ => {
                return Err(
                    "the knobs are split=3, delay=50ms, stall=NICK and fault=NAME, with commas between them".into()
                );
            }
        }
    }
    Ok(knobs)
}

/// `50ms` or `2s`, up to ten seconds.
fn delay(text: &str) -> Option<Duration> {
    let milliseconds = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => number.parse().ok(),
        (None, Some(number)) => number.parse::<u64>().ok()?.checked_mul(1000),
        _ => None,
    };
    milliseconds.map(Duration::from_millis).filter(|time| *time <= Duration::from_secs(10))
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
    fn the_knobs_of_the_lab_are_told_where_they_are_wrong() {
        let wire = knobs("split=3,delay=50ms,stall=boris").expect("they are right");
        assert_eq!((wire.wire.split, wire.wire.delay), (Some(3), Duration::from_millis(50)));
        assert_eq!(wire.stall.as_deref(), Some("boris"));
        for (wrong, part) in [
            ("split=0", "from 1 on"),
            ("delay=1h", "at most 10s"),
            ("stall=LIST", ""),
            ("fault=x", "one-recv"),
            ("turbo=1", "the knobs are"),
            ("", "the knobs are"),
        ] {
            let why = knobs(wrong).map(|knobs| knobs.said).expect_err(wrong);
            assert!(why.contains(part), "{wrong}: {why}");
        }
    }

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
