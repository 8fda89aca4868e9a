//! What many terminals do where the window gets another width, and the emulator does not: rows that wrapped are laid out
//! anew.

use std::time::Instant;

use portable_pty::PtySize;

use super::{Asked, Terminal, history};
use crate::support::DEADLINE;

/// What the program writes when it has drawn its prompt: before that the cursor is somewhere on its way.
const DRAWN: &[u8] = b"\x1b[?2026l";

impl Terminal {
    /// Another width. The cursor has to stand behind the last character.
    pub(crate) fn reflow(&mut self, columns: u16) {
        let mut guard = self.shared.shown.lock();
        let deadline = Instant::now() + DEADLINE;
        while !guard.written.ends_with(DRAWN) {
            let waited = self.shared.changed.wait_until(&mut guard, deadline);
            assert!(!waited.timed_out(), "no end of drawing:\n{}", guard.screen.screen().contents());
        }
        let (rows, _) = guard.screen.screen().size();
        let mut shown = history(guard.screen.screen_mut());
        while shown.last().is_some_and(String::is_empty) {
            shown.pop();
        }
        guard.screen = vt100::Parser::new_with_callbacks(rows, columns, 10_000, Asked::default());
        guard.screen.process(shown.join("\r\n").as_bytes());
        drop(guard);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a new size");
    }
}
