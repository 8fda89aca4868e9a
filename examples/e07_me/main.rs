//! Exercise 7.5: one word more, `/me waves`. You edit the server itself, in `src/`; this file checks it from outside,
//! over TCP, as two people at `nc` would.
//!
//! Run: `cargo run --example e07_me` builds your server and checks it. `CHAT_SERVER=127.0.0.1:12345` in front of that
//! checks one that runs already. With `solution` behind it, `solution.patch` is checked on a copy of the project; with
//! `free_name`, the same without what it says of nicknames: the check refuses that.
#![allow(clippy::print_stdout, reason = "an exercise prints its result")]

use std::io;

use server::Server;
use talk::Talk;

mod server;
mod talk;

/// What is typed in the group, what everyone there hears after it, and which mistake it finds.
const HEARD: &[(&str, &str, &str)] = &[
    ("/me waves", "* waves", "this is what the word is for"),
    ("/me машет рукой", "* машет рукой", "a text may be Cyrillic, and have several words"),
    ("/ME waves", "* waves", "after a slash every word may be written in any case"),
    ("ME too", "ME too", "without the slash it is no word, but a message like any other"),
    ("//me waves", "/me waves", "two slashes send a text that begins with one"),
    (" /me waves", " /me waves", "a space before a word sends it as text"),
];

/// What is refused, and why. The answer begins with `Not sent: `, and nobody else hears anything.
const REFUSED: &[(&str, &str)] = &[
    ("/me", "there is nothing that anna does"),
    ("/me  ", "nor is there here: white space is no text"),
    ("/mean boris", "another word that begins so is not known, and it is not sent to all by mistake"),
];

fn main() -> io::Result<()> {
    let server = match std::env::args().nth(1).as_deref() {
        Some("solution") => Server::of_the_solution("solution", &[])?,
        Some("free_name") => Server::of_the_solution("free_name", &["--exclude=src/text/nickname.rs"])?,
        _ => Server::yours()?,
    };
    check(&server.address)?;
    println!("e07_me: every check passes");
    Ok(())
}

fn check(server: &str) -> io::Result<()> {
    let mut anna = Talk::login(server, "anna")?;
    let answer = anna.says("/me waves")?;
    assert!(
        !answer.starts_with("Not sent: there is no word /me"),
        "yours to write: exercise 7.5. Anna typed `/me waves`, and the server does not know the word: it answered\n  \
         {answer}\nBegin with `enum Word` in src/protocol/words.rs; the compiler will show you the way from there."
    );
    assert!(
        answer.starts_with("Not sent: "),
        "at the question nobody can hear it: `Not sent: ` and a reason, not\n  {answer}"
    );
    anna.hears("What do you want: 1. write to one user or 2. go into the group", "after the refusal it asks again")?;

    let answer = Talk::connect(server, "the one who would be called me")?.says("me")?;
    assert!(
        answer.starts_with("Not sent: "),
        "a nickname is none of the chat's own words, and `me` is one now (`RESERVED` in src/text/nickname.rs). The answer was\n  \
         {answer}"
    );

    let mut boris = Talk::login(server, "boris")?;
    for person in [&mut anna, &mut boris] {
        person.types("2")?;
        person.hears("You in group", "`2` goes into the group")?;
    }
    for (typed, heard, why) in HEARD {
        anna.types(typed)?;
        for person in [&mut anna, &mut boris] {
            person.hears(&format!("(broadcast) anna: {heard}"), &format!("anna typed {typed:?}: {why}"))?;
        }
    }
    for (typed, why) in REFUSED {
        let answer = anna.says(typed)?;
        assert!(answer.starts_with("Not sent: "), "anna typed {typed:?}: {why}. Her answer was\n  {answer}");
    }
    let help = anna.until("HELP", "//text")?;
    assert!(
        help.iter().any(|line| line.starts_with("/me")),
        "HELP should have a line for it (`WORDS`), not only\n{help:#?}"
    );

    anna.types("MENU")?;
    anna.hears("What do you want: 1. write to one user or 2. go into the group", "MENU is still a word")?;
    anna.until("1", "Choose your user-chat")?;
    anna.until("boris", "Successful")?;
    anna.types("/me whispers")?;
    anna.hears("(private to boris) : * whispers", "in a private chat it is private")?;
    boris.hears("(private) anna : * whispers", "what was refused before this, and MENU, boris did not hear")
}
