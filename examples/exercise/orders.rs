//! For the checks of exercises with a lock: two calls in every order that their locks allow, none of it by luck.
//!
//! A thread that plays stops before each `lock`. The director lets one of the two go on, up to its next `lock`, and decides
//! again, until every row of decisions has been played. So a mistake that shows itself once in a hundred thousand runs shows
//! itself in one of a handful of orders.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, MutexGuard};

/// The lock for your answer: as that of `parking_lot`, and it stops where a check wants it to.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    /// Waits for the lock, and gives its guard. Panics where nobody gives it back.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        match PLAYER.with_borrow(Clone::clone) {
            None => self.0.try_lock_for(PATIENCE).expect("nobody gives this lock back: did one thread take it twice?"),
            Some(player) => player.lock(&self.0),
        }
    }
}

/// So long nobody holds a lock here.
const PATIENCE: Duration = Duration::from_secs(20);

thread_local! {
    /// Set in a thread that plays.
    static PLAYER: RefCell<Option<Player>> = const { RefCell::new(None) };
}

/// Where a player stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Work,
    /// Before a `lock`.
    Lock,
    /// Before a `lock` that the other one held when this one tried.
    HeldLock,
    End,
    /// Before a `lock` that it will never get.
    Deadlock,
}

#[derive(Clone)]
struct Player {
    stage: Arc<Stage>,
    me: usize,
}

impl Player {
    fn lock<'a, T>(&self, lock: &'a parking_lot::Mutex<T>) -> MutexGuard<'a, T> {
        let mut at = At::Lock;
        loop {
            self.stop(at);
            if let Some(guard) = lock.try_lock() {
                return guard;
            }
            at = At::HeldLock;
        }
    }

    /// Stops until the director lets this one go on.
    fn stop(&self, at: At) {
        self.stage.set(self.me, at);
        let mut all = self.stage.all.lock();
        self.stage.changed.wait_while(&mut all, |all| all[self.me] == at);
        let given_up = all[self.me] == At::Deadlock;
        drop(all);
        if given_up {
            panic::resume_unwind(Box::new("a deadlock"));
        }
    }
}

struct Stage {
    all: parking_lot::Mutex<[At; 2]>,
    changed: Condvar,
}

impl Stage {
    fn set(&self, player: usize, at: At) {
        self.all.lock()[player] = at;
        self.changed.notify_all();
    }

    /// Lets the players go on until both have ended. Where both may, `decisions` says who; what is missing there is added.
    /// The steps in the order in which they were made; an error where nobody can go on.
    fn direct(&self, decisions: &mut Vec<usize>) -> Result<String, String> {
        let (mut made, mut steps) = (0, Vec::new());
        // Whether the other one has gone on since this one tried its lock.
        let mut is_worth_it = [true; 2];
        loop {
            let mut all = self.all.lock();
            self.changed.wait_while(&mut all, |all| all.contains(&At::Work));
            let may_go = |player: &usize| match all[*player] {
                At::Lock => true,
                At::HeldLock => is_worth_it[*player],
                _ => false,
            };
            let next = match (0..2).filter(may_go).collect::<Vec<_>>()[..] {
                [] if *all == [At::End; 2] => return Ok(steps.join(" ")),
                [] => {
                    all.iter_mut().filter(|at| **at != At::End).for_each(|at| *at = At::Deadlock);
                    self.changed.notify_all();
                    return Err(format!("they wait for each other for ever (locks: {})", steps.join(" ")));
                }
                [only] => only,
                _ => {
                    if made == decisions.len() {
                        decisions.push(0);
                    }
                    made += 1;
                    decisions[made - 1]
                }
            };
            is_worth_it = [next == 1 || all[0] != At::HeldLock, next == 0 || all[1] != At::HeldLock];
            all[next] = At::Work;
            drop(all);
            self.changed.notify_all();
            steps.push(if next == 0 { "first" } else { "second" });
        }
    }
}

/// Plays two calls on a fresh `state` in every order, and lets `judge` look at the state and at what the calls gave.
///
/// # Errors
/// What the judge said of the first order that it did not like, or that two locks wait for each other.
pub(crate) fn in_every_order<S: Sync, R: Send>(
    state: impl Fn() -> S,
    calls: [&(dyn Fn(&S) -> R + Sync); 2],
    judge: impl Fn(&S, [R; 2]) -> Result<(), String>,
) -> Result<(), String> {
    let mut decisions = Vec::new();
    loop {
        let state = state();
        let stage = Arc::new(Stage { all: parking_lot::Mutex::new([At::Work; 2]), changed: Condvar::new() });
        let (steps, results) = thread::scope(|scope| {
            let players = [0, 1].map(|me| {
                let (player, state, call) = (Player { stage: Arc::clone(&stage), me }, &state, calls[me]);
                scope.spawn(move || {
                    PLAYER.set(Some(player.clone()));
                    let result = panic::catch_unwind(AssertUnwindSafe(|| call(state)));
                    player.stage.set(me, At::End);
                    result.ok()
                })
            });
            let steps = stage.direct(&mut decisions);
            (steps, players.map(|player| player.join().ok().flatten()))
        });
        let steps = steps?;
        let [Some(first), Some(second)] = results else {
            return Err(format!("a call panicked; its message stands above (locks: {steps})"));
        };
        judge(&state, [first, second]).map_err(|wrong| format!("{wrong} (locks: {steps})"))?;
        // The last decision that was not yet made the other way is made so, and those behind it anew.
        let Some(last) = decisions.iter().rposition(|&decision| decision == 0) else { return Ok(()) };
        decisions.truncate(last);
        decisions.push(1);
    }
}
