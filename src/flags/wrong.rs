//! Comfort: what is said of wrong flags: clap's own words, with an advice where the server stands without its flag; and
//! the same in Russian. Pure.

use std::io::{self, Write};
use std::process;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::client::Lang;
use crate::text::visible;

/// Shows help, or what is wrong, and ends the process.
pub(super) fn ends(error: Error, lang: Lang, program: &str) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    let status = error.exit_code();
    // A stderr that is closed cannot be told.
    writeln!(io::stderr(), "{}", explained(error, lang, program)).unwrap_or_default();
    process::exit(status)
}

/// All that is shown, but for the last newline.
pub(super) fn explained(error: Error, lang: Lang, program: &str) -> String {
    let mut error = if program == "chat" { as_argument(error) } else { error };
    // A value may hold what drives terminals.
    if let Some(value) = error.get(ContextKind::InvalidValue).map(ToString::to_string) {
        error.insert(ContextKind::InvalidValue, ContextValue::String(visible(&value).into_owned()));
    }
    let is_bare = program == "chat" && is_bare(&error);
    if is_bare {
        let advice = "the server is named with --ip-address ADDRESS and --port PORT";
        let advice = ContextValue::StyledStrs(vec![StyledStr::from(advice)]);
        error.insert(ContextKind::Suggested, advice);
    }
    match lang {
        Lang::En => error.to_string().trim_end().to_owned(),
        Lang::Ru => in_russian(&error, is_bare, program),
    }
}

/// `chat 10.0.0.1` is no word for a command that `chat` does not have, unless it looks like one that it has.
fn as_argument(error: Error) -> Error {
    let name = error.get(ContextKind::InvalidSubcommand).cloned();
    let Some(name) = name.filter(|_| error.get(ContextKind::SuggestedSubcommand).is_none()) else { return error };
    let mut argument = Error::new(ErrorKind::UnknownArgument).with_cmd(&Command::new("chat"));
    argument.insert(ContextKind::InvalidArg, name);
    for (kind, value) in error.context().filter(|(kind, _)| *kind == ContextKind::Usage) {
        argument.insert(kind, value.clone());
    }
    argument
}

/// `chat 10.0.0.1`, as one writes it with `nc`.
fn is_bare(error: &Error) -> bool {
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    error.kind() == ErrorKind::UnknownArgument && !argument.starts_with('-') && !usage.contains(": chat check")
}

fn in_russian(error: &Error, is_bare: bool, program: &str) -> String {
    let context = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.is_empty());
    let (argument, value) = (context(ContextKind::InvalidArg).unwrap_or_default(), context(ContextKind::InvalidValue));
    let mut text = "ошибка: ".to_owned();
    text += &match (error.kind(), value) {
        (ErrorKind::InvalidSubcommand, _) => {
            format!("нет команды '{}'", context(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        (ErrorKind::UnknownArgument, _) => format!("неизвестный параметр '{argument}'"),
        (ErrorKind::ArgumentConflict, _) => match context(ContextKind::PriorArg).filter(|prior| *prior != argument) {
            Some(prior) => format!("параметр '{argument}' нельзя дать вместе с '{prior}'"),
            None => format!("параметр '{argument}' дан дважды"),
        },
        (ErrorKind::TooManyValues, _) => format!("у параметра '{argument}' нет значения"),
        (ErrorKind::ValueValidation | ErrorKind::InvalidValue, Some(value)) => {
            format!("параметру '{argument}' не подходит значение '{value}'")
        }
        (ErrorKind::MissingRequiredArgument, _) => format!("не хватает: {argument}"),
        (ErrorKind::InvalidValue, None) => format!("параметру '{argument}' нужно значение"),
        // Whatever else it is: clap's own words are better than none.
        _ => return error.to_string().trim_end().to_owned(),
    };
    if error.kind() == ErrorKind::ValueValidation {
        // What would be right is said by the flag's own parser.
        let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        text += &format!(": {}", Lang::Ru.told(&why));
    }
    if let Some(valid) = context(ContextKind::ValidValue) {
        text += &format!("\n  [возможно: {valid}]");
    }
    if let Some(similar) = context(ContextKind::SuggestedArg)
        .or(context(ContextKind::SuggestedValue))
        .or(context(ContextKind::SuggestedSubcommand))
    {
        text += &format!("\n\n  похоже на: '{similar}'");
    }
    if is_bare {
        text += "\n\n  сервер задают параметры --ip-address АДРЕС и --port ПОРТ";
    }
    text + &format!("\n\nСправка: {program} --help")
}
