//! Comfort: a line of the chat in rows of a terminal: cut between words, each row below the first indented. Pure.
//!
//! Terminals disagree about how wide some characters are, so a row is never filled up to where that would matter: each
//! character counts as many columns as any terminal gives it. Cut too early costs nothing; cut too late, the terminal
//! itself would cut, and begin a row with what a user wrote.

use crate::shown::{Colour, Shown};

/// Columns that a text needs beside its heading: where there are fewer, its rows begin below the heading.
const TEXT_COLUMNS: usize = 20;

/// A piece of a line in one colour.
pub(super) struct Piece {
    pub(super) colour: Colour,
    pub(super) text: Shown,
}

/// Lays one line out.
pub(super) struct Rows {
    rows: Shown,
    /// The column that comes next.
    column: usize,
    /// Where the row's text begins.
    indent: usize,
    /// The column that nothing may reach.
    limit: usize,
}

impl Rows {
    /// `margin` stands before the first row, and is as wide as `width`. A column at the right stays free: some terminals
    /// begin a new row once the last one is written.
    pub(super) fn new(margin: &Shown, width: usize, columns: usize) -> Self {
        let limit = columns.saturating_sub(1).max(2);
        // In a window that is too narrow for anything a row still begins with a space.
        let indent = width.min(limit / 2);
        Rows { rows: margin.clone(), column: width, indent, limit }
    }

    /// One more piece.
    pub(super) fn put(&mut self, piece: &Piece, has_colour: bool) {
        let is_painted = has_colour && piece.colour != Colour::None;
        if is_painted {
            self.rows.colour(piece.colour);
        }
        self.put_words(&piece.text);
        if is_painted {
            self.rows.no_colour();
        }
    }

    /// What comes from here on begins here in each row, where there is room for that.
    pub(super) fn indent_here(&mut self) {
        if self.column + TEXT_COLUMNS <= self.limit {
            self.indent = self.column;
        }
    }

    pub(super) fn done(self) -> Shown {
        self.rows
    }

    fn put_words(&mut self, text: &Shown) {
        let whole = text.as_str();
        let mut from = 0;
        while from < whole.len() {
            let rest = whole.get(from..).unwrap_or_default();
            let blank = rest.len() - rest.trim_start_matches(' ').len();
            let word = rest.get(blank..).and_then(|rest| rest.find(' ')).unwrap_or(rest.len() - blank);
            self.put_word(blank, &text.part(from + blank..from + blank + word));
            from += blank + word;
        }
    }

    /// A word and the spaces before it; those are not shown where a row ends.
    fn put_word(&mut self, blank: usize, word: &Shown) {
        let width = columns_of(word.as_str());
        if self.fits(blank + width) {
            self.rows.push_spaces(blank);
            self.rows.push(word);
            self.column += blank + width;
            return;
        }
        if self.column > self.indent {
            self.end_row();
        }
        if self.fits(width) {
            self.rows.push(word);
            self.column += width;
        } else {
            self.put_characters(word);
        }
    }

    /// A word that is longer than a row.
    fn put_characters(&mut self, word: &Shown) {
        for (at, c) in word.as_str().char_indices() {
            let width = most_columns(c);
            if !self.fits(width) && self.column > self.indent {
                self.end_row();
            }
            self.rows.push(&word.part(at..at + c.len_utf8()));
            self.column += width;
        }
    }

    fn fits(&self, width: usize) -> bool {
        self.column + width <= self.limit
    }

    fn end_row(&mut self) {
        self.rows.end_row();
        self.rows.push_spaces(self.indent);
        self.column = self.indent;
    }
}

/// The columns that a text takes at most.
pub(super) fn columns_of(text: &str) -> usize {
    text.chars().map(most_columns).sum()
}

/// The columns that a character takes at most, whatever the terminal. Marks that join the letter before them count too.
fn most_columns(c: char) -> usize {
    match c {
        // Alphabets, of which no terminal outside of East Asia makes a letter wide.
        '\0'..='\u{A8}' | '\u{AF}'..='\u{10FF}' | '\u{1E00}'..='\u{1FFF}' => 1,
        // Punctuation but for what may be a picture; box drawing and blocks.
        '\u{2000}'..='\u{203B}' | '\u{2500}'..='\u{259F}' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(heading: &str, text: &str, columns: usize) -> Vec<String> {
        let mut rows = Rows::new(&Shown::of("░ "), 2, columns);
        rows.put(&Piece { colour: Colour::None, text: Shown::of(heading) }, false);
        rows.indent_here();
        rows.put(&Piece { colour: Colour::None, text: Shown::of(text) }, false);
        rows.done().as_str().split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn rows_are_cut_between_words_and_begin_below_the_text() {
        assert_eq!(
            rows("boris: ", "one two three four five six", 31),
            ["░ boris: one two three four", "         five six"]
        );
        assert_eq!(rows("", "TELL    a", 20), ["░ TELL    a"], "what stands in columns stays there");
        let rows = rows("constantine: ", "one two three four", 20);
        assert_eq!(rows, ["░ constantine: one", "  two three four"], "no room beside the heading");
    }

    #[test]
    fn a_word_that_is_longer_than_a_row_is_split() {
        assert_eq!(rows("", &"x".repeat(20), 12), ["░ xxxxxxxxx", "  xxxxxxxxx", "  xx"]);
        assert_eq!(rows("", "日本語日本語", 12), ["░ 日本語日", "  本語"]);
        for columns in 0..20 {
            let all: String = rows("", "abcdef", columns).concat();
            assert_eq!(all.replace([' ', '░'], ""), "abcdef", "{columns} columns");
        }
    }

    #[test]
    fn spaces_take_a_text_to_no_other_place() {
        let rows = rows("boris: ", &format!("{}(private) vera : hi", " ".repeat(63)), 80);
        assert_eq!(rows, ["░ boris: (private) vera : hi"]);
    }
}
