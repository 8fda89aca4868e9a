//! `chat-server`: flags, the log, one call, and the exit status: 0 done, 1 failed, 2 wrong usage.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use chatroom::flags::server::Flags;
use chatroom::limits::{CLIENTS, MOTD_BYTES};
use chatroom::logger;
use chatroom::server::capacity::{self, Capacity};
use chatroom::server::{Config, Stop, start_server};
use clap::Parser;

fn main() -> ExitCode {
    let flags = Flags::parse();
    if let Err(error) = capacity::have_room_for_stacks() {
        return fail(&error.to_string());
    }
    // Held until `main` ends: its drop writes the last lines.
    let _log = match logger::start(flags.show_text) {
        Ok(log) => log,
        Err(error) => return fail(&format!("cannot start the log: {error}")),
    };
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn run(flags: &Flags) -> io::Result<()> {
    #[cfg(feature = "signals")]
    chatroom::signals::survive_full_files()?;
    #[cfg(not(feature = "database"))]
    let kept = None;
    #[cfg(feature = "database")]
    let chatroom::database::Asked::Chat(kept) = flags.database.run()? else { return Ok(()) };
    #[cfg(not(feature = "database"))]
    let hashing = 0;
    #[cfg(feature = "database")]
    let hashing = if kept.is_some() { chatroom::database::hashing_bytes() } else { 0 };
    let (max_clients, late_threads) = clients(flags.max_clients, &Capacity::of_this_machine(hashing))?;
    let motd = flags.motd.as_deref().map(read_motd).transpose()?;
    let listener = listen(&flags.ip_address, flags.port, "--port")?;
    let unframed = flags.unframed_port.map(|port| listen(&flags.ip_address, port, "--unframed-port")).transpose()?;
    let stop = Stop::new();
    #[cfg(feature = "signals")]
    chatroom::signals::stop_on_signals(&stop)?;
    // Last: who reads this line may connect, and may send a signal.
    say_where(listener.local_addr()?, unframed.as_ref().map(TcpListener::local_addr).transpose()?);
    let config = Config {
        max_clients,
        late_threads,
        per_address: flags.per_address,
        rate: flags.rate.0,
        motd: motd.filter(|motd| !motd.is_empty()).map(Into::into),
        login: Duration::from_secs(flags.login_timeout),
        peer_timeout: Duration::from_secs(flags.peer_timeout),
        unframed,
        kept,
    };
    start_server(listener, config, &stop)
}

/// How many clients and late threads: an explicit figure that does not fit is refused, the default shrinks.
fn clients(wanted: Option<usize>, capacity: &Capacity) -> io::Result<(usize, usize)> {
    let fits = capacity.clients();
    let clients = match wanted {
        _ if fits == 0 => return Err(io::Error::other(format!("nobody could come: {}", capacity.reason()))),
        Some(wanted) if wanted > fits => {
            return Err(io::Error::other(format!(
                "--max-clients {wanted} does not fit: {}; --max-clients {fits} would fit",
                capacity.reason()
            )));
        }
        Some(wanted) => wanted,
        None if fits < CLIENTS => {
            log::warn!("only {fits} clients instead of {CLIENTS}: {}", capacity.reason());
            fits
        }
        None => CLIENTS,
    };
    Ok((clients, capacity.late_threads(clients)))
}

/// The blackboard's text, made visible where it holds control characters other than line ends.
fn read_motd(path: &Path) -> io::Result<String> {
    let context = |why: &str| io::Error::other(format!("cannot show --motd {}: {why}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| context(&error.to_string()))?;
    file.take(MOTD_BYTES + 1).read_to_string(&mut text).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => context("it is not UTF-8 text"),
        _ => context(&error.to_string()),
    })?;
    if text.len() as u64 > MOTD_BYTES {
        return Err(context(&format!("it is longer than {MOTD_BYTES} bytes; everyone who joins is sent all of it")));
    }
    let lines: Vec<_> = text.split_terminator('\n').map(|line| chatroom::text::visible(line.trim_end())).collect();
    Ok(lines.join("\n"))
}

/// A bound listener, or what to do about it.
fn listen(host: &str, port: u16, flag: &str) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(|error| io::Error::other(format!("cannot find the host '{host}' ({error}); check --ip-address")))?
        .collect();
    TcpListener::bind(addresses.as_slice()).map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => format!("another program has this port; stop it or choose another with {flag}"),
            ErrorKind::PermissionDenied => format!("ports below 1024 need privileges; choose another with {flag}"),
            ErrorKind::AddrNotAvailable => {
                "this computer does not have this address; 'ip address' lists those it has".into()
            }
            _ => format!("check --ip-address and {flag}"),
        };
        io::Error::other(format!("cannot listen on {host} port {port}: {error}; {advice}"))
    })
}

/// The first lines: where the server is to be reached, and by whom. A closed stdout does not matter to the chat.
fn say_where(address: SocketAddr, unframed: Option<SocketAddr>) {
    let mut said = format!("Listening on {address}\n");
    if address.ip().to_canonical().is_loopback() {
        said += "Only this computer can reach it. For a class: chat-server -i 0.0.0.0,\n";
        said += "and then chat -i with this computer's address\n";
    }
    if let Some(unframed) = unframed {
        said += &format!("Listening on {unframed} for clients that frame nothing\n");
    }
    let mut stdout = io::stdout();
    if let Err(error) = stdout.write_all(said.as_bytes()).and_then(|()| stdout.flush()) {
        log::info!("listening on {address}, which nobody could be told: {error}");
    }
}

/// One line, no backtrace. A closed stderr cannot be told.
fn fail(why: &str) -> ExitCode {
    writeln!(io::stderr(), "chat-server: {why}").unwrap_or_default();
    ExitCode::FAILURE
}
