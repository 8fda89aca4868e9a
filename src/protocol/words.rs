//! Lesson: the special words: the table of them, `HELP`, and how a word is told from a message. Pure: touches only
//! `text`.

use std::borrow::Cow;

use crate::text::{is_blank, is_unseen};

/// A special word as users read about it.
#[derive(Debug)]
pub struct Special {
    /// The word as the original has it, and its lower-case slash form.
    pub spellings: &'static [&'static str],
    /// How it is written, and one sentence: a line of `HELP`.
    pub help: &'static str,
    /// What `HELP` with the word's name shows below that line.
    pub example: &'static str,
}

/// All special words: this one table feeds `HELP` and, in the client, completion.
pub const WORDS: &[Special] = &[
    Special {
        spellings: &["TELL", "/tell"],
        help: "TELL         a private message; asks for whom, then what. In one line: /tell boris text",
        example: "Example: /tell boris see you at 5   or, as in the original, /tell:boris:see you at 5",
    },
    Special {
        spellings: &["LIST", "/list"],
        help: "LIST         who is here; LIST ann shows the names that begin so",
        example: "Example: LIST bo   answers   Users in chatroom: ['boris']",
    },
    Special {
        spellings: &["MENU", "/menu"],
        help: "MENU         back to the question: 1. write to one user or 2. go into the group",
        example: "Example: you are in the group; MENU, then 1, then boris opens a private chat with boris",
    },
    Special {
        spellings: &["IGNORE", "UNIGNORE", "/ignore", "/unignore"],
        help: "IGNORE       hides what somebody writes; IGNORE alone lists; UNIGNORE boris shows it",
        example: "Example: IGNORE boris   and later   UNIGNORE boris",
    },
    Special {
        spellings: &["AWAY", "/away"],
        help: "AWAY         AWAY text tells it to who writes to you alone, once; AWAY alone: back",
        example: "Example: AWAY at lunch until 2   and later   AWAY",
    },
    Special {
        spellings: &["HELP", "/help"],
        help: "HELP         these lines; HELP TELL explains one word",
        example: "Example: HELP TELL",
    },
    Special {
        spellings: &["QUIT", "q", "/quit", "/q"],
        help: "QUIT or q    leaves the chat",
        example: "Example: QUIT   answers   Disconnected",
    },
];

/// The words that only a server with a database knows. Elsewhere they are words too, and answered with the reason.
pub const KEPT_WORDS: &[Special] = &[
    Special {
        spellings: &["HISTORY", "/history"],
        help: "HISTORY      the last 20 messages of the group and your own; HISTORY 200 the last 200",
        example: "Example: HISTORY 50",
    },
    Special {
        spellings: &["REGISTER", "/register"],
        help: "REGISTER     keeps your nickname for you: asks twice for a password, and at every login",
        example: "Example: REGISTER   asks   Password?",
    },
];

/// All of `HELP`, in at most 13 lines: it has to fit beside some of the talk.
pub fn help(keeps: bool) -> String {
    let mut lines = vec!["What you type goes to the group or to your partner, but for these words:"];
    lines.extend(words(keeps).map(|word| word.help));
    lines.push("The words work in small letters after a slash too: /list, /help, /quit, /menu.");
    lines.push("//text sends /text; a space before a word sends it as text.");
    lines.join("\n")
}

/// The words of a server, with a database or without.
fn words(keeps: bool) -> impl Iterator<Item = &'static Special> {
    WORDS.iter().chain(KEPT_WORDS.iter().filter(move |_| keeps))
}

/// `HELP` about one word, or `None` where there is no such word.
pub fn help_about(name: &str, keeps: bool) -> Option<String> {
    let name = name.trim_start_matches('/');
    let is_asked = |spelling: &&str| spelling.trim_start_matches('/').eq_ignore_ascii_case(name);
    let word = words(keeps).find(|word| word.spellings.iter().any(&is_asked))?;
    Some(format!("{}\n{}", word.help, word.example))
}

/// What begins a word: the slash, and what a keyboard for another alphabet writes for it. That one makes an unknown word
/// of the line, which is refused, so that what was meant for one does not go to the room.
const SLASHES: [char; 5] = ['/', '\u{FF0F}', '\u{2044}', '\u{2215}', '\u{29F8}'];

