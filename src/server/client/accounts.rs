//! Lesson: the one hook of a session for what outlasts the server. Touches nothing; without a database nobody has
//! `Accounts`, and the session goes on at once.

use std::{fmt, io};

use super::Client;
use crate::protocol::Word;
use crate::server::robust::leave::Leave;
use crate::server::seat::Claim;
use crate::text::Nickname;

/// What a session asks of a database. Each call may wait for the disk, so none is made by the delivery thread.
pub(crate) trait Accounts: Send + Sync + fmt::Debug {
    /// Takes the nickname, for whom it belongs to. `None`: something else was answered, and the nickname is asked for again.
    fn log_in(&self, client: &mut Client, nickname: &Nickname) -> Result<Option<Claim>, Leave>;

    /// Says that the chat is kept, and hands over what was left for this client.
    fn welcome(&self, client: &mut Client) -> Result<(), Leave>;

    /// Does what `HISTORY` or `REGISTER` asks for.
    fn word(&self, client: &mut Client, word: Word<'_>) -> Result<(), Leave>;

    /// The number of the newest message; later ones have larger numbers.
    fn newest(&self) -> io::Result<i64>;

    /// Whether a message can be left for this nickname.
    fn was_here(&self, nickname: &Nickname) -> bool;
}

/// What a database knows of one client.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "database"), expect(dead_code, reason = "only a database knows of it"))]
pub(crate) struct Account {
    /// Who it is, from the login on.
    pub(crate) nickname: Option<Nickname>,
    /// The private messages after this one are known to be its own. `None`: none of them.
    pub(crate) since: Option<i64>,
    /// It was shown what had waited for it, and nothing has come from it since.
    pub(crate) answers: bool,
    /// So many in this session.
    pub(crate) wrong_passwords: usize,
}
