//! The help of `chat` in Russian. Pure. Which flags there are and what they take is said in `chat.rs` alone; here are the
//! words.

use clap::{Arg, ArgAction, Command};

const ABOUT: &str = "Вход в чат";
const LONG_ABOUT: &str = "Вход в чат

Наберите строку и нажмите Enter, чтобы её отправить; HELP покажет особые слова, выход: QUIT или Ctrl-D. Если на
стандартном вводе сценарий, отправляется каждая его строка, в конце QUIT, а всё пришедшее печатается простыми строками.";
const USAGE: &str = "chat [ПАРАМЕТРЫ]";
const HEADING: &str = "Параметры";
const TEMPLATE: &str = "{about-with-newline}\nИспользование: {usage}\n\n{all-args}";

/// What each flag does, and what its value is called.
const FLAGS: &[(&str, &str, &str)] = &[
    ("ip_address", "Адрес или имя сервера", "АДРЕС"),
    ("port", "Порт сервера", "ПОРТ"),
    ("nickname", "Ваш ник; без этого параметра его спросят", "НИК"),
    ("framing", "Где кончается сообщение: lines для chat-server, chunks для исходного сервера на Python", "ДЕЛЕНИЕ"),
    ("raw", "Показывать не чат, а всё, что идёт по сети: каждое чтение и каждую запись, с длиной", ""),
    ("log", "Дописывать сказанное в этот файл, с датой и временем", "ФАЙЛ"),
    ("no_reconnect", "Не пробовать снова, если связь с сервером потеряна", ""),
    ("color", "Цвета; auto — на терминале, если не задана NO_COLOR", "КОГДА"),
    ("bell", "Когда звонить: private — личное и ваш ник, all — каждое сообщение, off — никогда", "КОГДА"),
    ("no_time", "Без времени перед строкой", ""),
    ("quiet", "Без сообщений о том, кто пришёл и ушёл", ""),
    ("lang", "Язык самой программы; без этого параметра его задаёт окружение", "ЯЗЫК"),
    ("help", "Показать справку", ""),
    ("version", "Показать версию", ""),
];

/// The same command with its help in Russian.
pub(super) fn in_russian(command: Command) -> Command {
    // clap writes the help of these two itself, in English: so they are ours.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    command
        .about(ABOUT)
        .long_about(LONG_ABOUT)
        .override_usage(USAGE)
        .help_template(TEMPLATE)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args([help, version])
        .mut_args(translated)
}

fn translated(arg: Arg) -> Arg {
    let Some((_, help, value)) = FLAGS.iter().find(|(id, ..)| arg.get_id() == id) else { return arg };
    let arg = arg.help_heading(HEADING);
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
