//! Yours to write: exercise 2.5.

/// Host and port out of what a user typed. Where the host is missing, `127.0.0.1` is meant; where the port is missing,
/// 12345. An IPv6 address with a port stands in brackets, `[::1]:80`. The error is a sentence that shows what was typed.
pub(crate) fn address(typed: &str) -> Result<(String, u16), String> {
    unimplemented!("yours to write: exercise 2.5 (somebody typed {typed:?})")
}
