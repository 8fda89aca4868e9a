//! Feature check: step 6, the second half: the special words. A word is answered, and never a message.

use super::{Check, Kind};
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Wanted};
use crate::protocol::{DISCONNECTED, IN_GROUP, QUESTION, TELL_WHO, broadcast, private, private_receipt, tell_what};

const WORD: Check =
    Check { step: 6, needs: &["asks", "takes", "welcome", "group"], chapter: "07_protocol", ..Check::FIRST };

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "list",
        wants: ["LIST says who is here, in order of joining", "LIST говорит, кто здесь, по порядку прихода"],
        why: [
            "`Users in chatroom: ['anna', 'boris']`: all who are named, in the group or not",
            "`Users in chatroom: ['anna', 'boris']`: все, у кого есть ник, в общем чате или нет",
        ],
        run: list,
        ..WORD
    },
    Check {
        name: "tell-line",
        wants: ["`/tell NAME text` is one private message", "`/tell ИМЯ текст` — одно личное сообщение"],
        why: [
            "the name goes up to the first space, all behind it is the text, colons too; who is nobody is `Not delivered: ...`",
            "имя — до первого пробела, всё за ним — текст, и двоеточия тоже; если такого нет, ответ `Not delivered: ...`",
        ],
        run: tell_line,
        ..WORD
    },
    Check {
        name: "tell",
        wants: [
            "TELL asks whom, then what, and sends one private message",
            "TELL спрашивает кому, потом что, и шлёт одно личное сообщение",
        ],
        why: [
            "two questions and two lines; then one is back where one was",
            "два вопроса и две строки; потом вы там же, где были",
        ],
        run: tell,
        ..WORD
    },
    Check {
        name: "help",
        kind: Kind::Manners,
        wants: ["HELP names the words", "HELP называет слова"],
        why: ["who does not know the words has to find QUIT", "кто не знает слов, должен найти QUIT"],
        run: help,
        ..WORD
    },
    Check {
        name: "menu",
        wants: ["MENU leaves the group, back to the question", "MENU выводит из общего чата обратно к вопросу"],
        why: [
            "after MENU one hears the group no more, until the next `You in group`",
            "после MENU общего чата не слышно, до следующего `You in group`",
        ],
        run: menu,
        ..WORD
    },
    Check {
        name: "silent-words",
        needs: &["asks", "takes", "welcome", "group", "hears"],
        wants: [
            "a special word is no message: the group does not hear it",
            "особое слово — не сообщение: общий чат его не слышит",
        ],
        why: [
            "answer the word, and then read on: do not fall through to the broadcast",
            "ответьте на слово и читайте дальше, а не рассылайте его всем",
        ],
        run: silent_words,
        ..WORD
    },
    Check {
        name: "unknown-word",
        kind: Kind::Manners,
        wants: ["an unknown word after a slash is refused", "неизвестное слово после косой черты не принимается"],
        why: [
            "a word that is mistyped must not go to all: `Not sent: ...`",
            "опечатка в слове не должна уйти всем: `Not sent: ...`",
        ],
        run: unknown_word,
        ..WORD
    },
    Check {
        name: "quit",
        chapter: "12_ending",
        wants: [
            "QUIT is answered with `Disconnected`, and the server closes",
            "на QUIT ответ — `Disconnected`, и сервер закрывает соединение",
        ],
        why: [
            "the last line is `Disconnected`; then close, in order: else the client waits for ever",
            "последняя строка — `Disconnected`; затем закройте соединение по порядку, иначе клиент ждёт вечно",
        ],
        run: quit,
        ..WORD
    },
    Check {
        name: "free-quit",
        needs: &["asks", "takes", "welcome", "group", "quit"],
        wants: ["a nickname is free again after QUIT", "ник свободен после QUIT"],
        why: [
            "QUIT takes the same way out as every other end: forget the client there",
            "QUIT уходит той же дорогой, что и любой конец: забывайте клиента там",
        ],
        run: free_quit,
        ..WORD
    },
];

