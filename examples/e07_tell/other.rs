//! What others have answered; `tests/exercises.rs` says what becomes of each.

use crate::Tell;

pub(crate) fn named(name: &str) -> Tell {
    match name {
        "by_bytes" => by_bytes,
        "splitn" => splitn,
        "either_sign" => either_sign,
        "user_with_a_colon" => user_with_a_colon,
        "text_to_the_next_colon" => text_to_the_next_colon,
        "by_index" => by_index,
        "any_word" => any_word,
        _ => panic!("nobody has answered {name}"),
    }
}

fn by_bytes(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("/tell")?;
    let sign = *rest.as_bytes().first()?;
    if sign != b' ' && sign != b':' {
        return None;
    }
    let end = 1 + rest.bytes().skip(1).position(|byte| byte == b' ' || byte == b':')?;
    let (user, text) = (rest.get(1..end)?, rest.get(end + 1..)?);
    (rest.as_bytes()[end] == sign && !user.is_empty() && !text.is_empty()).then_some((user, text))
}

fn splitn(line: &str) -> Option<(&str, &str)> {
    let (sign, other) = if line.starts_with("/tell ") { (' ', ':') } else { (':', ' ') };
    let mut parts = line.splitn(3, sign);
    match (parts.next()?, parts.next()?, parts.next()?) {
        ("/tell", user, text) if !user.is_empty() && !text.is_empty() && !user.contains(other) => Some((user, text)),
        _ => None,
    }
}

/// Takes `/tell boris:hi` for a message too, and cuts `/tell bo:ris hi` at the wrong place.
fn either_sign(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("/tell")?.strip_prefix([' ', ':'])?;
    let (user, text) = rest.split_once([' ', ':'])?;
    (!user.is_empty() && !text.is_empty()).then_some((user, text))
}

/// Gives the user `bo:ris`.
fn user_with_a_colon(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("/tell")?;
    let sign = rest.chars().next().filter(|sign| matches!(sign, ' ' | ':'))?;
    let (user, text) = rest.strip_prefix(sign)?.split_once(sign)?;
    (!user.is_empty() && !text.is_empty()).then_some((user, text))
}

/// A text with a colon in it loses its end.
fn text_to_the_next_colon(line: &str) -> Option<(&str, &str)> {
    let (user, text) = by_bytes(line)?;
    Some((user, text.split(':').next().filter(|text| !text.is_empty())?))
}

/// Panics where the index is within a letter.
fn by_index(line: &str) -> Option<(&str, &str)> {
    if line.len() < 7 {
        return None;
    }
    let (word, _) = line.split_at(6);
    if word == "/tell " || word == "/tell:" { by_bytes(line) } else { None }
}

/// `/teller` begins with `/tell` too.
fn any_word(line: &str) -> Option<(&str, &str)> {
    let mut words = line.strip_prefix("/tell")?.splitn(3, [' ', ':']).skip(1);
    match (words.next()?, words.next()?) {
        ("", _) | (_, "") => None,
        told => Some(told),
    }
}