/// A special word that a user wrote, with what stands behind it.
#[derive(Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// A private message, in a dialogue: whom, then what.
    Tell,
    /// A private message on one line.
    TellTo {
        /// Whom.
        user: &'a str,
        /// What: a part of the line.
        text: &'a str,
    },
    /// Who is here and has a name that begins so.
    List(&'a str),
    /// The words, or one of them.
    Help(&'a str),
    /// Leave the chat.
    Quit,
    /// Back to the question.
    Menu,
    /// Do not show what this one writes; without a name: who is ignored.
    Ignore(&'a str),
    /// Show it again.
    Unignore(&'a str),
    /// Away, with a text for who writes; without one: back.
    Away(&'a str),
    /// So many of the last messages. Needs the database.
    History(&'a str),
    /// Keep the nickname for who knows a password. Needs the database.
    Register,
    /// Begins with a slash and is no word.
    Unknown(&'a str),
}

/// What a line is: a word, or a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// A special word.
    Word(Word<'a>),
    /// The message that was meant: `//text` stands for `/text`.
    Message(&'a str),
}

impl<'a> Said<'a> {
    /// Tells a word from a message. Words are written in capitals, or in any case after a slash; a line that begins
    /// with a space is a message as it stands. What cannot be seen before a word, or in it, does not count.
    pub fn parse(line: &'a str) -> Said<'a> {
        let begun = line.trim_start_matches(|c| !matches!(c, ' ' | '\t') && is_unseen(c));
        if begun.starts_with("//") {
            return Said::Message(begun.get(1..).unwrap_or_default());
        }
        let written = begun.trim_end();
        let (name, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
        match Word::parse(name, rest).or_else(|| Word::tell_with_colons(written)) {
            Some(word) => Said::Word(word),
            None if name.starts_with(SLASHES) => Said::Word(Word::Unknown(name)),
            None => Said::Message(line),
        }
    }
}

impl<'a> Word<'a> {
    fn parse(name: &'a str, rest: &'a str) -> Option<Word<'a>> {
        let rest = if is_blank(rest) { "" } else { rest.trim_start_matches(is_unseen) };
        let slash = name.starts_with('/');
        let name = if slash { Cow::Owned(seen(name).to_ascii_lowercase()) } else { seen(name) };
        let one_at_most = !rest.contains(char::is_whitespace);
        match &*name {
            "TELL" | "/tell" => Some(Word::tell(rest)),
            // In capitals these may begin a sentence: "LIST of all", "QUIT smoking". Then they are no words.
            "LIST" | "/list" if slash || one_at_most => Some(Word::List(rest)),
            "HELP" | "/help" if slash || one_at_most => Some(Word::Help(rest)),
            "QUIT" | "q" | "/quit" | "/q" if slash || rest.is_empty() => Some(Word::Quit),
            "MENU" | "/menu" if slash || rest.is_empty() => Some(Word::Menu),
            "HISTORY" | "/history" if slash || one_at_most => Some(Word::History(rest)),
            "REGISTER" | "/register" if slash || one_at_most => Some(Word::Register),
            "IGNORE" | "/ignore" if slash || one_at_most => Some(Word::Ignore(rest.trim_end_matches(is_unseen))),
            "UNIGNORE" | "/unignore" if slash || one_at_most => Some(Word::Unignore(rest.trim_end_matches(is_unseen))),
            // As TELL, a word whatever follows.
            "AWAY" | "/away" => Some(Word::Away(rest)),
            _ => None,
        }
    }

    /// `TELL` with a user behind it must never go to the room by mistake, so it is a word whatever follows.
    fn tell(rest: &'a str) -> Word<'a> {
        match rest.split_once(char::is_whitespace) {
            Some((user, text)) => Word::TellTo { user: user.trim_end_matches(is_unseen), text },
            None if rest.is_empty() => Word::Tell,
            None => Word::TellTo { user: rest.trim_end_matches(is_unseen), text: "" },
        }
    }

    /// The original's form, `/tell:user:message`, also in capitals without the slash; the message may hold colons.
    fn tell_with_colons(line: &'a str) -> Option<Word<'a>> {
        let (name, rest) = line.split_once(':')?;
        let (user, text) = rest.split_once(':').unwrap_or((rest, ""));
        let name = seen(name);
        (name == "TELL" || name.eq_ignore_ascii_case("/tell"))
            .then_some(Word::TellTo { user: user.trim_matches(is_unseen), text: text.trim_start() })
    }
}

/// What can be seen of a word.
fn seen(word: &str) -> Cow<'_, str> {
    if word.contains(is_unseen) { word.chars().filter(|&c| !is_unseen(c)).collect() } else { Cow::Borrowed(word) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::RESERVED;

    #[test]
    fn words_are_told_from_messages() {
        let word = |line| match Said::parse(line) {
            Said::Word(word) => word,
            Said::Message(text) => panic!("{line:?} is a word, not the message {text:?}"),
        };
        assert_eq!(word("TELL"), Word::Tell);
        assert_eq!(word("/tell:boris:at 5: or 6"), Word::TellTo { user: "boris", text: "at 5: or 6" });
        assert_eq!(word("/tell boris at 5"), Word::TellTo { user: "boris", text: "at 5" });
        assert_eq!(word("TELL boris at 5"), Word::TellTo { user: "boris", text: "at 5" });
        assert_eq!(word("TELL:boris:at 5: or 6"), Word::TellTo { user: "boris", text: "at 5: or 6" });
        assert_eq!(word("/tell:boris"), Word::TellTo { user: "boris", text: "" });
        assert_eq!(word("LIST"), Word::List(""));
        assert_eq!(word("LIST "), Word::List(""));
        assert_eq!(word("LIST ann"), Word::List("ann"));
        assert_eq!(word("/help tell"), Word::Help("tell"));
        assert_eq!(word("q"), Word::Quit);
        assert_eq!(word("/quit see you"), Word::Quit);
        assert_eq!(word("MENU"), Word::Menu);
        assert_eq!(word("HISTORY 20"), Word::History("20"));
        assert_eq!(word("/register"), Word::Register);
        assert_eq!([word("IGNORE"), word("/ignore boris")], [Word::Ignore(""), Word::Ignore("boris")]);
        assert_eq!([word("UNIGNORE boris"), word("/unignore")], [Word::Unignore("boris"), Word::Unignore("")]);
        assert_eq!([word("AWAY"), word("/away at lunch")], [Word::Away(""), Word::Away("at lunch")]);
        assert_eq!(word("/dance"), Word::Unknown("/dance"));
        for slash in ["\u{FF0F}", "\u{2044}", "\u{2215}", "\u{200B}\u{FF0F}"] {
            let line = format!("{slash}tell boris at 5");
            assert!(matches!(Said::parse(&line), Said::Word(Word::Unknown(_))), "{slash} begins no message");
        }
        let messages = [
            "list",
            "quit",
            "Q",
            " LIST",
            "LIST of all",
            "IGNORE all of it",
            "away",
            "QUIT smoking",
            "tell me",
            "a/b",
            "x TELL",
        ];
        for message in messages {
            assert_eq!(Said::parse(message), Said::Message(message));
        }
        assert_eq!(Said::parse("//text"), Said::Message("/text"));
    }

    #[test]
    fn what_cannot_be_seen_makes_no_message_of_a_word() {
        for unseen in
            ["\u{200B}", "\u{FEFF}", "\u{2060}", "\u{AD}", "\u{2800}", "\u{3164}", "\u{A0}", "\u{FE0F}\u{200D}"]
        {
            for (word, parsed) in [
                ("/tell boris hi", Word::TellTo { user: "boris", text: "hi" }),
                ("TELL boris hi", Word::TellTo { user: "boris", text: "hi" }),
                ("TELL:boris:hi", Word::TellTo { user: "boris", text: "hi" }),
                ("TELL", Word::Tell),
                ("QUIT", Word::Quit),
                ("/menu", Word::Menu),
            ] {
                assert_eq!(Said::parse(&format!("{unseen}{word}")), Said::Word(parsed), "{unseen:?} before {word}");
                assert!(matches!(Said::parse(&format!("{word}{unseen}")), Said::Word(_)), "{unseen:?} after {word}");
            }
            let within = format!("TE{unseen}LL bo\u{200B} x");
            assert!(matches!(Said::parse(&within), Said::Word(_)) || unseen == "\u{A0}", "{unseen:?} within");
            assert_eq!(Said::parse(&format!("{unseen}//text")), Said::Message("/text"));
            let text = format!(" {unseen}/tell boris hi");
            assert_eq!(Said::parse(&text), Said::Message(&text), "a space before it still sends it as text");
        }
        assert_eq!(Said::parse("TELL\u{A0}boris hi"), Said::Word(Word::TellTo { user: "boris", text: "hi" }));
        assert_eq!(Said::parse("/tell boris ❤\u{FE0F}"), Said::Word(Word::TellTo { user: "boris", text: "❤\u{FE0F}" }));
    }

    #[test]
    fn nobody_can_be_named_like_a_word() {
        let all = words(true).flat_map(|word| word.spellings);
        for name in all {
            let name = name.trim_start_matches('/').to_lowercase();
            assert!(RESERVED.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn every_spelling_in_the_table_is_a_word_and_is_explained() {
        for spelling in words(true).flat_map(|word| word.spellings) {
            assert!(matches!(Said::parse(spelling), Said::Word(word) if !matches!(word, Word::Unknown(_))));
            assert!(help_about(spelling, true).is_some());
        }
        assert!(help(true).lines().count() <= 13);
        assert!(help(true).contains("HISTORY") && !help(false).contains("HISTORY"));
        assert!(help_about("TELL", false).is_some_and(|about| about.contains("Example: /tell boris")));
        assert_eq!([help_about("DANCE", true), help_about("HISTORY", false)], [None, None]);
    }
}
