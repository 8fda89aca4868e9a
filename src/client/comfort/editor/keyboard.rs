//! Feature editor: the keyboard between the terminal and rustyline. Touches the terminal's input, and puts a
//! pseudo-terminal of our own in its place: stdin is that one from then on.
//!
//! rustyline reads all that waits, looks at the first key of it, and then waits for the terminal: what was typed ahead
//! would lie there until the next key. It also waits in the middle of a key. So it gets one whole key, and the next one
//! only when it has taken this one.
//!
//! # Threads
//! `keyboard` reads the terminal and tells the keys apart; `keys` hands them on. They share a bounded channel: who types
//! faster than the chat takes it waits, in the terminal. Both end with the process.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, never, select};
use nix::pty::openpty;
use nix::sys::signal::{Signal, raise};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustyline::{KeyCode, KeyEvent, Modifiers};

use self::decode::{Decoder, Key};
use super::folded::Folded;
use super::stage::Stage;
use super::terminal::Terminal;
use crate::limits::SINGLE_STACK;

mod decode;

/// Keys that may wait: a few pages of what is typed ahead.
const KEYS: usize = 4096;
/// Keys of ours, and no terminal's, as far as the decoder lets through: it drops F11 and F12. `readline` is to draw the
/// prompt again, and what waits above it.
const RING: &[u8] = b"\x1b[23~";
/// It is to begin anew.
const AGAIN: &[u8] = b"\x1b[24~";
/// The key that stands for a paste; the text itself is fetched.
const PASTE: &[u8] = b"\x1b[200~";
/// What stands in a line for bytes that are no UTF-8.
pub(super) const NO_LETTER: char = '\u{FFFD}';

/// Something that happened, until it is asked for.
#[derive(Default)]
pub(super) struct Flag(AtomicBool);

impl Flag {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether it happened, since this was last asked.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Wakes the thread `keys`.
pub(super) struct Bell(Sender<()>);

impl Bell {
    pub(super) fn ring(&self) {
        // Full: it was rung before.
        self.0.try_send(()).unwrap_or_default();
    }
}

/// What the keys' threads and rustyline's share.
pub(super) struct Keyboard {
    /// rustyline has taken the key: it may have the next one.
    pub(super) taken: Bell,
    /// The prompt is to be drawn again, where `readline` runs, with what waits above it; after a search, where one stands
    /// open.
    pub(super) redraw: Bell,
    /// `readline` is to end and to begin anew, where it has come to: its prompt is another now.
    pub(super) again: Bell,
    /// What is drawn next is drawn for a ring of `redraw`.
    pub(super) rung: Flag,
    /// `readline` has ended for a ring of `again`.
    pub(super) begun_anew: Flag,
    /// Something came that is no UTF-8.
    pub(super) not_utf8: Flag,
    /// There is a history to search in.
    pub(super) has_history: Flag,
    /// A search in it stands open: any key that is none of its own ends it.
    searching: AtomicBool,
    /// The text of a paste whose key is on its way.
    paste: Mutex<String>,
    folded: Folded,
}

impl Keyboard {
    /// Puts itself between the terminal and stdin.
    ///
    /// # Errors
    /// There is no pseudo-terminal to be had, or no thread.
    pub(super) fn open(terminal: &Terminal, stage: &Arc<Stage>) -> io::Result<Arc<Self>> {
        let mut raw = tcgetattr(io::stdin())?;
        cfmakeraw(&mut raw);
        let pair = openpty(None, &raw)?;
        let (taken, is_taken) = bounded(1);
        let (redraw, rung) = bounded(1);
        let (again, is_again) = bounded(1);
        let keyboard = Arc::new(Keyboard {
            taken: Bell(taken),
            redraw: Bell(redraw),
            again: Bell(again),
            rung: Flag::default(),
            begun_anew: Flag::default(),
            not_utf8: Flag::default(),
            has_history: Flag::default(),
            searching: AtomicBool::default(),
            paste: Mutex::default(),
            folded: Folded::default(),
        });
        let (send, keys) = bounded(KEYS);
        let (its_keyboard, ours) = (Arc::clone(&keyboard), File::from(pair.master));
        let hand_on = move || {
            let wanted = Wanted { keys, rung, again: is_again };
            if let Err(error) = its_keyboard.hand_on(ours, &wanted, &is_taken) {
                log::debug!("nobody takes keys any more: {error}");
            }
        };
        let (terminal, stage) = (terminal.clone(), Arc::clone(stage));
        let read = move || {
            if let Err(error) = read_all(&terminal, &stage, &send) {
                log::debug!("no more keys: {error}");
            }
        };
        thread::Builder::new().name("keys".into()).stack_size(SINGLE_STACK).spawn(hand_on)?;
        thread::Builder::new().name("keyboard".into()).stack_size(SINGLE_STACK).spawn(read)?;
        rustix::stdio::dup2_stdin(&pair.slave)?;
        tcsetattr(io::stdin(), SetArg::TCSANOW, &raw)?;
        Ok(keyboard)
    }

