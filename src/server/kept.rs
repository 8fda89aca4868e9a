//! Feature database: what a session has to do with what is kept: the welcome's notice and what waits, `HISTORY`,
//! `REGISTER`, and the password at the login. Touches its own `Client`, the archive, and the queue by `delivery`.
//! Without a database it does nothing.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::client::Client;
use super::guesses::Turn;
use super::parcel::Request;
use super::password::Password;
use super::robust::leave::Leave;
use super::store::Archive;
use crate::limits::{
    HISTORY, HISTORY_LINE_BYTES, HISTORY_MAX, PASSWORD_CHARS, PASSWORD_TRIES, RATE_SLICE, REGISTER_LINES, TAKE_BACK,
};
use crate::protocol::{self, HISTORY_BEGINS, HISTORY_ENDS};
use crate::text::Nickname;

/// How a nickname was found to be its client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is registered, and the password was right: the private messages after this one are its client's.
    Password { since: i64 },
    /// It is not registered: anyone may have it.
    Free,
}

/// What is known of a client who has a nickname.
#[derive(Debug)]
pub(super) struct Member {
    nickname: Nickname,
    /// The private messages after this one are known to be its own.
    since: i64,
    /// It was shown what had waited for it, and nothing has come from it since.
    answers: bool,
}

/// Without a proof: none of them, until the welcome has found out where this session began.
const NOTHING: i64 = i64::MAX;

/// Says that the chat is kept, and hands over what was left for this client.
pub(super) fn welcome(client: &mut Client) -> Result<(), Leave> {
    let Some(archive) = client.shared.archive.clone() else { return Ok(()) };
    // Waited for: what the last one with this nickname said is kept then, and comes before this session. And what this
    // thread puts into the queue from here on is taken after what had waited was written.
    client.ask(Request::Waiting)?;
    client.delivery().wait_until_kept()?;
    let Some(member) = &mut client.member else { return Ok(()) };
    member.answers = true;
    if member.since == NOTHING {
        member.since = archive.newest().unwrap_or_else(|error| {
            unanswered(&error);
            NOTHING
        });
    }
    Ok(())
}

/// Something came from this client. The first time it is the receipt for what had waited: whoever writes a line has been
/// shown what stood before it. Where nothing comes, what had waited is shown again in the next session.
pub(super) fn answered(client: &mut Client) -> Result<(), Leave> {
    match &mut client.member {
        Some(member) if member.answers => {
            member.answers = false;
            client.ask(Request::Answered)
        }
        _ => Ok(()),
    }
}

