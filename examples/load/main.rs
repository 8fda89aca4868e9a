//! Puts load on the real chat-server and checks what every client heard: nothing lost, nothing doubled, one order.
//!
//! ```text
//! cargo run --release --example load                                   10 senders, 8 messages in flight each
//! cargo run --release --example load -- --clients 1000 --rate 100      100 messages a second in all
//! cargo run --release --example load -- --clients 200 --frozen 20 --rate 2000 --size 600 --seconds 15
//! cargo run --release --example load -- --reference floor --reference outbox
//! ```
//!
//! Each reference (see `reference.rs`) gets the same load in the same run: only ratios say something about the server
//! rather than about the machine. The way through the files: `main`, `target` (what is measured), `measure` (one run),
//! `fleet` and `client` (who makes the load), `recorder` (who checks), `report` (what is printed).
//!
//! The status is not 0 when the server lost, doubled, damaged or reordered something, or cut somebody who reads.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::measure::{Plan, Pressure, measure};
use crate::reference::Reference;
use crate::report::Ratios;
use crate::target::Target;

mod client;
mod durations;
mod fleet;
mod measure;
mod process;
mod recorder;
mod reference;
mod report;
mod target;

/// Most senders: those are looked at for something that waits to be written.
const SENDERS_MAX: usize = 100;
/// Descriptors that are not clients.
const DESCRIPTORS_RESERVE: u64 = 50;

/// Puts load on chat-server, checks what every client heard, and compares with simpler servers.
#[derive(Debug, Parser)]
#[command(name = "load")]
struct Flags {
    /// Clients in the group; each also hears what it says itself
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    clients: u32,
    /// How many of them speak
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=SENDERS_MAX as i64))]
    senders: u32,
    /// Messages that each sender has in flight: the next one goes when its own echo has come
    #[arg(long, default_value_t = 8, conflicts_with = "rate", value_parser = clap::value_parser!(u32).range(1..))]
    window: u32,
    /// Messages a second of all senders together, instead of a window
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Bytes in the text of each message
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(40..=4096))]
    size: u32,
    /// How long messages are sent
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many of the clients join and then never read
    #[arg(long, default_value_t = 0)]
    frozen: u32,
    /// A server that runs already (with '--rate off'), instead of one that is started
    #[arg(long)]
    address: Option<SocketAddr>,
    /// What to compare with, in the same run; can be given again
    #[arg(long, value_enum)]
    reference: Vec<Reference>,
    /// How many times everything is measured, in turn; ratios are the median of all
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// The chat-server to start [default: the one that stands beside this example]
    #[arg(long)]
    server: Option<PathBuf>,
    /// Be that reference: this is how one gets a process of its own
    #[arg(long, hide = true)]
    serve: Option<Reference>,
    /// More flags for chat-server, after '--'; its port, rate and number of clients are set unless they are among these
    #[arg(last = true)]
    arguments: Vec<String>,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let result = match flags.serve {
        Some(reference) => reference.serve().map(|()| true),
        None => run(&flags),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            writeln!(io::stderr(), "load: {error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

/// Measures everything that was asked for; true where the server did right each time.
fn run(flags: &Flags) -> io::Result<bool> {
    let plan = plan(flags, descriptors()?)?;
    let server = match (&flags.server, flags.address) {
        (Some(program), _) => program.clone(),
        (None, Some(_)) => PathBuf::new(),
        (None, None) => target::chat_server()?,
    };
    let mut right = true;
    let mut turns = vec![Vec::new(); flags.reference.len()];
    for _ in 0..flags.repeat {
        let target = match flags.address {
            Some(address) => Target::running(address),
            None => Target::server(&server, plan.clients + 10, &flags.arguments)?,
        };
        let of_server = measure(target, &plan)?;
        report::print(&plan, &of_server)?;
        right &= of_server.is_right();
        for (&reference, turns) in flags.reference.iter().zip(&mut turns) {
            let figures = measure(Target::reference(reference)?, &plan)?;
            report::print(&plan, &figures)?;
            turns.push(Ratios::new(&of_server, &figures));
        }
    }
    for (reference, turns) in flags.reference.iter().zip(&turns) {
        report::compare(reference.name(), turns)?;
    }
    Ok(right)
}

/// What is to be done, cut down to what the descriptor limit permits.
fn plan(flags: &Flags, descriptors: usize) -> io::Result<Plan> {
    let wanted = flags.clients as usize;
    let clients = wanted.min(descriptors);
    if clients < wanted {
        writeln!(io::stderr(), "load: only {clients} clients instead of {wanted}: 'ulimit -n' permits no more")?;
    }
    let frozen = flags.frozen as usize;
    let senders = (flags.senders as usize).min(clients.saturating_sub(frozen));
    if senders == 0 {
        return Err(io::Error::other("of the clients at least one has to read and speak; lower --frozen"));
    }
    Ok(Plan {
        clients,
        senders,
        frozen,
        size: flags.size as usize,
        time: Duration::from_secs(flags.seconds),
        pressure: flags.rate.map_or(Pressure::Window(flags.window as usize), Pressure::Rate),
    })
}

/// Raises the soft descriptor limit to the hard one, for the server too, and says how many clients that permits.
fn descriptors() -> io::Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    let most = limit.maximum.unwrap_or(u64::MAX).saturating_sub(DESCRIPTORS_RESERVE);
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}
