//! The help of `chat` in Russian. Pure. Which flags there are and what they take is said in `chat.rs` alone; here are the
//! words.

use clap::{Arg, ArgAction, Command};

const ABOUT: &str = "Вход в чат";
const LONG_ABOUT: &str = "Вход в чат

Наберите строку и нажмите Enter, чтобы её отправить; HELP покажет особые слова, выход: QUIT или Ctrl-D. Если на
стандартном вводе сценарий, отправляется каждая его строка, в конце QUIT, а всё пришедшее печатается простыми строками.";
const USAGE: &str = "chat [ПАРАМЕТРЫ]
               chat check ...";
const COMMANDS: &str = "Команды";
const HEADING: &str = "Параметры";
const TEMPLATE: &str = "{about-with-newline}\nИспользование: {usage}\n\n{all-args}";

/// Flags by their ids: what each does, and what its value is called.
type Helps = &'static [(&'static str, &'static str, &'static str)];

/// What each flag does, and what its value is called.
const FLAGS: Helps = &[
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

const CHECK_ABOUT: &str = "Проверка сервера, на каком бы языке он ни был написан";
const CHECK_LONG_ABOUT: &str = "Проверка: на каком шаге лестницы курса стоит сервер, на чём бы он ни был написан

Проверка играет клиентов сервера, который работает на УЗЕЛ:ПОРТ, или того, который запустит КОМАНДА: ей даётся свободный
порт в переменной PORT и вместо {port} среди аргументов, а в конце сервер останавливают. Без --step пробуются все шаги.
Код завершения: 0 — все проверки прошли; 1 — что-то неверно или не проверено; 2 — нет сервера или такой проверки.
Проверки сверх программы на него не влияют.";
const CHECK_USAGE: &str = "chat check [ПАРАМЕТРЫ] [УЗЕЛ:ПОРТ]
               chat check [ПАРАМЕТРЫ] -- КОМАНДА...";

/// The same of `chat check`.
const CHECK_FLAGS: Helps = &[
    ("address", "Сервер [по умолчанию: 127.0.0.1:12345]", "УЗЕЛ:ПОРТ"),
    ("command", "Команда, которая запускает сервер", "КОМАНДА"),
    ("step", "Проверки этого шага и всех до него", "N"),
    ("only", "Только проверка с этим именем; можно дать несколько раз", "ИМЯ"),
    ("no_extra", "Без проверок сверх программы", ""),
    ("timeout", "Сколько самое большее ждать ответа", "СЕКУНДЫ"),
    ("patience", "Сколько самое большее ждать начала и конца сервера", "СЕКУНДЫ"),
    ("show_wire", "Показывать весь разговор каждой проверки", ""),
    ("format", "Строками текста или JSON", "ВИД"),
    ("quiet", "Показать только итог", ""),
    ("lang", "Язык отчёта; без этого параметра его задаёт окружение", "ЯЗЫК"),
    ("help", "Показать справку", ""),
];

/// The same command with its help in Russian.
pub(super) fn in_russian(command: Command) -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let command = command.about(ABOUT).long_about(LONG_ABOUT).override_usage(USAGE);
    let command = command.disable_version_flag(true).arg(version).subcommand_help_heading(COMMANDS);
    helped(command, FLAGS).mut_subcommand("check", |check| {
        let check = check.about(CHECK_ABOUT).long_about(CHECK_LONG_ABOUT).override_usage(CHECK_USAGE);
        helped(check, CHECK_FLAGS)
    })
}

fn helped(command: Command, flags: Helps) -> Command {
    // clap writes the help of this one itself, in English: so it is ours.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let command = command.help_template(TEMPLATE).disable_help_flag(true).arg(help);
    command.mut_args(|arg| translated(arg, flags))
}

fn translated(arg: Arg, flags: Helps) -> Arg {
    let Some((_, help, value)) = flags.iter().find(|(id, ..)| arg.get_id() == id) else { return arg };
    let arg = arg.help_heading(HEADING);
    if value.is_empty() {
        return arg.help(*help);
    }
    let default =
        arg.get_default_values().iter().map(|default| default.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let possible =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ");
    if arg.is_positional() {
        return arg.value_name(*value).help(*help);
    }
    let mut help = (*help).to_owned();
    for (what, values) in [("по умолчанию", default), ("возможно", possible)] {
        if !values.is_empty() {
            help += &format!(" [{what}: {values}]");
        }
    }
    arg.value_name(*value).help(help).hide_default_value(true).hide_possible_values(true)
}
