//! Feature editor: how many rows a text takes, counted as rustyline counts them, and the terminal with it. Pure.

use rustyline::GraphemeClusterMode;

/// How wide a character is: each by itself, as every terminal has it. `Shown::draft` leaves out what would join two.
pub(super) const WIDTHS: GraphemeClusterMode = GraphemeClusterMode::WcWidth;

/// The rows that `text` takes, counted as rustyline counts them; with the row that a full last row brings.
pub(super) fn height(text: &str, columns: u16) -> u32 {
    let (mut rows, mut column) = (1, 0);
    for cluster in clusters(text) {
        if cluster == "\n" {
            (rows, column) = (rows + 1, 0);
            continue;
        }
        let width = if cluster == "\t" { 1 } else { WIDTHS.width(cluster) };
        column += width;
        if column > columns {
            (rows, column) = (rows + 1, width);
        }
    }
    if column == columns { rows + 1 } else { rows }
}

/// The text in pieces that a cursor does not stop in: a character with the marks and joined characters after it.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    const JOINER: char = '\u{200D}';
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut joined = true;
        let is_mark =
            |c: char| c == JOINER || c == '\u{FE0F}' || matches!(c, '\u{300}'..='\u{36F}' | '\u{1F3FB}'..='\u{1F3FF}');
        let mut end = rest.len();
        for (i, c) in rest.char_indices() {
            if !joined && !is_mark(c) {
                end = i;
                break;
            }
            joined = c == JOINER;
        }
        let (cluster, after) = rest.split_at(end);
        rest = after;
        (!cluster.is_empty()).then_some(cluster)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_the_terminal_counts_them() {
        assert_eq!(height("", 10), 1);
        assert_eq!(height("123456789", 10), 1);
        assert_eq!(height("1234567890", 10), 2, "a full row: the cursor stands in the next");
        assert_eq!(height("12345678901", 10), 2);
        assert_eq!(height("1234567中", 10), 1);
        assert_eq!(height("123456789中", 10), 2, "a wide character is not cut in two");
        assert_eq!(height("abc\ndef", 10), 2);
        assert_eq!(height("и\u{306}и\u{306}и\u{306}", 4), 1);
    }
}
