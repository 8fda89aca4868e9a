//! Comfort: what a talk knows after which lines.

use std::time::Duration;

use super::*;
use crate::wire::Framing;

fn hears(talk: &Talk, lines: &[&str]) {
    for line in lines {
        talk.heard(&Heard::parse(line, Framing::Lines));
    }
}

/// A talk in which anna has her nickname.
fn anna() -> Talk {
    let talk = Talk::default();
    hears(&talk, &["Your nickname?"]);
    talk.sent("anna");
    hears(&talk, &["Successfully", "process", "Welcome", crate::protocol::QUESTION]);
    talk
}

#[test]
fn the_prompt_says_who_and_where() {
    let talk = anna();
    assert_eq!(talk.prompt(80), "[anna] ");
    talk.sent("2");
    hears(&talk, &["You in group"]);
    assert_eq!(talk.prompt(80), "[anna in the group] ");
    talk.sent("MENU");
    hears(&talk, &[crate::protocol::QUESTION]);
    talk.sent("1");
    hears(&talk, &["Choose your user-chat", "1.vera 2.boris"]);
    assert_eq!(talk.prompt(80), "[anna] ");
    talk.sent("2");
    hears(&talk, &["(private) vera : Successful", "Successful"]);
    assert_eq!(talk.prompt(80), "[anna to boris] ");
    hears(&talk, &["Not delivered: boris has left", crate::protocol::QUESTION]);
    assert_eq!(talk.prompt(80), "[anna] ");
}

#[test]
fn a_partner_is_known_by_name_too() {
    let talk = anna();
    hears(&talk, &["Choose your user-chat", "1.Vera"]);
    talk.sent("vera");
    hears(&talk, &["Successful"]);
    assert_eq!(talk.prompt(80), "[anna to Vera] ");
}

#[test]
fn what_has_a_receipt_is_told_from_what_has_none() {
    let talk = anna();
    assert!(!talk.has_receipt("hello"), "at the question it is an answer");
    assert!(!talk.is_nothing(""), "at the question it is an answer");
    hears(&talk, &["You in group"]);
    assert!(talk.has_receipt("hello") && talk.has_receipt("/tell boris hello"));
    assert!(!talk.has_receipt("LIST") && !talk.has_receipt("  ") && talk.is_nothing("  "));
    talk.sent("TELL");
    assert!(!talk.has_receipt("boris") && !talk.is_nothing(""), "TELL asks");
    hears(&talk, &["(private to boris) : hello"]);
    assert!(talk.has_receipt("hello"), "TELL is over");
}

#[test]
fn tells_questions_are_in_the_prompt_until_they_are_answered_or_given_up() {
    let talk = anna();
    hears(&talk, &["You in group"]);
    assert_eq!(talk.gives_up(), None);
    talk.sent("TELL");
    assert!(talk.is_asked_whom() && talk.gives_up() == Some("MENU"));
    assert!(!talk.wait_until_answered(Duration::from_millis(1)), "the question changes the prompt");
    hears(&talk, &[crate::protocol::TELL_WHO]);
    assert_eq!(talk.prompt(80), "[anna: TELL to whom?] ");
    assert!(!talk.is_private());
    talk.sent("boris");
    hears(&talk, &[&crate::protocol::tell_what("boris")]);
    assert_eq!((talk.prompt(80), talk.gives_up()), ("[anna to boris, once] ".into(), Some("")));
    assert!(talk.is_private() && talk.has_receipt("LIST"), "no word counts there");
    talk.sent("LIST");
    assert_eq!(talk.prompt(80), "[anna in the group] ");
    assert_eq!(talk.lost(), ["LIST"]);
    // A message that is refused is asked for again.
    hears(&talk, &["Not sent: it rings", &crate::protocol::tell_what("boris")]);
    assert_eq!(talk.prompt(80), "[anna to boris, once] ");
    hears(&talk, &[crate::protocol::TELL_NOTHING]);
    assert_eq!((talk.prompt(80), talk.gives_up()), ("[anna in the group] ".into(), None));
}

#[test]
fn tell_is_given_up_once_where_a_server_does_not_ask() {
    let talk = anna();
    hears(&talk, &["You in group"]);
    talk.sent("TELL");
    talk.sent("MENU");
    assert_eq!(talk.gives_up(), None, "the next Ctrl-C leaves");
}

#[test]
fn when_the_partner_has_left_what_is_typed_goes_to_nobody() {
    let talk = anna();
    hears(&talk, &["Choose your user-chat", "1.boris"]);
    talk.sent("1");
    let boris = crate::text::Nickname::parse("boris").expect("a nickname");
    hears(&talk, &["Successful", &crate::protocol::partner_has_left(&boris)]);
    assert_eq!(talk.prompt(80), "[anna to nobody] ");
    assert!(!talk.has_receipt("hello"), "its row stays");
    hears(&talk, &["Not delivered: boris has left", crate::protocol::QUESTION]);
    assert_eq!(talk.prompt(80), "[anna] ");
}

#[test]
fn a_question_of_tells_is_still_open_when_the_partner_has_left() {
    let talk = anna();
    hears(&talk, &["Choose your user-chat", "1.boris"]);
    talk.sent("1");
    let boris = crate::text::Nickname::parse("boris").expect("a nickname");
    hears(&talk, &["Successful", &crate::protocol::tell_what("vera"), &crate::protocol::partner_has_left(&boris)]);
    assert_eq!(talk.prompt(80), "[anna to vera, once] ");
    hears(&talk, &["(private to vera) : hello"]);
    assert_eq!(talk.prompt(80), "[anna to nobody] ");
}

