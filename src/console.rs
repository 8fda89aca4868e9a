//! Feature console: what a teacher says and orders while the chat runs, in the terminal of `chat-server` or with
//! `chat-server ctl` from another one. Touches the terminal, one Unix socket, and the chat by `server::keeper` alone.
//!
//! | file | its one job |
//! |---|---|
//! | `commands.rs` | the table of commands, and how a line becomes one |
//! | `commands/orders.rs`, `commands/views.rs` | what each of them does; what is shown |
//! | `rules.rs` | who may not write, who may not come, and until when |
//! | `commands/stopping.rs` | a stop that was announced |
//! | `duration.rs` | `90s`, `5m`, `2h`, and back into words |
//! | `terminal.rs`, `socket.rs` | the two ears: the server's own terminal, and the socket |
//! | `place.rs`, `ctl.rs` | where the socket is; the program that writes to it |
//! | `flags.rs` | the flags and `ctl` |
//!
//! # Threads
//! `console` reads the terminal, where there is one, until the end of the process. `ctl` accepts at the socket, and each
//! `ctl-N` answers one command; they end with `Console`. `console-stop` waits until the announced time.
//!
//! # Locks
//! `rules` and `stopping`, each for a look at a small table: no I/O and no send into the queue happens under them.

use std::io::{self, IsTerminal};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use parking_lot::Mutex;

use self::commands::stopping::Stopping;
use self::rules::Rules;
use self::socket::Socket;
use crate::client::Lang;
use crate::server::Stop;
use crate::server::connection::ClientId;
use crate::server::keeper::{Desk, Keeper, Present};
use crate::server::motd::Motd;

pub(crate) mod commands;
mod ctl;
pub(crate) mod duration;
mod flags;
mod place;
mod rules;
mod socket;
mod terminal;

pub use self::flags::Flags;

/// The console of one server. Dropped, it hears nothing more, and its socket is gone.
#[derive(Debug)]
pub struct Console {
    teacher: Arc<Teacher>,
    socket: Option<Arc<Socket>>,
}

impl Console {
    /// A console for the server that listens on this address. It is heard as soon as the server runs.
    ///
    /// # Errors
    /// The socket that `--socket` names cannot be had. Where the usual one cannot, the log says so.
    pub fn new(flags: &Flags, address: SocketAddr, stop: &Stop, lang: Lang) -> io::Result<Self> {
        let socket = match &flags.socket {
            Some(path) => Some(Socket::bind(path)?),
            None => place::usual(address.port()).and_then(|path| Socket::bind(&path)).map_or_else(
                |error| {
                    log::warn!("nobody can use 'chat-server ctl': {error}; --socket PATH names another place");
                    None
                },
                Some,
            ),
        };
        let socket = socket.map(Arc::new);
        let hears_terminal = flags.console || io::stdin().is_terminal();
        let ears = Ears { socket: socket.clone(), hears_terminal, stop: stop.clone(), lang };
        Ok(Console { teacher: Arc::new(Teacher::new(ears)), socket })
    }

    /// For `Config::keeper`.
    pub fn keeper(&self) -> Arc<dyn Keeper> {
        Arc::<Teacher>::clone(&self.teacher)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Ends its thread.
        *self.teacher.stopping.lock() = None;
        if let Some(socket) = &self.socket {
            socket.close();
        }
    }
}

/// What the commands work on, and what the server asks.
#[derive(Debug)]
pub(crate) struct Teacher {
    begun: Instant,
    desk: OnceLock<Desk>,
    rules: Mutex<Rules>,
    stopping: Mutex<Option<Stopping>>,
    ears: Ears,
}

/// Where commands come from.
#[derive(Debug)]
struct Ears {
    socket: Option<Arc<Socket>>,
    hears_terminal: bool,
    stop: Stop,
    lang: Lang,
}

impl Teacher {
    fn new(ears: Ears) -> Self {
        let (desk, rules, stopping) = (OnceLock::new(), Mutex::default(), Mutex::default());
        Teacher { begun: Instant::now(), desk, rules, stopping, ears }
    }

    /// What can be seen and done. It is there before the first command is heard.
    pub(crate) fn desk(&self) -> Result<&Desk, String> {
        self.desk.get().ok_or_else(|| "the server does not run yet".into())
    }

    /// Ready when the server stops: for a command that goes on until then.
    #[allow(dead_code, reason = "for commands that stream")]
    pub(crate) fn stop(&self) -> &Stop {
        &self.ears.stop
    }
}

impl Keeper for Teacher {
    fn opens(self: Arc<Self>, desk: Desk) -> io::Result<()> {
        self.desk.get_or_init(|| desk);
        if let Some(socket) = &self.ears.socket {
            socket.listen(&self)?;
        }
        if self.ears.hears_terminal {
            terminal::listen(&self)?;
        }
        Ok(())
    }

    fn admits(&self, address: IpAddr) -> Result<(), String> {
        self.rules.lock().admits(address, Instant::now())
    }

    fn lets_in(&self, address: IpAddr) -> Result<(), String> {
        self.rules.lock().lets_in(address, Instant::now())
    }

    fn came(&self, who: &Present) -> Option<String> {
        self.rules.lock().came(who, Instant::now())
    }

    fn left(&self, id: ClientId) {
        self.rules.lock().left(id);
    }

    fn may_write(&self, id: ClientId) -> Result<(), String> {
        self.rules.lock().may_write(id, Instant::now())
    }

    fn motd(&self) -> Option<Option<Motd>> {
        self.rules.lock().motd.clone()
    }
}
