//! The house: each file says which kind of room it is in, and the rooms of the client are entered from one side.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a file is in the tree of modules: `client/recv.rs` is `["client", "recv"]`.
type Module = Vec<String>;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the source is there").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// All files below a folder of `src`, but those that are for tests alone: their modules, and their code without tests and
/// comments.
fn modules(below: &str) -> BTreeMap<Module, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    for file in files(&src) {
        let relative = file.strip_prefix(&src).expect("it is below").with_extension("");
        let module: Module = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let is_for_tests = module.iter().any(|part| ["tests", "model", "faults"].contains(&part.as_str()));
        if module[0] == below && file.extension().is_some_and(|is| is == "rs") && !is_for_tests {
            let text = fs::read_to_string(&file).expect("text");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            modules.insert(module, lines.collect::<Vec<_>>().join(" "));
        }
    }
    modules
}

/// The paths that a piece of code names, those in braces each for itself: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str) -> BTreeSet<Vec<String>> {
    let (mut found, mut before) = (BTreeSet::new(), vec![Vec::new()]);
    let mut path: Vec<String> = Vec::new();
    let words = code.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
    let mut is_joined = false;
    for word in words {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let mark = word.get(name.len()..).unwrap_or_default();
        if !name.is_empty() {
            if !is_joined {
                path.clone_from(before.last().expect("one is left"));
            }
            path.push(name.to_owned());
            found.insert(path.clone());
        }
        match mark {
            "{" => before.push(if is_joined { path.clone() } else { Vec::new() }),
            "}" if before.len() > 1 => drop(before.pop()),
            _ => {}
        }
        is_joined = mark == ":";
    }
    found
}

/// The file in which what a path names is to be found.
fn resolved(path: &[String], from: &Module, modules: &BTreeMap<Module, String>) -> Option<Module> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let (mut module, rest) = match path.first().map(String::as_str) {
        Some("crate") => (Vec::new(), path.get(1..)?),
        Some("self") => (from.clone(), path.get(1..)?),
        Some("super") => (from.get(..from.len().checked_sub(ups)?)?.to_vec(), path.get(ups..)?),
        _ => return None,
    };
    for part in rest {
        module.push(part.clone());
        if !modules.contains_key(&module) && !modules.keys().any(|known| known.starts_with(&module)) {
            module.pop();
            break;
        }
    }
    modules.contains_key(&module).then_some(module)
}

#[test]
fn each_file_says_which_kind_of_room_it_is_in() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let is_said = |line: &str| {
        let kind = line.strip_prefix("//! ").and_then(|line| line.split_once(": ")).map_or("", |(kind, _)| kind);
        ["Lesson", "Robust", "Comfort"].contains(&kind) || kind.starts_with("Feature ")
    };
    for below in ["client", "server", "database", "console", "proxy", "cluster", "robust"] {
        for module in modules(below).keys() {
            let text = fs::read_to_string(src.join(module.join("/") + ".rs")).expect("text");
            assert!(is_said(text.lines().next().unwrap_or_default()), "src/{}.rs: no kind", module.join("/"));
        }
    }
}

#[test]
fn no_files_of_the_client_form_a_circle_but_parent_and_child() {
    let modules = modules("client");
    let uses = |module: &Module, code: &str| {
        let named = paths(code).into_iter().filter_map(|path| resolved(&path, module, &modules));
        named.filter(|other| !other.starts_with(module) && !module.starts_with(other)).collect::<BTreeSet<_>>()
    };
    let mut left: BTreeMap<&Module, BTreeSet<Module>> =
        modules.iter().map(|(module, code)| (module, uses(module, code))).collect();
    let found: usize = left.values().map(BTreeSet::len).sum();
    assert!(found > 80, "{found} uses of each other");
    // Whoever uses nobody that is left can be in no circle.
    while let Some(free) = left.iter().find(|(_, uses)| uses.iter().all(|used| !left.contains_key(used))) {
        let free = *free.0;
        left.remove(free);
    }
    let circle: Vec<String> = left.keys().map(|module| module.join("/")).collect();
    assert!(circle.is_empty(), "these use each other: {circle:?}");
}

#[test]
fn the_lesson_has_no_editor() {
    for (module, code) in modules("client") {
        let knows =
            paths(&code).iter().any(|path| path.iter().any(|part| ["editor", "rustyline"].contains(&part.as_str())));
        let may = module.get(1).is_some_and(|part| part == "comfort");
        assert!(may || !knows, "src/{}.rs is a lesson, and knows the editor", module.join("/"));
    }
}
