//! A solution of exercise 7.4.

/// The sign behind the word, a space or a colon, is the sign between user and text too.
pub(crate) fn tell(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("/tell")?;
    let sign = rest.chars().next().filter(|sign| matches!(sign, ' ' | ':'))?;
    let (user, text) = rest.strip_prefix(sign)?.split_once(sign)?;
    (!user.is_empty() && !user.contains([' ', ':']) && !text.is_empty()).then_some((user, text))
}
