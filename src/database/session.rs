//! Feature database: what a session has to do with what is kept: the password at the login, the welcome's notice and what
//! waits, `HISTORY`, `REGISTER`. Touches its own `Client`, the questions, and the queue by `delivery`.

use std::io;

use super::NEVER;
use super::guesses::Turn;
use super::password::{Judge, Password};
use super::questions::Questions;
use crate::limits::{
    HISTORY, HISTORY_LINE_BYTES, HISTORY_MAX, PASSWORD_CHARS, PASSWORD_TRIES, RATE_SLICE, REGISTER_LINES,
};
use crate::protocol::{self, HISTORY_BEGINS, HISTORY_ENDS, Word};
use crate::server::client::Client;
use crate::server::client::accounts::Accounts;
use crate::server::client::resume;
use crate::server::parcel::Request;
use crate::server::robust::leave::Leave;
use crate::server::seat::Claim;
use crate::text::Nickname;

/// The clients' half of the database.
#[derive(Debug)]
pub(super) struct Sessions {
    questions: Questions,
    judge: Judge,
}

/// How a nickname was found to be its client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// It is registered, and the password was right: the private messages after this one are its client's.
    Password { since: i64 },
    /// It is not registered: anyone may have it.
    Free,
}

impl Accounts for Sessions {
    /// Whoever has the password takes the nickname back from a session that hangs.
    fn log_in(&self, client: &mut Client, nickname: &Nickname) -> Result<Option<Claim>, Leave> {
        let Some(proof) = self.prove(client, nickname)? else { return Ok(None) };
        client.may_come_in()?;
        let mut claim = client.claim(nickname)?;
        if matches!(claim, Claim::Taken(_)) {
            resume::give_up(client, nickname)?;
            if proof != Proof::Free {
                self.take_back(client, nickname)?;
            }
            claim = client.claim(nickname)?;
        }
        match claim {
            // Where it is not its client's after all, the seat is given up; the room has not heard of it, and makes
            // nothing of its `Left`.
            Claim::Yours(seat) => Ok(self.enter(client, nickname, proof)?.then_some(Claim::Yours(seat))),
            // Nobody has registered what is offered. A database that does not answer knows of nobody: then the login
            // will say that it does not.
            Claim::Taken(_) => {
                let is_free = |name: &Nickname| !matches!(self.questions.account(name), Ok(Some(_)));
                Ok(Some(Claim::Taken(client.shared.registry.free_name(nickname, is_free))))
            }
            Claim::NotNow => Ok(Some(Claim::NotNow)),
        }
    }

    fn welcome(&self, client: &mut Client) -> Result<(), Leave> {
        // Waited for: what the last one with this nickname said is kept then, and comes before this session. And what this
        // thread puts into the queue from here on is taken after what had waited was written.
        client.ask(Request::Waiting)?;
        client.delivery().wait_for_commit()?;
        client.account.answers = true;
        if client.account.since.is_none() {
            client.account.since = self.questions.newest().inspect_err(unanswered).ok();
        }
        Ok(())
    }

    fn word(&self, client: &mut Client, word: Word<'_>) -> Result<(), Leave> {
        let Some(nickname) = client.account.nickname.clone() else { return Ok(()) };
        match word {
            Word::History(count) => self.history(client, &nickname, count),
            _ => self.register(client, &nickname),
        }
    }

    fn newest(&self) -> io::Result<i64> {
        self.questions.newest()
    }

    /// A database that does not answer will say so when the message comes.
    fn was_here(&self, nickname: &Nickname) -> bool {
        self.questions.was_here(nickname).inspect_err(unanswered).unwrap_or(true)
    }
}

impl Sessions {
    /// Asks these.
    pub(super) fn new(questions: Questions) -> Self {
        Sessions { questions, judge: Judge::default() }
    }

