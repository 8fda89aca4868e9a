//! Comfort: every sentence has its Russian, and every Russian one its sentence in the source.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::client::comfort::clock::Moment;
use crate::client::comfort::look::{Bell, Look};
use crate::protocol::{self, KEPT_WORDS, WORDS};

/// All that the files below a folder, or one file, say: the source without its tests and comments.
fn source(path: &str) -> String {
    fn files(path: &Path) -> Vec<PathBuf> {
        if path.is_file() {
            return vec![path.to_owned()];
        }
        let entries = fs::read_dir(path).expect("the source is there");
        entries.flat_map(|entry| files(&entry.expect("an entry").path())).collect()
    }
    let all = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path));
    let rust = all.iter().filter(|path| path.extension().is_some_and(|is| is == "rs") && !path.ends_with("tests.rs"));
    let text = rust.map(|path| fs::read_to_string(path).expect("text"));
    let tested = text.map(|text| text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned());
    let lines = tested.collect::<Vec<_>>().join("\n");
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    lines.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

fn sentences() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    tables().iter().flatten()
}

/// `{}` for whatever stands between the brackets.
fn bare(sentence: &str) -> String {
    pieces(sentence).collect::<Vec<_>>().join("{}")
}

fn is_known(english: &str) -> bool {
    // What comes after `: ` is said by whoever is asked.
    sentences().any(|(known, _)| [bare(known), bare(known.trim_end_matches(": {why}"))].contains(&bare(english)))
}

#[test]
fn the_file_has_a_sentence_and_below_it_its_russian() {
    let lines = RUSSIAN.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    for pair in lines.chunks(2) {
        let [english, russian] = pair else { panic!("without its Russian: {pair:?}") };
        assert!(!english.starts_with(' ') && russian.starts_with("    "), "{pair:?}");
        assert_eq!(english.matches('{').count(), russian.matches("{}").count(), "{pair:?}");
    }
    assert!(lines.len() > 300 && RUSSIAN.contains(TOLD), "{} lines", lines.len());
}

#[test]
fn each_sentence_is_said_somewhere() {
    let source = source("");
    for (english, _) in sentences() {
        let said = english.trim_end_matches(": {why}");
        let is_said = source.contains(&format!("\"{said}")) || source.contains(&format!("\" {said}\""));
        assert!(is_said, "nobody says this any more: {english}");
    }
}

/// The literals behind these words, with whatever white space between them.
fn literals_after<'s>(source: &'s str, words: &'s [&'s str]) -> impl Iterator<Item = &'s str> {
    words.iter().flat_map(move |word| source.split(word).skip(1)).filter_map(|after| {
        let (before, literal) = after.split_once('"')?;
        let is_next = before.trim().is_empty() || ["&format!(", "format!("].contains(&before.trim());
        is_next.then(|| literal.split('"').next().unwrap_or_default())
    })
}

#[test]
fn what_the_client_says_is_in_russian() {
    // `heard.rs` has lines of the protocol.
    let source: String =
        ["client/comfort", "client/recv.rs", "client/sent.rs", "client.rs"].into_iter().map(source).collect();
    let literals: Vec<&str> = source.split('"').skip(1).step_by(2).collect();
    let is_sentence = |literal: &&str| {
        let begins = literal.trim_start_matches(['[', '\'', '{']).chars().next().is_some_and(char::is_alphabetic);
        begins && literal.contains(' ') && !literal.chars().any(|c| ('а'..='я').contains(&c))
    };
    let mut said = literals_after(&source, &["words(", "fill(", "says("]).collect::<Vec<_>>();
    let is_capital = |literal: &&&str| literal.chars().next().is_some_and(char::is_uppercase);
    said.extend(literals.iter().copied().filter(is_sentence).filter(|literal| is_capital(&literal)));
    assert!(said.len() > 60, "{}", said.len());
    for english in said {
        assert!(is_known(english), "no Russian for: {english}");
    }
}

