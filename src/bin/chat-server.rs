//! Comfort: `chat-server`: flags, the log, one call, and the exit status: 0 done, 1 failed, 2 wrong usage.

use std::io::{self, ErrorKind, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use chatroom::client::Lang;
use chatroom::flags::server::Flags;
use chatroom::limits::{CLIENTS, PORT};
use chatroom::logger;
use chatroom::server::addresses;
use chatroom::server::capacity::{self, Capacity};
use chatroom::server::motd::Motd;
use chatroom::server::{Config, Glass, Stop, start_server};

fn main() -> ExitCode {
    let flags = Flags::read();
    let lang = flags.lang();
    #[cfg(feature = "console")]
    if let Some(status) = flags.console.run(lang) {
        return status;
    }
    if let Err(error) = capacity::have_room_for_stacks() {
        return fail(&error.to_string(), lang);
    }
    // Held until `main` ends: its drop writes the last lines.
    let _log = match logger::start(flags.show_text) {
        Ok(log) => log,
        Err(error) => return fail(&format!("cannot start the log: {error}"), lang),
    };
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), lang),
    }
}

fn run(flags: &Flags) -> io::Result<()> {
    #[cfg(feature = "signals")]
    chatroom::signals::survive_full_files()?;
    #[cfg(not(feature = "database"))]
    let database = None;
    #[cfg(feature = "database")]
    let chatroom::database::Asked::Chat(database) = flags.database.run(flags.lang())? else { return Ok(()) };
    #[cfg(not(feature = "database"))]
    let hashing = 0;
    #[cfg(feature = "database")]
    let hashing = if database.is_some() { chatroom::database::hashing_bytes() } else { 0 };
    let order = flags.engine()?;
    let capacity = Capacity::of_this_machine(hashing);
    let (max_clients, late_threads) = clients(flags.max_clients, &capacity, beside(flags))?;
    #[cfg(not(feature = "proxy"))]
    let balancers = None;
    #[cfg(feature = "proxy")]
    let balancers = flags.proxy.balancers();
    let motd = motd(flags)?;
    let (host, port) = flags.ip_address.clone().or_port(flags.port);
    let listener = listen(&host, port, "--port")?;
    let (glass, its_page) = glass(flags, listener.local_addr()?)?;
    let unframed = flags.unframed_port.map(|port| listen(&host, port, "--unframed-port")).transpose()?;
    let stop = Stop::new();
    #[cfg(feature = "signals")]
    chatroom::signals::stop_on_signals(&stop)?;
    #[cfg(not(feature = "console"))]
    let keeper = None;
    #[cfg(feature = "console")]
    let console = chatroom::console::Console::new(&flags.console, listener.local_addr()?, &stop, flags.lang())?;
    #[cfg(feature = "console")]
    let keeper = Some(console.keeper());
    // Last: who reads this line may connect, and may send a signal.
    let its_address = unframed.as_ref().map(TcpListener::local_addr).transpose()?;
    say_where(flags, listener.local_addr()?, its_address, its_page);
    let config = Config {
        max_clients,
        late_threads,
        per_address: flags.per_address,
        rate: flags.rate.0,
        motd,
        login: Duration::from_secs(flags.login_timeout),
        peer_timeout: Duration::from_secs(flags.peer_timeout),
        unframed,
        database,
        glass,
        order,
        keeper,
        balancers,
    };
    serve(flags, listener, config, &stop)
}

/// The teacher's blackboard. What cannot be shown is said now, not to the first who comes.
fn motd(flags: &Flags) -> io::Result<Option<Motd>> {
    let motd = flags.motd.clone().map(Motd::File);
    motd.as_ref().map_or(Ok(None), Motd::read)?;
    Ok(motd)
}

/// Who looks on, and where the page for it is.
#[cfg(feature = "glass")]
fn glass(flags: &Flags, address: SocketAddr) -> io::Result<(Glass, Option<SocketAddr>)> {
    flags.glass.warning(address)?;
    let glass = flags.glass.open(flags.show_text)?;
    let page = glass.listener.as_ref().map(TcpListener::local_addr).transpose()?;
    Ok((glass, page))
}

#[cfg(not(feature = "glass"))]
fn glass(_: &Flags, _: SocketAddr) -> io::Result<(Glass, Option<SocketAddr>)> {
    Ok((Glass::default(), None))
}

/// How many descriptors that may need.
#[cfg(feature = "glass")]
fn beside(flags: &Flags) -> usize {
    flags.glass.descriptors()
}

#[cfg(not(feature = "glass"))]
fn beside(_: &Flags) -> usize {
    0
}

