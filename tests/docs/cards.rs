//! The cards are the glossary in another form: a row is a card, to be folded between its two columns.

use crate::page::Page;

const GLOSSARY: &str = "c_glossary.md";
const CARDS: &str = "cards.md";

/// The cells of a table's rows, below its head.
fn rows(page: &Page) -> impl Iterator<Item = Vec<&str>> {
    let rows = page.lines.iter().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
}

/// The cards that a language's glossary comes to: the term before, what it means and the other language's term behind.
fn expected(glossary: &Page) -> Vec<String> {
    let card = |cells: Vec<&str>| match cells.as_slice() {
        [term, meaning, other, ..] => format!("| **{term}** | {meaning} · *{other}* |"),
        _ => format!("| a row of the glossary is not understood | {cells:?} |"),
    };
    rows(glossary).map(card).collect()
}

/// Whether the cards are those of the glossary; with `bless` they are rewritten.
pub(crate) fn problem(language: &'static str, bless: bool) -> Option<String> {
    let (Ok(glossary), Ok(mut cards)) = (Page::load(language, GLOSSARY), Page::load(language, CARDS)) else {
        return Some(format!("docs/{language}: {GLOSSARY} and {CARDS} belong together, and one is missing"));
    };
    let wanted = expected(&glossary);
    let is_card = |line: &String| line.starts_with("| **");
    let have: Vec<&String> = cards.lines.iter().filter(|line| is_card(line)).collect();
    if have.iter().copied().eq(wanted.iter()) {
        return None;
    }
    if !bless {
        return Some(format!(
            "{}: the cards are not those of the glossary; `BLESS=1 cargo test --test docs`",
            cards.at(0)
        ));
    }
    let Some(head) = cards.lines.iter().position(|line| line.starts_with("|---")) else {
        return Some(format!("{}: no table for the cards to stand in", cards.at(0)));
    };
    cards.lines.retain(|line| !is_card(line));
    cards.lines.splice(head + 1..head + 1, wanted);
    cards.save();
    None
}
