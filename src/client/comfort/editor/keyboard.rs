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

use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use nix::pty::openpty;
use nix::sys::signal::{Signal, raise};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use self::decode::{Decoder, Key};
use super::folded::Folded;
use super::stage::Stage;
use super::terminal::Terminal;
use crate::limits::SINGLE_STACK;

mod decode;

/// Keys that may wait: a few pages of what is typed ahead.
const KEYS: usize = 4096;
/// A key of ours: `readline` is to begin anew. No terminal's key, as far as the decoder lets through: it drops F12.
const AGAIN: &[u8] = b"\x1b[24~";
/// The key that stands for a paste; the text itself is fetched.
const PASTE: &[u8] = b"\x1b[200~";
/// What stands in a line for bytes that are no UTF-8.
pub(super) const NO_LETTER: char = '\u{FFFD}';

/// What the keys' threads and rustyline's share.
pub(super) struct Keyboard {
    taken: Sender<()>,
    again: Sender<()>,
    /// The text of a paste whose key is on its way.
    paste: Mutex<String>,
    folded: Folded,
    not_utf8: AtomicBool,
    begun_anew: AtomicBool,
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
        let (again, is_again) = bounded(1);
        let (paste, folded) = (Mutex::default(), Folded::default());
        let (not_utf8, begun_anew) = (AtomicBool::new(false), AtomicBool::new(false));
        let keyboard = Arc::new(Keyboard { taken, again, paste, folded, not_utf8, begun_anew });
        let (send, keys) = bounded(KEYS);
        let (its_keyboard, ours) = (Arc::clone(&keyboard), File::from(pair.master));
        let hand_on = move || {
            if let Err(error) = its_keyboard.hand_on(ours, &keys, &is_again, &is_taken) {
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

    /// rustyline has taken the key: it may have the next one.
    pub(super) fn key_taken(&self) {
        // Full: it was said before.
        self.taken.try_send(()).unwrap_or_default();
    }

    /// `readline` is to end and to begin anew, where it has come to: its prompt is another now.
    pub(super) fn begin_anew(&self) {
        // Full: it was said before.
        self.again.try_send(()).unwrap_or_default();
    }

    /// The key of ours that begins anew has come.
    pub(super) fn begins_anew(&self) {
        self.begun_anew.store(true, Ordering::Relaxed);
    }

    /// Whether `readline` ended for that key, since this was last asked.
    pub(super) fn was_begun_anew(&self) -> bool {
        self.begun_anew.swap(false, Ordering::Relaxed)
    }

    /// What a paste whose key has come puts into the draft.
    pub(super) fn pasted(&self) -> String {
        self.folded.pasted(std::mem::take(&mut *self.paste.lock()))
    }

    /// What single characters of a draft stand for.
    pub(super) fn folded(&self) -> &Folded {
        &self.folded
    }

    /// Whether something came that is no UTF-8, since this was last asked.
    pub(super) fn was_not_utf8(&self) -> bool {
        self.not_utf8.swap(false, Ordering::Relaxed)
    }

    /// The thread `keys`.
    fn hand_on(
        &self,
        mut to: File,
        keys: &Receiver<Key>,
        again: &Receiver<()>,
        is_taken: &Receiver<()>,
    ) -> io::Result<()> {
        loop {
            // A key of ours comes first: the draft may be cut so that one more key would meet what is not drawn.
            let key = select_biased! {
                recv(again) -> _ => AGAIN.to_vec(),
                recv(keys) -> key => match key {
                    Ok(Key::Known(bytes)) => bytes,
                    Ok(Key::Paste(text)) => {
                        *self.paste.lock() = text;
                        PASTE.to_vec()
                    }
                    Ok(Key::NotUtf8) => {
                        self.not_utf8.store(true, Ordering::Relaxed);
                        NO_LETTER.to_string().into_bytes()
                    }
                    // The terminal has gone: rustyline finds that its own has.
                    Err(_) => return Ok(()),
                },
            };
            to.write_all(&key)?;
            is_taken.recv().map_err(io::Error::other)?;
        }
    }
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
