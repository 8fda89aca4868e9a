//! A real pseudo-terminal with `chat` in it, and a screen emulator that shows what a user would see.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use self::asked::Asked;
use crate::support::{DEADLINE, Server};

mod asked;
pub(crate) mod played;
mod reflow;

/// What must not come from whoever runs the tests.
const ENVIRONMENT: &[&str] = &[
    "NO_COLOR",
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
    "RUST_LOG",
    "TMUX",
    "VTE_VERSION",
    "KONSOLE_VERSION",
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "WT_SESSION",
    "TERM_PROGRAM",
    "XTERM_VERSION",
];

pub(crate) type Screen = vt100::Parser<Asked>;

struct Shown {
    screen: Screen,
    /// How many escape codes the program has written.
    escapes: usize,
    /// All that it has written.
    written: Vec<u8>,
}

struct Shared {
    /// The screen, and how many escape codes it was given.
    shown: Mutex<Shown>,
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
    home: Option<tempfile::TempDir>,
}

impl Terminal {
    /// `chat` in a terminal of this size, with a home folder of its own.
    pub(crate) fn chat(server: &Server, arguments: &[&str], rows: u16, columns: u16) -> Self {
        let port = server.address.port().to_string();
        let mut all = vec!["--port", port.as_str()];
        all.extend(arguments);
        Terminal::start(&all, &[], rows, columns)
    }

    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)], rows: u16, columns: u16) -> Self {
        let home = tempfile::tempdir().expect("a home folder");
        Terminal::start_at(home, arguments, environment, rows, columns)
    }

    /// A shell command in a terminal; `$CHAT` is `chat`.
    pub(crate) fn shell(script: &str) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", script]);
        command.env("CHAT", env!("CARGO_BIN_EXE_chat"));
        Terminal::run(tempfile::tempdir().expect("a home folder"), command, 24, 80)
    }

    pub(crate) fn start_at(
        home: tempfile::TempDir,
        arguments: &[&str],
        environment: &[(&str, &str)],
        rows: u16,
        columns: u16,
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat"));
        command.args(arguments);
        for (name, value) in environment {
            command.env(name, value);
        }
        Terminal::run(home, command, rows, columns)
    }

    fn run(home: tempfile::TempDir, mut command: CommandBuilder, rows: u16, columns: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let before = settings(pair.master.as_ref());
        for name in ENVIRONMENT {
            if command.get_env(*name) == std::env::var_os(name).as_deref() {
                command.env_remove(name);
            }
        }
        if command.get_env("TERM") == std::env::var_os("TERM").as_deref() {
            command.env("TERM", "xterm-256color");
        }
        command.env("XDG_STATE_HOME", home.path());
        let child = pair.slave.spawn_command(command).expect("chat starts");
        let mut output = pair.master.try_clone_reader().expect("its output");
        let keyboard = pair.master.take_writer().expect("its keyboard");
        let screen = vt100::Parser::new_with_callbacks(rows, columns, 10_000, Asked::default());
        let shared = Arc::new(Shared {
            shown: Mutex::new(Shown { screen, escapes: 0, written: Vec::new() }),
            changed: Condvar::new(),
        });
        let its_shared = Arc::clone(&shared);
        let read = move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let bytes = &bytes[..count];
                let mut shown = its_shared.shown.lock();
                shown.screen.process(bytes);
                shown.escapes += bytes.iter().filter(|&&byte| byte == 0x1b).count();
                shown.written.extend(bytes);
                drop(shown);
                its_shared.changed.notify_all();
            }
        };
        thread::Builder::new().name("screen".into()).spawn(read).expect("a thread");
        Terminal { master: pair.master, keyboard, child, shared, before, _slave: pair.slave, home: Some(home) }
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
        self.type_bytes(keys.as_bytes());
    }

    pub(crate) fn type_bytes(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        self.shared.shown.lock().screen.screen_mut().set_size(rows, columns);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a new size");
    }

    /// Waits until the screen is as it should be.
    pub(crate) fn wait(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let mut shown = self.shared.shown.lock();
        while !is_so(shown.screen.screen()) {
            if self.shared.changed.wait_until(&mut shown, deadline).timed_out() {
                panic!("no {what} on this screen:\n{}", shown.screen.screen().contents());
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
        self.shared.shown.lock().screen.screen().contents()
    }

    /// The rows of the screen and of the scrollback before it, those that wrap joined.
    pub(crate) fn history(&self) -> Vec<String> {
        let mut shown = self.shared.shown.lock();
        history(shown.screen.screen_mut())
    }

    /// What the program asked of the terminal.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.shown.lock().screen.callbacks().0.clone()
    }

    /// How many escape codes the program has written.
    pub(crate) fn escapes(&self) -> usize {
        self.shared.shown.lock().escapes
    }

    /// All that the program has written, as it wrote it.
    pub(crate) fn written(&self) -> String {
        String::from_utf8(self.shared.shown.lock().written.clone()).expect("chat writes UTF-8")
    }

    pub(crate) fn look<T>(&self, see: impl FnOnce(&vt100::Screen) -> T) -> T {
        see(self.shared.shown.lock().screen.screen())
    }

    /// Whether it shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        settings(self.master.as_ref()).split(|c: char| !c.is_alphanumeric()).any(|flag| flag == "ECHO")
    }

    pub(crate) fn process_id(&self) -> i32 {
        self.child.process_id().and_then(|id| id.try_into().ok()).expect("a process")
    }

    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.as_ref().expect("a home folder").path()
    }

    /// Its home folder, for another client.
    pub(crate) fn into_home(mut self) -> tempfile::TempDir {
        self.home.take().expect("a home folder")
    }

    /// Waits until the process is this program, and no more the one that starts it.
    pub(crate) fn wait_until_it_runs(&self, name: &str) {
        let path = format!("/proc/{}/comm", self.process_id());
        let deadline = Instant::now() + DEADLINE;
        while std::fs::read_to_string(&path).unwrap_or_default().trim() != name {
            assert!(Instant::now() < deadline, "{name} does not run");
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits for the end of the program, and sees to it that the terminal is as it was. The exit status.
    pub(crate) fn leave(&mut self) -> u32 {
        let deadline = Instant::now() + DEADLINE;
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
    let first =
        all.iter().rposition(|row| ["[", "Your nickname?", "Password?"].iter().any(|prompt| row.starts_with(prompt)));
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
