//! A page of the course, as far as the tests have to understand Markdown: headings, fences, links.

use std::fs;

use crate::root;

/// One page of one language.
pub(crate) struct Page {
    pub(crate) language: &'static str,
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

/// A fenced block. `opening` and `closing` are the indices of its two fence lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) opening: usize,
    pub(crate) closing: usize,
    /// What stands after the three back-quotes: `rust`, `text`, `sh`.
    pub(crate) info: String,
    /// The line above, empty where that is blank.
    pub(crate) caption: String,
    pub(crate) body: Vec<String>,
}

/// The names of a language's pages, sorted.
pub(crate) fn names(language: &str) -> Vec<String> {
    let folder = root().join("docs").join(language);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let names = entries.map(|entry| entry.expect("a folder can be listed").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    names
}

/// Every page of both languages.
pub(crate) fn all() -> Vec<Page> {
    let named = |language| names(language).into_iter().map(move |name| (language, name));
    let pages = named("en").chain(named("ru"));
    pages.map(|(language, name)| Page::load(language, &name).expect("a page that was listed can be read")).collect()
}

impl Page {
    pub(crate) fn load(language: &'static str, name: &str) -> std::io::Result<Page> {
        let text = fs::read_to_string(root().join("docs").join(language).join(name))?;
        let lines = text.lines().map(str::to_owned).collect();
        Ok(Page { language, name: name.to_owned(), lines })
    }

    pub(crate) fn save(&self) {
        let path = root().join("docs").join(self.language).join(&self.name);
        fs::write(path, self.lines.join("\n") + "\n").expect("a page can be rewritten");
    }

    /// Where a problem is, in the form that editors open.
    pub(crate) fn at(&self, index: usize) -> String {
        format!("docs/{}/{}:{}", self.language, self.name, index + 1)
    }

    /// All fenced blocks, from top to bottom.
    pub(crate) fn fences(&self) -> Vec<Fence> {
        let mut fences = Vec::new();
        let mut at = 0;
        while let Some(opening) = self.fence_line(at) {
            let closing = self.fence_line(opening + 1).unwrap_or(self.lines.len());
            let caption = opening.checked_sub(1).map(|above| self.lines[above].clone()).unwrap_or_default();
            let info = self.lines[opening].trim_start_matches('`').to_owned();
            let body = self.lines[opening + 1..closing].to_vec();
            fences.push(Fence { opening, closing, info, caption, body });
            at = closing + 1;
        }
        fences
    }

    fn fence_line(&self, from: usize) -> Option<usize> {
        (from..self.lines.len()).find(|&at| self.lines[at].starts_with("```"))
    }

    /// Index and text of every line that is not in a fence.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let fences = self.fences();
        let inside = |at: usize| fences.iter().any(|fence| (fence.opening..=fence.closing).contains(&at));
        self.lines.iter().enumerate().filter(|(at, _)| !inside(*at)).map(|(at, line)| (at, line.as_str())).collect()
    }
}

/// The level of a heading: 2 for `## So`.
pub(crate) fn heading(line: &str) -> Option<usize> {
    let level = line.chars().take_while(|&c| c == '#').count();
    (level > 0 && line.chars().nth(level) == Some(' ')).then_some(level)
}

/// The texts between single back-quotes.
pub(crate) fn code_spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// A line with its code spans left out.
pub(crate) fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}
