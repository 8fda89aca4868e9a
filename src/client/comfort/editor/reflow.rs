//! Feature editor: a window gets another width while a draft stands in it. Many terminals lay their rows out anew then:
//! the draft takes more rows than before, or fewer. rustyline counts with the old rows when it wipes it, and would wipe
//! what stands above, or leave a part of the draft there. Pure but for the environment.

use std::env;

use super::rows::height;

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

/// What a terminal does with its rows when the window gets another width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reflow {
    /// It lays them out anew.
    Anew,
    /// It leaves them as they are: then rustyline is right.
    Never,
    /// That is not known, as over `ssh`: what might be a message is not wiped, and a part of the draft may stay.
    Unknown,
}

impl Reflow {
    /// As the environment tells.
    pub(super) fn of_environment() -> Self {
        let term = env::var("TERM").unwrap_or_default();
        let is_set = |names: &[&str]| names.iter().any(|name| env::var_os(name).is_some());
        let is_term = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        match () {
            () if is_set(VARIABLES) || is_term(TERMS) => Reflow::Anew,
            () if is_set(&["XTERM_VERSION"]) || is_term(&["linux", "rxvt", "vt"]) => Reflow::Never,
            () => Reflow::Unknown,
        }
    }
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
    pub(super) fn wiped(&self, reflow: Reflow, old_columns: u16, columns: u16) -> String {
        let last = |text: &str, columns: u16| height(text, columns) - 1;
        let (before, now) = (last(self.before_cursor, old_columns), last(self.before_cursor, columns));
        let above = if reflow == Reflow::Unknown { now.min(before) } else { now };
        let up = |rows: u32| if rows > 0 { format!("\x1b[{rows}A") } else { String::new() };
        let (old_end, old_cursor) = (last(self.whole, old_columns), before);
        let to_top = up(above);
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
        assert_eq!(drawn.wiped(Reflow::Anew, 10, 20), "\r\x1b[J\n");
        assert_eq!(drawn.wiped(Reflow::Anew, 10, 6), "\x1b[2A\r\x1b[J\n");
        // One that is not known may have left the rows as they were.
        assert_eq!(drawn.wiped(Reflow::Unknown, 10, 20), "\r\x1b[J\n");
        assert_eq!(drawn.wiped(Reflow::Unknown, 10, 6), "\x1b[1A\r\x1b[J\n");
        // The cursor stood in the first of them.
        let drawn = Drawn { before_cursor: "01", ..drawn };
        assert_eq!(drawn.wiped(Reflow::Anew, 10, 6), "\r\x1b[J\n\x1b[1A");
    }
}
