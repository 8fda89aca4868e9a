//! Lesson: every line that crosses the wire: the server's lines here, the special words in `protocol/words.rs`. Pure:
//! touches only `text` and `limits`. The server writes these lines and the client goes by them, so that the two cannot
//! disagree.

use std::fmt::Display;

use crate::limits::LIST_NAMES;
use crate::text::{Nickname, Refusal};

pub mod foreign;
mod words;

pub use self::words::{KEPT_WORDS, Said, Special, WORDS, Word, help, help_about};

// The lines of the protocol. They never change: clients go by them alone.

/// The first line, and asked again after a refusal.
pub const YOUR_NICKNAME: &str = "Your nickname?";
/// The nickname is yours.
pub const SUCCESSFULLY: &str = "Successfully";
/// Choose another nickname; a line of prose after it offers a free one.
pub const ALREADY_USED: &str = "This nickname already used";
/// The client may show its waiting animation until the next line.
pub const PROCESS: &str = "process";
/// The question, each time it is asked.
pub const QUESTION: &str = "What do you want: 1. write to one user or 2. go into the group";
/// From here on the client hears the general chat.
pub const IN_GROUP: &str = "You in group";
/// The numbered list of users follows, on one line.
pub const CHOOSE: &str = "Choose your user-chat";
/// The private chat is open.
pub const SUCCESSFUL: &str = "Successful";
/// The last line before the server closes the connection.
pub const DISCONNECTED: &str = "Disconnected";
/// The next line is a password: a client does not show what is typed.
pub const PASSWORD: &str = "Password?";
/// `TELL` asks: the next line is the nickname of whom the message goes to.
pub const TELL_WHO: &str = "Who will get your message? A nickname; LIST shows who is here, MENU gives it up";
/// `TELL` was given up.
pub const TELL_NOTHING: &str = "No message was sent";
/// What follows was said before, up to `HISTORY_ENDS`; each line begins with its time.
pub const HISTORY_BEGINS: &str = "History begins (times are UTC)";
/// From here on what comes is new.
pub const HISTORY_ENDS: &str = "History ends";
/// What the server calls itself in the general chat.
pub const GENERAL_INFORMATION: &str = "General information";

/// A message in the general chat. The sender gets it too: that echo is the receipt.
pub fn broadcast(from: &str, text: &str) -> String {
    format!("(broadcast) {from}: {text}")
}

/// The notice that a session began.
pub fn joined(nickname: &Nickname) -> String {
    broadcast(GENERAL_INFORMATION, &format!("{nickname} has joined the Chat"))
}

/// The notice that a session ended; `why` is added where somebody was cut.
pub fn left(nickname: &Nickname, why: Option<&str>) -> String {
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    broadcast(GENERAL_INFORMATION, &format!("{nickname} has left the Chat{why}"))
}

/// The answer to `/resume TOKEN LINES` where there is no such session any more; the nickname is asked for again.
pub const NOT_RESUMED: &str = "Not resumed: that session has ended; answer with a nickname";

/// What is said of resuming at `Your nickname?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume<'a> {
    /// `/resume`: asks for a token.
    New,
    /// `/resume TOKEN LINES`: goes on with that session.
    Session {
        /// Its token.
        token: &'a str,
        /// Lines that came from the one with the token on, that one included.
        received: u64,
    },
    /// Neither.
    Wrong,
}

