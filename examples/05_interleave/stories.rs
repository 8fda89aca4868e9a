//! The four stories, each as it was and mended. A step is what one thread does without being interrupted: where its code
//! says `lock()` and lets go in the same line, nobody comes in between; where it keeps the guard, the lock stays taken.

use std::collections::BTreeMap;

use crate::scene::Lock::{List, Members, Names};
use crate::scene::{Own, Step, Turn, Version, Who, World};

pub(crate) struct Story {
    pub(crate) name: &'static str,
    pub(crate) broken: Version,
    pub(crate) mended: Version,
}

pub(crate) static STORIES: [Story; 4] = [
    Story {
        name: "take",
        broken: Version {
            how: "both want to be anna; check, then take",
            threads: [&CHECK_THEN_TAKE, &CHECK_THEN_TAKE],
            start: World::default,
            fault: both_have_it,
            counted: (6, 4),
        },
        mended: Version {
            how: "both steps under one guard",
            threads: [&TAKE_UNDER_ONE_GUARD, &TAKE_UNDER_ONE_GUARD],
            start: World::default,
            fault: both_have_it,
            counted: (2, 0),
        },
    },
    Story {
        name: "rename",
        broken: Version {
            how: "anna calls herself vera, a moderator calls her gleb; two maps",
            threads: [&RENAME_TO_VERA, &RENAME_TO_GLEB],
            start: anna_is_here,
            fault: maps_disagree,
            counted: (20, 18),
        },
        mended: Version {
            how: "one lock for both maps, one guard for all three",
            threads: [&GUARDED_RENAME_TO_VERA, &GUARDED_RENAME_TO_GLEB],
            start: anna_is_here,
            fault: maps_disagree,
            counted: (2, 0),
        },
    },
    Story {
        name: "locks",
        broken: Version {
            how: "two locks, taken in opposite order",
            threads: [&NAMES_THEN_LIST, &LIST_THEN_NAMES],
            start: World::default,
            fault: |_| None,
            counted: (6, 2),
        },
        mended: Version {
            how: "both take names first",
            threads: [&NAMES_THEN_LIST, &NAMES_THEN_LIST],
            start: World::default,
            fault: |_| None,
            counted: (2, 0),
        },
    },
    Story {
        name: "list",
        broken: Version {
            how: "vera comes in while anna asks who is here; two locks",
            threads: [&COME_IN, &SHOW],
            start: anna_is_here,
            fault: shown_is_wrong,
            counted: (6, 2),
        },
        mended: Version {
            how: "one lock for both, one guard for each of the two",
            threads: [&COME_IN_UNDER_ONE_GUARD, &SHOW_UNDER_ONE_GUARD],
            start: anna_is_here,
            fault: shown_is_wrong,
            counted: (2, 0),
        },
    },
];

/// `take, rename, ...`, for who asks for another.
pub(crate) fn names() -> String {
    STORIES.each_ref().map(|story| story.name).join(", ")
}

fn anna_is_here() -> World {
    World {
        names: BTreeMap::from([("anna", 1)]),
        nicknames: BTreeMap::from([(1, "anna")]),
        list: vec!["anna"],
        ..World::default()
    }
}

// Take a name.

