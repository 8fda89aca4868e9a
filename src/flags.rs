//! What the two programs take on the command line. Here rather than in the programs, so that `tests/share.rs` can make the
//! completions and manual pages in `docs/share/` from it.

pub mod chat;
pub mod server;

/// A parser for whole numbers that says in words what would be right.
pub(crate) fn whole<T: TryFrom<u64>>(least: u64, most: u64) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| match most {
            u64::MAX => format!("it has to be a whole number from {least} on"),
            _ => format!("it has to be a whole number from {least} to {most}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_such_number_is_told_what_would_be() {
        let days = whole::<u32>(1, u64::MAX);
        assert_eq!(days("7"), Ok(7));
        for wrong in ["0", "-1", "x", "", "1.5", "4294967296", "18446744073709551616"] {
            assert_eq!(days(wrong), Err("it has to be a whole number from 1 on".into()), "{wrong}");
        }
        assert_eq!(whole::<u16>(1, 65_535)("65536"), Err("it has to be a whole number from 1 to 65535".into()));
    }
}
