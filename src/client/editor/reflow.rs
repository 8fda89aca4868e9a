//! A window gets another width while a draft stands in it. Many terminals lay their rows out anew then: the draft takes more
//! rows than before, or fewer. rustyline counts with the old rows when it wipes it, and would wipe what stands above, or
//! leave a part of the draft there. Pure but for the environment.

use std::env;

use super::helper::height;

/// Variables that terminals set which lay their rows out anew.
const VARIABLES: &[&str] = &[
    "TMUX",
    "VTE_VERSION",
    "KONSOLE_VERSION",
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "WT_SESSION",
    "TERM_PROGRAM",
];
/// The same for how their `TERM` begins.
const TERMS: &[&str] = &["tmux", "alacritty", "foot", "wezterm", "xterm-kitty", "xterm-ghostty"];

/// Whether this terminal does it. One that is not known is taken for one that does not: then rustyline is right.
pub(super) fn is_usual() -> bool {
    let term = env::var("TERM").unwrap_or_default();
    VARIABLES.iter().any(|name| env::var_os(name).is_some()) || TERMS.iter().any(|name| term.starts_with(name))
}

/// Whether `text` takes one row in each of these widths: then rustyline need not draw it again, and does not.
pub(super) fn is_one_row(text: &str, columns: [u16; 2]) -> bool {
    columns.into_iter().all(|columns| height(text, columns) == 1)
}

/// What stands on the screen: the prompt with the draft, and the part of it before the cursor.
pub(super) struct Drawn<'a> {
    pub(super) whole: &'a str,
    pub(super) before_cursor: &'a str,
}

impl Drawn<'_> {
    /// The escape codes that wipe it as it stands now, and bring the cursor to where rustyline believes that it is: it will
    /// wipe as many rows as there were, and they are empty.
    pub(super) fn wiped(&self, old_columns: u16, columns: u16) -> String {
        let last = |text: &str, columns: u16| height(text, columns) - 1;
        let up = |rows: u32| if rows > 0 { format!("\x1b[{rows}A") } else { String::new() };
        let (old_end, old_cursor) = (last(self.whole, old_columns), last(self.before_cursor, old_columns));
        let to_top = up(last(self.before_cursor, columns));
        format!("{to_top}\r\x1b[J{}{}", "\n".repeat(old_end as usize), up(old_end - old_cursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rows_are_wiped_as_there_are_and_left_as_there_were() {
        let drawn = Drawn { whole: "0123456789012345", before_cursor: "01234567890123" };
        // Two rows became one, and one after the other three and two.
        assert_eq!(drawn.wiped(10, 20), "\r\x1b[J\n");
        assert_eq!(drawn.wiped(10, 6), "\x1b[2A\r\x1b[J\n");
        // The cursor stood in the first of them.
        let drawn = Drawn { before_cursor: "01", ..drawn };
        assert_eq!(drawn.wiped(10, 6), "\r\x1b[J\n\x1b[1A");
    }
}
