//! The exercises of the course. Each check passes on the solution and on right answers that are written differently; it fails
//! on the untouched stub, and on each wrong answer that somebody has given or might give: so no check is empty, and no
//! exercise is impossible.
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs, thread};

#[path = "support/features.rs"]
mod features;

/// Fewer than this, and the search below has gone wrong.
const EXERCISES_AT_LEAST: usize = 15;

/// Right answers, beside the solution: the exercise and the answer's name in its `other.rs`.
const RIGHT: &[(&str, &str)] = &[
    ("e02_address", "by_std"),
    ("e03_lines", "split_inclusive"),
    ("e03_lines", "split_off"),
    ("e03_limit", "byte_by_byte"),
    ("e03_limit", "split_first"),
    ("e04_status", "by_bits"),
    ("e05_claim", "both_guards"),
    ("e05_claim", "numbered"),
    ("e05_orders", "by_factors"),
    ("e05_orders", "remembered"),
    ("e06_endings", "by_guards"),
    ("e07_tell", "by_bytes"),
    ("e07_tell", "splitn"),
    ("e08_limit", "arc_as_place"),
    ("e08_limit", "handles"),
    ("e09_rename", "by_position"),
    ("e09_rename", "new_list"),
    ("e09_semaphore", "tickets"),
    ("e09_semaphore", "rings_for_all"),
    ("e09_two_locks", "larger_first"),
    ("e09_two_locks", "tries_again"),
    ("e10_drop_oldest", "sums_up"),
    ("e11_quit", "looks_at_a_flag"),
    ("e15_keep", "by_hand"),
];

/// Wrong answers, and a part of what the check says of each.
const WRONG: &[(&str, &str, &str)] = &[
    ("e02_address", "last_colon", "\"[::1]\" was typed"),
    ("e02_address", "no_default", "\"\" was typed"),
    ("e02_address", "port_of_bytes", "is no address"),
    ("e03_lines", "decode_each_read", "two reads"),
    ("e03_lines", "trims", "as they came"),
    ("e03_lines", "trims_the_end", "as they came"),
    ("e03_lines", "text_or_nothing", "a line is text"),
    ("e03_lines", "first_line_only", "all in one read"),
    ("e03_lines", "no_empty_lines", "all in one read"),
    ("e03_limit", "before_taking", "short lines behind them"),
    ("e03_limit", "whole_lines_only", "10240 are enough"),
    ("e03_limit", "rest_only", "are too many"),
    ("e03_limit", "end_counts", "are just allowed"),
    ("e03_limit", "trims", "spaces are a part of the line"),
    ("e03_limit", "whatever_is_left", "are too many"),
    ("e04_status", "code_alone", "did `kill -9 $$`"),
    ("e04_status", "signal_alone", "did `kill -9 $$`"),
    ("e04_status", "did_it_succeed", "did `exit 3`"),
    ("e05_claim", "check_then_take", "two asked for anna"),
    ("e05_claim", "two_locks", "did not stand in the list"),
    ("e05_claim", "two_locks_swapped", "afterwards anna is taken"),
    ("e05_orders", "two_ways_each", "5 of the other"),
    ("e05_orders", "factorials", "12 of the other"),
    ("e05_orders", "whole_threads", "0 of the other"),
    ("e06_endings", "again_for_the_rest", "the read gave Err"),
    ("e06_endings", "timed_out_again", "the read gave Err(TimedOut)"),
    ("e06_endings", "empty_message", "the read gave Ok(0)"),
    ("e06_endings", "reset_is_an_end", "the read gave Err(ConnectionReset)"),
    ("e07_tell", "either_sign", "\"/tell bo:ris hi\""),
    ("e07_tell", "user_with_a_colon", "\"/tell bo:ris hi\""),
    ("e07_tell", "text_to_the_next_colon", "at 5: or 6"),
    ("e07_tell", "by_index", "is not a char boundary"),
    ("e07_tell", "any_word", "the line was"),
    ("e08_limit", "one_at_a_time", "the second client should be served"),
    ("e08_limit", "back_to_nothing", "one has left and one has come"),
    ("e08_limit", "never_given_back", "its place did not become free"),
    ("e08_limit", "refused_gives_back", "those who are refused"),
    ("e08_limit", "only_at_the_end", "has reset its connection, and its place"),
    ("e08_limit", "no_newline", "`full`, a newline"),
    ("e08_limit", "silent", "`full`, a newline"),
    ("e09_rename", "two_guards", "only one of two"),
    ("e09_rename", "release_then_claim", "panicked"),
    ("e09_rename", "claim_then_release", "panicked"),
    ("e09_rename", "at_the_end", "keeps the place"),
    ("e09_semaphore", "looks_once", "only one comes in"),
    ("e09_semaphore", "never_rings", "one who waits comes in"),
    ("e09_semaphore", "rings_at_zero", "all who wait come in"),
    ("e09_semaphore", "spins", "keep a core busy"),
    ("e09_semaphore", "lets_all_in", "the third has to wait"),
    ("e09_two_locks", "as_they_come", "a deadlock"),
    ("e09_two_locks", "twice_the_same", "waits for itself"),
    ("e09_two_locks", "one_after_the_other", "in one room each"),
    ("e09_two_locks", "yes_always", "anna has gone"),
    ("e10_drop_oldest", "evicts_for_nothing", "nothing has to go"),
    ("e10_drop_oldest", "counts_letters", "has 12 bytes"),
    ("e10_drop_oldest", "drops_the_newest", "the oldest goes"),
    ("e10_drop_oldest", "keeps_the_count", "the oldest goes"),
    ("e10_drop_oldest", "tells_always", "neither can ever fit"),
    ("e10_drop_oldest", "less_than_the_limit", "10 bytes fit into 10"),
    ("e11_quit", "drops", "q was typed: the client still runs"),
    ("e11_quit", "writes_no_more", "q was typed: the client still runs"),
    ("e11_quit", "nobody_joined", "its other thread"),
    ("e11_quit", "deaf_to_the_server", "the server has closed: the client still runs"),
    ("e11_quit", "sends_q", "and no `q`"),
    ("e15_keep", "one_by_one", "leaves none of its messages"),
    ("e15_keep", "text_in_the_statement", "a text like any other"),
    ("e15_keep", "never_rolled_back", "panicked"),
    ("e15_keep", "error_is_dropped", "has to hear of it"),
];

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

