//! A solution of exercise 2.5.

/// Splits off the host first: only what stands behind it can be a port.
pub(crate) fn address(typed: &str) -> Result<(String, u16), String> {
    let wrong = |what: &str| format!("{typed:?}: {what}; write HOST:PORT, such as localhost:12345");
    let text = typed.trim();
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']').ok_or_else(|| wrong("a ']' is missing"))?;
        match behind.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if behind.is_empty() => (host, None),
            None => return Err(wrong("a ':' is missing before the port")),
        }
    } else if text.matches(':').count() > 1 {
        (text, None)
    } else {
        text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
    };
    let port = port.map_or(Ok(12345), str::parse).map_err(|_| wrong("the port is a number from 0 to 65535"))?;
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    Ok((host.to_owned(), port))
}
