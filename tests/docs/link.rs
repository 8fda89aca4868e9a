//! Links, images and commands: what is in the project has to be there.

use crate::page::{Page, without_code};
use crate::{read, root};

/// The targets of all links and images in a line.
pub(crate) fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let behind = line.split("](").skip(1);
    behind.filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

/// The links of one page that lead nowhere.
pub(crate) fn problems(page: &Page) -> Vec<String> {
    let links = page.prose().into_iter().flat_map(|(at, line)| targets(line).into_iter().map(move |link| (at, link)));
    links.filter_map(|(at, link)| Some(format!("{}: {}", page.at(at), problem(page, &link)?))).collect()
}

fn problem(page: &Page, link: &str) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = root().join("docs").join(page.language);
    let target = if file.is_empty() { folder.join(&page.name) } else { folder.join(file) };
    if !target.exists() {
        return Some(format!("the link to {link} leads nowhere: mend it, or add the file"));
    }
    if anchor.is_empty() {
        return None;
    }
    let has_anchor = read(&target).is_ok_and(|text| text.contains(&format!("<a id=\"{anchor}\"></a>")));
    (!has_anchor)
        .then(|| format!("{file} has no <a id=\"{anchor}\"></a>: headings have other anchors in each language"))
}

/// What cargo is asked for and does not have: examples, tests, programs. Names in capitals stand for any.
pub(crate) fn commands(page: &Page) -> Vec<String> {
    let mut problems = Vec::new();
    for (at, line) in page.lines.iter().enumerate() {
        let words: Vec<&str> = line.split([' ', '`']).collect();
        if let ["cargo", "test", "--test", file, name, ..] = words.as_slice() {
            let source = read(&root().join(format!("tests/{file}.rs"))).unwrap_or_default();
            // cargo would run no test, and call that a success.
            if !name.starts_with('-') && !source.contains(&format!("fn {name}(")) {
                problems.push(format!("{}: there is no test {name} in tests/{file}.rs", page.at(at)));
            }
        }
        for pair in words.windows(2) {
            let folder = match pair[0] {
                "--example" => "examples",
                "--test" => "tests",
                "--bin" => "src/bin",
                _ => continue,
            };
            let name = pair[1].trim_end_matches([',', '.', ';', ')']);
            let stands_for_any = name.contains(char::is_uppercase);
            let found = ["", "/main"].iter().any(|main| root().join(folder).join(format!("{name}{main}.rs")).exists());
            if !stands_for_any && !found {
                problems.push(format!("{}: there is no {} in {folder}", page.at(at), pair[1]));
            }
        }
    }
    problems
}