fn text(name: &str, file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// Runs the built exercise, which stands beside this test's executable.
fn run(name: &str, whose: Option<&str>) -> Output {
    let test = env::current_exe().expect("a test knows its executable");
    let built: PathBuf =
        test.parent().and_then(Path::parent).expect("target/PROFILE/deps/…").join("examples").join(name);
    let mut command = Command::new(built.with_extension(env::consts::EXE_EXTENSION));
    let output = command.args(whose).env_remove("CHAT_SERVER").env_remove("PORT").stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{name} does not run ({error}): run `cargo build --examples`"))
}

fn passes(name: &str, whose: &str) {
    let output = run(name, Some(whose));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{whose} of {name} is right, and its check fails:\n{said}");
}

fn fails(name: &str, whose: &str, why: &str) {
    let output = run(name, Some(whose));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(!output.status.success(), "{whose} of {name} is wrong, and its check passes");
    assert!(said.contains(why), "{whose} of {name} fails for another reason than {why:?}:\n{said}");
}

#[test]
fn every_solution_passes_its_check() {
    for name in exercises() {
        passes(&name, "solution");
    }
}

#[test]
fn every_right_answer_that_is_written_differently_passes() {
    for (name, answer) in RIGHT.iter().filter(|(name, _)| features::lacking(name).is_none()) {
        passes(name, answer);
    }
}

#[test]
fn every_wrong_answer_is_refused_for_what_is_wrong_in_it() {
    // Some wait for what never comes: they wait together.
    thread::scope(|scope| {
        for (name, answer, why) in WRONG.iter().filter(|(name, ..)| features::lacking(name).is_none()) {
            scope.spawn(move || fails(name, answer, why));
        }
    });
}

/// What an `other.rs` answers is tried here, and each exercise has a right and a wrong one. That of 7.5 is a patch.
#[test]
fn every_answer_of_others_is_tried() {
    for name in exercises().into_iter().filter(|name| name != "e07_me") {
        let other = text(&name, "other.rs");
        let arms = other.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
        let mut answers: Vec<&str> = arms.map(|(answer, _)| answer).collect();
        let right = RIGHT.iter().filter(|(exercise, _)| *exercise == name).map(|(_, answer)| *answer);
        let wrong = WRONG.iter().filter(|(exercise, ..)| *exercise == name).map(|(_, answer, _)| *answer);
        let (right, wrong): (Vec<_>, Vec<_>) = (right.collect(), wrong.collect());
        assert!(!right.is_empty() && !wrong.is_empty(), "{name} has only {right:?} and {wrong:?}");
        let mut tried = [right, wrong].concat();
        tried.sort_unstable();
        answers.sort_unstable();
        assert_eq!(answers, tried, "the answers in other.rs of {name}, and those that are tried here");
    }
}

/// The word is known, and somebody may still be called so. Builds the server once more, so it is asked by .ci/run.
#[test]
#[ignore = "builds the server: a minute"]
fn a_solution_of_7_5_without_its_nickname_is_refused() {
    fails("e07_me", "free_name", "a nickname is none of the chat's own words");
}

/// Whether somebody has begun to solve an exercise: its `mine.rs` no longer holds the stub's words. Exercise 7.5 is solved in
/// `src/` itself.
fn is_begun(name: &str) -> bool {
    if name == "e07_me" {
        return text("..", "src/protocol/words.rs").contains("\"/me\"");
    }
    !text(name, "mine.rs").contains("yours to write: exercise ")
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

#[path = "../examples/exercise/own.rs"]
mod own;

/// An answer that only names the solution is nobody's own; a word in a comment or a variable takes nothing.
#[test]
fn an_answer_that_is_taken_from_the_solution_is_refused() {
    for taken in [
        "pub(crate) use crate::solution::take_lines;",
        "use crate::solution;",
        "use crate::{solution, Names};",
        "use crate::{\n    Names,\n    solution as mine,\n};",
        "include!(\"solution.rs\");",
        "#[path = \"solution.rs\"]\nmod theirs;",
        "pub(crate) use super::other::SumsUp as Answer;",
    ] {
        assert!(std::panic::catch_unwind(|| own::is_own(taken)).is_err(), "{taken} is not refused");
    }
    own::is_own("// not as in solution.rs\nlet solution = lines; // crate::solution\nlet other = solution.len();");
    for name in exercises().into_iter().filter(|name| name != "e07_me") {
        own::is_own(&text(&name, "mine.rs"));
    }
}
