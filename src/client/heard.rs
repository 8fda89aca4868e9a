//! Lesson: what a line of the server's means, by the protocol's lines alone, never by its prose. Pure.

use crate::protocol::{self, GENERAL_INFORMATION};
use crate::wire::Framing;

/// One line of the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    YourNickname,
    Successfully,
    /// The next line is a password.
    Password,
    AlreadyUsed,
    Process,
    Question,
    InGroup,
    Choose,
    Successful,
    Disconnected,
    /// A message in the general chat.
    ToAll {
        from: &'a str,
        text: &'a str,
    },
    Joined(&'a str),
    /// Who has left, and the reason where one is given.
    Left(&'a str, &'a str),
    /// A message to us alone.
    Private {
        from: &'a str,
        text: &'a str,
    },
    /// The receipt for a private message of ours.
    Receipt {
        to: &'a str,
        text: &'a str,
    },
    /// The receipt for one to somebody who is away.
    Kept {
        to: &'a str,
        text: &'a str,
    },
    NotDelivered(&'a str),
    /// The server to everybody, wherever they are: it answers nothing.
    Announced(&'a str),
    /// We were removed; the goodbye follows.
    SentAway(&'a str),
    /// The partner of our private chat: what is typed next goes to nobody.
    PartnerHasLeft(&'a str),
    /// `TELL` asks whom.
    TellWho,
    /// `TELL` asks what to tell this one.
    TellWhat(&'a str),
    /// `TELL` is over, and nothing was sent.
    TellNothing,
    NotSent(&'a str),
    /// The answer to `LIST`, from its first bracket.
    Users(&'a str),
    /// Anything else: no protocol line.
    Prose(&'a str),
}

/// The protocol's lines that say all in themselves. `Successfully` stands before `Successful`, with which it begins:
/// in chunks something may be glued to a line.
const WHOLE: &[(&str, Heard<'static>)] = &[
    (protocol::YOUR_NICKNAME, Heard::YourNickname),
    (protocol::SUCCESSFULLY, Heard::Successfully),
    (protocol::PASSWORD, Heard::Password),
    (protocol::ALREADY_USED, Heard::AlreadyUsed),
    (protocol::PROCESS, Heard::Process),
    (protocol::QUESTION, Heard::Question),
    (protocol::IN_GROUP, Heard::InGroup),
    (protocol::CHOOSE, Heard::Choose),
    (protocol::SUCCESSFUL, Heard::Successful),
    (protocol::DISCONNECTED, Heard::Disconnected),
    (protocol::TELL_WHO, Heard::TellWho),
    (protocol::TELL_NOTHING, Heard::TellNothing),
];

impl<'a> Heard<'a> {
    /// What `line` means.
    pub(super) fn parse(line: &'a str, framing: Framing) -> Heard<'a> {
        let announced = if framing == Framing::Lines { protocol::announced(line) } else { None };
        if let Some(text) = announced {
            return Heard::Announced(text);
        }
        Heard::message(line)
            .or_else(|| WHOLE.iter().find(|(whole, _)| framing.says(line, whole)).map(|(_, heard)| *heard))
            .unwrap_or(Heard::Prose(line))
    }

    fn message(line: &'a str) -> Option<Heard<'a>> {
        if let Some(rest) = line.strip_prefix("(broadcast) ") {
            let (from, text) = rest.split_once(": ")?;
            return Some(if from == GENERAL_INFORMATION { Heard::notice(text)? } else { Heard::ToAll { from, text } });
        }
        if let Some(rest) = line.strip_prefix("(private) ") {
            let (from, text) = rest.split_once(" : ")?;
            return Some(Heard::Private { from, text });
        }
        if let Some(rest) = line.strip_prefix("(private to ") {
            let (to, text) = rest.split_once(") : ")?;
            return Some(Heard::Receipt { to, text });
        }
        line.strip_prefix("Not delivered: ")
            .map(Heard::NotDelivered)
            .or_else(|| line.strip_prefix("Not sent: ").map(Heard::NotSent))
            .or_else(|| line.strip_prefix("Users in chatroom: ").map(Heard::Users))
            .or_else(|| protocol::why_sent_away(line).map(Heard::SentAway))
            .or_else(|| protocol::kept_for(line).map(|(to, text)| Heard::Kept { to, text }))
            .or_else(|| protocol::told_by(line).map(Heard::TellWhat))
            .or_else(|| protocol::has_left(line).map(Heard::PartnerHasLeft))
    }

    fn notice(text: &'a str) -> Option<Heard<'a>> {
        if let Some(who) = text.strip_suffix(" has joined the Chat") {
            return Some(Heard::Joined(who));
        }
        let (who, why) = text.split_once(" has left the Chat")?;
        Some(Heard::Left(who, why))
    }
}

/// What was said before, as a server with a database shows it: `[2026-11-23 15:41:39] (broadcast) boris: hi`. The seconds
/// since 1970, and the line as it was then.
pub(super) fn past(line: &str) -> Option<(i64, &str)> {
    let (time, line) = line.strip_prefix('[')?.split_once("] ")?;
    let (date, time) = time.split_once(' ')?;
    let numbers = |text: &str, between: char| {
        let mut numbers = text.splitn(3, between).map(|number| number.parse::<i64>().ok());
        Some([numbers.next()??, numbers.next()??, numbers.next()??])
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let fits = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !fits || !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    // Days since 1970, in years that begin on a 1 March.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second, line))
}

/// The lines in what came as one. The original's server frames nothing: in chunks, lines that it sent apart may arrive
/// glued. Only a line of the protocol's at the very beginning is cut off, and only where another line follows: nothing
/// within what users wrote is looked at.
pub(super) fn unglued(line: &str, framing: Framing) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = line;
    if framing == Framing::Chunks {
        while let Some((first, after)) = cut(rest) {
            lines.push(first);
            rest = after;
        }
    }
    lines.push(rest);
    lines
}

/// The line of the protocol's with which `line` begins, and the line that is glued to it.
fn cut(line: &str) -> Option<(&str, &str)> {
    let begins_with = |line: &str| WHOLE.iter().map(|(whole, _)| *whole).find(|whole| line.starts_with(whole));
    let line = line.trim_start();
    let (first, after) = line.split_at(begins_with(line)?.len());
    let after = after.trim_start();
    let is_line = begins_with(after).is_some() || Heard::message(after).is_some();
    is_line.then_some((first, after))
}

/// The nicknames in the answer to `LIST`, from its first bracket on: `['anna', 'boris']`.
pub(super) fn users(list: &str) -> impl Iterator<Item = &str> {
    let names = list.strip_prefix('[').and_then(|list| list.split_once(']')).map_or("", |(names, _)| names);
    names.split(", ").map(|name| name.trim_matches('\'')).filter(|name| !name.is_empty())
}

/// The nicknames in the numbered list, in its order: `1.anna 2.boris`.
pub(super) fn numbered(list: &str) -> Vec<String> {
    let name = |(i, item): (usize, &str)| Some(item.strip_prefix(&format!("{}.", i + 1))?.to_owned());
    list.split(' ').enumerate().map(name).collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Nickname;

    fn nickname(name: &str) -> Nickname {
        Nickname::parse(name).expect("a nickname")
    }

    fn heard(line: &str) -> Heard<'_> {
        Heard::parse(line, Framing::Lines)
    }

    #[test]
    fn every_line_that_the_server_writes_is_known() {
        let (anna, boris) = (nickname("anna"), nickname("boris"));
        assert_eq!(heard(&protocol::broadcast("anna", "a: b")), Heard::ToAll { from: "anna", text: "a: b" });
        assert_eq!(heard(&protocol::joined(&anna)), Heard::Joined("anna"));
        assert_eq!(heard(&protocol::left(&anna, None)), Heard::Left("anna", ""));
        assert_eq!(heard(&protocol::left(&anna, Some("too late"))), Heard::Left("anna", " (too late)"));
        assert_eq!(heard(&protocol::private(&anna, "a : b")), Heard::Private { from: "anna", text: "a : b" });
        assert_eq!(heard(&protocol::private_receipt(&boris, "x) : y")), Heard::Receipt { to: "boris", text: "x) : y" });
        assert_eq!(heard(&protocol::not_delivered("gone")), Heard::NotDelivered("gone"));
        assert_eq!(heard(&protocol::not_sent("no")), Heard::NotSent("no"));
        assert_eq!(heard(&protocol::announcement("a: b")), Heard::Announced("a: b"));
        let like_another = protocol::announcement(&protocol::partner_has_left(&boris));
        assert!(matches!(heard(&like_another), Heard::Announced(_)));
        assert_eq!(heard(&protocol::sent_away("no")), Heard::SentAway("no"));
        assert_eq!(heard(&protocol::kept(&boris, "a: b")), Heard::Kept { to: "boris", text: "a: b" });
        assert_eq!(heard(&protocol::tell_what("boris")), Heard::TellWhat("boris"));
        assert_eq!(heard(&protocol::partner_has_left(&boris)), Heard::PartnerHasLeft("boris"));
        for (line, meaning) in WHOLE {
            assert_eq!(heard(line), *meaning);
        }
        assert_eq!(heard("Welcome"), Heard::Prose("Welcome"));
    }

    #[test]
    fn nobody_can_say_a_line_of_the_protocol() {
        for (line, _) in WHOLE {
            let said = protocol::broadcast("anna", line);
            assert_eq!(heard(&said), Heard::ToAll { from: "anna", text: line });
            assert!(matches!(Heard::parse(&said, Framing::Chunks), Heard::ToAll { .. }));
        }
    }

    #[test]
    fn what_the_original_glues_is_told_apart_and_what_users_wrote_is_not_touched() {
        let chunks = |line| unglued(line, Framing::Chunks);
        assert_eq!(chunks("Successfullyprocess"), ["Successfully", "process"]);
        assert_eq!(chunks(" You in group (broadcast) boris: hi"), ["You in group", "(broadcast) boris: hi"]);
        for line in ["Successfully", " You in group ", "processes", "Welcome, process", "(broadcast) boris: hiprocess"]
        {
            assert_eq!(chunks(line), [line]);
        }
        assert_eq!(unglued("Successfullyprocess", Framing::Lines), ["Successfullyprocess"]);
        assert_eq!(Heard::parse(" You in group ", Framing::Chunks), Heard::InGroup);
        for line in ["Welcome, process", "processes", "You in group?", "not Disconnected"] {
            assert_eq!(Heard::parse(line, Framing::Chunks), Heard::Prose(line));
        }
    }

    #[test]
    fn the_lists_give_their_names() {
        let names = [nickname("anna"), nickname("Борис")];
        let list = protocol::users(names.iter());
        let Heard::Users(list) = heard(&list) else { panic!("{list} is the answer to LIST") };
        assert_eq!(users(list).collect::<Vec<_>>(), ["anna", "Борис"]);
        assert_eq!(users("[]").count(), 0);
        assert_eq!(numbered(&protocol::numbered(names.iter())), ["anna", "Борис"]);
        assert!(numbered("Nobody else is here yet").is_empty());
    }
}
