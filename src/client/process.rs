//! Lesson: the waiting animation of the original, `proces()`. Touches nothing: it is only what is to be shown next.
//!
//! The original's runs for 7.5 seconds over whatever is typed. This one is drawn by the receiving thread while it waits
//! for the next line, and the next line wipes it.

use std::fmt;

/// One picture of the animation after the other.
#[derive(Debug, Default)]
pub(super) struct Process {
    step: usize,
}

impl Process {
    const WIDTH: usize = 8;

    /// The next picture.
    pub(super) fn step(&mut self) {
        self.step = (self.step + 1) % Self::WIDTH;
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (".".repeat(self.step), ".".repeat(Self::WIDTH - 1 - self.step));
        write!(f, "[{before}o{after}]")
    }
}