impl<'a> Resume<'a> {
    /// What `line` asks for, if it is about resuming.
    pub fn parse(line: &'a str) -> Option<Resume<'a>> {
        let mut words = line.split_ascii_whitespace();
        if words.next()? != RESUME {
            return None;
        }
        Some(match (words.next(), words.next(), words.next()) {
            (None, ..) => Resume::New,
            (Some(token), Some(received), None) => {
                received.parse().map_or(Resume::Wrong, |received| Resume::Session { token, received })
            }
            _ => Resume::Wrong,
        })
    }
}

/// Asks for a token, or goes on with a session. No nickname begins so.
pub const RESUME: &str = "/resume";

/// The answer to `/resume`: the secret by which the session is known. The client counts the lines from this one on.
pub fn session(token: &str) -> String {
    format!("Session: {token}")
}

/// The token in that answer.
pub fn token(line: &str) -> Option<&str> {
    line.strip_prefix("Session: ")
}

/// The answer to `/resume TOKEN LINES`: how many of the client's lines were read since it has the token, how many lines
/// follow that it has missed, and how many it has missed for good.
pub fn resumed(taken: u64, follow: u64, lost: u64) -> String {
    format!("Resumed: {taken} taken, {follow} follow, {lost} lost")
}

/// Whether `line` refuses this word.
pub fn refuses(line: &str, word: &str) -> bool {
    line.starts_with("Not sent: ") && line.contains(word)
}

/// The three figures of that answer.
pub fn figures_of_resumed(line: &str) -> Option<[u64; 3]> {
    let (taken, rest) = line.strip_prefix("Resumed: ")?.split_once(" taken, ")?;
    let (follow, rest) = rest.split_once(" follow, ")?;
    Some([taken.parse().ok()?, follow.parse().ok()?, rest.strip_suffix(" lost")?.parse().ok()?])
}

/// What the server says to everybody, wherever they are. No line that a user causes begins so.
pub fn announcement(text: &str) -> String {
    format!("{ANNOUNCES}{text}")
}

/// What was said so, where `line` is that.
pub fn announced(line: &str) -> Option<&str> {
    line.strip_prefix(ANNOUNCES)
}

const ANNOUNCES: &str = "(server) ";

/// The line before `Disconnected` for somebody who was removed: its client is not to come back by itself.
pub fn sent_away(why: &str) -> String {
    format!("{SENT_AWAY}{why}")
}

/// Why, where `line` is that.
pub fn why_sent_away(line: &str) -> Option<&str> {
    line.strip_prefix(SENT_AWAY)
}

const SENT_AWAY: &str = "Sent away: ";

/// The line before `Disconnected`.
pub fn closed(why: impl Display) -> String {
    format!("The connection is closed: {why}")
}

/// A private message, as its recipient sees it.
pub fn private(from: impl Display, text: &str) -> String {
    format!("(private) {from} : {text}")
}

/// The receipt for a private message: it was handed to the recipient's socket or backlog.
pub fn private_receipt(to: impl Display, text: &str) -> String {
    format!("(private to {to}) : {text}")
}

/// The receipt for a private message to one who is away: it is in the database, and handed over when that one comes.
pub fn kept(to: impl Display, text: &str) -> String {
    format!("Kept for {to}{AWAY}{text}")
}

/// For whom a message is kept, and its text, where `line` is that receipt.
pub fn kept_for(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("Kept for ")?.split_once(AWAY)
}

const AWAY: &str = ", who is away: ";

/// The heading of what had been left for who comes now: a line for each message, with its time, up to the question.
pub const WHILE_AWAY: &str = "While you were away (times are UTC):";

/// The same for what was shown before, and nothing has come from its reader since.
pub const SEEN_PERHAPS: &str = "You may have seen these: the connection broke before you wrote a line (times are UTC):";

/// What the sender of a private message is told, once, where its reader is away. The text is a user's: the bracket behind
/// it keeps the line from ending as another one does.
pub fn is_away(nickname: &Nickname, text: &str) -> String {
    format!("Away: {nickname} ({text})")
}

/// Whether a line that was said before, as `HISTORY` shows it, is somebody's.
pub fn said_by(line: &str, is_it: impl Fn(&Nickname) -> bool) -> bool {
    let said = line.split_once("] ").map_or(line, |(_, said)| said);
    let to_all = || said.strip_prefix("(broadcast) ")?.split_once(": ");
    let private = || said.strip_prefix("(private) ")?.split_once(" : ");
    let from = to_all().or_else(private).and_then(|(from, _)| Nickname::parse(from).ok());
    from.is_some_and(|from| is_it(&from))
}

/// A private message that reached nobody.
pub fn not_delivered(reason: &str) -> String {
    format!("Not delivered: {reason}")
}

/// A private message to a name that nobody has.
pub fn nobody_is_called(user: &str) -> String {
    not_delivered(&format!("nobody here is called {user}; LIST shows who is here"))
}

/// `TELL` asks: the next line is the message, whatever it looks like.
pub fn tell_what(to: impl Display) -> String {
    format!("What is your message to {to}{GIVES_UP}")
}

/// Whom the next line goes to, where `line` is that question.
pub fn told_by(line: &str) -> Option<&str> {
    line.strip_prefix("What is your message to ")?.strip_suffix(GIVES_UP)
}

const GIVES_UP: &str = "? An empty line gives it up";

/// In a private chat: the partner's session has ended. The next line reaches nobody and is no answer either.
pub fn partner_has_left(nickname: &Nickname) -> String {
    format!("{nickname}{TO_NOBODY}")
}

/// Who has left, where `line` says that of the partner.
pub fn has_left(line: &str) -> Option<&str> {
    line.strip_suffix(TO_NOBODY)
}

const TO_NOBODY: &str = " has left; your next line goes to nobody, then you choose anew";

/// A line has begun, and its end does not come: to a client that sends none, or to whoever has not pressed Enter.
pub fn no_line_end(unframed_port: Option<u16>) -> String {
    let elsewhere = match unframed_port {
        Some(port) => format!("programs that send none connect to port {port}, this server's --unframed-port"),
        None => "for programs that send none the server has to be started with --unframed-port PORT".into(),
    };
    format!("Your line has no line end, so it is not taken yet: a newline has to follow (press Enter); {elsewhere}")
}

/// Something that was refused; the conversation goes on.
pub fn not_sent(reason: &str) -> String {
    format!("Not sent: {reason}")
}

/// The same for what `text` refuses.
pub fn refused(refusal: &Refusal) -> String {
    not_sent(&refusal.to_string())
}

/// The answer to `LIST`: the first `LIST_NAMES` of `names`, and how many there are beyond.
pub fn users<'a>(mut names: impl Iterator<Item = &'a Nickname>) -> String {
    let shown: Vec<String> = names.by_ref().take(LIST_NAMES).map(|name| format!("'{name}'")).collect();
    let users = format!("Users in chatroom: [{}]", shown.join(", "));
    match names.count() {
        0 => users,
        more => format!("{users} and {} more; LIST ann shows those that begin so", thousands(more)),
    }
}

