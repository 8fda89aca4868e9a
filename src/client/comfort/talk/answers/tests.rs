//! Comfort: any lines, at any pace, at a server that answers as ours does, and a loss at any point: what is said not to
//! be known to have arrived is what had no answer.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::protocol::{self, Said};
use crate::wire::Framing;

/// What is typed. Every kind of line that a server answers differently is here.
const LINES: &[&str] = &[
    "hello",
    "hello",
    "1",
    "2",
    "",
    "  ",
    "MENU",
    "LIST",
    "LIST a",
    "HELP",
    "HELP TELL",
    "HELP dance",
    "/dance",
    "//dance",
    " LIST",
    "TELL",
    "boris",
    "nobody",
    "/tell boris psst",
    "/tell nobody psst",
    "/tell boris",
    "HISTORY",
    "HISTORY x",
    "a\u{1b}b",
    "MENU \u{1b}",
    "REGISTER",
];

/// A server's side of one session, written anew from the protocol's page: not from what is tested here.
#[derive(Default)]
struct Server {
    place: &'static str,
    tell: &'static str,
    keeps: bool,
}

impl Server {
    /// What it answers, and whether the line was a message.
    fn read(&mut self, line: &str) -> (Vec<String>, bool) {
        let no = || "Not sent: no".to_owned();
        if line.contains('\u{1b}') {
            let again = match self.tell {
                "who" => vec![no(), protocol::TELL_WHO.into()],
                "what" => vec![no(), protocol::tell_what("boris")],
                _ => self.then(vec![no()]),
            };
            return (again, false);
        }
        match self.tell {
            "who" => return (self.whom(line), false),
            "what" => {
                self.tell = "";
                let blank = line.trim().is_empty();
                let answer =
                    if blank { protocol::TELL_NOTHING.into() } else { protocol::private_receipt("boris", line) };
                return (vec![answer], !blank);
            }
            _ => {}
        }
        let said = match line {
            "MENU" => {
                self.place = "question";
                return (vec![protocol::QUESTION.into()], false);
            }
            "LIST" | "LIST a" => vec!["Users in chatroom: ['anna']".into()],
            "HELP" | "HELP TELL" => vec!["These are the words".into(), "TELL and so on".into()],
            "HISTORY" if self.keeps => vec![protocol::HISTORY_BEGINS.into(), protocol::HISTORY_ENDS.into()],
            "HELP dance" | "/dance" | "/tell boris" | "HISTORY" | "HISTORY x" | "REGISTER" => vec![no()],
            "TELL" if !matches!(self.place, "group" | "private") => vec![no()],
            "TELL" => {
                self.tell = "who";
                return (vec![protocol::TELL_WHO.into()], false);
            }
            "/tell boris psst" => return (self.then(vec![protocol::private_receipt("boris", "psst")]), true),
            "/tell nobody psst" => return (self.then(vec![protocol::not_delivered("nobody")]), true),
            text => return self.text(text.strip_prefix('/').filter(|text| text.starts_with('/')).unwrap_or(text)),
        };
        (self.then(said), false)
    }

    fn whom(&mut self, line: &str) -> Vec<String> {
        match line {
            "MENU" => {
                self.tell = "";
                vec![protocol::TELL_NOTHING.into()]
            }
            "LIST" | "LIST a" => vec!["Users in chatroom: ['anna']".into(), protocol::TELL_WHO.into()],
            "boris" => {
                self.tell = "what";
                vec![protocol::tell_what("boris")]
            }
            line if line.trim().is_empty() => vec![protocol::TELL_WHO.into()],
            _ => vec!["Not sent: nobody is called so".into(), protocol::TELL_WHO.into()],
        }
    }

    fn text(&mut self, text: &str) -> (Vec<String>, bool) {
        match (self.place, text.trim()) {
            ("question", "1") => self.place = "choosing",
            ("question", "2") => {
                self.place = "group";
                return (vec![protocol::IN_GROUP.into()], false);
            }
            ("question", _) => return (self.then(vec!["Not sent: answer 1 or 2".into()]), false),
            ("choosing", "boris" | "1") => {
                self.place = "private";
                return (vec![protocol::SUCCESSFUL.into()], false);
            }
            ("choosing", "") => {}
            ("choosing", _) => return (self.then(vec!["Not sent: nobody is called so".into()]), false),
            (_, "") => return (Vec::new(), false),
            ("group", _) => return (vec![protocol::broadcast("anna", text)], true),
            _ => return (vec![protocol::private_receipt("boris", text)], true),
        }
        (self.then(Vec::new()), false)
    }

