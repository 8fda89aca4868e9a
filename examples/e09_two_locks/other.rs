//! What others have answered; `tests/exercises.rs` says what becomes of each.

use crate::Goes;
use crate::room::Room;

pub(crate) fn named(name: &str) -> Goes {
    match name {
        "tries_the_second" => tries_the_second,
        "one_after_the_other" => one_after_the_other,
        "as_they_are_given" => as_they_are_given,
        "twice_the_same" => twice_the_same,
        _ => panic!("nobody has answered {name}"),
    }
}

/// Never waits for the second while it holds the first: lets go, and begins anew.
fn tries_the_second(name: &str, from: &Room, to: &Room) -> bool {
    if from.number == to.number {
        return from.lock().contains(&name);
    }
    loop {
        let mut here = from.lock();
        if let Some(mut there) = to.try_lock() {
            let at = here.iter().position(|one| *one == name);
            there.extend(at.map(|at| here.remove(at)));
            return at.is_some();
        }
        drop(here);
        std::thread::yield_now();
    }
}

/// For a moment nobody of that name is anywhere.
fn one_after_the_other(name: &str, from: &Room, to: &Room) -> bool {
    let gone = {
        let mut here = from.lock();
        here.iter().position(|one| *one == name).map(|at| here.remove(at))
    };
    to.lock().extend(gone);
    gone.is_some()
}

/// The first that is named first: two who go in opposite directions wait for each other.
fn as_they_are_given(name: &str, from: &Room, to: &Room) -> bool {
    if from.number == to.number {
        return from.lock().contains(&name);
    }
    let mut here = from.lock();
    let mut there = to.lock();
    let at = here.iter().position(|one| *one == name);
    there.extend(at.map(|at| here.remove(at)));
    at.is_some()
}

/// In one order, and where both are one room, it waits for itself.
fn twice_the_same(name: &str, from: &Room, to: &Room) -> bool {
    let is_upwards = from.number < to.number;
    let (first, second) = if is_upwards { (from, to) } else { (to, from) };
    let (mut first, mut second) = (first.lock(), second.lock());
    let (here, there) = if is_upwards { (&mut first, &mut second) } else { (&mut second, &mut first) };
    let at = here.iter().position(|one| *one == name);
    there.extend(at.map(|at| here.remove(at)));
    at.is_some()
}