    /// `HISTORY`, `HISTORY 50`. Of private messages one's own are shown; before this session these are only proven to be
    /// one's own where the nickname is registered, and from then on.
    fn history(&self, client: &mut Client, nickname: &Nickname, count: &str) -> Result<(), Leave> {
        let count = match count.parse() {
            _ if count.is_empty() => HISTORY,
            Ok(count) if (1..=HISTORY_MAX).contains(&count) => count,
            _ => {
                return client.send(protocol::not_sent(&format!(
                    "HISTORY takes a number of messages from 1 to {HISTORY_MAX}; without one it shows {HISTORY}"
                )));
            }
        };
        // What this client said just now may still be in the queue.
        client.delivery().wait_for_commit()?;
        match self.questions.history(nickname, client.account.since, count) {
            Ok(mut lines) => {
                lines.retain(|line| client.wishes.show(line));
                lines.insert(0, HISTORY_BEGINS.into());
                lines.push(HISTORY_ENDS.into());
                let answer = lines.join("\n");
                // It costs by what it brings: many who ask within their rate would keep the others waiting.
                client.charge(u32::try_from(answer.len() / HISTORY_LINE_BYTES).unwrap_or(u32::MAX));
                client.send(answer)
            }
            Err(error) => client.send(does_not_answer(&error)),
        }
    }

    /// `REGISTER`: the password, twice; where there is one already, first that one. From then on the login asks for it. All
    /// are read before any is judged: a line that was sent along with the first must not be left over, to be taken for a
    /// message.
    fn register(&self, client: &mut Client, nickname: &Nickname) -> Result<(), Leave> {
        let account = match self.questions.account(nickname) {
            Ok(account) => account,
            Err(error) => return client.send(does_not_answer(&error)),
        };
        client.charge(REGISTER_LINES);
        let before = match account {
            None => None,
            Some(account) => {
                client.send(format!("{nickname} is registered: first the password that it has now"))?;
                let Some(password) = read_password(client)? else { return client.send("Nothing was registered") };
                Some((password, account.hash))
            }
        };
        client.send(format!("At least {PASSWORD_CHARS} characters, twice; an empty line gives it up"))?;
        let Some(password) = read_password(client)? else { return client.send("Nothing was registered") };
        let Some(again) = read_password(client)? else { return client.send("Nothing was registered") };
        if password.chars() < PASSWORD_CHARS {
            return client.send(protocol::not_sent(&format!("a password has at least {PASSWORD_CHARS} characters")));
        }
        if !password.is_same(&again) {
            return client.send(protocol::not_sent("the two were not the same; REGISTER begins anew"));
        }
        if let Some((password, hash)) = before {
            match self.judge(client, nickname, &password, &hash)? {
                Some(true) => {}
                Some(false) => return was_wrong(client, "the password is wrong, and was not changed"),
                None => return Ok(()),
            }
        }
        match self.questions.hash(&password, &client.shared.stop) {
            Ok(hash) => {
                // Waited for: when this session ends, the next one with this nickname must find the account.
                client.ask(Request::Register { hash, since: client.account.since.unwrap_or(NEVER) })?;
                client.delivery().wait_for_commit()
            }
            Err(error) => client.send(does_not_answer(&error)),
        }
    }

    /// Asks for the password where the nickname has one. `None`: given up, or the database does not answer; then the
    /// nickname is asked for again. Three wrong ones end the session.
    fn prove(&self, client: &mut Client, nickname: &Nickname) -> Result<Option<Proof>, Leave> {
        let account = match self.questions.account(nickname) {
            Ok(Some(account)) => account,
            Ok(None) => return Ok(Some(Proof::Free)),
            Err(error) => return client.send(does_not_answer(&error)).map(|()| None),
        };
        client.send(format!("{nickname} is registered; an empty line goes back to the nickname"))?;
        loop {
            let Some(password) = read_password(client)? else { return Ok(None) };
            match self.judge(client, nickname, &password, &account.hash)? {
                Some(true) => return Ok(Some(Proof::Password { since: account.since })),
                Some(false) => was_wrong(client, "the password is wrong")?,
                None => return Ok(None),
            }
        }
    }