    /// Where it asks something, it asks again.
    fn then(&self, mut said: Vec<String>) -> Vec<String> {
        match self.place {
            "question" => said.push(protocol::QUESTION.into()),
            "choosing" => said.extend([protocol::CHOOSE.to_owned(), "1.boris".to_owned()]),
            _ => {}
        }
        said
    }
}

/// What the test does next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Type(&'static str),
    /// The server reads a line, and the client what it answers.
    Answer,
    /// Others speak.
    Others,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => select(LINES).prop_map(Step::Type),
        3 => Just(Step::Answer),
        1 => Just(Step::Others),
    ];
    vec(step, 0..60)
}

fn hears(answers: &mut Answers, line: &str) {
    let heard = Heard::parse(line, Framing::Lines);
    let own = matches!(heard, Heard::ToAll { from: "anna", .. });
    answers.heard(&heard, own);
}

/// What is reported, and what should be. What follows a REGISTER that is not answered may be a password: it is not shown.
fn after(steps: &[Step], keeps: bool) -> (Vec<String>, Vec<String>) {
    let mut answers = Answers::default();
    let mut server = Server { place: "question", tell: "", keeps };
    hears(&mut answers, protocol::QUESTION);
    let mut unread: VecDeque<&str> = VecDeque::new();
    for step in steps {
        match *step {
            Step::Type(line) => {
                answers.sent(line, false);
                unread.push_back(line);
            }
            Step::Answer => {
                let said = unread.pop_front().map(|line| server.read(line).0).unwrap_or_default();
                said.iter().for_each(|line| hears(&mut answers, line));
            }
            Step::Others => {
                for line in ["(broadcast) boris: hello", "(private) boris : hello", "You write faster than 10 lines"] {
                    hears(&mut answers, line);
                }
            }
        }
    }
    let mut lost = Vec::new();
    for line in unread {
        // At TELL's questions it is no word.
        if line == "REGISTER" && server.tell.is_empty() {
            break;
        }
        if foreseen(&mut server, line) {
            lost.push(line.to_owned());
        }
    }
    (answers.lost(), lost)
}

/// What a line would have been. Nobody knows whether a name would have been found, nor whether a word was refused.
fn foreseen(server: &mut Server, line: &str) -> bool {
    let found = match (server.tell, server.place) {
        ("who", _) if !matches!(line, "MENU" | "LIST" | "LIST a" | "" | "  ") && !line.contains('\u{1b}') => "boris",
        ("", "choosing") if matches!(Said::parse(line), Said::Message(text) if !text.trim().is_empty() && !text.contains('\u{1b}')) => {
            "boris"
        }
        _ => line,
    };
    server.read(found).1
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_may_not_have_arrived_is_what_was_not_answered(steps in steps(), keeps: bool) {
        let (reported, lost) = after(&steps, keeps);
        prop_assert_eq!(reported, lost);
    }
}

#[test]
fn a_refusal_takes_the_line_that_was_refused() {
    for refused in ["/dance", "HISTORY x", "HELP dance", "/tell boris", "a\u{1b}b"] {
        let steps = [Step::Type("2"), Step::Answer, Step::Type(refused), Step::Type("hello"), Step::Answer];
        assert_eq!(after(&steps, false).0, ["hello"], "{refused:?}");
    }
}

#[test]
fn a_password_is_never_told() {
    let mut answers = Answers::default();
    hears(&mut answers, protocol::IN_GROUP);
    for line in ["hello", "REGISTER", "correct horse", "correct horse"] {
        answers.sent(line, false);
    }
    assert_eq!(answers.lost(), ["hello"]);
    hears(&mut answers, protocol::IN_GROUP);
    answers.sent("REGISTER", false);
    hears(&mut answers, protocol::PASSWORD);
    answers.sent("correct horse", true);
    answers.sent("correct horse", false);
    assert!(answers.lost().is_empty());
}

#[test]
fn what_goes_to_nobody_is_told_too_and_what_follows_is_an_answer() {
    let mut answers = Answers::default();
    hears(&mut answers, protocol::CHOOSE);
    answers.sent("boris", false);
    hears(&mut answers, protocol::SUCCESSFUL);
    hears(&mut answers, "boris has left; your next line goes to nobody, then you choose anew");
    answers.sent("a secret", false);
    answers.sent("another", false);
    assert_eq!(answers.lost(), ["a secret"]);
}
