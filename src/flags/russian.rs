//! Comfort: a program's help in Russian. Pure. Which flags there are and what they take is said where they are declared
//! alone; the words stand beside that, in `chat/russian.rs` and `server/russian.rs`.

use clap::{Arg, ArgAction, Command};

/// Flags by their ids: what each does, and what its value is called.
pub(super) type Flags = &'static [(&'static str, &'static str, &'static str)];

/// What a program says of itself.
pub(super) struct Words {
    /// In one line.
    pub(super) about: &'static str,
    /// In a paragraph, with that line before it.
    pub(super) long_about: &'static str,
    /// How it is called.
    pub(super) usage: &'static str,
    /// What each flag does, and what its value is called; those of its commands too.
    pub(super) flags: Flags,
    /// Its commands, and theirs.
    pub(super) commands: &'static [Part],
}

/// A command of a program.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// In a paragraph, with `about` before it; else empty.
    pub(super) long_about: &'static str,
    pub(super) usage: &'static str,
    /// Flags whose words are not those of the program's.
    pub(super) flags: Flags,
}

const HEADING: &str = "Параметры";
const ARGUMENTS: &str = "Аргументы";
const COMMANDS: &str = "Команды";
const TEMPLATE: &str = "{about-with-newline}\nИспользование: {usage}\n\n{all-args}";

/// The flags that both programs have.
const BOTH: &[(&str, &str, &str)] = &[
    ("lang", "Язык самой программы; без этого параметра его задаёт окружение", "ЯЗЫК"),
    ("help", "Показать справку", ""),
    ("version", "Показать версию", ""),
];

/// The same command with its help in Russian.
pub(super) fn in_russian(command: Command, words: &Words) -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let command = command.about(words.about).long_about(words.long_about).disable_version_flag(true).arg(version);
    in_its_words(command, words, &[], words.usage)
}

/// A program or one of its commands, and the commands below it.
fn in_its_words(command: Command, words: &Words, own: Flags, usage: &'static str) -> Command {
    // clap writes the help of this one itself, in English: so it is ours.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let command = command
        .override_usage(usage)
        .help_template(TEMPLATE)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(COMMANDS)
        .arg(help)
        .mut_args(|arg| translated(arg, words, own));
    command.mut_subcommands(|command| match words.commands.iter().find(|part| part.name == command.get_name()) {
        Some(part) if part.long_about.is_empty() => {
            in_its_words(command.about(part.about), words, part.flags, part.usage)
        }
        Some(part) => {
            in_its_words(command.about(part.about).long_about(part.long_about), words, part.flags, part.usage)
        }
        None => command,
    })
}

fn translated(arg: Arg, words: &Words, own: Flags) -> Arg {
    let mut known = own.iter().chain(words.flags).chain(BOTH);
    let Some((_, help, value)) = known.find(|(id, ..)| arg.get_id() == id) else { return arg };
    let heading = if arg.is_positional() { ARGUMENTS } else { HEADING };
    let arg = arg.help_heading(heading);
    if value.is_empty() {
        return arg.help(*help);
    }
    let default =
        arg.get_default_values().iter().map(|default| default.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let possible =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ");
    let mut help = (*help).to_owned();
    for (what, values) in [("по умолчанию", default), ("возможно", possible)] {
        if !values.is_empty() {
            help += &format!(" [{what}: {values}]");
        }
    }
    arg.value_name(value).help(help).hide_default_value(true).hide_possible_values(true)
}
