//! How much of the code that handles sockets, threads, locks and the protocol is on the pages: in an excerpt, or within an
//! item that a page names.

use std::collections::HashSet;
use std::path::Path;

use crate::page::{self, Page, code_spans};
use crate::read;

/// The files that the course is about. The client's screen and editor are not.
const FILES: &[&str] = &[
    "wire.rs",
    "protocol.rs",
    "protocol/words.rs",
    "server.rs",
    "server/client.rs",
    "server/connection.rs",
    "server/delivery.rs",
    "server/late.rs",
    "server/leave.rs",
    "server/pace.rs",
    "server/places.rs",
    "server/registry.rs",
    "server/room.rs",
    "server/room/seated.rs",
    "server/session.rs",
    "server/stop.rs",
    "server/word.rs",
    "server/capacity.rs",
    "sockopts.rs",
    "signals.rs",
    "client.rs",
    "client/recv.rs",
    "client/sent.rs",
];

/// Lines that are shown or named, and lines in all.
pub(crate) fn of_the_code() -> (usize, usize) {
    let pages: Vec<Page> = page::names("en").iter().filter_map(|name| Page::load("en", name).ok()).collect();
    let prose = pages.iter().flat_map(Page::prose);
    let spans = prose.flat_map(|(_, line)| code_spans(line));
    let words = spans.flat_map(|span| span.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let named: HashSet<&str> = words.collect();
    let fences: Vec<_> = pages.iter().flat_map(Page::fences).collect();
    let shown: HashSet<&str> = fences.iter().flat_map(|fence| &fence.body).map(|line| line.trim()).collect();
    let shares = FILES.iter().map(|file| of_file(file, &named, &shown));
    shares.fold((0, 0), |(seen, all), (here, lines)| (seen + here, all + lines))
}

fn of_file(file: &str, named: &HashSet<&str>, shown: &HashSet<&str>) -> (usize, usize) {
    let text =
        read(&Path::new("src").join(file)).unwrap_or_else(|problem| panic!("{problem}: mend the list in share.rs"));
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
    let words = line.split([' ', '(', '<', ':', '{', ';']).filter(|word| !word.is_empty());
    let mut words = words.skip_while(|word| matches!(*word, "pub" | "crate)" | "super)"));
    matches!(words.next()?, "fn" | "struct" | "enum" | "const" | "static" | "type").then(|| words.next())?
}
