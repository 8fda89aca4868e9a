//! Lesson: the conversation with one client, from its first line to its last. The place where the client's thread
//! stands in this file is the state of that client: `authorization`, then `welcome`, then `choose_for_one` or the
//! group, then `chat`. Touches its own `Client`, the registry, the queue by `delivery`, and by `kept` what outlasts the
//! server.

use std::convert::Infallible;

use super::client::{Client, resume};
use super::parcel::{Message, Parcel, Partner};
use super::robust::leave::Leave;
use super::seat::{Claim, Seat};
use super::word::{Awaited, Input, word};
use crate::limits::LIST_NAMES;
use crate::protocol::{self, Said, Word};
use crate::text::Nickname;

/// One session, from the first question to the reason why it ended. Who has a nickname has a `Seat`, which gives the
/// name back and tells the room on every way out, a panic included.
pub(super) fn session(client: &mut Client) -> Leave {
    let mut seat = match authorization(client) {
        Ok(seat) => seat,
        Err(leave) => return leave,
    };
    // `Infallible` is a type without values: `welcome` has no `Ok` to return, it only ends.
    let Err(leave) = welcome(client, &seat);
    seat.leave = leave;
    leave
}

/// Asks for a nickname until one is free, and takes it. The original checks and takes in two steps; here it is one.
fn authorization(client: &mut Client) -> Result<Seat, Leave> {
    loop {
        if client.is_cut_off() {
            return Err(Leave::CutOff);
        }
        client.send(protocol::YOUR_NICKNAME)?;
        let Some(line) = client.read_nickname()? else { continue };
        if resume::asked(client, &line, true)? {
            continue;
        }
        match Said::parse(line.as_str()) {
            Said::Word(Word::Quit) => return Err(Leave::Quit),
            Said::Word(Word::Help(_)) => {
                client.send(
                    "Type the name that others will see: 1 to 32 letters and digits, a letter first; QUIT leaves",
                )?;
                continue;
            }
            _ => {}
        }
        let nickname = match Nickname::parse(line.as_str()) {
            Ok(nickname) => nickname,
            Err(refusal) => {
                client.send(protocol::refused(&refusal))?;
                continue;
            }
        };
        client.may_come_in()?;
        let Some(claim) = claim(client, &nickname)? else { continue };
        match claim {
            Claim::Yours(seat) => {
                client.logged_in(&seat.nickname)?;
                client.send(protocol::SUCCESSFULLY)?;
                return Ok(seat);
            }
            Claim::Taken(free_name) => {
                client.send(protocol::ALREADY_USED)?;
                client.send(format!("{nickname} is taken, or looks like a name that is; {free_name} is free"))?;
            }
            Claim::NotNow => client.send(protocol::not_sent(
                "the servers cannot reach each other, and nobody can log in meanwhile; try again in a while",
            ))?,
        }
    }
}

/// Takes the nickname; a database may ask for its password first. `None`: something else was answered.
fn claim(client: &mut Client, nickname: &Nickname) -> Result<Option<Claim>, Leave> {
    if let Some(accounts) = client.shared.accounts.clone() {
        return accounts.log_in(client, nickname);
    }
    client.may_come_in()?;
    let claim = client.claim(nickname)?;
    if !matches!(claim, Claim::Taken(_)) {
        return Ok(Some(claim));
    }
    // It is had from a session that has lost its connection.
    resume::give_up(client, nickname)?;
    client.claim(nickname).map(Some)
}

/// What the teacher has written for everyone; a file that cannot be shown now is the log's affair, not the newcomer's.
fn show_motd(client: &Client) -> Result<(), Leave> {
    let Some(motd) = client.shared.motd() else { return Ok(()) };
    match motd.read() {
        Ok(Some(text)) => client.send(text),
        Ok(None) => Ok(()),
        Err(error) => {
            log::warn!("{error}");
            Ok(())
        }
    }
}

/// Tells the room, greets, and asks the question, again and again until the client leaves.
fn welcome(client: &mut Client, seat: &Seat) -> Result<Infallible, Leave> {
    let (id, nickname, joined) = (client.id, seat.nickname.clone(), seat.joined);
    log::info!("{nickname} joined");
    if client.shared.order.is_none() {
        // Among several servers the order has done it, on all of them.
        client.delivery().post(Parcel::Joined { id, nickname, joined })?;
    }
    client.send(protocol::PROCESS)?;
    // Only now is this client found by others: the original's client wants `process` alone in one `recv`.
    client.shared.registry.announce(&seat.nickname);
    client.send(format!(
        "Welcome to the chat room, {}. Write to one user in private, or to all in the group. HELP lists the words.",
        seat.nickname
    ))?;
    show_motd(client)?;
    client.has_come(&seat.nickname)?;
    if let Some(accounts) = client.shared.accounts.clone() {
        accounts.welcome(client)?;
    }
    loop {
        client.send(protocol::QUESTION)?;
        let Input::Text(answer) = recv(client, Awaited::Answer)? else { continue };
        match answer.as_str().trim() {
            "1" => {
                if let Some(partner) = choose_for_one(client)? {
                    chat(client, Some(&partner))?;
                }
            }
            "2" => chat(client, None)?,
            _ => client.send(protocol::not_sent(
                "answer 1 to write to one user, 2 to go into the group; HELP lists the words",
            ))?,
        }
    }
}

