//! Yours to write: exercise W.4. You may change everything in this file but the three signatures.

use parking_lot::{Condvar, Mutex};

use crate::Places;

pub(crate) struct Answer {
    left: Mutex<usize>,
    freed: Condvar,
}

impl Places for Answer {
    fn new(count: usize) -> Self {
        Answer { left: Mutex::new(count), freed: Condvar::new() }
    }

    fn enter(&self) {
        unimplemented!("yours to write: exercise W.4 ({} places are left)", self.left.lock())
    }

    fn leave(&self) {
        self.freed.notify_one();
        unimplemented!("yours to write: exercise W.4")
    }
}
