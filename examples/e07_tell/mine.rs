//! Yours to write: exercise 7.4.

/// The user and the text of `/tell USER TEXT` or `/tell:USER:TEXT`; the text may hold spaces and colons, the user may
/// hold neither. `None` where one of them is missing, or where the line is something else.
pub(crate) fn tell(line: &str) -> Option<(&str, &str)> {
    unimplemented!("yours to write: exercise 7.4 (the line is {line:?})")
}
