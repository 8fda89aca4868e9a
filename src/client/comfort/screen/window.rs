//! Comfort: how wide the window is. Touches the terminal.

#[cfg(not(feature = "editor"))]
use std::{
    fs::File,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

#[cfg(not(feature = "editor"))]
use crate::client::comfort::seam::COLUMNS;

/// The window of the plain client.
#[derive(Default)]
pub(super) struct Window {
    /// What was answered last, and when.
    #[cfg(not(feature = "editor"))]
    asked: Option<(Instant, usize)>,
}

impl Window {
    /// Its columns.
    #[cfg(feature = "editor")]
    pub(super) fn columns(&mut self) -> usize {
        crate::client::comfort::editor::columns().into()
    }

    /// Its columns, asked of the program `stty`: std cannot. Once a second at most.
    #[cfg(not(feature = "editor"))]
    pub(super) fn columns(&mut self) -> usize {
        const KEPT: Duration = Duration::from_secs(1);
        let kept = self.asked.filter(|(since, _)| since.elapsed() < KEPT);
        if let Some((_, columns)) = kept {
            return columns;
        }
        let columns = columns().unwrap_or(COLUMNS);
        self.asked = Some((Instant::now(), columns));
        columns
    }
}

/// `24 80`, of the terminal that the program was started at: the input may be a script.
#[cfg(not(feature = "editor"))]
fn columns() -> Option<usize> {
    let terminal = File::open("/dev/tty").ok()?;
    let said = Command::new("stty").arg("size").stdin(terminal).stderr(Stdio::null()).output().ok()?;
    let size = String::from_utf8(said.stdout).ok()?;
    size.split_whitespace().nth(1)?.parse().ok().filter(|&columns| columns > 0)
}
