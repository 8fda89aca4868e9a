//! What the examples print. They are found beside the test's own executable, where `cargo test` puts them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;
use std::{env, fs};

use parking_lot::Mutex;

use crate::{features, root};

/// The examples that belong to a chapter: their names begin with its number. What needs a feature that is off is not
/// built; `cargo test --all-features --test docs` runs it too, and compares what it prints.
pub(crate) fn examples() -> Vec<String> {
    let entries = fs::read_dir(root().join("examples")).expect("examples/ can be listed");
    let files = entries.map(|entry| entry.expect("examples/ can be listed").path());
    let names = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).collect();
    names.retain(|name| features::lacking(name).is_none());
    names.sort();
    names
}

/// What each example printed: it runs once, whoever asks.
static RUNS: Mutex<BTreeMap<String, Result<Vec<String>, String>>> = Mutex::new(BTreeMap::new());

/// What an example prints, line by line, its ports masked. An example that fails is a problem.
pub(crate) fn of_example(name: &str) -> Result<Vec<String>, String> {
    RUNS.lock().entry(name.to_owned()).or_insert_with(|| run(name)).clone()
}

fn run(name: &str) -> Result<Vec<String>, String> {
    let executable = executable(name)?;
    let mut command = Command::new(&executable);
    let output = command.current_dir(root()).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot run {}: {error}", executable.display()))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(format!("`cargo run --example {name}` fails: {}\n{err}", output.status));
    }
    Ok(mask_ports(&out).lines().map(str::to_owned).collect())
}

/// Whether a page shows what an example prints. Lines that begin with "measured" hold figures of one machine and one
/// moment: there the figures may differ, and the words may not.
pub(crate) fn same(page: &[String], printed: &[String]) -> bool {
    let figureless = |line: &String| match line.strip_prefix("measured") {
        Some(rest) => rest.replace(|c: char| c.is_ascii_digit(), ""),
        None => line.clone(),
    };
    page.iter().map(figureless).eq(printed.iter().map(figureless))
}

/// The built example. An old one would vouch for a text that is no longer true.
fn executable(name: &str) -> Result<PathBuf, String> {
    let test = env::current_exe().expect("a test knows its executable");
    let built = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/docs-…").join("examples").join(name);
    let built = built.with_extension(env::consts::EXE_EXTENSION);
    let source = root().join("examples").join(name);
    let source = if source.is_dir() { source.join("main.rs") } else { source.with_extension("rs") };
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let Some(written) = changed(&source) else {
        return Err(format!("there is no example {name}: {} is missing", source.display()));
    };
    if changed(&built).unwrap_or(SystemTime::UNIX_EPOCH) < written {
        return Err(format!("the example {name} is not built, or older than its source: run `cargo build --examples`"));
    }
    Ok(built)
}

/// Ports differ in every run. The first that occurs becomes `PORT`, the next different one `PORT2`, and so on: which are
/// equal can still be seen.
pub(crate) fn mask_ports(text: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut masked = String::new();
    let mut rest = text;
    while let Some((before, after)) = ["127.0.0.1:", "[::1]:", "0.0.0.0:"]
        .iter()
        .filter_map(|host| split(rest, host))
        .min_by_key(|(before, _)| before.len())
    {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (port, behind) = after.split_at(digits);
        masked.push_str(before);
        if port.len() > 1 {
            let index = seen.iter().position(|known| *known == port).unwrap_or_else(|| {
                seen.push(port);
                seen.len() - 1
            });
            masked.push_str("PORT");
            if index > 0 {
                masked.push_str(&(index + 1).to_string());
            }
        } else {
            masked.push_str(port); // port 0 is a request, the same in every run
        }
        rest = behind;
    }
    masked + rest
}

/// The text up to and with `host`, and what follows it.
fn split<'a>(text: &'a str, host: &str) -> Option<(&'a str, &'a str)> {
    text.find(host).map(|at| text.split_at(at + host.len()))
}

#[test]
fn equal_ports_stay_equal() {
    let text = "127.0.0.1:0 -> 127.0.0.1:4001, [::1]:4002, 127.0.0.1:4001";
    assert_eq!(mask_ports(text), "127.0.0.1:0 -> 127.0.0.1:PORT, [::1]:PORT2, 127.0.0.1:PORT");
}

#[test]
fn only_measured_figures_may_differ() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(same(&lines("measured: 1.92 times\nsum 5"), &lines("measured: 1.3 times\nsum 5")));
    assert!(!same(&lines("measured: 1.92 times"), &lines("measured: 1.92 seconds")));
    assert!(!same(&lines("sum 5"), &lines("sum 6")));
}
