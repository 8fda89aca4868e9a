//! Comfort: hides a password that is typed into the plain client: std cannot, so the program `stty` does. Touches the
//! terminal's settings.
//!
//! # Locks
//! One lock over the saved settings, held while `stty` runs: whoever hides and whoever shows must not overtake each other.

use std::io;
use std::process::{Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;

/// Whether the terminal shows what is typed. Dropped, it does so again, a panic included. Where a signal ends the client
/// meanwhile, the feature `signals` sees to it; without it that is left to the shell.
#[derive(Default)]
pub(super) struct Echo {
    state: Arc<Hidden>,
}

#[derive(Default)]
pub(super) struct Hidden {
    /// The terminal's settings while it shows nothing.
    saved: Mutex<Option<String>>,
}

impl Echo {
    /// For whoever reads what is typed.
    pub(super) fn state(&self) -> Arc<Hidden> {
        Arc::clone(&self.state)
    }

    /// From now on what is typed is not shown, until `Hidden::show`.
    pub(super) fn hide(&self) -> io::Result<()> {
        let mut saved = self.state.saved.lock();
        if saved.is_none() {
            let settings = stty("-g")?;
            stty("-echo")?;
            *saved = Some(settings);
        }
        Ok(())
    }

    /// A signal that ends the client: the terminal is to be as it was then too. To be called once.
    pub(super) fn restore_on_signals(&self) {
        #[cfg(feature = "signals")]
        {
            let state = self.state();
            if let Err(error) = crate::signals::end_on_signals(move || state.show()) {
                log::debug!("a signal will leave the terminal as it is: {error}");
            }
        }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.state.show();
    }
}

impl Hidden {
    /// As it was. A terminal that has gone cannot be restored and need not be.
    pub(super) fn show(&self) {
        let mut saved = self.saved.lock();
        if let Some(settings) = saved.take() {
            stty(&settings).map(|_| ()).unwrap_or_default();
        }
    }
}

/// What `stty` says of the terminal that stdin is, or does to it.
fn stty(setting: &str) -> io::Result<String> {
    let said = Command::new("stty").arg(setting).stdin(Stdio::inherit()).stderr(Stdio::null()).output()?;
    let settings = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    said.status.success().then_some(settings).ok_or_else(|| io::Error::other("stty cannot do it"))
}
