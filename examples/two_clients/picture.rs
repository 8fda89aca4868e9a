//! How it is drawn: three upright lines, and between them an arrow for whatever goes from one to the other. Pure but for
//! stdout.

use std::io::{self, Write};

use crate::Who;

/// Columns from one upright line to the next: three lines fit into 80.
const BETWEEN: usize = 38;
/// Letters that fit over an arrow, with air on both sides.
const WORDS: usize = BETWEEN - 5;
const DIM: &str = "2";

pub(crate) struct Picture {
    is_coloured: bool,
}

impl Picture {
    /// Draws the three names.
    pub(crate) fn new(is_coloured: bool) -> Self {
        let picture = Picture { is_coloured };
        let head = format!(" {:<BETWEEN$}{}{:>BETWEEN$}", "anna", "server", "boris", BETWEEN = BETWEEN - 3);
        // Nobody who reads the picture through `head` is to be told of a closed pipe here: the first arrow does that.
        writeln!(io::stdout(), "{head}").unwrap_or_default();
        picture
    }

    /// An arrow with its words on it, in the colour of whose words they are.
    pub(crate) fn arrow(&self, from: Who, to: Who, words: &str, said_by: Option<Who>) -> io::Result<()> {
        let is_left = from == Who::Anna || to == Who::Anna;
        let is_rightwards = (from as usize) < (to as usize);
        let mut rows = wrapped(words);
        let last = rows.pop().unwrap_or_default();
        let line = "─".repeat(WORDS - last.chars().count());
        rows.push(if is_rightwards { format!("{last} {line}▶") } else { format!("◀{line} {last}") });
        for row in rows {
            let row = self.coloured(&format!(" {row:<width$} ", width = BETWEEN - 3), said_by);
            let empty = " ".repeat(BETWEEN - 1);
            let (left, right) = if is_left { (row, empty) } else { (empty, row) };
            writeln!(io::stdout(), " │{left}│{right}│")?;
        }
        Ok(())
    }

    /// A thing that the server notes, beside its line.
    pub(crate) fn note(&self, words: &str) -> io::Result<()> {
        for (number, row) in wrapped(words).into_iter().enumerate() {
            let dot = if number == 0 { '•' } else { '│' };
            let row = self.coloured(&format!(" {row:<width$} ", width = BETWEEN - 3), None);
            writeln!(io::stdout(), " │{}{dot}{row}│", " ".repeat(BETWEEN - 1))?;
        }
        Ok(())
    }

    fn coloured(&self, row: &str, said_by: Option<Who>) -> String {
        let colour = match said_by {
            Some(Who::Anna) => "36",
            Some(Who::Boris) => "33",
            _ => DIM,
        };
        if self.is_coloured { format!("\x1b[{colour}m{row}\x1b[0m") } else { row.to_owned() }
    }
}

/// Rows of at most `WORDS` letters, broken between words.
fn wrapped(words: &str) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in words.split(' ') {
        let row = rows.last_mut().expect("there is one from the start");
        if row.is_empty() {
            row.push_str(word);
        } else if row.chars().count() + 1 + word.chars().count() <= WORDS {
            row.push(' ');
            row.push_str(word);
        } else {
            rows.push(word.to_owned());
        }
    }
    rows
}
