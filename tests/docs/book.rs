//! The course as a book: where `mdbook` is there, it is built, and no link of it is dead.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{page, root};

/// The book's own pages, those of the project's files, and the one to print.
fn html_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the book can be listed") {
        let path = entry.expect("the book can be listed").path();
        if path.is_dir() {
            files.extend(html_files(&path));
        } else if path.extension().is_some_and(|is| is == "html") {
            files.push(path);
        }
    }
    files
}

/// The targets of `href` and `src` that lie in the book.
fn targets(html: &str) -> BTreeSet<&str> {
    let attributes = ["href=\"", "src=\""].into_iter().flat_map(|name| html.split(name).skip(1));
    let targets = attributes.filter_map(|rest| rest.split('"').next());
    targets
        .filter(|target| !["http:", "https:", "data:", "mailto:"].iter().any(|far| target.starts_with(far)))
        .collect()
}

/// What is wrong with one link of a page.
fn problem(path: &Path, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = file.split('?').next().unwrap_or_default();
    let there = if file.is_empty() { path.to_owned() } else { path.parent()?.join(file) };
    if !there.exists() {
        return Some(format!("{}: {target} leads nowhere", path.display()));
    }
    let is_missing =
        !anchor.is_empty() && fs::read_to_string(&there).is_ok_and(|html| !html.contains(&format!("id=\"{anchor}\"")));
    is_missing.then(|| format!("{}: {target} has no such place", path.display()))
}

/// Builds the book and says what is wrong with it; `None` where there is no `mdbook`.
pub(crate) fn problems() -> Option<Vec<String>> {
    Command::new("mdbook").arg("--version").output().ok().filter(|output| output.status.success())?;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut mdbook = Command::new("mdbook");
    let output = mdbook.arg("build").arg(root().join("docs")).arg("-d").arg(folder.path()).output();
    let output = output.expect("mdbook runs");
    if !output.status.success() {
        return Some(vec![format!("mdbook fails:\n{}", String::from_utf8_lossy(&output.stderr))]);
    }
    let book = folder.path().join("html");
    let mut problems = Vec::new();
    for path in html_files(&book) {
        let html = fs::read_to_string(&path).expect("a page can be read");
        problems.extend(targets(&html).into_iter().filter_map(|target| problem(&path, target)));
        let language = if path.starts_with(book.join("ru")) { "ru" } else { "en" };
        let is_page = path.starts_with(book.join("ru")) || path.starts_with(book.join("en"));
        if is_page && !html.contains(&format!("<html lang=\"{language}\"")) {
            problems.push(format!("{}: its language should be {language}", path.display()));
        }
    }
    Some(problems)
}

/// Diagrams that only some viewers draw: a picture in docs/img is drawn by all.
pub(crate) fn raw_diagrams() -> Vec<String> {
    let pages = page::all();
    let fences = pages.iter().flat_map(|page| page.fences().into_iter().map(move |fence| (page, fence)));
    let raw = fences.filter(|(_, fence)| fence.info == "mermaid");
    raw.map(|(page, fence)| format!("{}: a book shows this as text: draw it", page.at(fence.opening))).collect()
}
