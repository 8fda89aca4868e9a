//! Lesson: what each special word does. Touches its own `Client`, the registry, the queue by `delivery`, and by
//! `accounts` what outlasts the server. Never calls `recv`, so there is no TELL within a TELL.

use super::client::Client;
use super::client::wishes;
use super::parcel::{Message, Parcel, Partner, Request};
use super::robust::leave::Leave;
use crate::protocol::{self, Said, Word};
use crate::text::{Nickname, Text, is_blank};

/// What came in where an answer or a message was waited for.
pub(super) enum Input {
    /// An answer or a message. It may be blank.
    Text(Text),
    /// `MENU`: back to the question.
    Menu,
    /// A special word, or a line that was refused: answered already, read on.
    Answered,
}

/// What is waited for: it decides which words count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// The answer to a question of the server's.
    Answer,
    /// A message.
    Message,
}

/// Answers the special word that `line` is, and says where the conversation goes on.
pub(super) fn word(client: &mut Client, line: &Text, said: Word<'_>, awaited: Awaited) -> Result<Input, Leave> {
    match said {
        Word::Quit => return Err(Leave::Quit),
        Word::Menu => return Ok(Input::Menu),
        Word::List(beginning) => list(client, beginning)?,
        Word::Help(name) => client.send(help(name, client.shared.accounts.is_some()))?,
        Word::Tell if awaited == Awaited::Answer => {
            client.send(protocol::not_sent(
                "TELL asks two questions, which would mix with this one; write /tell boris text",
            ))?;
        }
        Word::Tell => tell(client)?,
        Word::TellTo { user, text } if is_blank(text) => {
            client
                .send(protocol::not_sent(&format!("there is no text; write /tell {user} and your text on one line")))?;
        }
        Word::TellTo { user, text } => tell_to(client, user, line.part(text))?,
        Word::Ignore(name) => wishes::ignore(client, name)?,
        Word::Unignore(name) => wishes::unignore(client, name)?,
        Word::Away(text) => wishes::away(client, line.part(text))?,
        Word::History(_) | Word::Register => match client.shared.accounts.clone() {
            Some(accounts) => accounts.word(client, said)?,
            None => {
                let name = line.as_str().split_whitespace().next().unwrap_or_default();
                client.send(protocol::not_sent(&format!(
                    "{name} needs a server with a database; this one keeps nothing"
                )))?;
            }
        },
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

/// Who gets a private message.
enum Addressee {
    /// This session: who takes its name later gets nothing of it.
    Here(Partner),
    /// Nobody here has the name. A database may keep the message for whoever comes under it.
    Away(Nickname),
}

impl Addressee {
    /// The session that `user` names, or a name of which only a database may know.
    fn find(client: &Client, user: &str) -> Option<Addressee> {
        let nickname = Nickname::parse(user.trim()).ok()?;
        match client.shared.registry.find(&nickname) {
            Some(partner) => Some(Addressee::Here(partner)),
            None => client.shared.accounts.is_some().then_some(Addressee::Away(nickname)),
        }
    }
}

/// The dialogue: whom, then what. Then the client is back where it was. A nickname that nobody has does not end it: the
/// text that was meant for one would be the next line, and go to the room.
fn tell(client: &mut Client) -> Result<(), Leave> {
    client.delivery().post(Parcel::Names(client.id))?; // as the original did
    let (user, to) = loop {
        client.send(protocol::TELL_WHO)?;
        let Some(line) = client.read_line()? else { continue };
        match Said::parse(line.as_str()) {
            Said::Word(Word::Quit) => return Err(Leave::Quit),
            Said::Word(Word::List(beginning)) => list(client, beginning)?,
            Said::Word(Word::Menu) => return client.send(protocol::TELL_NOTHING),
            _ if line.is_blank() => {}
            _ => match Addressee::find(client, line.as_str()) {
                Some(Addressee::Away(name)) if !was_here(client, &name) => nobody_to_tell(client, &line)?,
                Some(to) => break (line, to),
                None => nobody_to_tell(client, &line)?,
            },
        }
    };
    let text = loop {
        client.send(protocol::tell_what(user.as_str().trim()))?;
        if let Some(line) = client.read_line()? {
            break line;
        }
    };
    if text.is_blank() { client.send(protocol::TELL_NOTHING) } else { tell_it(client, to, text) }
}

/// Whether a message can be left for somebody of this name.
fn was_here(client: &Client, nickname: &Nickname) -> bool {
    client.shared.accounts.as_ref().is_some_and(|accounts| accounts.was_here(nickname))
}

fn nobody_to_tell(client: &Client, user: &Text) -> Result<(), Leave> {
    let user = user.as_str().trim();
    client.send(protocol::not_sent(&format!("nobody here is called {user}; choose somebody else, or MENU gives it up")))
}

/// A private message on one line.
fn tell_to(client: &mut Client, user: &str, text: Text) -> Result<(), Leave> {
    match Addressee::find(client, user) {
        Some(to) => tell_it(client, to, text),
        None => client.send(protocol::nobody_is_called(user.trim())),
    }
}

/// One private message. It arrives or it does not, and the sender is told which.
fn tell_it(client: &mut Client, to: Addressee, text: Text) -> Result<(), Leave> {
    if !client.may_write()? {
        return Ok(());
    }
    let message = Message { number: client.number(), text, place: None };
    log::debug!("{} goes to the queue", message.number);
    match to {
        Addressee::Here(partner) => client.send_private(&partner, message).map(|_arrived| ()),
        Addressee::Away(to) => client.ask(Request::LeaveFor { to, message }),
    }
}
