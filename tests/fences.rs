//! The fences of the house, by the `use` lines of all files in `src/`: no circle between files but parent and child, and
//! the invariants of absence, which are a table in `src/lib.rs`. Unit tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The files of a crate, each by the path of its module: `server::client`, and nothing for `lib.rs`.
type Files = BTreeMap<String, String>;

/// All of `src/`, but for the programs and the unit tests.
fn files() -> Files {
    let (mut files, mut folders) = (Files::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")]);
    let root = folders[0].clone();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            let inside = path.strip_prefix(&root).expect("it is in there").with_extension("");
            let module = inside.to_string_lossy().replace('/', "::");
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == "rs") && !is_left_out(&module) {
                let module = if module == "lib" { String::new() } else { module };
                files.insert(module, fs::read_to_string(&path).expect("a file can be read"));
            }
        }
    }
    files
}

fn is_left_out(module: &str) -> bool {
    let tests = ["bin", "server::faults", "server::model"];
    module.split("::").any(|part| part == "tests") || tests.iter().any(|of| is_within(module, of))
}

/// Whether a module is another one, or below it.
fn is_within(module: &str, of: &str) -> bool {
    of.is_empty() || module.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// All paths that the `use` lines of a file name, one for each name in braces. What stands in a block, as unit tests do,
/// is indented, and left out; so is the hook of a feature, which has its `cfg` before it.
fn used(text: &str) -> Vec<String> {
    uses(text, |line| line.starts_with("use ") || is_public(line))
}

/// Whether other files may name what this `use` line names, as if it were here.
fn is_public(line: &str) -> bool {
    line.starts_with("pub") && line.contains(" use ")
}

fn uses(text: &str, begins: impl Fn(&str) -> bool) -> Vec<String> {
    let (mut paths, mut line, mut before) = (Vec::new(), String::new(), "");
    for next in text.lines() {
        // What stands there for a feature alone is that feature's hook.
        let begins = begins(next) && !before.starts_with("#[cfg(feature");
        before = next;
        if !line.is_empty() || begins {
            line += next.trim();
            line.push(' ');
        }
        if line.trim_end().ends_with(';') {
            let (_, tree) = line.split_once("use ").expect("it begins so");
            expand("", tree.trim_end().trim_end_matches(';'), &mut paths);
            line.clear();
        }
    }
    paths
}

/// `a::{b, c::d}` is `a::b` and `a::c::d`; what is renamed keeps its first name.
fn expand(before: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((path, group)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap_or_default().trim();
        let path = format!("{before}{name}");
        return paths.push(path.trim_end_matches("::self").to_owned());
    };
    let group = group.trim_end().trim_end_matches('}');
    let (mut depth, mut begin) = (0, 0);
    for (at, letter) in group.char_indices().chain([(group.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let one = group.get(begin..at).unwrap_or_default().trim();
                begin = at + 1;
                if !one.is_empty() {
                    expand(&format!("{before}{}", path.trim()), one, paths);
                }
            }
            _ => {}
        }
    }
}

/// A path from the root of the crate, without `crate`, `super` and `self`; what is no path of this crate stays as it is.
fn absolute(module: &str, path: &str) -> Option<String> {
    let mut at: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    let mut parts = path.split("::").peekable();
    match parts.peek() {
        Some(&"crate") => at.clear(),
        Some(&("self" | "super")) => {}
        _ => return None,
    }
    for part in parts {
        match part {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            name => at.push(name),
        }
    }
    Some(at.join("::"))
}

/// The file where that path is at home, through what other files hand on by `use`.
fn home(files: &Files, path: &str) -> String {
    let mut module = path;
    while !files.contains_key(module) {
        module = module.rsplit_once("::").map_or("", |(above, _)| above);
    }
    let name = path.strip_prefix(module).unwrap_or_default().trim_start_matches("::").split("::").next();
    let Some(name) = name.filter(|name| !name.is_empty()) else { return module.to_owned() };
    // What the root of a crate uses for itself, all of it may name.
    let handed_on = uses(&files[module], |line| is_public(line) || module.is_empty() && line.starts_with("use "));
    let handed_on = handed_on.into_iter().find(|used| used.rsplit("::").next() == Some(name));
    match handed_on.and_then(|used| absolute(module, &used)) {
        Some(other) if other != path => home(files, &other),
        _ => module.to_owned(),
    }
}

/// Of each file, the files that it names, but for those above and below it.
fn names(files: &Files) -> BTreeMap<&str, BTreeSet<String>> {
    let of = |(module, text): (&'_ String, &String)| {
        let paths = used(text).into_iter().filter_map(|path| absolute(module, &path));
        let homes = paths.map(|path| home(files, &path));
        homes.filter(|home| !is_within(home, module) && !is_within(module, home)).collect()
    };
    files.iter().map(|file| (file.0.as_str(), of(file))).collect()
}

/// Every circle as the files that reach each other.
fn circles(files: &Files) -> Vec<String> {
    let names = names(files);
    let reached = |from: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(module) = next.pop() {
            let further = names[module.as_str()].iter().filter(|other| seen.insert((*other).clone()));
            next.extend(further.cloned());
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<String>> = names.keys().map(|&module| (module, reached(module))).collect();
    let mut circles = BTreeSet::new();
    for (module, reached) in &reach {
        let back: Vec<&str> =
            reached.iter().map(String::as_str).filter(|other| reach[other].contains(*module)).collect();
        if !back.is_empty() {
            circles.insert(back.join(", "));
        }
    }
    circles.into_iter().collect()
}

/// What is broken of a table of rows: ``//! | `where` | `what`, `what` | since |``.
fn broken(files: &Files, table: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for row in rows(table) {
        let [within, absent] = row;
        for (module, text) in files.iter().filter(|(module, _)| within.iter().any(|of| is_within(module, of))) {
            for path in used(text) {
                let named = absolute(module, &path).map_or(path, |path| {
                    let home = home(files, &path);
                    if home.is_empty() { path } else { home }
                });
                if let Some(what) = absent.iter().find(|what| is_within(&named, what)) {
                    broken.push(format!("{module} names {named}: nothing in {} may name {what}", within.join(", ")));
                }
            }
        }
    }
    broken
}

/// The code spans in the first two columns of each row.
fn rows(table: &str) -> Vec<[Vec<&str>; 2]> {
    let lines = table.lines().skip_while(|line| !line.contains("| nothing in |")).skip(2);
    let rows = lines.take_while(|line| line.starts_with("//! | "));
    rows.map(|row| {
        let mut columns = row.split('|').skip(1);
        let mut spans = || columns.next().unwrap_or_default().split('`').skip(1).step_by(2).collect();
        [spans(), spans()]
    })
    .collect()
}

#[test]
fn no_files_form_a_circle_but_parent_and_child() {
    let circles = circles(&files());
    assert!(circles.is_empty(), "these name each other, in a circle:\n{}", circles.join("\n"));
}

#[test]
fn what_must_not_be_known_is_not_known() {
    let files = files();
    assert_eq!(rows(&files[""]).len(), 12, "the table in src/lib.rs has twelve rows");
    let broken = broken(&files, &files[""]);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_says_first_of_which_kind_it_is() {
    let is_kind = |text: &str| {
        let first = text.lines().next().unwrap_or_default();
        let kind = first.strip_prefix("//! ").and_then(|rest| rest.split_once(": ")).map_or("", |(kind, _)| kind);
        ["Lesson", "Robust", "Comfort", "Test"].contains(&kind) || kind.starts_with("Feature ")
    };
    let files = files();
    let without = files.iter().filter(|(module, text)| !module.is_empty() && !is_kind(text)).map(|(module, _)| module);
    assert_eq!(without.collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Files of a made-up crate.
fn made_up(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_circle_is_found_through_braces_and_through_what_is_handed_on() {
    let mut files = made_up(&[
        ("", "pub use self::a::deep;"),
        ("a", "pub mod deep;\nuse crate::b::{\n    Thing,\n    other::{self, More},\n};"),
        ("a::deep", "use super::Parent;"),
        ("b", "use std::fmt;"),
        ("c", "use crate::deep::Thing;"),
    ]);
    assert_eq!(circles(&files), Vec::<String>::new(), "parent and child may name each other");
    files.insert("b".into(), "use crate::c::Thing;".into());
    files.insert("a::deep".into(), "use crate::b::Thing as Other;".into());
    assert_eq!(circles(&files), ["a::deep, b, c"]);
}

#[test]
fn a_name_that_must_be_absent_is_found_however_it_is_written() {
    let table = "//! | nothing in | names | since |\n//! |---|---|---|\n//! | `a` | `b`, `std::net` | so |\n";
    let broken = |text: &str| broken(&made_up(&[("", ""), ("a", ""), ("a::c", text), ("b", "")]), table).len();
    assert_eq!(
        broken("use std::network;\nuse super::Thing;\nuse crate::c;\nmod tests {\n    use std::net::TcpStream;\n}"),
        0
    );
    for wrong in ["use crate::b::Thing;", "use super::super::b;", "pub(crate) use std::{fmt, net::TcpStream};"] {
        assert_eq!(broken(wrong), 1, "{wrong}");
    }
}
