//! What each special word does. Touches its own `Client`, the registry, and the queue by `delivery`. Never calls
//! `recv`, so there is no TELL within a TELL.

use super::client::Client;
use super::delivery::{Message, Parcel};
use super::kept;
use super::leave::Leave;
use super::session::{Awaited, Input};
use super::store::Request;
use crate::protocol::{self, Said, Word};
use crate::text::{Nickname, Text};

/// Answers the special word that `line` is, and says where the conversation goes on.
pub(super) fn word(client: &mut Client, line: &Text, said: Word<'_>, awaited: Awaited) -> Result<Input, Leave> {
    match said {
        Word::Quit => return Err(Leave::Quit),
        Word::Menu => return Ok(Input::Menu),
        Word::List(beginning) => list(client, beginning)?,
        Word::Help(name) => client.send(help(name, client.shared.archive.is_some()))?,
        Word::Tell if awaited == Awaited::Answer => {
            client.send(protocol::not_sent(
                "TELL asks two questions, which would mix with this one; write /tell boris text",
            ))?;
        }
        Word::Tell => tell(client)?,
        Word::TellTo { user, text } if text.trim().is_empty() => {
            client
                .send(protocol::not_sent(&format!("there is no text; write /tell {user} and your text on one line")))?;
        }
        Word::TellTo { user, text } => tell_to(client, user, line.part(text))?,
        Word::History(_) | Word::Register if client.shared.archive.is_none() => {
            let name = line.as_str().split_whitespace().next().unwrap_or_default();
            client
                .send(protocol::not_sent(&format!("{name} needs a server with a database; this one keeps nothing")))?;
        }
        Word::History(count) => kept::history(client, count)?,
        Word::Register => kept::register(client)?,
        Word::Unknown(name) => {
            client.send(protocol::not_sent(&format!(
                "there is no word {name}; HELP lists the words, //text sends a text that begins with a slash"
            )))?;
        }
    }
    Ok(Input::Answered)
}

fn help(name: &str, keeps: bool) -> String {
    if name.is_empty() {
        return protocol::help(keeps);
    }
    protocol::help_about(name, keeps)
        .unwrap_or_else(|| protocol::not_sent(&format!("there is no word {name} to explain; HELP lists the words")))
}

/// The delivery thread knows who is here, in which order; it makes the answer when its turn comes.
fn list(client: &Client, beginning: &str) -> Result<(), Leave> {
    client.delivery().post(Parcel::List(client.id, beginning.to_owned()))
}

/// The dialogue: whom, then what. Then the client is back where it was. Whom nobody is called is asked for again, and not
/// given up: the text that was meant for one would be the next line, and go to the room.
fn tell(client: &mut Client) -> Result<(), Leave> {
    let user = loop {
        client.send(protocol::TELL_WHO)?;
        let Some(line) = client.read_line()? else { continue };
        match Said::parse(line.as_str()) {
            Said::Word(Word::Quit) => return Err(Leave::Quit),
            Said::Word(Word::List(beginning)) => list(client, beginning)?,
            Said::Word(Word::Menu) => return client.send(protocol::TELL_NOTHING),
            _ if line.is_blank() => {}
            _ if is_somebody(client, line.as_str()) => break line,
            _ => {
                let user = line.as_str().trim();
                client.send(protocol::not_sent(&format!("nobody here is called {user}; choose somebody else")))?;
            }
        }
    };
    let text = loop {
        client.send(protocol::tell_what(user.as_str().trim()))?;
        if let Some(line) = client.read_line()? {
            break line;
        }
    };
    if text.is_blank() { client.send(protocol::TELL_NOTHING) } else { tell_to(client, user.as_str(), text) }
}

/// Whether somebody here has this nickname or, with a database, had it once.
fn is_somebody(client: &Client, user: &str) -> bool {
    let nickname = Nickname::parse(user);
    nickname.is_ok_and(|it| client.shared.registry.find(&it).is_some() || kept::was_here(client, &it))
}

/// One private message. It arrives or it does not, and the sender is told which.
fn tell_to(client: &mut Client, user: &str, text: Text) -> Result<(), Leave> {
    let user = user.trim();
    let Ok(nickname) = Nickname::parse(user) else { return client.send(protocol::nobody_is_called(user)) };
    let message = Message { number: client.number(), text };
    log::debug!("{} goes to the queue", message.number);
    match client.shared.registry.find(&nickname) {
        Some(partner) => client.delivery().send_private(client.id, &partner, message).map(|_arrived| ()),
        None if client.shared.archive.is_some() => {
            client.delivery().ask(client.id, Request::LeaveFor { to: nickname, message })
        }
        None => client.send(protocol::nobody_is_called(user)),
    }
}
