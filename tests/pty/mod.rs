//! A real pseudo-terminal with `chat` in it, and a screen emulator that shows what a user would see. A room to talk in.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chatroom::limits::SERVER_LINE_BYTES;
use chatroom::server::{Config, Stop, start_server};
use chatroom::wire::{Framing, Incoming, MessageReader};
use parking_lot::{Condvar, Mutex};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test gives up: much longer than a loaded machine needs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server in this process, on a port of its own.
pub(crate) struct Room {
    pub(crate) address: SocketAddr,
    stop: Stop,
    running: Option<thread::JoinHandle<()>>,
}

impl Room {
    pub(crate) fn open() -> Self {
        Room::open_at("127.0.0.1:0")
    }

    pub(crate) fn open_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let stop = Stop::default();
        let its_stop = stop.clone();
        let run = move || {
            let config = Config { rate: None, ..Config::default() };
            start_server(listener, config, &its_stop).expect("the server runs to its end");
        };
        let running = thread::Builder::new().name("room".into()).spawn(run).expect("a thread");
        Room { address, stop, running: Some(running) }
    }

    /// Somebody in the group, who speaks the protocol without any client.
    pub(crate) fn peer(&self, name: &str) -> Peer {
        let mut peer = Peer::connect(self.address);
        peer.say(name);
        peer.say("2");
        peer.expect("You in group");
        peer
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(running) = self.running.take() {
            let ended = running.join();
            assert!(ended.is_ok() || thread::panicking(), "the server panicked");
        }
    }
}

/// One connection to the server.
pub(crate) struct Peer {
    stream: TcpStream,
    reader: MessageReader,
}

impl Peer {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Peer { stream, reader: MessageReader::new(Framing::Lines, SERVER_LINE_BYTES) }
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\n").as_bytes()).expect("the server reads");
    }

    /// Reads up to this line.
    pub(crate) fn expect(&mut self, line: &str) {
        let mut heard = Vec::new();
        loop {
            match self.reader.take() {
                Some(Incoming::Line(said)) if said == line.as_bytes() => return,
                Some(Incoming::Line(said)) => heard.push(String::from_utf8_lossy(&said).into_owned()),
                Some(other) => panic!("{other:?} instead of {line:?} after {heard:#?}"),
                None => self.reader.fill(&self.stream).unwrap_or_else(|e| panic!("no {line:?}: {e}; {heard:#?}")),
            }
        }
    }
}

/// What the program asked of the terminal beside drawing: nothing that comes from a server may cause any of it.
#[derive(Default)]
pub(crate) struct Asked(pub(crate) Vec<String>);

impl vt100::Callbacks for Asked {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("bell".into());
    }

    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("visual bell".into());
    }

    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.0.push("resize".into());
    }

    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("icon name".into());
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("title".into());
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.0.push("clipboard".into());
    }

    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.0.push(format!("control {byte:#x}"));
    }

    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, byte: u8) {
        self.0.push(format!("escape {}", char::from(byte)));
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, _: &[&[u8]]) {
        self.0.push("osc".into());
    }
}

pub(crate) type Screen = vt100::Parser<Asked>;

struct Shared {
    screen: Mutex<(Screen, bool)>,
    changed: Condvar,
}

/// A terminal with a program in it.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<Shared>,
    /// The terminal's settings before the program began.
    before: String,
    /// Keeps the terminal open when the program has ended.
    _slave: Box<dyn portable_pty::SlavePty + Send>,
    home: tempfile::TempDir,
}