/// What stands below a `LIST` that found nobody.
pub fn nobody_begins(beginning: &str) -> String {
    format!("Nobody here has a name that begins with {beginning}; LIST alone shows everyone")
}

/// What stands below a `LIST` of everyone, where some of them are in the group and some are not.
pub fn in_the_group(names: &[&Nickname], here: usize) -> String {
    let shown: Vec<&str> = names.iter().take(LIST_NAMES).map(|name| name.as_str()).collect();
    let (in_group, here) = (thousands(names.len()), thousands(here));
    format!("In the group, {in_group} of {here}: {}", shown.join(", "))
}

/// The numbered list, on one line.
pub fn numbered<'a>(names: impl Iterator<Item = &'a Nickname>) -> String {
    let numbered: Vec<String> = names.enumerate().map(|(i, name)| format!("{}.{name}", i + 1)).collect();
    numbered.join(" ")
}

/// `8800` as `8,800`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let names: Vec<Nickname> = (0..9000).map(|i| Nickname::parse(&format!("a{i}")).expect("a nickname")).collect();
        assert_eq!(users(names.iter().take(2)), "Users in chatroom: ['a0', 'a1']");
        assert_eq!(users(std::iter::empty()), "Users in chatroom: []");
        let long = users(names.iter());
        assert!(long.ends_with("'a199'] and 8,800 more; LIST ann shows those that begin so"), "{long}");
        assert_eq!([thousands(0), thousands(999), thousands(1_000_000)], ["0", "999", "1,000,000"]);
    }
}
