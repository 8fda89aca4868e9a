//! Comfort: the sentences are those of the server's source.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::protocol::{self, KEPT_WORDS, WORDS};

/// All of the source that a server is made of.
fn source() -> String {
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the source is there");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }
    let all = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let of_the_server = all.iter().filter(|path| !path.to_string_lossy().contains("src/client"));
    of_the_server.map(|path| fs::read_to_string(path).expect("text")).collect()
}

#[test]
fn each_sentence_is_one_of_the_servers() {
    let source = source();
    for (english, russian) in LINES.iter().chain(REASONS).chain(PARTS) {
        assert!(source.contains(&format!("\"{english}")), "no server says this any more: {english}");
        assert_eq!(english.matches('{').count(), russian.matches("{}").count(), "{english}");
    }
}

/// `{}` for whatever stands between the brackets.
fn bare(sentence: &str) -> String {
    sentence
        .split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after))
        .collect::<Vec<_>>()
        .join("{}")
}

#[test]
fn each_reason_of_the_servers_has_its_russian() {
    let source = source();
    let known: Vec<String> = REASONS.iter().map(|(english, _)| bare(english)).collect();
    let mut found = 0;
    for call in ["not_sent(", "not_delivered(", "Refusal::Nickname("] {
        for after in source.split(call).skip(1) {
            let Some((before, literal)) = after.split_once('"') else { continue };
            if before.chars().all(char::is_whitespace) || before.trim() == "&format!(" {
                let reason = bare(literal.split_once('"').expect("a whole literal").0);
                assert!(known.contains(&reason), "no Russian for: {reason}");
                found += 1;
            }
        }
    }
    assert!(found > 20, "{found} reasons found");
}

#[test]
fn help_is_in_russian_line_by_line() {
    let examples = WORDS.iter().chain(KEPT_WORDS).map(|word| word.example);
    for english in protocol::help(true).lines().chain(examples) {
        let russian = line(english);
        assert!(russian.chars().any(|c| ('а'..='я').contains(&c)), "{english}");
        assert!(russian.chars().count() <= 100, "{russian}");
    }
}

#[test]
fn what_changes_in_a_sentence_is_taken_over() {
    assert_eq!(
        line("anna is taken, or looks like a name that is; anna2 is free"),
        "anna занят или похож на занятый; anna2 свободен"
    );
    assert_eq!(
        reason("there is no word /me; HELP lists the words, //text sends a text that begins with a slash")
            .split(';')
            .next(),
        Some("слова /me нет")
    );
    assert_eq!(line("The connection is closed: the server stops"), "Соединение закрыто: сервер останавливается");
    let kept = line(
        "What is said here is kept by the server for 30 days, private messages too. HISTORY shows it, REGISTER keeps your nickname for you.",
    );
    assert!(kept.starts_with("Сказанное здесь хранится на сервере, дней: 30, личное тоже."), "{kept}");
    assert_eq!(line("Tomorrow there is no lesson"), "Tomorrow there is no lesson");
    assert_eq!(values("{} has left", "boris has left"), Some(vec!["boris"]));
    assert_eq!(values("History ends", "History ends here"), None);
}
