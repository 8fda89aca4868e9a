//! The cheat sheet says again what stands elsewhere, on one sheet: it has to be the same.

use chatroom::protocol;

use crate::page::Page;

const SHEET: &str = "cheat_sheet.md";
const CONCLUSIONS: &str = "14_conclusions.md";

/// The lines that every client goes by.
const LINES: [&str; 10] = [
    protocol::YOUR_NICKNAME,
    protocol::SUCCESSFULLY,
    protocol::ALREADY_USED,
    protocol::PROCESS,
    protocol::QUESTION,
    protocol::IN_GROUP,
    protocol::CHOOSE,
    protocol::SUCCESSFUL,
    protocol::DISCONNECTED,
    protocol::PASSWORD,
];

/// The numbered sentences of a page.
fn sentences(page: &Page) -> Vec<&str> {
    let is_numbered = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(". ");
    page.lines.iter().map(String::as_str).filter(is_numbered).collect()
}

/// What the sheet of a language lacks.
pub(crate) fn problems(language: &'static str) -> Vec<String> {
    let (Ok(sheet), Ok(conclusions)) = (Page::load(language, SHEET), Page::load(language, CONCLUSIONS)) else {
        return vec![format!("docs/{language}: {SHEET} or {CONCLUSIONS} is missing")];
    };
    let text = sheet.lines.join("\n");
    let lines = LINES.iter().filter(|line| !text.contains(&format!("`{line}`")));
    let mut problems: Vec<String> =
        lines.map(|line| format!("{}: the line {line:?} is missing", sheet.at(0))).collect();
    if sentences(&sheet) != sentences(&conclusions) {
        problems.push(format!("{}: the five sentences are those of {CONCLUSIONS}, word for word", sheet.at(0)));
    }
    problems
}