/// The server, with the lab's wire before it where there is one.
#[cfg(feature = "glass")]
fn serve(flags: &Flags, listener: TcpListener, config: Config, stop: &Stop) -> io::Result<()> {
    let (listener, relay) = flags.glass.lay(listener, stop)?;
    let ended = start_server(listener, config, stop);
    if let Some(relay) = relay {
        relay.end();
    }
    ended
}

#[cfg(not(feature = "glass"))]
fn serve(_: &Flags, listener: TcpListener, config: Config, stop: &Stop) -> io::Result<()> {
    start_server(listener, config, stop)
}

/// How many clients and late threads, so many descriptors being needed beside them: an explicit figure that does not fit
/// is refused, the default shrinks.
fn clients(wanted: Option<usize>, capacity: &Capacity, beside: usize) -> io::Result<(usize, usize)> {
    let fits = capacity.clients().saturating_sub(beside);
    let clients = match wanted {
        _ if fits == 0 => {
            return Err(io::Error::other(format!("nobody could come: {}", capacity.reason())));
        }
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

/// A bound listener, or what to do about it.
fn listen(host: &str, port: u16, flag: &str) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> =
        (host, port).to_socket_addrs().map_err(|error| cannot_find(host, &error))?.collect();
    TcpListener::bind(addresses.as_slice()).map_err(|error| {
        let advice = advice(error.kind(), flag);
        io::Error::other(format!("cannot listen on {host} port {port}: {error}; {advice}"))
    })
}

/// A name that has no address.
fn cannot_find(host: &str, error: &io::Error) -> io::Error {
    io::Error::other(format!("cannot find the host '{host}' ({error}); check --ip-address"))
}

/// What to do where an address cannot be had.
fn advice(kind: ErrorKind, flag: &str) -> String {
    match kind {
        ErrorKind::AddrInUse => format!("another program has this port; stop it or choose another with {flag}"),
        ErrorKind::PermissionDenied => format!("ports below 1024 need privileges; choose another with {flag}"),
        ErrorKind::AddrNotAvailable => {
            "this computer does not have this address; 'ip address' lists those it has".to_owned()
        }
        _ => format!("check --ip-address and {flag}"),
    }
}

/// The first lines: where the server is to be reached, and by whom. A closed stdout does not matter to the chat.
fn say_where(flags: &Flags, address: SocketAddr, unframed: Option<SocketAddr>, page: Option<SocketAddr>) {
    let lang = flags.lang();
    // Scripts read the address behind this: it is the same in both languages.
    let mut said = format!("Listening on {address}\n");
    if address.ip().to_canonical().is_loopback() {
        said += lang.words("Only this computer can reach it. For a class: chat-server -i 0.0.0.0");
        said.push('\n');
    } else {
        said += &invitation(address, lang);
    }
    if let Some(unframed) = unframed {
        said += &(lang.fill("Listening on {unframed} for clients that frame nothing", &[&unframed]) + "\n");
    }
    #[cfg(feature = "glass")]
    if let Ok(Some(knobs)) = flags.glass.warning(address) {
        log::warn!("the lab: this server is wrong on purpose ({knobs})");
        said += &(lang.fill("A LAB: THIS SERVER IS WRONG ON PURPOSE ({knobs})", &[&knobs]) + "\n");
    }
    if let Some(page) = page {
        said += &(lang.fill("What happens inside is to be seen at http://{page}/", &[&page]) + "\n");
    }
    let patience = "Who comes has {seconds} seconds to choose a nickname (--login-timeout)";
    said += &(lang.fill(patience, &[&flags.login_timeout]) + "\n");
    let mut stdout = io::stdout();
    if let Err(error) = stdout.write_all(said.as_bytes()).and_then(|()| stdout.flush()) {
        log::info!("listening on {address}, which nobody could be told: {error}");
    }
}

/// What to tell the others: one line for each address of this computer that they can use.
fn invitation(address: SocketAddr, lang: Lang) -> String {
    let (ip, port) = (address.ip(), address.port());
    let reachable = if ip.is_unspecified() { addresses::reachable() } else { vec![ip] };
    let same_family = |other: &IpAddr| ip.is_ipv6() || other.is_ipv4();
    let port = if port == PORT { String::new() } else { format!(" -p {port}") };
    let lines: String = reachable
        .iter()
        .filter(|other| same_family(other))
        .map(|other| format!("    chat -i {other}{port}\n"))
        .collect();
    if lines.is_empty() {
        let words = "Others join with: chat -i ADDRESS{port}, and this computer's address, which 'ip address' lists";
        return lang.fill(words, &[&port]) + "\n";
    }
    format!("{}\n{lines}", lang.words("Others join with"))
}

/// One line, no backtrace. A closed stderr cannot be told.
fn fail(why: &str, lang: Lang) -> ExitCode {
    writeln!(io::stderr(), "chat-server: {}", lang.told(why)).unwrap_or_default();
    ExitCode::FAILURE
}
