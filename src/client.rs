//! The client: two threads, as in the original. One receives and shows, one reads what is typed and sends. Touches the
//! socket and starts the threads.
//!
//! # Threads
//! `recv` owns the screen and decides how it ended; `run` waits for it. `sent` owns the input. They share the socket
//! (`&TcpStream` reads and writes) and two small things: `recv` tells `sent` by a channel how the login stands, and
//! `sent` tells `recv` by a flag that the user asked to leave. A `sent` that waits for a key when the server has gone
//! cannot be woken with std; it ends with the process.

use std::fmt;
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;

pub use self::lang::Lang;
pub use self::look::{Bell, Look};
pub use self::screen::{Input, Printer, has_colour, open};
use crate::limits::{PEER_TIMEOUT, SINGLE_STACK};
use crate::sockopts;
use crate::wire::Framing;

mod clock;
#[cfg(feature = "editor")]
mod editor;
mod heard;
mod lang;
mod look;
mod process;
mod recv;
mod screen;
mod sent;
#[cfg_attr(not(feature = "editor"), expect(dead_code, reason = "most of it is asked for by the editor's prompt"))]
mod talk;

/// How long one address of the server may take to answer.
const CONNECT: Duration = Duration::from_secs(10);

/// How the client behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Offered at the first `Your nickname?`; without it the first line of the input is.
    pub nickname: Option<String>,
    /// How the server tells messages apart: `Chunks` for the original's.
    pub framing: Framing,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The user asked to leave, and the server said goodbye.
    Left,
    /// The server said goodbye, and the user had not asked.
    SentAway,
    /// The connection ended without a goodbye.
    ServerGone,
    /// The nickname of a script was refused: its next line must not become one.
    NicknameRefused,
    /// Nobody reads what is shown any more, as in `chat | head -1`.
    OutputClosed,
}

impl Ended {
    /// Whether it ended as it should: the exit status goes by this.
    pub fn is_success(self) -> bool {
        matches!(self, Ended::Left | Ended::OutputClosed)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ended::Left => "you have left the chat",
            Ended::SentAway => "the server has closed the connection",
            Ended::ServerGone => "the connection to the server is lost",
            Ended::NicknameRefused => "the nickname was refused; choose another with --nickname",
            Ended::OutputClosed => "nobody reads the output any more",
        })
    }
}

/// What `recv` tells `sent` about the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Login {
    /// A nickname is asked for, or its password.
    Asked,
    /// The nickname is ours: from now on lines are sent as they come.
    Done,
}

/// A `sent` that panics ends the client: nobody could type any more.
struct HangsUp(Arc<TcpStream>);

impl Drop for HangsUp {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.shutdown(std::net::Shutdown::Both).unwrap_or_default();
        }
    }
}

/// Connects to a server. Blocks up to ten seconds for each address that the name has.
///
/// # Errors
/// The name has no address, or none of its addresses answers; the message says what can be done.
pub fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let context = |error: io::Error, what: &str| io::Error::new(error.kind(), format!("{what}: {error}"));
    let unknown = format!("cannot find the host '{host}'; check the name given with --ip-address");
    let addresses = (host, port).to_socket_addrs().map_err(|error| context(error, &unknown))?;
    let mut last = io::Error::other("it has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                sockopts::keepalive(&stream, PEER_TIMEOUT)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    let refused = format!(
        "cannot connect to {host} port {port}; start chat-server there, or name another with --ip-address and --port"
    );
    Err(context(last, &refused))
}

/// Talks with a server until one side ends it. Blocks all that time.
///
/// # Errors
/// A thread could not be started.
pub fn run(server: TcpStream, settings: Settings, input: Input, printer: Printer) -> io::Result<Ended> {
    let server = Arc::new(server);
    let leaving = Arc::new(AtomicBool::new(false));
    // More than `sent` can lag behind: a login is asked for, answered, asked for again.
    let (tell_login, login) = bounded(8);
    let framing = settings.framing;
    let sent = sent::Sent {
        server: Arc::clone(&server),
        is_script: !input.is_terminal(),
        input,
        framing,
        login,
        leaving: Arc::clone(&leaving),
        talk: Arc::clone(printer.talk()),
    };
    let is_script = sent.is_script;
    let builder = thread::Builder::new().name("sent".into()).stack_size(SINGLE_STACK);
    let hangs_up = HangsUp(Arc::clone(&server));
    builder.spawn(move || {
        let _hangs_up = hangs_up;
        sent.sent(settings.nickname);
    })?;
    let recv = recv::Recv::new(Arc::clone(&server), framing, printer, tell_login, leaving, is_script);
    let builder = thread::Builder::new().name("recv".into()).stack_size(SINGLE_STACK);
    let receiving = builder.spawn(move || recv.recv())?;
    let ended = receiving.join().map_err(|_| io::Error::other("the receiving thread panicked"));
    // Wakes a `sent` that waits for the server to take something; one that has closed already is what is wanted.
    server.shutdown(std::net::Shutdown::Both).unwrap_or_default();
    ended
}
