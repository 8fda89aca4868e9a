//! Pictures: hand-written SVG, small enough to be read as text; photos of terminals as PNG, each with its transcript.

use std::fs;
use std::path::PathBuf;

use crate::page::{self, Fence, Page};
use crate::{read, root};

const BYTES: usize = 4096;
const PHOTO_BYTES: usize = 40 * 1024;

/// The files in `docs/img` whose names end so, sorted.
fn files(end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("docs/img")).expect("docs/img can be listed");
    let files = entries.map(|entry| entry.expect("docs/img can be listed").path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|is| is == end)).collect();
    files.sort();
    files
}

/// Whether a fence is the text of a photo.
pub(crate) fn is_transcript(fence: &Fence) -> bool {
    fence.caption.starts_with("[`docs/img/")
}

/// What is wrong with the photos: each is a small PNG, and every page that shows it has its transcript too.
pub(crate) fn photo_problems() -> Vec<String> {
    let pages = page::all();
    let mut problems = Vec::new();
    for path in files("png") {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut complain = |what: String| problems.push(format!("docs/img/{name}.png: {what}"));
        let bytes = fs::read(&path).unwrap_or_default();
        if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.len() > PHOTO_BYTES {
            complain(format!("{} bytes; a PNG of at most {PHOTO_BYTES} belongs here", bytes.len()));
        }
        let image = format!("](../img/{name}.png)");
        let shows = |page: &&Page| page.lines.iter().any(|line| line.contains(&image));
        let showing: Vec<_> = pages.iter().filter(shows).collect();
        if showing.is_empty() {
            complain("no page shows it: link it or delete it".into());
        }
        for page in showing {
            let transcript = format!("[`docs/img/{name}.txt`]");
            if !page.fences().iter().any(|fence| fence.caption.starts_with(&transcript)) {
                complain(format!("{} shows it without its text: put a fence below {transcript}", page.at(0)));
            }
        }
    }
    problems
}

/// What is wrong with the drawings in `docs/img`.
pub(crate) fn problems() -> Vec<String> {
    let pages: Vec<_> = page::all();
    let mut problems = Vec::new();
    for path in files("svg") {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = read(&path).unwrap_or_default();
        let mut complain = |what: String| problems.push(format!("docs/img/{name}: {what}"));
        if text.len() > BYTES {
            complain(format!("{} bytes; at most {BYTES}: draw less", text.len()));
        }
        if !text.contains("<title>") || !text.contains("fill=\"white\"") {
            complain("needs a <title> and a background <rect … fill=\"white\"/>, for dark themes".into());
        }
        if let Err(what) = well_formed(&text) {
            complain(what);
        }
        let used = pages.iter().any(|page| page.lines.iter().any(|line| line.contains(&format!("../img/{name}"))));
        if !used {
            complain("no page shows it: link it or delete it".into());
        }
    }
    problems
}

/// Tags open and close in order. Enough for what is written by hand: no comments, no CDATA.
fn well_formed(text: &str) -> Result<(), String> {
    let mut open = Vec::new();
    for piece in text.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').ok_or_else(|| format!("a tag is not closed: <{piece}"))?;
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        if tag.matches('"').count() % 2 == 1 {
            return Err(format!("a quotation mark is missing in <{tag}>"));
        }
        if tag.starts_with('/') {
            let expected = open.pop();
            if expected != Some(name) {
                return Err(format!("</{name}> closes {expected:?}"));
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        let loose = text.split('&').skip(1).find(|rest| !rest.split(' ').next().unwrap_or_default().contains(';'));
        if open.is_empty() && !text.trim().is_empty() || loose.is_some() {
            return Err(format!("text out of place, or an & that is not &amp;: {text}"));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("never closed: {open:?}")) }
}
