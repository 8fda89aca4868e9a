//! What the client says while the server is away, or silent. Pure.

use super::{Lang, short};

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
        let nickname = short(nickname);
        match self {
            Lang::En => format!("[{nickname} away, next try in {seconds} s] "),
            Lang::Ru => format!("[{nickname} без связи, попытка через {seconds} с] "),
        }
    }
}
