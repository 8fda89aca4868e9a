//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::sync::RwLock;

use crate::{Mutex, Names};

pub(crate) fn check(name: &str) {
    match name {
        "by_position" => crate::check::<ByPosition>(),
        "new_list" => crate::check::<NewList>(),
        "two_guards" => crate::check::<TwoGuards>(),
        "release_then_claim" => crate::check::<ReleaseThenClaim>(),
        "claim_then_release" => crate::check::<ClaimThenRelease>(),
        "at_the_end" => crate::check::<AtTheEnd>(),
        _ => panic!("nobody has answered {name}"),
    }
}

/// The parts that all these answers have.
macro_rules! names {
    ($answer:ident, $rename:expr) => {
        #[derive(Default)]
        struct $answer(Mutex<Vec<String>>);

        impl Names for $answer {
            fn claim(&self, name: &str) -> bool {
                let mut names = self.0.lock();
                let is_free = !names.iter().any(|taken| taken == name);
                names.extend(is_free.then(|| name.to_owned()));
                is_free
            }

            fn rename(&self, old: &str, new: &str) -> bool {
                let rename: fn(&Self, &str, &str) -> bool = $rename;
                rename(self, old, new)
            }

            fn list(&self) -> Vec<String> {
                self.0.lock().clone()
            }
        }
    };
}

names!(ByPosition, |this, old, new| {
    let mut names = this.0.lock();
    let position = |name: &str| names.iter().position(|taken| taken == name);
    match (position(old), position(new)) {
        (Some(old), None) => {
            names[old] = new.to_owned();
            true
        }
        _ => false,
    }
});

/// The list is made anew, under a lock of std.
#[derive(Default)]
struct NewList(RwLock<Vec<String>>);

impl Names for NewList {
    fn claim(&self, name: &str) -> bool {
        let mut names = self.0.write().expect("nothing panics under the lock");
        let is_free = !names.iter().any(|taken| taken == name);
        names.extend(is_free.then(|| name.to_owned()));
        is_free
    }

    fn rename(&self, old: &str, new: &str) -> bool {
        let mut names = self.0.write().expect("nothing panics under the lock");
        let may = names.iter().any(|name| name == old) && !names.iter().any(|name| name == new);
        if may {
            *names = names.iter().map(|name| if name == old { new.to_owned() } else { name.clone() }).collect();
        }
        may
    }

    fn list(&self) -> Vec<String> {
        self.0.read().expect("nothing panics under the lock").clone()
    }
}

// It looks under one guard, and changes under a second one.
names!(TwoGuards, |this, old, new| {
    if this.0.lock().iter().any(|taken| taken == new) {
        return false;
    }
    let mut names = this.0.lock();
    let Some(name) = names.iter_mut().find(|name| *name == old) else { return false };
    new.clone_into(name);
    true
});

// For a moment nobody is there.
names!(ReleaseThenClaim, |this, old, new| {
    let list = this.list();
    let Some(place) = list.iter().position(|name| name == old) else { return false };
    if list.iter().any(|name| name == new) {
        return false;
    }
    this.0.lock().retain(|name| name != old);
    let mut names = this.0.lock();
    let place = place.min(names.len());
    names.insert(place, new.to_owned());
    true
});

// For a moment both are there.
names!(ClaimThenRelease, |this, old, new| {
    if !this.list().iter().any(|name| name == old) || !this.claim(new) {
        return false;
    }
    let mut names = this.0.lock();
    let new = names.pop().unwrap_or_default();
    if let Some(name) = names.iter_mut().find(|name| *name == old) {
        *name = new;
    }
    true
});

// One step, and the place in the list is lost.
names!(AtTheEnd, |this, old, new| {
    let mut names = this.0.lock();
    let may = names.iter().any(|name| name == old) && !names.iter().any(|name| name == new);
    if may {
        names.retain(|name| name != old);
        names.push(new.to_owned());
    }
    may
});