static CHECK_THEN_TAKE: [Step; 2] = [
    Step { code: r#"let free = !names.lock().contains("anna");"#, act: check },
    Step { code: r#"if free { names.lock().insert("anna"); }"#, act: take },
];
static TAKE_UNDER_ONE_GUARD: [Step; 4] = [
    LOCK_NAMES,
    Step { code: r#"let free = !names.contains("anna");"#, act: check },
    Step { code: r#"if free { names.insert("anna"); }"#, act: take },
    DROP_NAMES,
];

fn check(world: &mut World, who: Who) -> Turn {
    world.own[who].free = !world.names.contains_key("anna");
    Turn::done(if world.own[who].free { "it is free" } else { "it is taken" })
}

fn take(world: &mut World, who: Who) -> Turn {
    if !world.own[who].free {
        return Turn::done("is refused");
    }
    world.names.insert("anna", who + 1);
    world.own[who].has_it = true;
    Turn::done("has it")
}

fn both_have_it(world: &World) -> Option<String> {
    world.own.iter().all(|own| own.has_it).then(|| "both are anna".into())
}

// Rename. The client whose name it is has the number 1, whichever thread renames it.

static RENAME_TO_VERA: [Step; 3] = [
    Step { code: "let old = nicknames.lock()[1];", act: look_up },
    Step { code: r#"names.lock().rename(old, "vera");"#, act: |world, who| change(world, who, "vera") },
    Step { code: r#"nicknames.lock().insert(1, "vera");"#, act: |world, _| note(world, "vera") },
];
static RENAME_TO_GLEB: [Step; 3] = [
    Step { code: "let old = nicknames.lock()[1];", act: look_up },
    Step { code: r#"names.lock().rename(old, "gleb");"#, act: |world, who| change(world, who, "gleb") },
    Step { code: r#"nicknames.lock().insert(1, "gleb");"#, act: |world, _| note(world, "gleb") },
];
static GUARDED_RENAME_TO_VERA: [Step; 5] = [
    LOCK_MEMBERS,
    Step { code: "let old = members.nicknames[1];", act: look_up },
    Step { code: r#"members.names.rename(old, "vera");"#, act: |world, who| change(world, who, "vera") },
    Step { code: r#"members.nicknames.insert(1, "vera");"#, act: |world, _| note(world, "vera") },
    DROP_MEMBERS,
];
static GUARDED_RENAME_TO_GLEB: [Step; 5] = [
    LOCK_MEMBERS,
    Step { code: "let old = members.nicknames[1];", act: look_up },
    Step { code: r#"members.names.rename(old, "gleb");"#, act: |world, who| change(world, who, "gleb") },
    Step { code: r#"members.nicknames.insert(1, "gleb");"#, act: |world, _| note(world, "gleb") },
    DROP_MEMBERS,
];

fn look_up(world: &mut World, who: Who) -> Turn {
    world.own[who].old = world.nicknames[&1];
    Turn::Done(format!("old is {}", world.own[who].old))
}

fn change(world: &mut World, who: Who, new: &'static str) -> Turn {
    world.names.remove(world.own[who].old);
    world.names.insert(new, 1);
    let names: Vec<&str> = world.names.keys().copied().collect();
    Turn::Done(format!("names: {}", names.join(", ")))
}

fn note(world: &mut World, new: &'static str) -> Turn {
    world.nicknames.insert(1, new);
    Turn::Done(format!("nicknames: {new}"))
}

fn maps_disagree(world: &World) -> Option<String> {
    let nickname = world.nicknames[&1];
    let left: Vec<&str> = world.names.keys().copied().filter(|name| *name != nickname).collect();
    (!left.is_empty()).then(|| format!("she is {nickname}, and {} is taken for ever", left.join(" and ")))
}

// Two locks in opposite order. What is done under them does not matter.

static NAMES_THEN_LIST: [Step; 4] = [LOCK_NAMES, LOCK_LIST, DROP_LIST, DROP_NAMES];
static LIST_THEN_NAMES: [Step; 4] = [LOCK_LIST, LOCK_NAMES, DROP_NAMES, DROP_LIST];

// Insert and list. The first thread is vera's, the second one anna's, who asks.

static COME_IN: [Step; 2] = [
    Step { code: r#"names.lock().insert("vera");"#, act: insert },
    Step { code: r#"list.lock().push("vera");"#, act: push },
];
static SHOW: [Step; 2] = [
    Step { code: "let count = names.lock().len();", act: count },
    Step { code: "let shown = list.lock().clone();", act: show },
];
static COME_IN_UNDER_ONE_GUARD: [Step; 4] = [
    LOCK_MEMBERS,
    Step { code: r#"members.names.insert("vera");"#, act: insert },
    Step { code: r#"members.list.push("vera");"#, act: push },
    DROP_MEMBERS,
];
static SHOW_UNDER_ONE_GUARD: [Step; 4] = [
    LOCK_MEMBERS,
    Step { code: "let count = members.names.len();", act: count },
    Step { code: "let shown = members.list.clone();", act: show },
    DROP_MEMBERS,
];

fn insert(world: &mut World, _: Who) -> Turn {
    world.names.insert("vera", 2);
    Turn::done("vera is taken")
}

fn push(world: &mut World, _: Who) -> Turn {
    world.list.push("vera");
    Turn::done("vera is in the list")
}

fn count(world: &mut World, who: Who) -> Turn {
    world.own[who].count = world.names.len();
    Turn::Done(format!("count is {}", world.names.len()))
}

fn show(world: &mut World, who: Who) -> Turn {
    world.own[who].shown = world.list.len();
    Turn::Done(format!("shown: {}", world.list.join(", ")))
}

fn shown_is_wrong(world: &World) -> Option<String> {
    let Own { count, shown, .. } = world.own[1];
    (count != shown).then(|| format!("anna reads: {count} are here, and sees {shown}"))
}

// What a thread does with a lock that it keeps for more than one step.

const LOCK_NAMES: Step = Step { code: "let mut names = names.lock();", act: |world, who| world.lock(Names, who) };
const LOCK_LIST: Step = Step { code: "let mut list = list.lock();", act: |world, who| world.lock(List, who) };
const LOCK_MEMBERS: Step =
    Step { code: "let mut members = members.lock();", act: |world, who| world.lock(Members, who) };
const DROP_NAMES: Step = Step { code: "drop(names);", act: |world, _| world.unlock(Names) };
const DROP_LIST: Step = Step { code: "drop(list);", act: |world, _| world.unlock(List) };
const DROP_MEMBERS: Step = Step { code: "drop(members);", act: |world, _| world.unlock(Members) };
