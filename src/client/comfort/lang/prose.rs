//! Comfort: the server's sentences in Russian. They are for people: nothing is decided by them, and one that is not
//! here stays as it is. Pure.
//!
//! Each is written as in the server's source, where `{…}` stands for what changes; the tests look it up there, so that a
//! sentence that is worded anew there is not forgotten here.

#[cfg(test)]
mod tests;

/// What stands behind `Not sent: ` and `Not delivered: `, and why somebody was cut.
const REASONS: &[(&str, &str)] = &[
    // A line that cannot be taken.
    (
        "the line is longer than {MESSAGE_BYTES} bytes; send it in parts",
        "строка длиннее {} байт; отправьте её по частям",
    ),
    ("the line has no end; finish it with Enter", "у строки нет конца; закончите её клавишей Enter"),
    ("the line is not UTF-8; set your terminal to UTF-8", "строка не в UTF-8; переключите терминал на UTF-8"),
    (
        "the line holds U+{:04X}, a character that controls terminals; leave it out",
        "в строке есть U+{}, этот знак управляет терминалом; уберите его",
    ),
    // A nickname.
    (
        "a nickname cannot hold U+{:04X}; it is made of Latin or Cyrillic letters, digits, _ - .",
        "в нике не может быть U+{}; он состоит из латинских или кириллических букв, цифр, _ - .",
    ),
    ("a nickname has 1 to 32 characters", "в нике от 1 до 32 знаков"),
    ("a nickname begins with a letter", "ник начинается с буквы"),
    (
        "a nickname has Latin or Cyrillic letters, never both",
        "в нике латинские буквы или кириллические, но не те и другие вместе",
    ),
    (
        "a nickname is none of the chat's own words; choose another",
        "ник не может быть одним из слов самого чата; выберите другой",
    ),
    ("the password is wrong, and was not changed", "пароль неверен и остался прежним"),
    ("this nickname has just been registered", "этот ник только что зарегистрировали"),
    // An answer.
    (
        "answer 1 to write to one user, 2 to go into the group; HELP lists the words",
        "ответьте 1, чтобы писать одному, 2, чтобы войти в общий чат; HELP покажет слова",
    ),
    (
        "no user has the number {answer}; answer with a number from the list or a nickname",
        "под номером {} никого нет; ответьте номером из списка или ником",
    ),
    (
        "nobody here is called {answer}; answer with a number from the list or a nickname",
        "здесь нет никого с ником {}; ответьте номером из списка или ником",
    ),
    ("that is you; choose somebody else", "это вы сами; выберите кого-нибудь другого"),
    // A word.
    (
        "TELL asks two questions, which would mix with this one; write /tell boris text",
        "TELL задаёт два вопроса, они смешались бы с этим; напишите /tell boris текст",
    ),
    (
        "there is no text; write /tell {user} and your text on one line",
        "нет текста; напишите /tell {} и ваш текст одной строкой",
    ),
    (
        "there is no word {name}; HELP lists the words, //text sends a text that begins with a slash",
        "слова {} нет; HELP покажет слова, //текст отправит текст, который начинается с косой черты",
    ),
    ("there is no word {name} to explain; HELP lists the words", "слова {} нет, объяснять нечего; HELP покажет слова"),
    (
        "{name} needs a server with a database; this one keeps nothing",
        "{}: нужен сервер с базой данных, а этот ничего не хранит",
    ),
    (
        "HISTORY takes a number of messages from 1 to {HISTORY_MAX}; without one it shows {HISTORY}",
        "за HISTORY стоит число сообщений от 1 до {}; без него их будет {}",
    ),
    ("a password has at least {PASSWORD_CHARS} characters", "в пароле не меньше {} знаков"),
    ("the two were not the same; REGISTER begins anew", "пароли не совпали; REGISTER начнёт заново"),
    ("the password is wrong", "пароль неверен"),
    ("the database does not answer; try again in a while", "база данных не отвечает; попробуйте чуть позже"),
    (
        "nothing was registered, since the database fails; try again later",
        "ничего не зарегистрировано: база данных не работает; попробуйте позже",
    ),
    // What one wishes.
    ("that is you; IGNORE hides what somebody else writes", "это вы сами; IGNORE скрывает то, что пишет другой"),
    ("{nickname} is ignored already; UNIGNORE {nickname} ends it", "{} уже скрыт; UNIGNORE {} отменит это"),
    (
        "{IGNORED} are ignored already; UNIGNORE one of them first",
        "скрыто уже {}; сначала отмените кого-нибудь: UNIGNORE",
    ),
    ("whom? UNIGNORE boris; IGNORE lists whom you ignore", "кого? UNIGNORE boris; IGNORE покажет, кто скрыт"),
    ("you do not ignore {name}; IGNORE lists whom you do", "{} не скрыт; IGNORE покажет, кто скрыт"),
    // A private message.
    ("nobody here is called {user}; LIST shows who is here", "здесь нет никого с ником {}; LIST покажет, кто здесь"),
    (
        "nobody here is called {user}; choose somebody else, or MENU gives it up",
        "здесь нет никого с ником {}; выберите кого-нибудь другого, а MENU отменит вопрос",
    ),
    ("{nickname} is away, and {WAITING} messages wait already", "{} не в чате, и {} сообщений уже ждут"),
    (
        "{nickname} is away, and {WAITING_FROM_ONE} messages of yours wait already",
        "{} не в чате, и ваших сообщений его ждёт уже {}",
    ),
    (
        "{nickname} is not here, and the database fails; try again later",
        "{} не в чате, а база данных не работает; попробуйте позже",
    ),
    ("{} has left", "{} больше не в чате"),
    // Why the server closes the connection.
    ("no nickname was chosen in time", "ник не был выбран вовремя"),
    ("the password was wrong {PASSWORD_TRIES} times", "пароль был неверен, раз: {}"),
    ("{} KiB came without a line end", "пришло {} КиБ без конца строки"),
    ("too late: could not keep up with the chat", "слишком медленно: клиент не успевал за чатом"),
    ("too late: could not keep up", "клиент не успевал за чатом"),
    ("a fault in the server, which has been logged", "ошибка сервера, она записана в журнал"),
    ("the server stops", "сервер останавливается"),
    (
        "this server cannot reach the others; try again, or another server",
        "этот сервер не может связаться с остальными; попробуйте ещё раз или другой сервер",
    ),
    (
        "this server was cut off from the others and stops; connect to another one",
        "этот сервер был отрезан от остальных и останавливается; подключитесь к другому",
    ),
    (
        "the servers cannot reach each other, and nobody can log in meanwhile; try again in a while",
        "серверы не могут связаться друг с другом, и пока никто не может войти; попробуйте чуть позже",
    ),
    (
        "you speak {protocol}, and this is a chat of text lines; connect with chat, nc or telnet",
        "вы говорите на языке {}, а это чат из строк текста; подключитесь программой chat, nc или telnet",
    ),
    (
        "{protocol} begins with just this word, and this is a chat; in other letters it can be a nickname",
        "{} начинает именно с этого слова, а это чат; другими буквами оно может быть ником",
    ),
    ("too many clients are here; try again later", "здесь слишком много клиентов; попробуйте позже"),
    (
        "too many connections come from your address; try again in a minute",
        "с вашего адреса слишком много подключений; попробуйте через минуту",
    ),
    (
        "all places are taken, and who has no nickname yet makes room; try again",
        "все места заняты, и место уступает тот, у кого ещё нет ника; попробуйте ещё раз",
    ),
    (
        "too many clients are here from your address; try again later",
        "с вашего адреса здесь слишком много клиентов; попробуйте позже",
    ),
    (
        "too many wrong passwords from your address; try again later",
        "с вашего адреса пришло слишком много неверных паролей; попробуйте позже",
    ),
    (
        "the teacher has locked the chat, and nobody new comes in; try again later",
        "преподаватель закрыл чат, новых не впускают; попробуйте позже",
    ),
    ("your address is banned for {} more", "вход с вашего адреса закрыт, осталось {}"),
    ("removed by the teacher: {reason}", "удалил преподаватель: {}"),
    ("removed by the teacher", "удалил преподаватель"),
    (
        "you are muted for {} more; LIST, HELP and QUIT still work",
        "вам нельзя писать, осталось {}; LIST, HELP и QUIT работают",
    ),
    ("this nickname was taken back by a login with its password", "ник вернул себе тот, кто вошёл с его паролем"),
];

