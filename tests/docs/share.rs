//! How much of the code that handles sockets, threads, locks and the protocol is on the pages: in an excerpt, or within an
//! item that a page names.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::page::{self, Page, code_spans};
use crate::{read, root};

/// What the course is not about, as beginnings of paths in `src/`: no socket, thread, lock or line of the protocol is
/// handled there. Whatever file is new counts until it stands here.
const OTHER: &[&str] = &[
    // What is played to a server of somebody else's: the checks, row by row, and how they are told.
    "check/report",
    "check/steps/",
    // What is drawn on the screen, and the flags.
    "bin/chat.rs",
    "client/comfort/clock.rs",
    "client/comfort/editor",
    "client/comfort/lang",
    "client/comfort/look",
    "client/process.rs",
    "client/comfort/prompt.rs",
    "client/comfort/screen",
    "client/comfort/seam.rs",
    "client/comfort/transcript.rs",
    "flags",
    // SQLite, behind the hooks `server/store.rs` and `server/client/accounts.rs`.
    "database",
    // Constants and pure rules, and the table of contents.
    "lib.rs",
    "robust.rs",
    "robust/shown.rs",
    "server/robust.rs",
    "limits.rs",
    "text.rs",
    // Tests.
    "client/comfort/talk/tests.rs",
    "client/comfort/talk/answers/tests.rs",
    "server/faults.rs",
    "server/model",
];

/// All source files below a folder of the project, sorted.
pub(crate) fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("a folder can be listed") {
            let path = folder.join(entry.expect("a folder can be listed").file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The files that the course is about.
fn files() -> impl Iterator<Item = PathBuf> {
    let is_other =
        |file: &PathBuf| OTHER.iter().any(|other| file.to_string_lossy().starts_with(&format!("src/{other}")));
    rust_files("src").into_iter().filter(move |file| !is_other(file))
}

/// Of each file: its name, the lines that are shown or named, and all its lines.
pub(crate) fn of_the_code() -> Vec<(PathBuf, usize, usize)> {
    let pages: Vec<Page> = page::names("en").iter().filter_map(|name| Page::load("en", name).ok()).collect();
    let prose = pages.iter().flat_map(Page::prose);
    let spans = prose.flat_map(|(_, line)| code_spans(line));
    let words = spans.flat_map(|span| span.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let named: HashSet<&str> = words.collect();
    let fences: Vec<_> = pages.iter().flat_map(Page::fences).collect();
    let shown: HashSet<&str> = fences.iter().flat_map(|fence| &fence.body).map(|line| line.trim()).collect();
    let share = |file: PathBuf| {
        let (seen, all) = of_file(&file, &named, &shown);
        (file, seen, all)
    };
    files().map(share).collect()
}

fn of_file(file: &Path, named: &HashSet<&str>, shown: &HashSet<&str>) -> (usize, usize) {
    let text = read(file).expect("a file that was listed can be read");
    let code = text.lines().take_while(|line| *line != "mod tests {");
    // The items around a line: the column where each begins, and its name.
    let mut around: Vec<(usize, &str)> = Vec::new();
    let (mut seen, mut all) = (0, 0);
    for line in code {
        let column = line.len() - line.trim_start().len();
        let line = line.trim();
        if !line.starts_with(['}', ')', ']']) {
            around.retain(|(begins, _)| *begins < column);
        }
        around.extend(item_name(line).map(|name| (column, name)));
        let is_code = line.chars().any(char::is_alphanumeric) && !line.starts_with("//") && !line.starts_with("use ");
        if is_code {
            all += 1;
            seen += usize::from(shown.contains(line) || around.iter().any(|(_, name)| named.contains(name)));
        }
    }
    (seen, all)
}

/// The name of the item that begins in this line, but of those that only hold others.
fn item_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub(").and_then(|rest| rest.split_once(") ")).map_or(line, |(_, behind)| behind);
    let words = line.split([' ', '(', '<', ':', '{', ';']).filter(|word| !word.is_empty());
    let mut words = words.skip_while(|word| *word == "pub");
    matches!(words.next()?, "fn" | "struct" | "enum" | "const" | "static" | "type").then(|| words.next())?
}
