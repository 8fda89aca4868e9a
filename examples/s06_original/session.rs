//! Steps 6 to 10 of the ladder: the conversation with one client, the original's functions in its order. What is beneath
//! it, how lines are read and sent, `super` knows: from step to step this changes, and nothing here.

use std::convert::Infallible;

use chatroom::limits::LIST_NAMES;
use chatroom::protocol::{self, Said, Word};
use chatroom::server::leave::Leave;
use chatroom::text::{Nickname, Text};

use super::Client;
use super::members::{Partner, everyone, find, listens, register, say, say_to_one, talks_to};

/// What came in where an answer or a message was waited for.
enum Input {
    Text(Text),
    /// `MENU`: back to the question.
    Menu,
    /// A special word, or a line that was refused: answered already, read on.
    Answered,
}

/// One session, from the first question to the reason why it ended.
pub(crate) fn session(client: &mut Client) -> Leave {
    // `Infallible` is a type without values: `welcome` only ends.
    let Err(leave) = authorization(client).and_then(|()| welcome(client));
    leave
}

/// Asks for a nickname until one is free, and takes it.
fn authorization(client: &mut Client) -> Result<(), Leave> {
    loop {
        client.send(protocol::YOUR_NICKNAME);
        let Some(line) = client.read_line()? else { continue };
        match Said::parse(line.as_str()) {
            Said::Word(Word::Quit) => return Err(Leave::Quit),
            Said::Word(Word::Help(_)) => {
                client.send("Type the name that others will see: a letter first; QUIT leaves");
                continue;
            }
            _ => {}
        }
        match Nickname::parse(line.as_str()).map(|nickname| register(client, &nickname)) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(free_name)) => {
                client.send(protocol::ALREADY_USED);
                client.send(&format!("{} is taken, or looks like a name that is; {free_name} is free", line.as_str()));
            }
            Err(refusal) => client.send(&protocol::refused(&refusal)),
        }
    }
}

/// Greets, and asks the question, again and again until the client leaves.
fn welcome(client: &mut Client) -> Result<Infallible, Leave> {
    client.send(protocol::PROCESS);
    let name = client.nickname.as_ref().map(ToString::to_string).unwrap_or_default();
    client.send(&format!(
        "Welcome to the chat room, {name}. Write to one user, or to all in the group; HELP lists the words"
    ));
    if let Ok(blackboard) = std::env::var("MOTD") {
        client.send(&blackboard);
    }
    loop {
        client.send(protocol::QUESTION);
        let Input::Text(answer) = recv(client, false)? else { continue };
        match answer.as_str().trim() {
            "1" => {
                if let Some(partner) = choose_for_one(client)? {
                    chat(client, Some(&partner))?;
                }
            }
            "2" => chat(client, None)?,
            _ => client.send(&protocol::not_sent("answer 1 to write to one user, 2 to go into the group")),
        }
    }
}

/// Shows a numbered list and reads a number or a nickname. A number means the person who was shown under it. `None`: back
/// to the question.
fn choose_for_one(client: &mut Client) -> Result<Option<Partner>, Leave> {
    loop {
        let mut others = everyone(&client.chat);
        others.retain(|other| Some(&other.nickname) != client.nickname.as_ref());
        client.send(protocol::CHOOSE);
        if others.is_empty() {
            client.send("Nobody else is here yet: press Enter to look again, MENU goes back");
        } else {
            client.send(&protocol::numbered(others.iter().take(LIST_NAMES).map(|other| &other.nickname)));
        }
        if others.len() > LIST_NAMES {
            client.send(&format!("and {} more: answer with a nickname", others.len() - LIST_NAMES));
        }
        let answer = match recv(client, false)? {
            Input::Text(answer) if !answer.is_blank() => answer,
            Input::Menu => return Ok(None),
            Input::Text(_) | Input::Answered => continue,
        };
        match chosen(client, &others, answer.as_str().trim()) {
            Ok(partner) => {
                client.send(protocol::SUCCESSFUL);
                return Ok(Some(partner));
            }
            Err(why) => client.send(&protocol::not_sent(&why)),
        }
    }
}

/// Who is meant by a number from the list or by a nickname.
fn chosen(client: &Client, shown: &[Partner], answer: &str) -> Result<Partner, String> {
    if answer.starts_with(|c: char| c.is_ascii_digit()) {
        let number = answer.parse::<usize>().ok().filter(|number| *number <= LIST_NAMES);
        let meant = number.and_then(|number| shown.get(number.checked_sub(1)?)).cloned();
        return meant.ok_or_else(|| format!("no user has the number {answer}; answer with a number from the list"));
    }
    match find(&client.chat, answer) {
        Some(partner) if Some(&partner.nickname) == client.nickname.as_ref() => Err("that is you".into()),
        Some(partner) => Ok(partner),
        None => Err(format!("nobody here is called {answer}; answer with a number from the list or a nickname")),
    }
}

