//! Feature database: what lies in the file, as text that is safe to show. Whoever may write the file can put anything
//! into it: bytes that drive a terminal, a line end and a whole line of the server's after it. Touches nothing but the
//! row that it is given.

use rusqlite::{Result, Row};

use crate::text::{cleaned, visible};

/// The text of a column as it is, but for what is no UTF-8: not to be shown.
pub(super) fn raw(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    let bytes = row.get_ref(column)?.as_bytes_or_null()?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

/// The text of a column, on one line; what is no UTF-8, or would drive a terminal, is written out. An older server may
/// have kept a tab, which is a space today.
pub(super) fn text(row: &Row<'_>, column: usize) -> Result<String> {
    maybe_text(row, column).map(Option::unwrap_or_default)
}

/// The same for a column that may be empty.
pub(super) fn maybe_text(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    Ok(raw(row, column)?.map(|text| visible(&cleaned(&text)).into_owned()))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn what_is_no_text_is_written_out() {
        let file = Connection::open_in_memory().expect("it opens");
        let shown = |sql: &str| file.query_row(sql, [], |row| maybe_text(row, 0)).expect("a row");
        assert_eq!(shown("SELECT 'Привет'"), Some("Привет".into()));
        assert_eq!(shown("SELECT NULL"), None);
        assert_eq!(shown("SELECT 'a' || char(9) || 'b'"), Some("a b".into()));
        assert_eq!(shown("SELECT 'a' || char(27, 10, 8238, 155)"), Some("a^[^J<U+202E><U+009B>".into()));
        assert_eq!(shown("SELECT CAST(x'61ff00' AS TEXT)"), Some("a\u{FFFD}^@".into()));
        assert_eq!(shown("SELECT x'61'"), Some("a".into()));
    }
}
