//! Comfort: what the client says while the server is away, or silent. Pure.

use super::{Lang, short};

impl Lang {
    /// A server that has not said a word.
    pub(in crate::client) fn mute(self) -> &'static str {
        self.pick(
            "Connected, but nothing comes: is it a chat server? Ctrl-C leaves",
            "Соединение есть, но сервер молчит: это сервер чата? Ctrl-C — выход",
        )
    }

    /// A server that has not asked for a nickname.
    pub(in crate::client) fn other_protocol(self) -> &'static str {
        self.pick(
            "This server speaks another protocol: no 'Your nickname?' has come. What you type is sent as it is, what comes is shown. Ctrl-D or QUIT leaves",
            "Этот сервер говорит по другому протоколу: «Your nickname?» не пришло. Набранное отправляется как есть, а что приходит, то и показано. Выход: Ctrl-D, QUIT",
        )
    }

    /// It asks for one after all; `sent`: lines went to it before.
    pub(in crate::client) fn ours_after_all(self, sent: bool) -> &'static str {
        match sent {
            true => self.pick(
                "It is a chat server after all, and slow: the first line that you sent is taken for your nickname",
                "Это всё-таки сервер чата, только медленный: первая отправленная строка станет вашим ником",
            ),
            false => self.pick("It is a chat server after all, and slow", "Это всё-таки сервер чата, только медленный"),
        }
    }

    /// How a script ends of which a line was refused.
    pub(in crate::client) fn script_refused(self) -> (&'static str, &'static str) {
        match self {
            Lang::En => ("not all was sent", "a line was refused, see above"),
            Lang::Ru => ("отправлено не всё", "строка не принята, см. выше"),
        }
    }

    /// A private message for the original's server.
    pub(in crate::client) fn no_private(self) -> &'static str {
        self.pick(
            "Not sent: the original's server does not know /tell and /r, and would show your text to everyone; answer 1 to its question to write to one user",
            "Не отправлено: сервер оригинала не знает /tell и /r и показал бы ваш текст всем; чтобы писать одному, ответьте 1 на его вопрос",
        )
    }

    /// The first screen at the original's server: the words of ours are none there.
    pub(in crate::client) fn first_screen_in_chunks(self, nickname: &str) -> String {
        match self {
            Lang::En => format!("You are {nickname}. Here anyone may imitate any line. QUIT or Ctrl-D leaves"),
            Lang::Ru => format!("Вы {nickname}. Здесь кто угодно может подделать любую строку. Выход: QUIT, Ctrl-D"),
        }
    }

    /// A password for a server that has gone.
    pub(in crate::client) fn withdrawn(self) -> &'static str {
        self.pick(
            "Not sent: the server that asked for a password has gone; say REGISTER again",
            "Не отправлено: пароль спрашивал сервер, связь с которым потеряна; наберите REGISTER снова",
        )
    }

    /// A line that TELL had asked for when the server went.
    pub(in crate::client) fn begun_in_private(self) -> &'static str {
        self.pick(
            "Not sent: you began this line for one user alone, and the server that asked for it has gone",
            "Не отправлено: эта строка была для одного, а связь с сервером, который её спрашивал, потеряна",
        )
    }

    /// `/nick` where it means nothing.
    pub(in crate::client) fn no_nick(self) -> &'static str {
        self.pick(
            "Not sent: /nick NAME works only while a lost server is tried again; to change your name, leave with QUIT and come back: chat --nickname NAME",
            "Не отправлено: /nick НИК работает, только пока ищется потерянный сервер; чтобы сменить ник, выйдите (QUIT) и вернитесь: chat --nickname НИК",
        )
    }

    /// What was not sent can be had again.
    pub(in crate::client) fn brings_back(self) -> &'static str {
        self.pick(
            "What was not sent was not for the group: the arrow up brings it back, in order",
            "Неотправленное было не для общего чата: стрелка вверх вернёт его, по порядку",
        )
    }

    /// The server is away, and no more can wait for it.
    pub(in crate::client) fn too_many(self) -> &'static str {
        self.pick(
            "Not sent: too many lines wait for the server already; what follows is only counted",
            "Не отправлено: уже слишком много строк ждёт сервера; следующие только считаются",
        )
    }

    /// Lines that were not sent, or are not known to have arrived, by their number.
    pub(in crate::client) fn lines(self, lines: usize) -> String {
        match self {
            Lang::En => format!("{lines} lines"),
            Lang::Ru => format!("строк: {lines}"),
        }
    }

    /// On the way back the nickname is taken; after many tries not by the lost session any more.
    pub(in crate::client) fn still_taken(self, nickname: &str, by_another: bool) -> String {
        match (self, by_another) {
            (Lang::En, false) => format!(
                "{nickname} is still taken, by your lost session or by somebody else: asked for again every 5 s. /nick NAME takes another"
            ),
            (Lang::Ru, false) => format!(
                "Ник {nickname} ещё занят, вашим потерянным сеансом или кем-то другим: спрашиваем каждые 5 с. /nick НИК сменит ник"
            ),
            (Lang::En, true) => format!("{nickname} seems to be somebody else now. /nick NAME takes another"),
            (Lang::Ru, true) => format!("Ник {nickname}, похоже, теперь у кого-то другого. /nick НИК сменит ник"),
        }
    }

    /// The prompt while the server is away, and tried again in so many seconds.
    pub(in crate::client) fn away(self, nickname: &str, seconds: u32) -> String {
        let nickname = short(nickname);
        match self {
            Lang::En => format!("[{nickname} away, next try in {seconds} s] "),
            Lang::Ru => format!("[{nickname} без связи, попытка через {seconds} с] "),
        }
    }
}
