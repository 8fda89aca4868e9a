//! Lesson: the client: two threads, as in the original. One receives and shows, one reads what is typed and sends.
//! Touches the socket and starts the threads.
//!
//! # Threads
//! `recv` owns the screen and decides how it ended; `run` waits for it. `sent` owns the input. They share the link to the
//! server (`&TcpStream` reads and writes), what is known of the talk, and a channel by which `recv` tells `sent` how the
//! login stands. A `sent` that waits for a key when the server has gone
//! cannot be woken with std; it ends with the process.

use std::fmt;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::bounded;

pub use self::comfort::connecting::Servers;
pub use self::comfort::lang::Lang;
pub use self::comfort::look::{Bell, Look};
pub(crate) use self::comfort::raw::escaped;
pub use self::comfort::raw::raw;
pub use self::comfort::screen::{Input, Printer, has_colour, open};
use self::comfort::talk;
use self::desk::{Desk, Phase};
use self::link::Link;
use crate::limits::SINGLE_STACK;
use crate::wire::Framing;

mod comfort;
mod desk;
mod heard;
mod link;
mod process;
mod recv;
mod sent;

/// How the client behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Offered at the first `Your nickname?`; without it the first line of the input is.
    pub nickname: Option<String>,
    /// How the server tells messages apart: `Chunks` for the original's.
    pub framing: Framing,
    /// Where a server that was lost is tried again, as long as somebody types; `None`: that is the end.
    pub reconnect: Option<Servers>,
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
    /// The user asked to leave, and the server's goodbye did not come: it says nothing any more, has gone, or has too much
    /// to say before it.
    NoGoodbye,
    /// The nickname of a script was refused: its next line must not become one.
    NicknameRefused,
    /// Nobody reads what is shown any more, as in `chat | head -1`.
    OutputClosed,
    /// Ctrl-C, at a server that speaks another protocol: there is no goodbye to wait for.
    Interrupted,
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
            Ended::NoGoodbye => "you have left without the server's goodbye; your last lines may not have arrived",
            Ended::NicknameRefused => "the nickname was refused; choose another with --nickname",
            Ended::OutputClosed => "nobody reads the output any more",
            Ended::Interrupted => "you have left",
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
struct HangsUp(Arc<Link>);

impl Drop for HangsUp {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.leave();
            self.0.shutdown(Shutdown::Both);
        }
    }
}

/// Talks with a server until one side ends it. Blocks all that time.
///
/// # Errors
/// A thread could not be started, the input cannot be read, or the output cannot be written; that nobody reads the output
/// is no error.
pub fn run(server: TcpStream, settings: Settings, input: Input, printer: Printer) -> io::Result<Ended> {
    let link = Arc::new(Link::new(server, Arc::clone(printer.talk())));
    // More than `sent` can lag behind: a login is asked for, answered, asked for again.
    let (tell_login, login) = bounded(8);
    let Settings { nickname, framing, reconnect } = settings;
    let is_script = !input.is_terminal();
    let reconnects = reconnect.is_some() && !is_script;
    let lang = printer.lang();
    let talk = Arc::clone(printer.talk());
    if framing == Framing::Chunks {
        talk.talks_with(talk::Server::Original);
    }
    let for_late = nickname.clone();
    let sent = sent::Sent {
        link: Arc::clone(&link),
        talk,
        input,
        lang,
        is_script,
        framing,
        login,
        reconnects,
        has_asked: is_script,
    };
    let builder = thread::Builder::new().name("sent".into()).stack_size(SINGLE_STACK);
    let hangs_up = HangsUp(Arc::clone(&link));
    builder.spawn(move || {
        let _hangs_up = hangs_up;
        sent.sent(nickname);
    })?;
    let desk = Desk { printer, link: Arc::clone(&link), login: tell_login, is_script, phase: Phase::Begins };
    let recv = recv::Recv::new(desk, framing, reconnect, for_late);
    let builder = thread::Builder::new().name("recv".into()).stack_size(SINGLE_STACK);
    let receiving = builder.spawn(move || recv.recv())?;
    let ended = receiving.join().map_err(|_| io::Error::other("the receiving thread panicked"));
    // Wakes a `sent` that waits for the server to take something.
    link.shutdown(Shutdown::Both);
    link.failure()?;
    ended
}
