//! Rust source, as far as rustfmt's layout lets it be understood: an item ends at the closing bracket that stands in the
//! column where the item began.

use std::fs;
use std::process::Command;

use crate::page::{Fence, Page};

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line begins with these words, with or without the visibility before them.
fn begins(line: &str, words: &str) -> bool {
    let line = line.trim_start();
    let visible = ["", "pub ", "pub(super) ", "pub(crate) "].into_iter();
    visible.filter_map(|visibility| line.strip_prefix(visibility)).any(|line| {
        let next = line.strip_prefix(words).map(|rest| rest.chars().next());
        next.is_some_and(|next| next.is_none_or(|c| !c.is_alphanumeric() && c != '_'))
    })
}

/// The one item that begins with these words, with the comments and attributes above it.
pub(crate) fn item<'a>(lines: &[&'a str], words: &str) -> Result<Vec<&'a str>, String> {
    let found: Vec<usize> = (0..lines.len()).filter(|&at| begins(lines[at], words)).collect();
    let &[start] = found.as_slice() else {
        let advice = if found.is_empty() { "name one that is there" } else { "name the item around it first" };
        return Err(format!("{} items begin with `{words}`: {advice}", found.len()));
    };
    let column = indentation(lines[start]);
    let is_one_line = |line: &str| line.ends_with([';', '}', ',']);
    let closes =
        |line: &str| indentation(line) == column && line.trim_start().starts_with(['}', ')', ']']) && is_one_line(line);
    let end = if is_one_line(lines[start]) {
        start
    } else {
        let after = (start + 1..lines.len()).find(|&at| closes(lines[at]));
        after.ok_or_else(|| format!("`{words}` has no closing bracket in column {column}: is the file formatted?"))?
    };
    let above = lines[..start].iter().rev().take_while(|line| {
        let line = line.trim_start();
        line.starts_with("//") && !line.starts_with("//!") || line.starts_with("#[")
    });
    Ok(lines[start - above.count()..=end].to_vec())
}

/// The lines from the first that begins with `first` to the next that begins with `last`.
pub(crate) fn part<'a>(lines: &[&'a str], first: &str, last: &str) -> Result<Vec<&'a str>, String> {
    let from = |start: usize, words: &str| {
        let found = (start..lines.len()).find(|&at| lines[at].trim_start().starts_with(words));
        found.ok_or_else(|| format!("no line begins with `{words}`: name one that does"))
    };
    let start = from(0, first)?;
    Ok(lines[start..=from(start, last)?].to_vec())
}

/// The lines moved to the left as far as they go.
pub(crate) fn dedent(lines: &[&str]) -> Vec<String> {
    let column = lines.iter().filter(|line| !line.is_empty()).map(|line| indentation(line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(column..).unwrap_or_default().to_owned()).collect()
}

/// The line that shows that something goes on behind an excerpt: where it ends within a block that began in it.
pub(crate) fn goes_on(lines: &[String]) -> Option<String> {
    let opens = |line: &str| i32::from(line.ends_with(['{', '(', '[']));
    let closes = |line: &str| i32::from(line.trim_start().starts_with(['}', ')', ']']));
    let depth: i32 = lines.iter().map(|line| opens(line) - closes(line)).sum();
    let last = lines.last().filter(|_| depth > 0)?;
    let column = indentation(last) + if opens(last) > 0 { 4 } else { 0 };
    Some(format!("{}// …", " ".repeat(column)))
}

/// A fence marked `rust,compile_fail,E0373` is compiled: it has to fail with that error.
pub(crate) fn compile_problem(page: &Page, fence: &Fence) -> Option<String> {
    let code = fence.info.strip_prefix("rust,compile_fail,")?;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("snippet.rs");
    fs::write(&file, fence.body.join("\n")).expect("a temporary file can be written");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--emit", "metadata", "--out-dir"]).arg(folder.path()).arg(&file);
    let said = rustc.output().expect("rustc is on the PATH wherever cargo is").stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    let fails_so = said.contains(&format!("error[{code}]"));
    (!fails_so).then(|| format!("{}: rustc does not report {code}. It says:\n{said}", page.at(fence.opening)))
}
