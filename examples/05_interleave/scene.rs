//! What a story is made of, and the search through all orders. Knows no story.

use std::collections::BTreeMap;

/// One of the two threads: 0 is `client-1`, 1 is `client-2`.
pub(crate) type Who = usize;

/// The locks that a step may take and keep.
#[derive(Clone, Copy)]
pub(crate) enum Lock {
    Names,
    List,
    Members,
}

impl Lock {
    fn name(self) -> &'static str {
        match self {
            Lock::Names => "names",
            Lock::List => "list",
            Lock::Members => "members",
        }
    }
}

/// The memory that both threads see, and what each of them keeps for itself.
#[derive(Clone, Default)]
pub(crate) struct World {
    /// Whose a name is: the number of a client.
    pub(crate) names: BTreeMap<&'static str, usize>,
    /// The same, the other way round.
    pub(crate) nicknames: BTreeMap<usize, &'static str>,
    /// The names in order of joining.
    pub(crate) list: Vec<&'static str>,
    /// Who holds which lock from one step to the next.
    pub(crate) held: [Option<Who>; 3],
    pub(crate) own: [Own; 2],
}

/// The local variables of one thread.
#[derive(Clone, Default)]
pub(crate) struct Own {
    pub(crate) free: bool,
    pub(crate) has_it: bool,
    pub(crate) old: &'static str,
    pub(crate) count: usize,
    pub(crate) shown: usize,
}

/// What came of a step.
pub(crate) enum Turn {
    /// It is done; a few words about it.
    Done(String),
    /// Another thread holds this lock: the step has not begun.
    Waits(Lock),
}

impl Turn {
    pub(crate) fn done(came_of_it: &str) -> Turn {
        Turn::Done(came_of_it.to_owned())
    }
}

impl World {
    pub(crate) fn lock(&mut self, lock: Lock, who: Who) -> Turn {
        let holder = &mut self.held[lock as usize];
        if holder.is_some_and(|holder| holder != who) {
            return Turn::Waits(lock);
        }
        *holder = Some(who);
        Turn::Done(format!("holds {}", lock.name()))
    }

    pub(crate) fn unlock(&mut self, lock: Lock) -> Turn {
        self.held[lock as usize] = None;
        Turn::Done(format!("{} is free", lock.name()))
    }
}

/// What a thread does without being interrupted.
pub(crate) struct Step {
    pub(crate) code: &'static str,
    pub(crate) act: fn(&mut World, Who) -> Turn,
}

/// A story as it was, or mended.
pub(crate) struct Version {
    pub(crate) how: &'static str,
    pub(crate) threads: [&'static [Step]; 2],
    pub(crate) start: fn() -> World,
    /// What is wrong when both have ended.
    pub(crate) fault: fn(&World) -> Option<String>,
    /// How many orders there are, and how many of them are bad: counted by hand, and the search is held to it.
    pub(crate) counted: (usize, usize),
}

/// A version somewhere on its way: the memory, and where each thread stands.
#[derive(Clone)]
pub(crate) struct Scene {
    version: &'static Version,
    world: World,
    at: [usize; 2],
}

impl Scene {
    pub(crate) fn new(version: &'static Version) -> Self {
        Scene { version, world: (version.start)(), at: [0; 2] }
    }

    /// How many steps a thread has taken.
    pub(crate) fn at(&self, who: Who) -> usize {
        self.at[who]
    }

    pub(crate) fn next_code(&self, who: Who) -> Option<&'static str> {
        self.version.threads[who].get(self.at[who]).map(|step| step.code)
    }

    /// Takes a thread's next step, and says what came of it.
    ///
    /// # Errors
    /// It cannot move: it has ended, or it waits for a lock. The error says so.
    pub(crate) fn step(&mut self, who: Who) -> Result<String, String> {
        let Some(step) = self.version.threads[who].get(self.at[who]) else {
            return Err(format!("client-{} has ended", who + 1));
        };
        match (step.act)(&mut self.world, who) {
            Turn::Done(came_of_it) => {
                self.at[who] += 1;
                Ok(came_of_it)
            }
            Turn::Waits(lock) => Err(format!("client-{} waits for {}: the other one holds it", who + 1, lock.name())),
        }
    }

    /// The scene after a step of this thread, if it can move.
    fn after(&self, who: Who) -> Option<Scene> {
        let mut next = self.clone();
        next.step(who).is_ok().then_some(next)
    }

    /// Nobody can move any more: both have ended, or they wait for each other.
    pub(crate) fn is_over(&self) -> bool {
        (0..2).all(|who| self.after(who).is_none())
    }

    /// What is wrong with this end.
    pub(crate) fn fault(&self) -> Option<String> {
        if (0..2).any(|who| self.next_code(who).is_some()) {
            return Some("each waits for the lock that the other one holds: deadlock".into());
        }
        (self.version.fault)(&self.world)
    }
}

/// What the search found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) orders: usize,
    pub(crate) bad: usize,
    /// The first of the bad ones: who moves, step by step.
    pub(crate) one_bad: Option<Vec<Who>>,
}

/// Plays every order to its end.
pub(crate) fn explore(version: &'static Version) -> Found {
    let mut found = Found::default();
    visit(&Scene::new(version), &mut Vec::new(), &mut found);
    found
}

/// From here on: whoever can move, moves, and from there on the same again.
fn visit(scene: &Scene, order: &mut Vec<Who>, found: &mut Found) {
    for who in 0..2 {
        if let Some(next) = scene.after(who) {
            order.push(who);
            visit(&next, order, found);
            order.pop();
        }
    }
    if scene.is_over() {
        found.orders += 1;
        if scene.fault().is_some() {
            found.bad += 1;
            found.one_bad.get_or_insert_with(|| order.clone());
        }
    }
}
