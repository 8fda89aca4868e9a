//! Differences: the way from one step of the ladder to the next, as the program `diff` tells it. The caption names both
//! files: ``[`examples/a.rs`](../../examples/a.rs) → [`examples/b.rs`](../../examples/b.rs)``; behind it may stand an item,
//! as behind an excerpt: then it is the difference of that item.

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use crate::page::{self, Fence, Page, code_spans};

/// A difference is a whole step: longer than an excerpt, and folded where it is long.
pub(crate) const LINES: usize = 180;

/// The two captions of excerpts that a caption of a difference comes to.
fn sides(caption: &str) -> Option<(String, String)> {
    let (from, to) = caption.split_once(" → ")?;
    let items = to.split_once(" · ").map(|(_, items)| format!(" · {items}")).unwrap_or_default();
    Some((from.to_owned() + &items, to.to_owned()))
}

pub(crate) fn is_difference(fence: &Fence) -> bool {
    fence.info == "diff" && sides(&fence.caption).is_some()
}

/// What `diff -u` says of the two, below the two lines that name them.
pub(crate) fn expected(
    caption: &str,
    excerpt: impl Fn(&str) -> Result<Vec<String>, String>,
) -> Result<Vec<String>, String> {
    let (from, to) = sides(caption).ok_or_else(|| format!("no arrow stands between two files: {caption}"))?;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut diff = Command::new("diff");
    diff.arg("-u");
    for (name, caption) in [("from", from), ("to", to)] {
        let file = folder.path().join(name);
        fs::write(&file, excerpt(&caption)?.join("\n") + "\n").expect("a temporary file can be written");
        diff.arg(file);
    }
    let output = diff.output().map_err(|error| format!("`diff` does not run ({error}): install diffutils"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().skip(2).map(|line| line.trim_end().to_owned()).collect())
}

/// The steps of the ladder, in order: a file each, or a folder with a `main.rs`.
fn steps() -> Vec<String> {
    let entries = fs::read_dir(crate::root().join("examples")).expect("examples/ can be listed");
    let names = entries.filter_map(|entry| entry.expect("examples/ can be listed").file_name().into_string().ok());
    let is_step =
        |name: &String| name.strip_prefix('s').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let mut steps: Vec<String> = names.filter(is_step).collect();
    steps.sort();
    steps.into_iter().map(|name| if name.ends_with(".rs") { name } else { name + "/main.rs" }).collect()
}

/// From each step to the next, what is on no page.
pub(crate) fn missing() -> Vec<String> {
    let pages: Vec<Page> = page::names("en").iter().filter_map(|name| Page::load("en", name).ok()).collect();
    let fences = pages.iter().flat_map(Page::fences).filter(is_difference);
    let shown: HashSet<Vec<String>> = fences
        .map(|fence| code_spans(&fence.caption).into_iter().take(2).map(|file| file.replace("examples/", "")).collect())
        .collect();
    let steps = steps();
    assert_eq!(steps.len(), 10, "the ladder has ten steps: {steps:?}");
    let missing = steps.windows(2).filter(|pair| !shown.contains(*pair));
    missing.map(|pair| format!("no page shows the difference from {} to {}", pair[0], pair[1])).collect()
}
