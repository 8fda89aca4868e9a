//! A solution of exercise 5.3.

use crate::{Mutex, Names};

/// One truth, one lock: the list itself says who is there.
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

    fn release(&self, name: &str) {
        self.names.lock().retain(|taken| taken != name);
    }

    fn list(&self) -> Vec<String> {
        self.names.lock().clone()
    }
}