/// Answers a special word. It never becomes a message.
fn word(client: &mut Client, line: &Text, said: Word<'_>, is_message: bool) -> Result<Input, Leave> {
    match said {
        Word::Quit => return Err(Leave::Quit),
        Word::Menu => return Ok(Input::Menu),
        Word::List(beginning) => list(client, beginning),
        Word::Help("") => client.send(&protocol::help(false)),
        Word::Help(name) => client.send(&protocol::help_about(name, false).unwrap_or_else(|| {
            protocol::not_sent(&format!("there is no word {name} to explain; HELP lists the words"))
        })),
        Word::Tell if is_message => tell(client)?,
        Word::Tell => client.send(&protocol::not_sent("TELL asks two questions; here write /tell boris text")),
        Word::TellTo { user, text } if text.trim().is_empty() => {
            client.send(&protocol::not_sent(&format!("there is no text; write /tell {user} and your text")));
        }
        Word::TellTo { user, text } => match find(&client.chat, user) {
            Some(partner) => drop(say_to_one(client, &partner, &line.part(text))),
            None => client.send(&protocol::nobody_is_called(user.trim())),
        },
        Word::History(_) | Word::Register => {
            let name = line.as_str().split_whitespace().next().unwrap_or_default();
            client.send(&protocol::not_sent(&format!("{name} needs a server with a database")));
        }
        Word::Ignore(_) | Word::Unignore(_) | Word::Away(_) => {
            client.send(&protocol::not_sent("only the finished server knows this word"));
        }
        Word::Unknown(name) => client.send(&protocol::not_sent(&format!("there is no word {name}; HELP lists them"))),
    }
    Ok(Input::Answered)
}

fn list(client: &Client, beginning: &str) {
    let (all, begins) = (everyone(&client.chat), beginning.to_lowercase());
    let found: Vec<_> = all.iter().map(|m| &m.nickname).filter(|name| name.folded().starts_with(&begins)).collect();
    client.send(&protocol::users(found.iter().copied()));
    if found.is_empty() {
        client.send(&protocol::nobody_begins(beginning));
    }
}

/// The dialogue: whom, then what. It knows few words, and there is no TELL within a TELL.
fn tell(client: &mut Client) -> Result<(), Leave> {
    list(client, "");
    let (user, to) = loop {
        client.send(protocol::TELL_WHO);
        let Some(line) = client.read_line()? else { continue };
        match Said::parse(line.as_str()) {
            Said::Word(Word::Quit) => return Err(Leave::Quit),
            Said::Word(Word::List(beginning)) => list(client, beginning),
            Said::Word(Word::Menu) => {
                client.send(protocol::TELL_NOTHING);
                return Ok(());
            }
            _ if line.is_blank() => {}
            _ => match find(&client.chat, line.as_str()) {
                Some(partner) => break (line, partner),
                None => client.send(&protocol::not_sent(&format!(
                    "nobody here is called {}; choose somebody else, or MENU gives it up",
                    line.as_str().trim()
                ))),
            },
        }
    };
    let text = loop {
        client.send(&protocol::tell_what(user.as_str().trim()));
        if let Some(line) = client.read_line()? {
            break line;
        }
    };
    if text.is_blank() {
        client.send(protocol::TELL_NOTHING);
    } else {
        say_to_one(client, &to, &text);
    }
    Ok(())
}

/// The conversation: private with `to`, or in the group. Ends with `MENU`, or with the first message that no longer
/// reached the partner.
fn chat(client: &mut Client, to: Option<&Partner>) -> Result<(), Leave> {
    match to {
        Some(_) => talks_to(client, to),
        None => listens(client, true),
    }
    loop {
        match (recv(client, true)?, to) {
            (Input::Menu, _) => break,
            (Input::Text(text), None) if !text.is_blank() => say(client, &text),
            (Input::Text(text), Some(to)) if !text.is_blank() && !say_to_one(client, to, &text) => break,
            _ => {}
        }
    }
    match to {
        Some(_) => talks_to(client, None),
        None => listens(client, false),
    }
    Ok(())
}

/// One line from the client. Special words are dealt with here, as in the original.
fn recv(client: &mut Client, is_message: bool) -> Result<Input, Leave> {
    let Some(line) = client.read_line()? else { return Ok(Input::Answered) };
    match Said::parse(line.as_str()) {
        Said::Message(message) => Ok(Input::Text(line.part(message))),
        Said::Word(said) => word(client, &line, said, is_message),
    }
}