fn list(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, first), (_boris, second)) = (bench.group("anna")?, bench.login("boris")?);
    anna.send("LIST")?;
    let list = anna.skip_to_start("Users in chatroom: [")?;
    let place = |name: &str| list.find(&format!("'{name}'"));
    match (place(&first), place(&second)) {
        (Some(first), Some(second)) if first < second => Ok(()),
        _ => Err(anna
            .fails(["both names in quotes, anna's before boris's", "оба имени в кавычках, сначала anna, потом boris"])),
    }
}

fn tell_line(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, first), (mut boris, second)) = (bench.group("anna")?, bench.login("boris")?);
    anna.send(&format!("/tell {second} at 5: come"))?;
    anna.skip_to(&private_receipt(&second, "at 5: come"))?;
    boris.skip_to(&private(&first, "at 5: come"))?;
    anna.send(&format!("/tell {} hello", bench.name("nobody")))?;
    anna.skip_to_start("Not delivered: ").map(drop)
}

fn tell(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, first), (mut boris, second)) = (bench.group("anna")?, bench.login("boris")?);
    anna.send("TELL")?;
    anna.skip_to(TELL_WHO)?;
    anna.send(&second)?;
    anna.skip_to(&tell_what(&second))?;
    anna.send("LIST is only a text here")?;
    anna.skip_to(&private_receipt(&second, "LIST is only a text here"))?;
    boris.skip_to(&private(&first, "LIST is only a text here"))?;
    anna.send("back in the group")?;
    anna.skip_to(&broadcast(&first, "back in the group")).map(drop)
}

fn help(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, _) = bench.group("anna")?;
    anna.send("HELP")?;
    let wanted = Wanted::Said(["lines that name QUIT", "строки, где назван QUIT"]);
    anna.skip_until(&wanted, |line| line.contains("QUIT") && !line.starts_with("(broadcast) ")).map(drop)
}

fn menu(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, _), (mut boris, name)) = (bench.group("anna")?, bench.group("boris")?);
    anna.send("MENU")?;
    anna.skip_to(QUESTION)?;
    let said = broadcast(&name, "she cannot hear this");
    boris.send("she cannot hear this")?;
    boris.skip_to(&said)?;
    anna.send("2")?;
    if anna.skip_to(IN_GROUP)?.contains(&said) {
        return Err(anna.fails(["nothing of the group after MENU", "ничего из общего чата после MENU"]));
    }
    Ok(())
}

fn silent_words(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.group("boris")?);
    for word in ["LIST", "HELP"] {
        anna.send(word)?;
    }
    anna.send("after the words")?;
    let (before, _) = boris.skip_until(&Wanted::Line(broadcast(&name, "after the words")), |line| {
        line == broadcast(&name, "after the words")
    })?;
    if before.iter().any(|line| line.starts_with(&format!("(broadcast) {name}: "))) {
        return Err(boris.fails(["nothing but the message", "ничего, кроме сообщения"]));
    }
    Ok(())
}

fn unknown_word(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, name) = bench.group("anna")?;
    anna.send("/dance")?;
    anna.send("still here")?;
    let before = anna.skip_to(&broadcast(&name, "still here"))?;
    if before.iter().any(|line| line.starts_with("Not sent: ")) {
        return Ok(());
    }
    Err(anna.fails(["a line that begins with `Not sent: `", "строка, которая начинается с `Not sent: `"]))
}

fn quit(bench: &Bench<'_>) -> Result<(), Broken> {
    for word in ["QUIT", "q"] {
        let (mut anna, _) = bench.group("anna")?;
        anna.send(word)?;
        anna.skip_to(DISCONNECTED)?;
        anna.end()?;
    }
    Ok(())
}

fn free_quit(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, name) = bench.group("anna")?;
    anna.send("QUIT")?;
    anna.skip_to(DISCONNECTED)?;
    bench.take_again("anna", &name).map(drop)
}
