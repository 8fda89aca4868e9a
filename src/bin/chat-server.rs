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
use chatroom::server::{Config, Stop, start_server};

fn main() -> ExitCode {
    let flags = Flags::read();
    #[cfg(feature = "console")]
    if let Some(status) = flags.console.run(flags.lang()) {
        return status;
    }
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
    let order = flags.engine()?;
    let (max_clients, late_threads) = clients(flags.max_clients, &Capacity::of_this_machine(hashing), flags.lang())?;
    #[cfg(not(feature = "proxy"))]
    let balancers = None;
    #[cfg(feature = "proxy")]
    let balancers = flags.proxy.balancers();
    let motd = flags.motd.clone().map(Motd::File);
    if let Some(motd) = &motd {
        motd.read()?; // what cannot be shown is said now, not to the first who comes
    }
    let (host, port) = flags.ip_address.clone().or_port(flags.port);
    let lang = flags.lang();
    let listener = listen(&host, port, "--port", lang)?;
    let unframed = flags.unframed_port.map(|port| listen(&host, port, "--unframed-port", lang)).transpose()?;
    let stop = Stop::new();
    #[cfg(feature = "signals")]
    chatroom::signals::stop_on_signals(&stop)?;
    #[cfg(not(feature = "console"))]
    let keeper = None;
    #[cfg(feature = "console")]
    let console = chatroom::console::Console::new(&flags.console, listener.local_addr()?, &stop, lang)?;
    #[cfg(feature = "console")]
    let keeper = Some(console.keeper());
    // Last: who reads this line may connect, and may send a signal.
    let its_address = unframed.as_ref().map(TcpListener::local_addr).transpose()?;
    say_where(listener.local_addr()?, its_address, flags.login_timeout, lang);
    let config = Config {
        max_clients,
        late_threads,
        per_address: flags.per_address,
        rate: flags.rate.0,
        motd,
        login: Duration::from_secs(flags.login_timeout),
        peer_timeout: Duration::from_secs(flags.peer_timeout),
        unframed,
        kept,
        order,
        keeper,
        balancers,
    };
    start_server(listener, config, &stop)
}

/// How many clients and late threads: an explicit figure that does not fit is refused, the default shrinks.
fn clients(wanted: Option<usize>, capacity: &Capacity, lang: Lang) -> io::Result<(usize, usize)> {
    let fits = capacity.clients();
    let clients = match wanted {
        _ if fits == 0 => {
            let nobody = lang.pick("nobody could come", "никто не сможет войти");
            return Err(io::Error::other(format!("{nobody}: {}", capacity.reason())));
        }
        Some(wanted) if wanted > fits => {
            let (why, reason) = (lang.pick("does not fit", "слишком много"), capacity.reason());
            let would = lang.pick("would fit", "подойдёт");
            return Err(io::Error::other(format!(
                "--max-clients {wanted} {why}: {reason}; --max-clients {fits} {would}"
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
fn listen(host: &str, port: u16, flag: &str, lang: Lang) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> =
        (host, port).to_socket_addrs().map_err(|error| cannot_find(host, &error, lang))?.collect();
    TcpListener::bind(addresses.as_slice()).map_err(|error| {
        let advice = advice(error.kind(), flag, lang);
        io::Error::other(match lang {
            Lang::En => format!("cannot listen on {host} port {port}: {error}; {advice}"),
            Lang::Ru => format!("не удаётся занять {host}, порт {port}: {error}; {advice}"),
        })
    })
}

/// A name that has no address.
fn cannot_find(host: &str, error: &io::Error, lang: Lang) -> io::Error {
    io::Error::other(match lang {
        Lang::En => format!("cannot find the host '{host}' ({error}); check --ip-address"),
        Lang::Ru => format!("не удаётся найти узел '{host}' ({error}); проверьте --ip-address"),
    })
}

/// What to do where an address cannot be had.
fn advice(kind: ErrorKind, flag: &str, lang: Lang) -> String {
    let (english, russian) = match kind {
        ErrorKind::AddrInUse => (
            "another program has this port; stop it or choose another with {}",
            "этот порт занят другой программой; остановите её или выберите другой порт: {}",
        ),
        ErrorKind::PermissionDenied => (
            "ports below 1024 need privileges; choose another with {}",
            "для портов до 1024 нужны особые права; выберите другой: {}",
        ),
        ErrorKind::AddrNotAvailable => (
            "this computer does not have this address; 'ip address' lists those it has",
            "у этого компьютера нет такого адреса; его адреса покажет 'ip address'",
        ),
        _ => ("check --ip-address and {}", "проверьте --ip-address и {}"),
    };
    lang.pick(english, russian).replace("{}", flag)
}

/// The first lines: where the server is to be reached, and by whom. A closed stdout does not matter to the chat.
fn say_where(address: SocketAddr, unframed: Option<SocketAddr>, login_timeout: u64, lang: Lang) {
    // Scripts read the address behind this: it is the same in both languages.
    let mut said = format!("Listening on {address}\n");
    if address.ip().to_canonical().is_loopback() {
        said += lang.pick(
            "Only this computer can reach it. For a class: chat-server -i 0.0.0.0\n",
            "Доступен только с этого компьютера. Для группы: chat-server -i 0.0.0.0\n",
        );
    } else {
        said += &invitation(address, lang);
    }
    if let Some(unframed) = unframed {
        let for_whom = lang.pick("for clients that frame nothing", "для клиентов без перевода строки");
        said += &format!("Listening on {unframed} {for_whom}\n");
    }
    said += &match lang {
        Lang::En => format!("Who comes has {login_timeout} seconds to choose a nickname (--login-timeout)\n"),
        Lang::Ru => format!("На выбор ника есть {login_timeout} секунд (--login-timeout)\n"),
    };
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
    match (lines.is_empty(), lang) {
        (false, _) => format!("{}\n{lines}", lang.pick("Others join with", "Остальные входят так:")),
        (true, Lang::En) => {
            format!("Others join with: chat -i ADDRESS{port}, and this computer's address, which 'ip address' lists\n")
        }
        (true, Lang::Ru) => {
            format!("Остальные входят так: chat -i АДРЕС{port}; адрес этого компьютера покажет 'ip address'\n")
        }
    }
}

/// One line, no backtrace. A closed stderr cannot be told.
fn fail(why: &str) -> ExitCode {
    writeln!(io::stderr(), "chat-server: {why}").unwrap_or_default();
    ExitCode::FAILURE
}
