//! Feature console: the socket of `chat-server ctl`: it is the owner's alone, and is there as long as the server runs.
//! Touches that socket.
//!
//! A command is one line. The answer begins with a line `ok` or `refused`, and ends with the stream.
//!
//! # Threads
//! `ctl` accepts; each `ctl-N` answers one command, so that one who watches delays nobody else.

use std::convert::Infallible;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;

use super::Teacher;
use super::commands::{self, Answer};
use crate::limits::{CTL_AT_ONCE, CTL_END, CTL_PATIENCE, MESSAGE_BYTES, SINGLE_STACK};
use crate::robust::own_file::{Identity, identity};
use crate::text::Text;
use crate::wire::{Framing, Incoming, MessageReader};

/// What an answer begins with.
pub(super) const OK: &str = "ok";
/// What an answer begins with where nothing was done.
pub(super) const REFUSED: &str = "refused";

/// A bound socket, and the thread that accepts at it.
#[derive(Debug)]
pub(super) struct Socket {
    path: PathBuf,
    identity: Identity,
    /// And what its threads hold: when all have dropped it, they have ended. Taken by `listen`.
    listener: Mutex<Option<(UnixListener, Sender<Infallible>)>>,
    ended: Receiver<Infallible>,
    closed: Arc<AtomicBool>,
}

impl Socket {
    /// Binds the socket, mode 0600. One that a dead server has left is replaced.
    ///
    /// # Errors
    /// A server that runs has it, or it cannot be made there.
    pub(super) fn bind(path: &Path) -> io::Result<Self> {
        let context = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot make the socket {}: {error}", path.display()))
        };
        is_free(path).map_err(context)?;
        let listener = bind_private(path).map_err(context)?;
        let identity = identity(&path.symlink_metadata().map_err(context)?);
        let (alive, ended) = bounded(0);
        let (path, listener) = (path.to_owned(), Mutex::new(Some((listener, alive))));
        Ok(Socket { path, identity, listener, ended, closed: Arc::default() })
    }

    /// From now on commands are heard.
    pub(super) fn listen(&self, teacher: &Arc<Teacher>) -> io::Result<()> {
        let Some((listener, alive)) = self.listener.lock().take() else { return Ok(()) };
        let (teacher, closed) = (Arc::clone(teacher), Arc::clone(&self.closed));
        let builder = thread::Builder::new().name("ctl".into()).stack_size(SINGLE_STACK);
        builder.spawn(move || accept(&listener, &teacher, &closed, &alive)).map(drop)
    }

    /// Hears nothing more, and removes the file, if it is still this one.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        drop(self.listener.lock().take());
        // Wakes `accept`. Whoever asked for the stop is still to read the answer; who does not read it is not waited for.
        if UnixStream::connect(&self.path).is_ok() && self.ended.recv_timeout(CTL_END) == Err(RecvTimeoutError::Timeout)
        {
            log::debug!("an answer to 'chat-server ctl' was not read in time");
        }
        let is_this = self.path.symlink_metadata().is_ok_and(|found| identity(&found) == self.identity);
        if is_this {
            if let Err(error) = fs::remove_file(&self.path) {
                log::debug!("cannot remove {}: {error}", self.path.display());
            }
        }
    }
}

/// Nothing is there, or what a dead server has left, which is removed.
fn is_free(path: &Path) -> io::Result<()> {
    if !path.try_exists()? && path.symlink_metadata().is_err() {
        return Ok(());
    }
    match UnixStream::connect(path) {
        Ok(_) => {
            Err(io::Error::new(ErrorKind::AddrInUse, "another server has it; stop that one, or choose another place"))
        }
        Err(error) if error.kind() == ErrorKind::ConnectionRefused && is_socket(path) => fs::remove_file(path),
        Err(_) if !is_socket(path) => {
            Err(io::Error::new(ErrorKind::AlreadyExists, "there is a file, and it is no socket"))
        }
        Err(error) => Err(error),
    }
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.symlink_metadata().is_ok_and(|found| found.file_type().is_socket())
}

/// A socket that is nobody else's at any moment: it is made in a folder of its own, and moved to its place when its mode
/// is right.
fn bind_private(path: &Path) -> io::Result<UnixListener> {
    let mut folder = path.as_os_str().to_owned();
    folder.push(format!(".{}", process::id()));
    let folder = PathBuf::from(folder);
    DirBuilder::new().mode(0o700).create(&folder)?;
    let new = folder.join("s");
    let made = UnixListener::bind(&new).and_then(|listener| {
        fs::set_permissions(&new, Permissions::from_mode(0o600))?;
        fs::rename(&new, path)?;
        Ok(listener)
    });
    if made.is_err() {
        // Nothing may be there to remove.
        fs::remove_file(&new).unwrap_or_default();
    }
    fs::remove_dir(&folder)?;
    made
}

fn accept(listener: &UnixListener, teacher: &Arc<Teacher>, closed: &AtomicBool, alive: &Sender<Infallible>) {
    let (at_once, mut number) = (Arc::new(AtomicUsize::new(0)), 0_u64);
    for stream in listener.incoming() {
        if closed.load(Ordering::Acquire) {
            return;
        }
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                log::warn!("cannot accept 'chat-server ctl': {error}");
                if teacher.stop().wait(CTL_PATIENCE) {
                    return;
                }
                continue;
            }
        };
        number += 1;
        let (teacher, its_place, alive) = (Arc::clone(teacher), Counted::new(&at_once), alive.clone());
        let answer = move || {
            let _alive = alive;
            let answered = match its_place {
                Some(_place) => answer(&stream, &teacher),
                None => tell(&stream, REFUSED, "too many commands are being answered; try again"),
            };
            if let Err(error) = answered {
                log::debug!("'chat-server ctl' has gone: {error}");
            }
        };
        let builder = thread::Builder::new().name(format!("ctl-{number}")).stack_size(SINGLE_STACK);
        if let Err(error) = builder.spawn(answer) {
            log::warn!("no thread for 'chat-server ctl': {error}");
        }
    }
}

/// One of the commands that are being answered.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// `None`: there are enough.
    fn new(count: &Arc<AtomicUsize>) -> Option<Self> {
        let counted = Counted(Arc::clone(count));
        (count.fetch_add(1, Ordering::Relaxed) < CTL_AT_ONCE).then_some(counted)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Reads one command and answers it.
fn answer(stream: &UnixStream, teacher: &Teacher) -> io::Result<()> {
    stream.set_read_timeout(Some(CTL_PATIENCE))?;
    stream.set_write_timeout(Some(CTL_PATIENCE))?;
    let mut reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
    let line = loop {
        match reader.take() {
            Some(Incoming::Line(line)) => break Text::parse(line).map_err(|refusal| refusal.to_string()),
            Some(Incoming::Refused(refusal)) => break Err(refusal.to_string()),
            Some(Incoming::Overflow) => break Err("the line does not end".into()),
            Some(Incoming::End) => return Ok(()),
            None => reader.fill(stream)?,
        }
    };
    match line.and_then(|line| commands::run(teacher, &line)) {
        Ok(Answer::Told(text) | Answer::Done { text, .. }) => tell(stream, OK, &text),
        Ok(Answer::Stream(write)) => {
            let mut out = stream;
            writeln!(out, "{OK}")?;
            write(&mut out)
        }
        Err(why) => tell(stream, REFUSED, &why),
    }
}

fn tell(mut stream: &UnixStream, how: &str, text: &str) -> io::Result<()> {
    stream.write_all(format!("{how}\n{text}\n").as_bytes())?;
    stream.shutdown(Shutdown::Write)
}
