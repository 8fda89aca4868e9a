//! What the client says while the server is away, or silent. Pure.

use super::Lang;

impl Lang {
    /// A server that has not said a word.
    pub(in crate::client) fn mute(self) -> &'static str {
        self.pick(
            "Connected, but nothing comes: is it a chat server? Ctrl-C leaves",
            "Соединение есть, но сервер молчит: это сервер чата? Ctrl-C — выход",
        )
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
                "Ник {nickname} ещё занят, вашим потерянным сеансом или кем-то другим: спрашиваем каждые 5 с. /nick НИК возьмёт другой"
            ),
            (Lang::En, true) => format!("{nickname} seems to be somebody else now. /nick NAME takes another"),
            (Lang::Ru, true) => format!("Ник {nickname}, похоже, теперь у кого-то другого. /nick НИК возьмёт другой"),
        }
    }

    /// The prompt while the server is away, and tried again in so many seconds.
    pub(in crate::client) fn away(self, nickname: &str, seconds: u32) -> String {
        format!("[{nickname} {} {seconds}{}] ", self.pick("away", "без связи"), self.pick("s", " с"))
    }
}
