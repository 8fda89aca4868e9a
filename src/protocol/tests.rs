//! Words are told from messages, and each of them is explained.

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
    assert_eq!(word("/me waves"), Word::Unknown("/me"));
    let messages = ["list", "quit", "Q", " LIST", "LIST of all", "QUIT smoking", "tell me", "a/b", "x TELL"];
    for message in messages {
        assert_eq!(Said::parse(message), Said::Message(message));
    }
    assert_eq!(Said::parse("//text"), Said::Message("/text"));
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
    assert!(help(true).lines().count() <= 12);
    assert!(help(true).contains("HISTORY") && !help(false).contains("HISTORY"));
    assert!(help_about("TELL", false).is_some_and(|about| about.contains("Example: /tell boris")));
    assert_eq!([help_about("ME", true), help_about("HISTORY", false)], [None, None]);
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let names: Vec<Nickname> = (0..9000).map(|i| Nickname::parse(&format!("a{i}")).expect("a nickname")).collect();
    assert_eq!(users(names.iter().take(2)), "Users in chatroom: ['a0', 'a1']");
    assert_eq!(users(std::iter::empty()), "Users in chatroom: []");
    let long = users(names.iter());
    assert!(long.ends_with("'a199'] and 8,800 more; LIST ann shows those that begin so"), "{long}");
    assert_eq!([thousands(0), thousands(999), thousands(1_000_000)], ["0", "999", "1,000,000"]);
}
