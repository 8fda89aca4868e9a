//! Feature check: what was wanted of a server, what came instead, and how that is told in either language. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use crate::client::{Lang, escaped};

/// The same in English and in Russian.
pub(super) type Words = [&'static str; 2];

/// How many entries of a conversation are kept.
const TALK: usize = 200;
/// How much of one read or write is shown, in characters.
const SHOWN: usize = 100;

/// A line in the language that is asked for.
pub(super) fn in_lang(words: Words, lang: Lang) -> &'static str {
    let [english, russian] = words;
    lang.pick(english, russian)
}

/// What was waited for.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// This very line.
    Line(String),
    /// A line that begins so.
    Start(String),
    /// A line that ends so: an echo, whatever stands before it.
    Echo(String),
    /// That the server closes the connection in order.
    End,
    /// That the server takes what is written.
    Takes,
    /// In words of its own.
    Said(Words),
}

impl Wanted {
    pub(super) fn told(&self, lang: Lang) -> String {
        let with = |words: Words, line: &str| format!("{} `{}`", in_lang(words, lang), short(line.as_bytes()));
        match self {
            Wanted::Line(line) => with(["the line", "строка"], line),
            Wanted::Start(start) => with(["a line that begins with", "строка, которая начинается с"], start),
            Wanted::Echo(text) => with(["a line that ends with", "строка, которая кончается на"], text),
            Wanted::End => lang.pick("the end of the stream", "конец потока").to_owned(),
            Wanted::Takes => {
                lang.pick("the server reads what is sent", "сервер читает то, что ему посылают").to_owned()
            }
            Wanted::Said(words) => in_lang(*words, lang).to_owned(),
        }
    }
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// A line came, and it was another.
    Line,
    /// Nothing more came in time.
    Silence,
    /// The end of the stream.
    End,
    /// The connection broke: a reset.
    Reset,
    /// There was no connection to be had.
    Refused,
}

impl Then {
    pub(super) fn told(self, lang: Lang) -> &'static str {
        match self {
            Then::Line => lang.pick("that", "это"),
            Then::Silence => lang.pick("nothing more", "больше ничего"),
            Then::End => lang.pick("the end of the stream", "конец потока"),
            Then::Reset => lang.pick("a reset of the connection", "сброс соединения"),
            Then::Refused => lang.pick("no connection", "нет соединения"),
        }
    }
}

/// A check that does not hold: the four lines that are shown of it, but for the reason.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) sent: String,
    pub(super) wanted: Wanted,
    pub(super) got: Vec<String>,
    pub(super) then: Then,
    pub(super) after: Duration,
}

/// Everything that was said in one check, both ways, by all its clients.
#[derive(Debug, Default)]
pub(super) struct Talk {
    lines: VecDeque<String>,
    skipped: usize,
}

impl Talk {
    pub(super) fn push(&mut self, who: &str, arrow: &str, what: &str) {
        if self.lines.len() == TALK {
            self.lines.pop_front();
            self.skipped += 1;
        }
        self.lines.push_back(format!("{who:<6} {arrow} {what}"));
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let skipped = (self.skipped > 0).then(|| format!("... {} more", self.skipped));
        skipped.into_iter().chain(self.lines.iter().cloned()).collect()
    }
}

/// Bytes for the eye, cut where they are many.
pub(super) fn short(bytes: &[u8]) -> String {
    let text = escaped(bytes);
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN).chain("...".chars()).collect()
}

/// `[7B] hello\n`: one read or one write.
pub(super) fn row(bytes: &[u8]) -> String {
    format!("[{}B] {}", bytes.len(), short(bytes))
}

impl Broken {
    /// A second server could not be started.
    pub(super) fn not_started() -> Broken {
        let wanted = Wanted::Said(["a second server of the same command", "второй сервер той же командой"]);
        Broken { sent: String::new(), wanted, got: Vec::new(), then: Then::Refused, after: Duration::ZERO }
    }
}
