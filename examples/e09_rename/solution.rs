//! A solution of exercise 9.4.

use crate::{Mutex, Names};

/// The names in the order in which they were taken.
#[derive(Default)]
pub(crate) struct Answer {
    names: Mutex<Vec<String>>,
}

impl Names for Answer {
    fn claim(&self, name: &str) -> bool {
        let mut names = self.names.lock();
        let is_free = !names.iter().any(|taken| taken == name);
        if is_free {
            names.push(name.to_owned());
        }
        is_free
    }

    /// Look, look, and change: all under one guard.
    fn rename(&self, old: &str, new: &str) -> bool {
        let mut names = self.names.lock();
        if names.iter().any(|taken| taken == new) {
            return false;
        }
        let Some(name) = names.iter_mut().find(|name| *name == old) else { return false };
        new.clone_into(name);
        true
    }

    fn list(&self) -> Vec<String> {
        self.names.lock().clone()
    }
}