/// What may stand within a sentence.
const PARTS: &[(&str, &str)] = &[(" for a day", " один день"), (" for {days} days", ", дней: {}")];

/// Whole lines.
const LINES: &[(&str, &str)] = &[
    // What the server says to everybody, and about who may write.
    ("The server stops now", "Сервер останавливается"),
    ("The server stops in {}", "Сервер остановится через {}"),
    ("The server does not stop: go on", "Сервер не останавливается: продолжайте"),
    (
        "You are muted for {time}: what you write goes to nobody. LIST, HELP and QUIT still work",
        "Вам нельзя писать {}: ваши строки никто не получит. LIST, HELP и QUIT работают",
    ),
    ("You are muted for {left} more", "Вам всё ещё нельзя писать, осталось {}"),
    (
        "You are muted for {left} more, since {} is, who came from your address",
        "Вам нельзя писать, осталось {}: это запрещено {}, кто был с вашего адреса",
    ),
    ("You are not muted any more", "Вам снова можно писать"),
    // IGNORE and AWAY.
    (
        "What {nickname} writes is not shown to you any more; UNIGNORE {nickname} ends that",
        "Вы больше не увидите того, что пишет {}; UNIGNORE {} отменит это",
    ),
    (
        "Nobody is called {nickname} now; whoever will be is not shown to you; UNIGNORE {nickname} ends that",
        "Сейчас с ником {} никого нет; кто его займёт, того вы не увидите; UNIGNORE {} отменит это",
    ),
    ("What {nickname} writes is shown to you again", "Вы снова видите то, что пишет {}"),
    (
        "You ignore nobody; IGNORE boris hides what boris writes",
        "Никто не скрыт; IGNORE boris скроет то, что пишет boris",
    ),
    ("You ignore: {}", "Скрыты: {}"),
    (
        "You are away: whoever writes to you alone is told so, once. AWAY alone: you are back",
        "Вас нет на месте: кто напишет вам лично, узнает об этом, один раз. AWAY без текста — вы вернулись",
    ),
    ("You are back", "Вы вернулись"),
    ("You are not away; AWAY and a text says that you are", "Вы на месте; AWAY с текстом скажет, что вас нет"),
    ("Away: {nickname} ({text})", "{} сейчас не на месте ({})"),
    (
        "Type the name that others will see: 1 to 32 letters and digits, a letter first; QUIT leaves",
        "Наберите имя, которое увидят другие: от 1 до 32 букв и цифр, сначала буква; QUIT — выход",
    ),
    (
        "{nickname} is taken, or looks like a name that is; {free_name} is free",
        "{} занят или похож на занятый; {} свободен",
    ),
    (
        "Welcome to the chat room, {}. Write to one user in private, or to all in the group. HELP lists the words.",
        "Добро пожаловать, {}. Пишите одному лично или всем в общем чате. HELP покажет слова.",
    ),
    (
        "Nobody else is here yet: press Enter to look again, MENU goes back",
        "Здесь пока никого больше нет: Enter — посмотреть ещё раз, MENU — назад",
    ),
    (
        "and {more} more: answer with a nickname; LIST ann shows those that begin so",
        "и ещё {}: ответьте ником; LIST ann покажет те, что так начинаются",
    ),
    (
        "{users} and {} more; LIST ann shows those that begin so",
        "{} и ещё {}; LIST ann покажет те ники, что так начинаются",
    ),
    (
        "{nickname} writes to you alone; answer with /tell {nickname} and your text",
        "{} пишет вам лично; чтобы ответить, наберите /tell {} и ваш текст",
    ),
    (
        "{nickname} no longer writes to you alone; what you write to {nickname} still arrives",
        "{} больше не пишет вам лично; то, что вы напишете для {}, по-прежнему дойдёт",
    ),
    ("{nickname}, who wrote to you alone, has left", "{} больше не в чате; личный чат окончен"),
    (
        "You write faster than {rate} lines a second after the first {RATE_BURST}: nothing is lost, it is sent at that rate",
        "Вы пишете быстрее, чем {} строк в секунду после первых {}: ничего не потеряется, но уйдёт с этой скоростью",
    ),
    (
        "All at your address together write faster than {rate} lines or {kilobytes} kB a second: nothing is lost, it is sent at that rate",
        "С вашего адреса все вместе пишут быстрее, чем {} строк или {} кБ в секунду: ничего не потеряется, но уйдёт с этой скоростью",
    ),
    (
        "Many come from your address at once: you are let in within {seconds} s",
        "С вашего адреса входят сразу многие: вас впустят в течение {} с",
    ),
    (
        "At least {PASSWORD_CHARS} characters, twice; an empty line gives it up",
        "Не меньше {} знаков, дважды; пустая строка отменяет",
    ),
    ("{nickname} is registered: first the password that it has now", "{} зарегистрирован: сначала нынешний пароль"),
    ("Nothing was registered", "Ничего не зарегистрировано"),
    (
        "The servers cannot reach each other: what you write waits, and nobody can log in. LIST, HELP and QUIT are answered",
        "Серверы не могут связаться друг с другом: написанное ждёт, и никто не может войти. LIST, HELP и QUIT работают",
    ),
    (
        "The servers reach each other again: what waited is sent",
        "Серверы снова связаны друг с другом: то, что ждало, отправлено",
    ),
    (
        "This server could not keep up with the others: some of what was said just now is missing here, and who came and went is told now",
        "Этот сервер не успел за остальными: часть только что сказанного здесь пропала, а о вошедших и вышедших сказано сейчас",
    ),
    (
        "What is said here is kept by the server{time}, private messages too. HISTORY shows it, REGISTER keeps your nickname for you.",
        "Сказанное здесь хранится на сервере{}, личное тоже. HISTORY покажет его, REGISTER закрепит за вами ник.",
    ),
    (
        "Registered: from now on the login asks for the password of {nickname}",
        "Зарегистрировано: теперь при входе спросят пароль для {}",
    ),
    (
        "{nickname} is registered; an empty line goes back to the nickname",
        "{} зарегистрирован; пустая строка вернёт к выбору ника",
    ),
    ("While you were away (times are UTC):", "Пока вас не было (время — UTC):"),
    (
        "You may have seen these: the connection broke before you wrote a line (times are UTC):",
        "Возможно, вы это уже видели: связь оборвалась раньше, чем вы написали строку (время — UTC):",
    ),
    (
        "Nobody has registered {nickname}: whoever comes under this name gets it",
        "Ник {} никто не закрепил за собой: сообщение получит любой, кто его займёт",
    ),
    ("History begins (times are UTC)", "Начало истории (время — UTC)"),
    ("History ends", "Конец истории"),
    // HELP.
    (
        "Nobody here has a name that begins with {beginning}; LIST alone shows everyone",
        "Здесь нет никого, чей ник начинается с {}; LIST без ничего покажет всех",
    ),
    ("In the group, {in_group} of {here}: {}", "В общем чате {} из {}: {}"),
    (
        "Your line has no line end, so it is not taken yet: a newline has to follow (press Enter); {elsewhere}",
        "У строки нет конца, поэтому она ещё не принята: нужен перевод строки (нажмите Enter); {}",
    ),
    (
        "What you type goes to the group or to your partner, but for these words:",
        "Набранное идёт в общий чат или собеседнику, кроме этих слов:",
    ),
    (
        "TELL         a private message; asks for whom, then what. In one line: /tell boris text",
        "TELL         личное сообщение; спросит, кому и что. Одной строкой: /tell boris текст",
    ),
    (
        "Example: /tell boris see you at 5   or, as in the original, /tell:boris:see you at 5",
        "Пример: /tell boris встретимся в 5   или, как в оригинале, /tell:boris:встретимся в 5",
    ),
    (
        "LIST         who is here; LIST ann shows the names that begin so",
        "LIST         кто здесь; LIST ann покажет ники, что так начинаются",
    ),
    ("Example: LIST bo   answers   Users in chatroom: ['boris']", "Пример: LIST bo   ответит   Здесь: boris"),
    (
        "MENU         back to the question: 1. write to one user or 2. go into the group",
        "MENU         назад к вопросу: 1. писать одному или 2. войти в общий чат",
    ),
    (
        "Example: you are in the group; MENU, then 1, then boris opens a private chat with boris",
        "Пример: вы в общем чате; MENU, потом 1, потом boris откроют личный чат с boris",
    ),
    ("HELP         these lines; HELP TELL explains one word", "HELP         эти строки; HELP TELL объяснит одно слово"),
    ("Example: HELP TELL", "Пример: HELP TELL"),
    ("QUIT or q    leaves the chat", "QUIT или q   выход из чата"),
    ("Example: QUIT   answers   Disconnected", "Пример: QUIT   ответит   Соединение закрыто"),
    (
        "IGNORE       hides what somebody writes; IGNORE alone lists; UNIGNORE boris shows it",
        "IGNORE       скрыть то, что кто-то пишет; без ника — список; UNIGNORE boris вернёт",
    ),
    ("Example: IGNORE boris   and later   UNIGNORE boris", "Пример: IGNORE boris   а потом   UNIGNORE boris"),
    (
        "AWAY         AWAY text tells it to who writes to you alone, once; AWAY alone: back",
        "AWAY         AWAY текст узнает, кто напишет вам лично, один раз; без текста — вернулись",
    ),
    ("Example: AWAY at lunch until 2   and later   AWAY", "Пример: AWAY обед до 2   а потом   AWAY"),
    (
        "HISTORY      the last 20 messages of the group and your own; HISTORY 200 the last 200",
        "HISTORY      последние 20 сообщений, общих и ваших личных; HISTORY 200 — последние 200",
    ),
    ("Example: HISTORY 50", "Пример: HISTORY 50"),
    (
        "REGISTER     keeps your nickname for you: asks twice for a password, and at every login",
        "REGISTER     закрепит за вами ник: спросит пароль дважды, а потом при каждом входе",
    ),
    ("Example: REGISTER   asks   Password?", "Пример: REGISTER   спросит   Пароль?"),
    (
        "The words work in small letters after a slash too: /list, /help, /quit, /menu.",
        "Слова можно писать и строчными буквами после косой черты: /list, /help, /quit, /menu.",
    ),
    (
        "//text sends /text; a space before a word sends it as text.",
        "//текст отправит /текст; слово с пробелом перед ним уйдёт как текст.",
    ),
];

/// A reason in Russian, where it is known.
pub(super) fn reason(english: &str) -> String {
    translated(REASONS, english).unwrap_or_else(|| english.to_owned())
}

/// A line for people in Russian, where it is known.
pub(super) fn line(english: &str) -> String {
    if let Some(why) = english.strip_prefix("The connection is closed: ") {
        return format!("Соединение закрыто: {}", reason(why));
    }
    translated(LINES, english).unwrap_or_else(|| english.to_owned())
}

fn translated(table: &[(&str, &str)], text: &str) -> Option<String> {
    let (values, russian) = table.iter().find_map(|(english, russian)| Some((values(english, text)?, russian)))?;
    let filled = values.into_iter().fold((*russian).to_owned(), |filled, value| {
        let part = translated(PARTS, value);
        filled.replacen("{}", part.as_deref().unwrap_or(value), 1)
    });
    Some(filled)
}

/// What stands in `text` where `pattern` has its `{…}`; `None` where it is another text.
fn values<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = pattern.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after));
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let (value, after) =
            if pieces.peek().is_some() { rest.split_once(piece)? } else { (rest.strip_suffix(piece)?, "") };
        values.push(value);
        rest = after;
    }
    rest.is_empty().then_some(values)
}