    /// Ends the session that has this nickname, and waits until its leave is in the queue: whoever has the password need not
    /// wait until a session that hangs is found out.
    fn take_back(&self, client: &Client, nickname: &Nickname) -> Result<(), Leave> {
        let registry = &client.shared.registry;
        let Some((holder, connection)) = registry.holder(nickname) else { return Ok(()) };
        if !self.is_one_account(nickname, &holder.nickname) {
            return Ok(());
        }
        log::info!("{} takes {nickname} back from {}", client.id, holder.id);
        match (connection, &client.shared.order) {
            (Some(connection), _) => connection.ask_to_leave(Leave::TakenBack),
            (None, Some(order)) => order.take_back(holder.id),
            (None, None) => return Ok(()),
        }
        client.waits_until_left(nickname, holder.id)
    }

    /// Two names that look alike may be of two accounts: to have the password of one is no reason to end the other's session.
    fn is_one_account(&self, one: &Nickname, other: &Nickname) -> bool {
        match (self.questions.account(one), self.questions.account(other)) {
            (Ok(Some(one)), Ok(Some(other))) => one.hash == other.hash,
            _ => false,
        }
    }

    /// Once the nickname is taken, looks again: it may have been registered between the first look and the taking. From now
    /// on that cannot happen any more, since only who has a nickname can register it. False: it is not this client's.
    fn enter(&self, client: &mut Client, nickname: &Nickname, proof: Proof) -> Result<bool, Leave> {
        let since = match proof {
            Proof::Password { since } => Some(since),
            Proof::Free => match self.questions.account(nickname) {
                Ok(None) => None,
                Ok(Some(_)) => {
                    return client.send(protocol::not_sent("this nickname has just been registered")).map(|()| false);
                }
                Err(error) => return client.send(does_not_answer(&error)).map(|()| false),
            },
        };
        (client.account.nickname, client.account.since) = (Some(nickname.clone()), since);
        Ok(true)
    }

    /// Whether the password is right, when its turn has come. `None`: it was not judged, and the client was told why. A
    /// login that would have to wait longer than its patience loses the place at once.
    fn judge(
        &self,
        client: &mut Client,
        nickname: &Nickname,
        password: &Password,
        hash: &str,
    ) -> Result<Option<bool>, Leave> {
        let address = client.connection.address().ip();
        let mut guess = self.judge.guess(nickname, address);
        let until = client.patience.login_until();
        // That it waits is not the client's fault.
        client.patience.login_has_until(guess.gives_up() + RATE_SLICE * 2);
        loop {
            match guess.turn(until) {
                Turn::Now => break,
                // In slices: who comes later may be the next.
                Turn::In(wait) => client.pause(wait.min(RATE_SLICE))?,
                Turn::TooLate if until.is_some() => return Err(Leave::TooManyGuesses),
                Turn::TooLate => {
                    let why = "too many wrong passwords from your address; try again later";
                    return client.send(protocol::not_sent(why)).map(|()| None);
                }
            }
        }
        match self.questions.is_right(password, hash, &client.shared.stop) {
            Ok(true) => {
                guess.was_right();
                Ok(Some(true))
            }
            Ok(false) => {
                log::warn!("{}: a wrong password for {nickname} from {address}", client.id);
                Ok(Some(false))
            }
            Err(error) => client.send(does_not_answer(&error)).map(|()| None),
        }
    }
}

/// The third one ends the session.
fn was_wrong(client: &mut Client, why: &str) -> Result<(), Leave> {
    client.account.wrong_passwords += 1;
    if client.account.wrong_passwords >= PASSWORD_TRIES {
        return Err(Leave::WrongPassword);
    }
    client.send(protocol::not_sent(why))
}

/// Asks for one password; `None` for an empty line.
fn read_password(client: &mut Client) -> Result<Option<Password>, Leave> {
    loop {
        client.send(protocol::PASSWORD)?;
        if let Some(line) = client.read_secret()? {
            return Ok(Some(Password::new(line)).filter(|password| !password.is_empty()));
        }
    }
}

fn unanswered(error: &io::Error) {
    log::warn!("the database does not answer: {error}");
}

fn does_not_answer(error: &io::Error) -> String {
    unanswered(error);
    protocol::not_sent("the database does not answer; try again in a while")
}