/// `HISTORY`, `HISTORY 50`. Of private messages one's own are shown; before this session these are only proven to be
/// one's own where the nickname is registered, and from then on.
pub(super) fn history(client: &mut Client, count: &str) -> Result<(), Leave> {
    let Some(archive) = client.shared.archive.clone() else { return Ok(()) };
    let count = match count.parse() {
        _ if count.is_empty() => HISTORY,
        Ok(count) if (1..=HISTORY_MAX).contains(&count) => count,
        _ => {
            return client.send(protocol::not_sent(&format!(
                "HISTORY takes a number of messages from 1 to {HISTORY_MAX}; without one it shows {HISTORY}"
            )));
        }
    };
    let Some(member) = &client.member else { return Ok(()) };
    // What this client said just now may still be in the queue.
    client.delivery().wait_until_kept()?;
    match archive.history(&member.nickname, member.since, count) {
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

/// Whether a message can be left for this nickname. A database that does not answer will say so when the message comes.
pub(super) fn was_here(client: &Client, nickname: &Nickname) -> bool {
    let Some(archive) = &client.shared.archive else { return false };
    archive.was_here(nickname).unwrap_or_else(|error| {
        unanswered(&error);
        true
    })
}

/// `REGISTER`: the password, twice; where there is one already, first that one. From then on the login asks for it. All
/// are read before any is judged: a line that was sent along with the first must not be left over, to be taken for a
/// message.
pub(super) fn register(client: &mut Client) -> Result<(), Leave> {
    let (Some(archive), Some(member)) = (client.shared.archive.clone(), &client.member) else { return Ok(()) };
    let (nickname, since) = (member.nickname.clone(), member.since);
    let account = match archive.account(&nickname) {
        Ok(account) => account,
        Err(error) => return client.send(does_not_answer(&error)),
    };
    client.charge(REGISTER_LINES);
    let before = match account {
        None => None,
        Some(account) => {
            client.send(format!("{nickname} is registered: first the password that it has now"))?;
            let Some(password) = ask(client)? else { return client.send("Nothing was registered") };
            Some((password, account.hash))
        }
    };
    client.send(format!("At least {PASSWORD_CHARS} characters, twice; an empty line gives it up"))?;
    let Some(password) = ask(client)? else { return client.send("Nothing was registered") };
    let Some(again) = ask(client)? else { return client.send("Nothing was registered") };
    if password.chars() < PASSWORD_CHARS {
        return client.send(protocol::not_sent(&format!("a password has at least {PASSWORD_CHARS} characters")));
    }
    if !password.is_same(&again) {
        return client.send(protocol::not_sent("the two were not the same; REGISTER begins anew"));
    }
    if let Some((password, hash)) = before {
        match judge(client, archive.as_ref(), &nickname, &password, &hash)? {
            Some(true) => {}
            Some(false) => return was_wrong(client, "the password is wrong, and was not changed"),
            None => return Ok(()),
        }
    }
    match archive.hash(&password, &client.shared.stop) {
        Ok(hash) => {
            // Waited for: when this session ends, the next one with this nickname must find the account.
            client.ask(Request::Register { hash, since })?;
            client.delivery().wait_until_kept()
        }
        Err(error) => client.send(does_not_answer(&error)),
    }
}

/// Asks for the password where the nickname has one. `None`: given up, or the database does not answer; then the
/// nickname is asked for again. Three wrong ones end the session.
pub(super) fn prove(client: &mut Client, nickname: &Nickname) -> Result<Option<Proof>, Leave> {
    let Some(archive) = client.shared.archive.clone() else { return Ok(Some(Proof::Free)) };
    let account = match archive.account(nickname) {
        Ok(Some(account)) => account,
        Ok(None) => return Ok(Some(Proof::Free)),
        Err(error) => return client.send(does_not_answer(&error)).map(|()| None),
    };
    client.send(format!("{nickname} is registered; an empty line goes back to the nickname"))?;
    loop {
        let Some(password) = ask(client)? else { return Ok(None) };
        match judge(client, archive.as_ref(), nickname, &password, &account.hash)? {
            Some(true) => return Ok(Some(Proof::Password { since: account.since })),
            Some(false) => was_wrong(client, "the password is wrong")?,
            None => return Ok(None),
        }
    }
}

/// Ends the session that has this nickname, and waits until its leave is in the queue: whoever has the password need not
/// wait until a session that hangs is found out.
pub(super) fn take_back(client: &Client, nickname: &Nickname) -> Result<(), Leave> {
    let Some((holder, connection)) = client.shared.registry.holder(nickname) else { return Ok(()) };
    if !is_one_account(client, nickname, &holder.nickname) {
        return Ok(());
    }
    log::info!("{} takes {nickname} back from {}", client.id, holder.id);
    match (connection, &client.shared.order) {
        (Some(connection), _) => connection.ask_to_leave(Leave::TakenBack),
        (None, Some(order)) => order.take_back(holder.id),
        (None, None) => return Ok(()),
    }
    let until = Instant::now() + TAKE_BACK;
    while !client.shared.registry.has_left(nickname, holder.id, RATE_SLICE) && Instant::now() < until {
        client.still_there()?;
    }
    Ok(())
}

/// Two names that look alike may be of two accounts: to have the password of one is no reason to end the other's session.
fn is_one_account(client: &Client, one: &Nickname, other: &Nickname) -> bool {
    let Some(archive) = &client.shared.archive else { return false };
    match (archive.account(one), archive.account(other)) {
        (Ok(Some(one)), Ok(Some(other))) => one.hash == other.hash,
        _ => false,
    }
}

/// The name that is offered where `nickname` is taken: nobody has registered it either.
pub(super) fn free_name(client: &Client, nickname: &Nickname, free: Nickname) -> Nickname {
    let Some(archive) = &client.shared.archive else { return free };
    // A database that does not answer knows of nobody: then the login will say that it does not.
    client.shared.registry.free_name(nickname, |name| !matches!(archive.account(name), Ok(Some(_))))
}

/// Once the nickname is taken, looks again: it may have been registered between the first look and the taking. From now
/// on that cannot happen any more, since only who has a nickname can register it. False: it is not this client's.
pub(super) fn enter(client: &mut Client, nickname: &Nickname, proof: Proof) -> Result<bool, Leave> {
    if let Some(archive) = client.shared.archive.as_ref().filter(|_| proof == Proof::Free) {
        match archive.account(nickname) {
            Ok(None) => {}
            Ok(Some(_)) => {
                return client.send(protocol::not_sent("this nickname has just been registered")).map(|()| false);
            }
            Err(error) => return client.send(does_not_answer(&error)).map(|()| false),
        }
    }
    let since = match proof {
        Proof::Password { since } => since,
        Proof::Free => NOTHING,
    };
    client.member = Some(Member { nickname: nickname.clone(), since, answers: false });
    Ok(true)
}

/// Whether the password is right, when its turn has come. `None`: it was not judged, and the client was told why. A
/// login that would have to wait longer than its patience loses the place at once.
fn judge(
    client: &mut Client,
    archive: &dyn Archive,
    nickname: &Nickname,
    password: &Password,
    hash: &str,
) -> Result<Option<bool>, Leave> {
    let address = client.connection.address().ip();
    let shared = Arc::clone(&client.shared);
    let mut guess = shared.judge.guess(nickname, address);
    let until = client.login_until;
    // That it waits is not the client's fault.
    client.login_until = until.map(|until| until.max(guess.gives_up() + RATE_SLICE * 2));
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
    match archive.is_right(password, hash, &client.shared.stop) {
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

/// The third one ends the session.
fn was_wrong(client: &mut Client, why: &str) -> Result<(), Leave> {
    client.wrong_passwords += 1;
    if client.wrong_passwords >= PASSWORD_TRIES {
        return Err(Leave::WrongPassword);
    }
    client.send(protocol::not_sent(why))
}

/// One password, or `None` for an empty line.
fn ask(client: &mut Client) -> Result<Option<Password>, Leave> {
    loop {
        client.send(protocol::PASSWORD)?;
        if let Some(password) = client.read_password()? {
            return Ok(Some(password).filter(|password| !password.is_empty()));
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
