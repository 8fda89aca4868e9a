//! Captions: the line above a fence names where its text comes from. Readers see it; the test goes by it.
//!
//! - ``[`src/wire.rs`](../../src/wire.rs)``: the whole file;
//! - ``… · `fn frame` ``: an item by its first words, with its comments and attributes;
//! - ``… · `impl Decoder` · `fn new` ``: an item within an item;
//! - ``… · `let newline` … `line.pop();` ``: of that, the lines from one to another, by their first words; where they end
//!   within a block, a line `// …` says that it goes on;
//! - two files with an arrow between them: their difference, see `difference`;
//! - `` `cargo run --example 03_stream` prints``: all that the example prints; `--features database` may stand there.

use std::path::Path;

use crate::page::{Fence, Page, code_spans};
use crate::{difference, features, output, read, source};

/// What the fence has to hold; `None` where its caption promises nothing.
pub(crate) fn expected(page: &Page, fence: &Fence) -> Result<Option<Vec<String>>, String> {
    let caption = fence.caption.as_str();
    if difference::is_difference(fence) {
        difference::expected(caption, excerpt).map(Some)
    } else if caption.starts_with("[`") {
        excerpt(caption).map(Some)
    } else if let Some(name) = example(caption) {
        match features::lacking(name) {
            None => output::of_example(name).map(Some),
            // Its fence is only compared with the other language's; with all features also with what it prints.
            Some(_feature) => Ok(None),
        }
    } else if fence.info == "rust" {
        Err(format!(
            "this code has no caption. Put a line such as [`src/wire.rs`](../../src/wire.rs) · `fn frame` right above \
             {}",
            page.lines[fence.opening]
        ))
    } else {
        Ok(None)
    }
}

/// The example that a caption names. The words around the command are free.
pub(crate) fn example(caption: &str) -> Option<&str> {
    let flags = caption.strip_prefix("`cargo run ")?.trim_start_matches("--release ");
    flags.trim_start_matches("--features database ").strip_prefix("--example ")?.split('`').next()
}

fn excerpt(caption: &str) -> Result<Vec<String>, String> {
    let malformed = || format!("the caption is not of the form [`FILE`](../../FILE) · `ITEM`: {caption}");
    let (path, rest) = caption.trim_start_matches("[`").split_once("`](").ok_or_else(malformed)?;
    let (target, items) = rest.split_once(')').ok_or_else(malformed)?;
    // What lies in docs/ is in the book too, and there it has no other address.
    let link = path.strip_prefix("docs/").map_or_else(|| format!("../../{path}"), |inside| format!("../{inside}"));
    if target != link {
        return Err(format!("the caption says {path} and links to {target}: link to {link}"));
    }
    let text = read(Path::new(path))?;
    let mut lines: Vec<&str> = text.lines().collect();
    for step in items.split(" · ").skip(1) {
        lines = match code_spans(step).as_slice() {
            [item] => source::item(&lines, item),
            [first, last] if step.contains(" … ") => source::part(&lines, first, last),
            _ => return Err(malformed()),
        }
        .map_err(|problem| format!("{path}: {problem}"))?;
    }
    let mut lines = source::dedent(&lines);
    lines.extend(source::goes_on(&lines));
    Ok(lines)
}