#[test]
fn a_password_is_in_the_prompt_and_only_registering_is_given_up() {
    let talk = Talk::default();
    hears(&talk, &["Your nickname?"]);
    talk.sent("anna");
    hears(&talk, &["Password?"]);
    assert_eq!((talk.prompt(80), talk.gives_up()), ("Password? ".into(), None));
    talk.sent("secret");
    assert!(!talk.wait_until_answered(Duration::from_millis(1)), "it may be asked for again");
    hears(&talk, &["Successfully", crate::protocol::QUESTION, "You in group"]);
    talk.sent("REGISTER");
    hears(&talk, &["Password?"]);
    assert_eq!((talk.prompt(80), talk.gives_up()), ("Password? ".into(), Some("")));
}

#[test]
fn who_spoke_last_is_offered_first_and_we_ourselves_never() {
    let talk = anna();
    hears(&talk, &["Users in chatroom: ['anna', 'boris', 'Bella']", "You in group"]);
    assert_eq!(talk.nicknames("b"), ["boris", "Bella"]);
    hears(&talk, &["(broadcast) Bella: hi", "(broadcast) anna: hi"]);
    assert_eq!(talk.nicknames("B"), ["Bella", "boris"]);
    assert_eq!(talk.nicknames(""), ["Bella", "boris"]);
    hears(&talk, &["(broadcast) General information: boris has left the Chat"]);
    assert_eq!(talk.nicknames(""), ["Bella"]);
}

#[test]
fn a_line_is_known_to_have_arrived_by_its_receipt() {
    let talk = anna();
    hears(&talk, &["You in group"]);
    for line in ["first", "/tell boris second", "LIST", "third", "//fourth", "/tell vera fifth"] {
        talk.sent(line);
    }
    hears(&talk, &["(broadcast) anna: first", "(broadcast) boris: third", "(private to boris) : second"]);
    hears(&talk, &["(broadcast) anna: /fourth", "Kept for vera, who is away: fifth"]);
    assert_eq!(talk.lost(), ["third"]);
    assert!(talk.lost().is_empty(), "said once");
    talk.is_away(Some(4));
    assert_eq!(talk.prompt(80).as_str().trim_end(), "[anna away, next try in 4 s]");
    assert!(!talk.has_receipt("hello"), "it waits, and its row stays");
}

#[test]
fn waiting_for_an_answer_ends_with_it_and_never_takes_long() {
    let talk = anna();
    assert!(talk.wait_until_answered(Duration::from_secs(60)));
    talk.sent("2");
    hears(&talk, &["You in group"]);
    assert!(talk.wait_until_answered(Duration::from_secs(60)));
    talk.sent("MENU");
    assert!(!talk.wait_until_answered(Duration::from_millis(1)));
}

#[test]
fn a_message_to_oneself_is_nobodys_to_answer() {
    let talk = anna();
    hears(&talk, &["You in group", "(private) boris : psst", "(private) anna : note to self"]);
    assert_eq!(talk.last_private().as_ref().map(crate::shown::Shown::as_str), Some("boris"));
}

/// In chunks the tail of a message that was cut may look like any line.
#[test]
fn in_chunks_no_line_changes_anything_once_others_can_write() {
    let lines = [
        "Your nickname?",
        "Successfully",
        "Password?",
        "This nickname already used",
        crate::protocol::QUESTION,
        "You in group",
        "Choose your user-chat",
        "1.eve",
        "Successful",
        "(broadcast) anna: hi",
        "(private) eve : hi",
        "Users in chatroom: ['eve']",
        crate::protocol::TELL_WHO,
        &crate::protocol::tell_what("eve"),
        "Disconnected",
        "eve has left; your next line goes to nobody, then you choose anew",
    ];
    let talk = Talk::default();
    talk.talks_with(Server::Original);
    hears(&talk, &["Password?", "You in group"]);
    assert!(!talk.is_secret() && talk.nickname().is_none());
    talk.sent("anna");
    hears(&talk, &["Successfully"]);
    let before = talk.prompt(80);
    assert_eq!(before.as_str(), "[anna] ");
    for line in lines {
        hears(&talk, &[line]);
        talk.sent("REGISTER");
        talk.sent("TELL");
        assert_eq!(talk.prompt(80), before, "{line:?}");
        assert!(
            !talk.is_secret() && !talk.is_in_tell() && !talk.is_arrival() && talk.last_private().is_none(),
            "{line:?}"
        );
        assert!(talk.nicknames("").is_empty() && talk.lost().is_empty(), "{line:?}");
    }
}

#[test]
fn with_a_server_of_another_protocol_nothing_is_believed() {
    let talk = Talk::default();
    assert!(!talk.talks_with(Server::Other), "nothing was sent yet");
    hears(&talk, &["Successfully", "Password?", "You in group"]);
    assert_eq!((talk.prompt(80).as_str(), talk.is_secret(), talk.nickname()), ("> ", false, None));
    talk.sent("anna");
    assert!(talk.talks_with(Server::Ours), "what was sent may be the nickname");
    hears(&talk, &["Your nickname?", "Successfully"]);
    assert_eq!(talk.nickname().as_deref(), Some("anna"));
}
