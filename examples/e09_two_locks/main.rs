//! Exercise D.4: from one room into another, under both locks, and no deadlock. You edit `mine.rs`; this file checks it.
//!
//! Run: `cargo run --example e09_two_locks`, and with `solution` behind it to see the check pass.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::thread;

use room::Room;

mod mine;
mod other;
#[path = "../exercise/own.rs"]
mod own;
mod room;
mod solution;

/// Somebody goes from the first room into the second. False: nobody of that name is in the first. For whoever has both
/// locks, everybody is in one room: never in both, never in none.
type Goes = fn(&str, &Room, &Room) -> bool;

const ROUNDS: usize = 1000;

fn main() {
    check(match std::env::args().nth(1).as_deref() {
        None => {
            own::is_own(include_str!("mine.rs"));
            mine::goes
        }
        Some("solution") => solution::goes,
        Some(name) => other::answer(name),
    });
    println!("e09_two_locks: every check passes");
}

fn check(goes: Goes) {
    let [hall, yard] = &[Room::new(1, &["anna", "boris"]), Room::new(2, &[])];
    assert!(goes("anna", hall, yard), "anna is there, and goes");
    assert!(!goes("anna", hall, yard), "anna has gone");
    assert!(!goes("vera", yard, hall), "there is no vera");
    assert_eq!((names(hall), names(yard)), (vec!["boris"], vec!["anna"]), "who does not go stays");
    assert!(goes("anna", yard, yard), "into the room where she is: nothing happens");
    assert!(!goes("anna", hall, hall), "she is not there");
    assert_eq!((names(hall), names(yard)), (vec!["boris"], vec!["anna"]), "nobody has moved");
    thread::scope(|scope| {
        scope.spawn(|| to_and_fro(goes, "anna", yard, hall));
        scope.spawn(|| to_and_fro(goes, "boris", hall, yard));
        scope.spawn(|| nobody_is_lost(hall, yard));
    });
}

/// Who is in a room. The lock is let go at once: with the next one beside it, this would be an order of taking too.
fn names(room: &Room) -> Vec<&'static str> {
    room.lock().clone()
}

fn to_and_fro(goes: Goes, name: &str, here: &Room, there: &Room) {
    for _ in 0..ROUNDS {
        assert!(goes(name, here, there) && goes(name, there, here), "{name} goes, whoever else does");
    }
}

fn nobody_is_lost(hall: &Room, yard: &Room) {
    let mut looks = 0;
    while looks < ROUNDS {
        let hall = hall.lock();
        // Without waiting, so that it is right beside any order of yours.
        let Some(yard) = yard.try_lock() else { continue };
        assert_eq!(hall.len() + yard.len(), 2, "anna and boris are in one room each");
        looks += 1;
    }
}