#[test]
fn each_reason_of_the_servers_and_each_error_has_its_russian() {
    let reasons = ["not_sent(", "not_delivered(", "Refusal::Nickname("];
    let errors = ["Err(", "refused(", "context("];
    let server = source("server") + &source("server.rs") + &source("protocol.rs") + &source("text");
    let files = ["database", "robust/own_file.rs", "server/robust/motd.rs", "flags", "flags.rs"];
    let failing: String = files.into_iter().map(source).collect();
    let in_prose = |literal: &&str| literal.contains(' ') && !literal.contains("SELECT");
    // What rustc cannot reach, a log line, or SQL.
    let found: Vec<&str> = literals_after(&server, &reasons)
        .filter(|literal| !literal.is_empty())
        .chain(literals_after(&failing, &errors).filter(in_prose))
        .collect();
    assert!(found.len() > 40, "{} reasons found", found.len());
    for reason in found {
        assert!(is_known(reason), "no Russian for: {reason}");
    }
}

#[test]
fn help_is_in_russian_line_by_line() {
    let examples = WORDS.iter().chain(KEPT_WORDS).map(|word| word.example);
    for english in protocol::help(true).lines().chain(examples) {
        let russian = Lang::Ru.told(english);
        assert!(russian.chars().any(|c| ('а'..='я').contains(&c)), "{english}");
        assert!(russian.chars().count() <= 100, "{russian}");
    }
}

#[test]
fn no_word_is_cut_in_two_in_a_window_of_60_columns_or_of_80() {
    let look = Look { colour: false, time: true, bell: Bell::Off, quiet: false, lang: Lang::En };
    let longest = "константин_константинопольский_1";
    for said in sentences().flat_map(|(english, russian)| [*english, *russian]) {
        let names = std::iter::repeat_with(|| longest.to_owned());
        let whole = filled(said, names);
        for columns in [60, 80] {
            let rows = look.own_words(&whole, Moment::local(0), columns);
            assert!(rows.as_str().lines().all(|row| row.chars().count() <= columns), "{columns}: {rows}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            // Before them stand the time and the mark.
            let shown = words(rows.as_str()).split_off(2);
            assert_eq!(shown, words(&whole), "{columns}: {rows}");
        }
    }
}

#[test]
fn what_changes_in_a_sentence_is_taken_over() {
    let told = |english| Lang::Ru.told(english);
    for (english, russian) in [
        (
            "anna is taken, or looks like a name that is; anna2 is free",
            "anna занят или похож на занятый; anna2 свободен",
        ),
        ("The connection is closed: the server stops", "Соединение закрыто: сервер останавливается"),
        ("boris, who wrote to you alone, has left", "boris больше не в чате; личный чат окончен"),
        (
            "What is said here is kept by the server for 30 days, private messages too. HISTORY shows it, REGISTER keeps your nickname for you.",
            "Сказанное здесь хранится на сервере (дней: 30), личное тоже. HISTORY покажет его, REGISTER закрепит за вами ник.",
        ),
        (
            "cannot keep the chat in chat.db: chat.db-wal: it is no file",
            "не удаётся хранить чат в chat.db: chat.db-wal: это не файл",
        ),
        ("Tomorrow there is no lesson", "Tomorrow there is no lesson"),
        // What users write is no sentence of ours.
        (
            "nobody here is called History ends; LIST shows who is here",
            "здесь нет никого с ником History ends; LIST покажет, кто здесь",
        ),
    ] {
        assert_eq!(told(english), russian);
        assert_eq!(Lang::En.told(english), english);
    }
    assert_eq!(values("{} has left", "boris has left"), Some(vec!["boris"]));
    assert_eq!(values("History ends", "History ends here"), None);
}

#[test]
fn the_environment_says_which_language() {
    for (locale, lang) in [("ru_RU.UTF-8", Lang::Ru), ("ru", Lang::Ru), ("C", Lang::En), ("", Lang::En)] {
        assert_eq!(Lang::of_locale(locale), lang, "{locale}");
    }
    assert_eq!(Lang::of_locale("run_XX"), Lang::En);
}

#[test]
fn lists_are_shown_as_names() {
    let shown = |list| Lang::En.line(&Heard::Users(list), "?");
    let russian = Lang::Ru.line(&Heard::Users("['anna'] and 8 more; LIST ann shows those that begin so"), "?");
    assert_eq!(russian, "Здесь: anna и ещё 8; LIST ann покажет те ники, что так начинаются");
    assert_eq!(shown("['anna', 'boris']"), "Here: anna, boris (2)");
    assert_eq!(shown("['anna'] and 8 more; LIST ann"), "Here: anna and 8 more; LIST ann");
    assert_eq!(shown("[]"), "Here: nobody");
    assert_eq!(shown("anything"), "?");
}