/// Shows a numbered list and reads a number or a nickname. A number means the person who was shown under it, whoever
/// has come or gone since. `None`: back to the question.
fn choose_for_one(client: &mut Client) -> Result<Option<Partner>, Leave> {
    loop {
        let others = client.shared.registry.others(client.id);
        client.send(protocol::CHOOSE)?;
        if others.is_empty() {
            client.send("Nobody else is here yet: press Enter to look again, MENU goes back")?;
        } else {
            client.send(protocol::numbered(others.iter().take(LIST_NAMES).map(|other| &other.nickname)))?;
        }
        if others.len() > LIST_NAMES {
            let more = protocol::thousands(others.len() - LIST_NAMES);
            client.send(format!("and {more} more: answer with a nickname; LIST ann shows those that begin so"))?;
        }
        let answer = match recv(client, Awaited::Answer)? {
            Input::Text(answer) => answer,
            Input::Menu => return Ok(None),
            Input::Answered => continue,
        };
        match chosen(client, &others, answer.as_str().trim()) {
            Ok(Some(partner)) => {
                client.send(protocol::SUCCESSFUL)?;
                return Ok(Some(partner));
            }
            Ok(None) => {}
            Err(why) => client.send(protocol::not_sent(&why))?,
        }
    }
}

/// Who is meant by a number from the list or by a nickname; `None` for a blank answer.
fn chosen(client: &Client, shown: &[Partner], answer: &str) -> Result<Option<Partner>, String> {
    if answer.is_empty() {
        return Ok(None);
    }
    if answer.starts_with(|c: char| c.is_ascii_digit()) {
        let number = answer.parse::<usize>().ok().filter(|number| *number <= LIST_NAMES);
        let meant = number.and_then(|number| shown.get(number.checked_sub(1)?));
        return match meant {
            Some(partner) => Ok(Some(partner.clone())),
            None => Err(format!("no user has the number {answer}; answer with a number from the list or a nickname")),
        };
    }
    match Nickname::parse(answer).ok().and_then(|nickname| client.shared.registry.find(&nickname)) {
        Some(partner) if partner.id == client.id => Err("that is you; choose somebody else".into()),
        Some(partner) => Ok(Some(partner)),
        None => Err(format!("nobody here is called {answer}; answer with a number from the list or a nickname")),
    }
}

/// The conversation: private with `to`, or in the group. Ends with `MENU`, or with the first message that no longer
/// reached the partner: then the question comes again.
fn chat(client: &mut Client, to: Option<&Partner>) -> Result<(), Leave> {
    match to {
        Some(partner) => client.talks_to(Some(partner))?,
        None => client.delivery().post(Parcel::Listens(client.id))?,
    }
    loop {
        let text = match recv(client, Awaited::Message)? {
            Input::Text(text) if !text.is_blank() => text,
            Input::Menu => break,
            Input::Text(_) | Input::Answered => continue,
        };
        if !client.may_write()? {
            continue;
        }
        let message = Message { number: client.number(), text, place: None };
        log::debug!("{} goes to the queue", message.number);
        match to {
            None => client.send_to_broadcast(message)?,
            Some(partner) => {
                if !client.send_private(partner, message)? {
                    break; // the partner has left, and the client was told so
                }
            }
        }
    }
    match to {
        Some(_) => client.talks_to(None),
        None => client.delivery().post(Parcel::ListensNoMore(client.id)),
    }
}

/// One line from the client. Special words are dealt with here, as in the original; but what they come to is an
/// `Input`, never a message.
pub(super) fn recv(client: &mut Client, awaited: Awaited) -> Result<Input, Leave> {
    let Some(line) = client.read_line()? else { return Ok(Input::Answered) };
    if resume::asked(client, &line, false)? {
        return Ok(Input::Answered);
    }
    match Said::parse(line.as_str()) {
        Said::Message(message) => Ok(Input::Text(line.part(message))),
        Said::Word(said) => word(client, &line, said, awaited),
    }
}
