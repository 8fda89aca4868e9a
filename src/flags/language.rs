//! Comfort: `--lang`, which both programs have. Touches the environment.

use std::ffi::OsString;

use clap::ValueEnum;

use crate::client::Lang;

/// `--lang`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[expect(missing_docs, reason = "the flag's help says what they mean; a comment here would become help too")]
pub enum Language {
    En,
    Ru,
}

/// The language of a program's help and errors: of the arguments, or else of the environment.
pub(super) fn asked_by(arguments: &[OsString]) -> Lang {
    or_environment(asked(arguments.iter().map(|argument| argument.to_string_lossy().into_owned())))
}

/// The language that the arguments ask for: looked for before they are parsed, since `--help` ends that.
fn asked(arguments: impl Iterator<Item = String>) -> Option<Language> {
    let mut arguments = arguments.skip_while(|argument| argument != "--lang" && !argument.starts_with("--lang="));
    let first = arguments.next()?;
    let name = first.strip_prefix("--lang=").map(str::to_owned).or_else(|| arguments.next())?;
    Language::from_str(&name, false).ok()
}

/// What the flag says, or else the environment.
pub(super) fn or_environment(language: Option<Language>) -> Lang {
    match language {
        Some(Language::En) => Lang::En,
        Some(Language::Ru) => Lang::Ru,
        None => Lang::from_environment(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_before_the_flags_are_parsed() {
        let asked = |line: &str| asked(line.split(' ').map(str::to_owned)).map(|language| format!("{language:?}"));
        assert_eq!(asked("chat --help --lang ru").as_deref(), Some("Ru"));
        assert_eq!(asked("chat --lang=en -p 1").as_deref(), Some("En"));
        for line in ["chat", "chat --lang", "chat --lang xx", "chat --language ru"] {
            assert_eq!(asked(line), None, "{line}");
        }
    }
}
