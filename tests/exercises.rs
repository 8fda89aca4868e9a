//! The exercises of the course: each check passes on the solution and fails on the untouched stub, so that no check is
//! empty and no exercise is impossible.
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

#[path = "support/features.rs"]
mod features;

/// Fewer than this, and the search below has gone wrong.
const EXERCISES_AT_LEAST: usize = 11;

/// The names of all exercises: the folders of `examples/` that begin with an `e` and a number. What needs a feature that is
/// off is not built; `cargo test --all-features --test exercises` checks it too.
fn exercises() -> Vec<String> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(examples).expect("examples/ can be listed");
    let names = entries.filter_map(|entry| entry.expect("examples/ can be listed").file_name().into_string().ok());
    let is_exercise = |name: &String| name.strip_prefix('e').is_some_and(|rest| rest.starts_with(char::is_numeric));
    let mut names: Vec<String> = names.filter(is_exercise).collect();
    names.retain(|name| features::lacking(name).is_none());
    names.sort();
    assert!(names.len() >= EXERCISES_AT_LEAST, "only {names:?} were found");
    names
}

/// Runs the built exercise, which stands beside this test's executable.
fn run(name: &str, whose: Option<&str>) -> Output {
    let test = env::current_exe().expect("a test knows its executable");
    let built: PathBuf =
        test.parent().and_then(Path::parent).expect("target/PROFILE/deps/…").join("examples").join(name);
    let mut command = Command::new(built.with_extension(env::consts::EXE_EXTENSION));
    let output = command.args(whose).env_remove("CHAT_SERVER").stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{name} does not run ({error}): run `cargo build --examples`"))
}

#[test]
fn every_solution_passes_its_check() {
    for name in exercises() {
        let output = run(&name, Some("solution"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "the solution of {name} fails:\n{said}");
    }
}

/// Whether somebody has begun to solve an exercise: its `mine.rs` no longer holds the stub's words. Exercise 7.5 is solved in
/// `src/` itself.
fn is_begun(name: &str) -> bool {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let holds = |file: PathBuf, words: &str| {
        let text = fs::read_to_string(&file);
        text.unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display())).contains(words)
    };
    match name {
        "e07_me" => holds(project.join("src/protocol/words.rs"), "\"/me\""),
        _ => !holds(project.join("examples").join(name).join("mine.rs"), "yours to write: exercise "),
    }
}

/// What a student has begun is the student's: right or wrong, it does not break `cargo test`.
#[test]
fn every_untouched_stub_fails_and_says_what_to_do() {
    for name in exercises() {
        if is_begun(&name) {
            eprintln!("{name} is no stub any more: see what `cargo run --example {name}` says of it");
            continue;
        }
        let output = run(&name, None);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{name} passes although nobody has solved it");
        assert!(said.contains("yours to write: exercise "), "{name} fails for another reason:\n{said}");
    }
}
