//! Comfort: what the client itself says, in English and Russian; and the server's lines, as one reads them. Pure but
//! for the environment.

use std::env;

use super::clock::IS_LOCAL;
use super::talk::Place;
use crate::client::Ended;
use crate::client::heard::{Heard, users};
use crate::limits::NICKNAME_CHARS;
use crate::protocol::{HISTORY_BEGINS, SEEN_PERHAPS, WHILE_AWAY};
use crate::shown::Shown;
use crate::text::Refusal;

mod away;
mod prose;

/// A language of the client's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// The language that the environment asks for: `LC_ALL`, else `LC_MESSAGES`, else `LANG`.
    pub fn from_environment() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Lang::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
    }

    /// `ru`, `ru_RU.UTF-8` and the like are Russian, all else is English.
    fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ru") { Lang::Ru } else { Lang::En }
    }

    /// One of two.
    pub fn pick<'a>(self, english: &'a str, russian: &'a str) -> &'a str {
        match self {
            Lang::En => english,
            Lang::Ru => russian,
        }
    }

    /// How it ended.
    pub fn ended(self, ended: Ended) -> String {
        let russian = match ended {
            Ended::Left => "вы вышли из чата",
            Ended::SentAway => "сервер закрыл соединение",
            Ended::ServerGone => "соединение с сервером потеряно",
            Ended::NoGoodbye => "вы вышли, не дождавшись прощания сервера; последние строки могли не дойти",
            Ended::NicknameRefused => "ник не принят; выберите другой: --nickname",
            Ended::OutputClosed => "вывод больше никто не читает",
            Ended::Interrupted => "вы вышли",
        };
        self.pick(&ended.to_string(), russian).to_owned()
    }

    /// A name that has no address.
    pub(in crate::client) fn unknown_host(self, host: &str) -> String {
        match self {
            Lang::En => format!("cannot find the host '{host}'; check the name given with --ip-address"),
            Lang::Ru => format!("не удаётся найти узел '{host}'; проверьте имя, данное в --ip-address"),
        }
    }

    /// Addresses where no server answers.
    pub(in crate::client) fn no_server(self, servers: &[(String, u16)]) -> String {
        let [(host, port)] = servers else { return self.no_servers(servers) };
        match self {
            Lang::En => format!(
                "cannot connect to {host} port {port}; start chat-server there, or name another with --ip-address and --port"
            ),
            Lang::Ru => format!(
                "не удаётся соединиться с {host}, порт {port}; запустите там chat-server или назовите другой: --ip-address и --port"
            ),
        }
    }

    fn no_servers(self, servers: &[(String, u16)]) -> String {
        let named: Vec<String> = servers.iter().map(|(host, port)| format!("{host} {port}")).collect();
        let named = named.join(", ");
        match self {
            Lang::En => {
                format!("none of these answers: {named}; start chat-server there, or name others with --ip-address")
            }
            Lang::Ru => {
                format!("никто не отвечает: {named}; запустите там chat-server или назовите другие: --ip-address")
            }
        }
    }

    /// The input cannot be read.
    pub(in crate::client) fn no_input(self) -> &'static str {
        self.pick("cannot read the input", "не удаётся прочитать ввод")
    }

    /// The output cannot be written.
    pub(in crate::client) fn no_output(self) -> &'static str {
        self.pick("cannot write the output", "не удаётся записать вывод")
    }

    /// What the client refuses to send, as the server would.
    pub(in crate::client) fn refused(self, refusal: &Refusal) -> String {
        self.line(&Heard::NotSent(&refusal.to_string()), "")
    }

    /// A line of the server's that cannot be shown.
    pub(in crate::client) fn too_long(self) -> &'static str {
        self.pick("A line of the server's is too long to be shown", "Строка сервера слишком длинна, она не показана")
    }

    /// A paste of many lines is asked about.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn paste(self, lines: usize) -> String {
        match self {
            Lang::En => format!("send {lines} lines? y/N "),
            Lang::Ru => format!("отправить строк: {lines}? д/Н "),
        }
    }

    /// What stands behind a paste that is not drawn.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn folded(self, lines: usize) -> String {
        match self {
            Lang::En => format!(" paste of {lines} line{}, Enter sends", if lines == 1 { "" } else { "s" }),
            Lang::Ru => format!(" вставлено строк: {lines}, Enter отправит"),
        }
    }

    /// A paste that was not sent.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn paste_kept(self, lines: usize) -> String {
        match self {
            Lang::En => format!("Not sent: {lines} lines; the arrow up brings them back"),
            Lang::Ru => format!("Не отправлено, строк: {lines}; стрелка вверх вернёт их"),
        }
    }

    /// An answer to nobody.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn nobody_wrote(self) -> &'static str {
        self.pick("Not sent: nobody has written to you alone yet", "Не отправлено: вам лично ещё никто не писал")
    }

    /// A line that was typed before it was known whether a password is asked for.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn no_password(self) -> &'static str {
        self.pick("Not sent: no password is asked for", "Не отправлено: пароля никто не спрашивает")
    }

    /// A paste where one nickname is asked for.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn no_nickname(self) -> &'static str {
        self.pick(
            "Not sent: one nickname is asked for; the arrow up brings your text back",
            "Не отправлено: нужен один ник; стрелка вверх вернёт ваш текст",
        )
    }

    /// A paste where a question has to be answered first.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn one_answer(self) -> &'static str {
        self.pick(
            "Not sent: one answer is asked for; the arrow up brings your text back",
            "Не отправлено: нужен один ответ; стрелка вверх вернёт ваш текст",
        )
    }

    /// A line that may have been meant for a word.
    pub(in crate::client) fn is_word_meant(self, line: &str, word: &str) -> String {
        let line = line.trim_end();
        match self {
            Lang::En => format!("'{line}' would be a message. Is the word {word} meant? Y/n"),
            Lang::Ru => format!("«{line}» уйдёт как сообщение. Имелось в виду слово {word}? Д/н"),
        }
    }

    /// The prompt: who writes, and to whom it goes.
    pub(in crate::client) fn prompt(self, nickname: &str, place: &Place) -> String {
        let nickname = short(nickname);
        match place {
            Place::Nickname => self.pick("Your nickname? ", "Ваш ник? ").into(),
            Place::Question | Place::Choosing => format!("[{nickname}] "),
            Place::Group => format!("[{nickname} {}] ", self.pick("in the group", "в общем чате")),
            Place::Private(Some(to)) => format!("[{nickname} {} {}] ", self.pick("to", "→"), short(to)),
            Place::Private(None) => format!("[{nickname} {}] ", self.pick("in private", "в личном чате")),
        }
    }

    /// The prompt at TELL's first question.
    pub(in crate::client) fn tell_who(self, nickname: &str) -> String {
        format!("[{}: {}] ", short(nickname), self.pick("TELL to whom?", "TELL, кому?"))
    }

    /// The prompt at TELL's second question: one message, and one is back where one was.
    pub(in crate::client) fn tell_what(self, nickname: &str, to: &str) -> String {
        format!("[{} {} {}, {}] ", short(nickname), self.pick("to", "→"), short(to), self.pick("once", "один раз"))
    }

    /// The prompt in a private chat that the partner has left.
    pub(in crate::client) fn to_nobody(self, nickname: &str) -> String {
        format!("[{} {}] ", short(nickname), self.pick("to nobody", "→ никому"))
    }

    /// The prompt where what is typed is not shown.
    pub(in crate::client) fn password(self) -> &'static str {
        self.pick("Password? ", "Пароль? ")
    }

    /// What a line of the protocol says to its reader; `line` itself where it is none.
    pub(in crate::client) fn line(self, heard: &Heard<'_>, line: &str) -> String {
        let pick = |english: &str, russian: &str| self.pick(english, russian).to_owned();
        match *heard {
            Heard::Joined(who) => format!("{who} {}", self.pick("has joined", "теперь в чате")),
            Heard::Left(who, why) => format!("{who} {}{}", self.pick("has left", "больше не в чате"), self.why(why)),
            Heard::Users(list) => self.users(list, line),
            Heard::NotSent(why) => format!("{}: {}", self.pick("Not sent", "Не отправлено"), self.reason(why)),
            Heard::NotDelivered(why) => {
                format!("{}: {}", self.pick("Not delivered", "Не доставлено"), self.reason(why))
            }
            Heard::SentAway(why) => format!("{}: {}", self.pick("Sent away", "Вас удалили из чата"), self.reason(why)),
            Heard::YourNickname => pick(line, "Ваш ник?"),
            Heard::AlreadyUsed => pick(line, "Этот ник уже занят"),
            Heard::Question => pick(line, "Что вы хотите: 1. писать одному или 2. войти в общий чат"),
            Heard::InGroup => pick(line, "Вы в общем чате"),
            Heard::Choose => pick(line, "С кем говорить: номер или ник"),
            Heard::Successful => pick(line, "Личный чат открыт"),
            Heard::Disconnected => pick(line, "Соединение закрыто"),
            Heard::Password => pick(line, "Пароль?"),
            Heard::TellWho => pick(line, "Кому отправить? Ник; LIST покажет, кто здесь, MENU отменяет"),
            Heard::TellWhat(to) => pick(line, &format!("Что отправить {to}? Пустая строка отменяет")),
            Heard::TellNothing => pick(line, "Ничего не отправлено"),
            Heard::PartnerHasLeft(who) => pick(
                line,
                &format!("{who} больше не в чате; следующая строка не дойдёт ни до кого, потом выберите снова"),
            ),
            _ => self.prose(line),
        }
    }

    /// A sentence for people. Of what was said before, the server tells the times in UTC; here they are local.
    fn prose(self, line: &str) -> String {
        let said = if self == Lang::Ru { prose::line(line) } else { line.to_owned() };
        match IS_LOCAL && [HISTORY_BEGINS, WHILE_AWAY, SEEN_PERHAPS].contains(&line) {
            true => said.replace(self.pick(" (times are UTC)", " (время — UTC)"), ""),
            false => said,
        }
    }

    /// What the server says to everybody: a teacher's own words, or a sentence of its own.
    pub(in crate::client) fn announcement(self, text: &str) -> String {
        if self == Lang::Ru { prose::line(text) } else { text.to_owned() }
    }

    /// Why something was not sent, or not delivered.
    fn reason(self, why: &str) -> String {
        if self == Lang::Ru { prose::reason(why) } else { why.to_owned() }
    }

    /// Why somebody was cut: ` (too late: could not keep up)`.
    fn why(self, why: &str) -> String {
        let reason = why.strip_prefix(" (").and_then(|why| why.strip_suffix(')'));
        reason.map_or_else(|| why.to_owned(), |reason| format!(" ({})", self.reason(reason)))
    }

    /// Who is here: the names, and what stands behind a list that is cut.
    fn users(self, list: &str, line: &str) -> String {
        let names: Vec<&str> = users(list).collect();
        let more = list.split_once(']').map_or("", |(_, more)| more);
        let more = if self == Lang::Ru { prose::line(more) } else { more.to_owned() };
        match list.starts_with('[') {
            true if names.is_empty() => self.pick("Here: nobody", "Здесь: никого").to_owned(),
            true if more.is_empty() => {
                format!("{}: {} ({})", self.pick("Here", "Здесь"), names.join(", "), names.len())
            }
            true => format!("{}: {}{more}", self.pick("Here", "Здесь"), names.join(", ")),
            false => line.to_owned(),
        }
    }

    /// The first screen: who one is, three words to try, how to leave.
    pub(in crate::client) fn first_screen(self, nickname: &str) -> String {
        match self {
            Lang::En => format!("You are {nickname}. Try LIST, /tell NAME text, HELP. QUIT or Ctrl-D leaves"),
            Lang::Ru => format!("Вы {nickname}. Попробуйте LIST, /tell НИК текст, HELP. Выход: QUIT, Ctrl-D"),
        }
    }

    /// The heading of a private message that is kept for one who is away.
    pub(in crate::client) fn kept_heading(self, to: &str) -> String {
        format!("{}, {}", self.heading(None, Some(to)), self.pick("who is away", "кого сейчас нет"))
    }

    /// The heading of a private message: from whom to whom.
    pub(in crate::client) fn heading(self, from: Option<&str>, to: Option<&str>) -> String {
        let (from, to) = (from.unwrap_or(self.pick("you", "вы")), to.unwrap_or(self.pick("you", "вам")));
        match self {
            Lang::En => format!("{from} to {to}"),
            Lang::Ru => format!("{from} → {to}"),
        }
    }
}

/// A name as it stands in a prompt: a server may bring names that are longer than a window.
fn short(name: &str) -> Shown {
    Shown::of(name).cut(NICKNAME_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_which_language() {
        for (locale, lang) in [("ru_RU.UTF-8", Lang::Ru), ("ru", Lang::Ru), ("C", Lang::En), ("", Lang::En)] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
        assert_eq!(Lang::of_locale("run_XX"), Lang::En);
    }

    #[test]
    fn lists_are_shown_as_names() {
        let shown = |list| Lang::En.line(&Heard::Users(list), "?");
        let russian = Lang::Ru.line(&Heard::Users("['anna'] and 8 more; LIST ann shows those that begin so"), "?");
        assert_eq!(russian, "Здесь: anna и ещё 8; LIST ann покажет те ники, что так начинаются");
        assert_eq!(shown("['anna', 'boris']"), "Here: anna, boris (2)");
        assert_eq!(shown("['anna'] and 8 more; LIST ann"), "Here: anna and 8 more; LIST ann");
        assert_eq!(shown("[]"), "Here: nobody");
        assert_eq!(shown("anything"), "?");
    }
}