    /// A key has come: it begins a search, goes on with one, or ends it.
    pub(super) fn searches(&self, key: Option<&KeyEvent>) {
        let goes_on = match key {
            Some(KeyEvent(KeyCode::Char('R'), Modifiers::CTRL)) => self.has_history.is_set(),
            Some(KeyEvent(KeyCode::Char(_) | KeyCode::Backspace, Modifiers::NONE))
            | Some(KeyEvent(KeyCode::Char('H' | 'S'), Modifiers::CTRL)) => self.searching.load(Ordering::Relaxed),
            _ => false,
        };
        self.searching.store(goes_on, Ordering::Relaxed);
    }

    /// What a paste whose key has come puts into the draft.
    pub(super) fn pasted(&self) -> String {
        self.folded.pasted(std::mem::take(&mut *self.paste.lock()))
    }

    /// What single characters of a draft stand for.
    pub(super) fn folded(&self) -> &Folded {
        &self.folded
    }

    /// The thread `keys`.
    fn hand_on(&self, mut to: File, wanted: &Wanted, is_taken: &Receiver<()>) -> io::Result<()> {
        let never = never();
        loop {
            let rung = if self.searching.load(Ordering::Relaxed) { &never } else { &wanted.rung };
            // This one comes first: the draft may be cut so that one more key would meet what is not drawn. The others take
            // turns as they come.
            let key = match wanted.again.try_recv() {
                Ok(()) => AGAIN.to_vec(),
                Err(_) => select! {
                    recv(wanted.again) -> _ => AGAIN.to_vec(),
                    recv(rung) -> _ => RING.to_vec(),
                    recv(wanted.keys) -> key => match key {
                        Ok(key) => self.typed(key),
                        // The terminal has gone: rustyline finds that its own has.
                        Err(_) => return Ok(()),
                    },
                },
            };
            to.write_all(&key)?;
            is_taken.recv().map_err(io::Error::other)?;
        }
    }

    /// What rustyline gets for a key of the user's.
    fn typed(&self, key: Key) -> Vec<u8> {
        match key {
            Key::Known(bytes) => bytes,
            Key::Paste(text) => {
                *self.paste.lock() = text;
                PASTE.to_vec()
            }
            Key::NotUtf8 => {
                self.not_utf8.set();
                NO_LETTER.to_string().into_bytes()
            }
        }
    }
}

/// What the thread `keys` waits for.
struct Wanted {
    keys: Receiver<Key>,
    rung: Receiver<()>,
    again: Receiver<()>,
}

/// The thread `keyboard`, until the terminal has gone.
fn read_all(terminal: &Terminal, stage: &Stage, keys: &Sender<Key>) -> io::Result<()> {
    let (mut decoder, mut bytes, mut whole) = (Decoder::default(), [0; 1024], Vec::new());
    loop {
        let patience = decoder.patience().and_then(|patience| Timespec::try_from(patience).ok());
        let mut waited = [PollFd::from_borrowed_fd(terminal.input(), PollFlags::IN)];
        let read = match poll(&mut waited, patience.as_ref()) {
            Ok(0) => {
                decoder.give_up(&mut whole);
                Err(Errno::INTR)
            }
            Ok(_) => rustix::io::read(terminal.input(), &mut bytes),
            Err(error) => Err(error),
        };
        match read {
            Ok(0) => return Ok(()),
            // Nobody takes keys now: the client may hang.
            Ok(1) if bytes.starts_with(b"\x03") && !stage.is_open() => {
                terminal.restore_settings();
                raise(Signal::SIGINT)?;
            }
            Ok(count) => bytes.iter().take(count).for_each(|byte| decoder.take(*byte, &mut whole)),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for key in whole.drain(..) {
            keys.send(key).map_err(io::Error::other)?;
        }
    }
}
