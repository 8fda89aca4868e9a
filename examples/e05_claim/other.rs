//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::collections::{HashMap, HashSet};
use std::sync::RwLock;

use crate::{Mutex, Names};

pub(crate) fn check(name: &str) {
    match name {
        "both_guards" => crate::check::<BothGuards>(),
        "numbered" => crate::check::<Numbered>(),
        "check_then_take" => crate::check::<CheckThenTake>(),
        "two_locks" => crate::check::<TwoLocks>(),
        "two_locks_swapped" => crate::check::<TwoLocksSwapped>(),
        _ => panic!("nobody has answered {name}"),
    }
}

/// As the stub has it, and both locks held at once, always in one order.
#[derive(Default)]
struct BothGuards {
    taken: Mutex<HashSet<String>>,
    order: Mutex<Vec<String>>,
}

impl Names for BothGuards {
    fn claim(&self, name: &str) -> bool {
        let (mut taken, mut order) = (self.taken.lock(), self.order.lock());
        let is_new = taken.insert(name.to_owned());
        order.extend(is_new.then(|| name.to_owned()));
        is_new
    }

    fn release(&self, name: &str) {
        let (mut taken, mut order) = (self.taken.lock(), self.order.lock());
        taken.remove(name);
        order.retain(|taken| taken != name);
    }

    fn list(&self) -> Vec<String> {
        self.order.lock().clone()
    }
}

/// A map from the name to its number of joining, under a lock that many may read at once.
#[derive(Default)]
struct Numbered(RwLock<(usize, HashMap<String, usize>)>);

impl Names for Numbered {
    fn claim(&self, name: &str) -> bool {
        let mut names = self.0.write().expect("nothing panics under the lock");
        let number = names.0;
        let is_new = !names.1.contains_key(name);
        if is_new {
            names.1.insert(name.to_owned(), number);
            names.0 += 1;
        }
        is_new
    }

    fn release(&self, name: &str) {
        self.0.write().expect("nothing panics under the lock").1.remove(name);
    }

    fn list(&self) -> Vec<String> {
        let names = self.0.read().expect("nothing panics under the lock");
        let mut listed: Vec<_> = names.1.iter().map(|(name, number)| (*number, name.clone())).collect();
        listed.sort_unstable();
        listed.into_iter().map(|(_, name)| name).collect()
    }
}

/// Two steps: the lock is free between the look and the taking.
#[derive(Default)]
struct CheckThenTake(Mutex<Vec<String>>);

impl Names for CheckThenTake {
    fn claim(&self, name: &str) -> bool {
        if self.0.lock().iter().any(|taken| taken == name) {
            return false;
        }
        self.0.lock().push(name.to_owned());
        true
    }

    fn release(&self, name: &str) {
        self.0.lock().retain(|taken| taken != name);
    }

    fn list(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

/// The stub's `release`, and a `claim` like it: one name goes to one, but in between it is taken and not listed.
#[derive(Default)]
struct TwoLocks {
    taken: Mutex<HashSet<String>>,
    order: Mutex<Vec<String>>,
}

impl Names for TwoLocks {
    fn claim(&self, name: &str) -> bool {
        let is_new = self.taken.lock().insert(name.to_owned());
        if is_new {
            self.order.lock().push(name.to_owned());
        }
        is_new
    }

    fn release(&self, name: &str) {
        self.taken.lock().remove(name);
        self.order.lock().retain(|taken| taken != name);
    }

    fn list(&self) -> Vec<String> {
        self.order.lock().clone()
    }
}

/// The other way round it is no better: `release` takes the name out of the list first.
#[derive(Default)]
struct TwoLocksSwapped {
    taken: Mutex<HashSet<String>>,
    order: Mutex<Vec<String>>,
}

impl Names for TwoLocksSwapped {
    fn claim(&self, name: &str) -> bool {
        self.order.lock().push(name.to_owned());
        let is_new = self.taken.lock().insert(name.to_owned());
        if !is_new {
            let mut order = self.order.lock();
            let last = order.iter().rposition(|taken| taken == name);
            last.map(|last| order.remove(last));
        }
        is_new
    }

    fn release(&self, name: &str) {
        self.order.lock().retain(|taken| taken != name);
        self.taken.lock().remove(name);
    }

    fn list(&self) -> Vec<String> {
        self.order.lock().clone()
    }
}