impl Terminal {
    /// `chat` in a terminal of this size, with a home folder of its own.
    pub(crate) fn chat(room: &Room, arguments: &[&str], rows: u16, columns: u16) -> Self {
        let port = room.address.port().to_string();
        let mut all = vec!["--port", port.as_str()];
        all.extend(arguments);
        Terminal::start(&all, &[], rows, columns)
    }

    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)], rows: u16, columns: u16) -> Self {
        let home = tempfile::tempdir().expect("a home folder");
        Terminal::start_at(home, arguments, environment, rows, columns)
    }

    pub(crate) fn start_at(
        home: tempfile::TempDir,
        arguments: &[&str],
        environment: &[(&str, &str)],
        rows: u16,
        columns: u16,
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let before = settings(pair.master.as_ref());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat"));
        command.args(arguments);
        for name in ["NO_COLOR", "TERM_PROGRAM", "LC_ALL", "LC_MESSAGES", "LANG", "RUST_LOG", "COLORTERM"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("XDG_STATE_HOME", home.path());
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("chat starts");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let keyboard = pair.master.take_writer().expect("its keyboard");
        let screen = vt100::Parser::new_with_callbacks(rows, columns, 10_000, Asked::default());
        let shared = Arc::new(Shared { screen: Mutex::new((screen, false)), changed: Condvar::new() });
        let its_shared = Arc::clone(&shared);
        let read = move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                its_shared.screen.lock().0.process(&bytes[..count]);
                its_shared.changed.notify_all();
            }
            its_shared.screen.lock().1 = true;
            its_shared.changed.notify_all();
        };
        thread::Builder::new().name("screen".into()).spawn(read).expect("a thread");
        Terminal { master: pair.master, keyboard, child, shared, before, _slave: pair.slave, home }
    }

    /// Logs in as anna, and into the group.
    pub(crate) fn enter(&mut self) {
        self.wait_for("Your nickname?");
        self.type_in("anna\r");
        self.wait_for("1. write to one user");
        self.wait_for("[anna] ");
        self.type_in("2\r");
        self.wait_for("[anna in the group] ");
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        self.shared.screen.lock().0.screen_mut().set_size(rows, columns);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a new size");
    }

    /// Waits until the screen is as it should be.
    pub(crate) fn wait(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut screen = self.shared.screen.lock();
        while !is_so(screen.0.screen()) {
            if self.shared.changed.wait_until(&mut screen, deadline).timed_out() {
                panic!("no {what} on this screen:\n{}", screen.0.screen().contents());
            }
        }
    }

    /// Waits until this text is on the screen.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait(&format!("{text:?}"), |screen| screen.contents().contains(text));
    }

    /// Waits until the row with the cursor, with those that it continues, reads so.
    pub(crate) fn wait_for_draft(&self, draft: &str) {
        self.wait(&format!("draft {draft:?}"), |screen| self::draft(screen) == draft);
    }

    pub(crate) fn contents(&self) -> String {
        self.shared.screen.lock().0.screen().contents()
    }

    /// The rows of the screen and of the scrollback before it, those that wrap joined.
    pub(crate) fn history(&self) -> Vec<String> {
        let mut screen = self.shared.screen.lock();
        history(screen.0.screen_mut())
    }

    /// What the program asked of the terminal.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.screen.lock().0.callbacks().0.clone()
    }

    pub(crate) fn look<T>(&self, see: impl FnOnce(&vt100::Screen) -> T) -> T {
        see(self.shared.screen.lock().0.screen())
    }

    pub(crate) fn process_id(&self) -> i32 {
        self.child.process_id().and_then(|id| id.try_into().ok()).expect("a process")
    }

    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Waits for the end of the program, and sees to it that the terminal is as it was. The exit status.
    pub(crate) fn leave(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(Instant::now() < deadline, "chat does not end:\n{}", self.contents());
            thread::park_timeout(Duration::from_millis(5));
        };
        assert_eq!(settings(self.master.as_ref()), self.before, "the terminal is not as it was");
        status.exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(|_| ()).unwrap_or_default();
    }
}

/// What `stty -g` would say.
fn settings(master: &(dyn MasterPty + Send)) -> String {
    let termios = master.get_termios().expect("the terminal's settings");
    format!("{termios:?}")
}

/// The draft as it stands: the rows from the last one that begins with a prompt to the end of the screen.
pub(crate) fn draft(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let all: Vec<String> = screen.rows(0, columns).collect();
    let first = all.iter().rposition(|row| row.starts_with('[') || row.starts_with("Your nickname?"));
    let Some(first) = first else { return String::new() };
    debug_assert!(first < usize::from(rows));
    // A wide character that does not fit leaves an empty cell at the end of a row: no part of the text.
    all[first..].concat().trim_end().to_owned()
}

fn history(screen: &mut vt100::Screen) -> Vec<String> {
    let (rows, columns) = screen.size();
    screen.set_scrollback(usize::MAX);
    let mut offset = screen.scrollback();
    let mut all: Vec<(String, bool)> = Vec::new();
    while offset > 0 {
        screen.set_scrollback(offset);
        let row = screen.rows(0, columns).next().unwrap_or_default();
        all.push((row, screen.row_wrapped(0)));
        offset -= 1;
    }
    screen.set_scrollback(0);
    let shown: Vec<String> = screen.rows(0, columns).collect();
    all.extend(shown.into_iter().enumerate().map(|(i, row)| {
        let wrapped = u16::try_from(i).is_ok_and(|i| i < rows && screen.row_wrapped(i));
        (row, wrapped)
    }));
    let mut joined: Vec<String> = Vec::new();
    let mut goes_on = false;
    for (row, wrapped) in all {
        match joined.last_mut() {
            Some(last) if goes_on => last.push_str(&row),
            _ => joined.push(row),
        }
        goes_on = wrapped;
    }
    joined
}
