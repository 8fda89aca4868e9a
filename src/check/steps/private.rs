//! Feature check: step 6, the first half: two talk, and nobody else hears it.

use super::Check;
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Wanted};
use crate::check::peer::Peer;
use crate::protocol::{CHOOSE, QUESTION, SUCCESSFUL, broadcast, private, private_receipt};

const PRIVATE: Check =
    Check { step: 6, needs: &["asks", "takes", "welcome", "group"], chapter: "07_protocol", ..Check::FIRST };
const TALK: &[&str] = &["asks", "takes", "welcome", "group", "by-name"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "by-name",
        wants: ["`1` and a nickname open a private chat", "`1` и ник открывают личный чат"],
        why: [
            "`Choose your user-chat`, the list on one line, the answer, `Successful`; then each line goes to one, with a receipt to the sender",
            "`Choose your user-chat`, список одной строкой, ответ, `Successful`; потом каждая строка идёт одному, а отправителю — квитанция",
        ],
        run: by_name,
        ..PRIVATE
    },
    Check {
        name: "by-number",
        needs: TALK,
        wants: [
            "a number from the list opens a private chat with that one",
            "номер из списка открывает личный чат с этим человеком",
        ],
        why: [
            "a number means the person who was shown under it, whoever has come or gone since",
            "номер — это тот, кто был показан под ним, кто бы с тех пор ни пришёл или ушёл",
        ],
        run: by_number,
        ..PRIVATE
    },
    Check {
        name: "no-number",
        wants: [
            "an answer that is nobody is refused, and asked for again",
            "ответ, за которым никого нет, не принимается, и спрашивают снова",
        ],
        why: [
            "`abc` for a number must not end the thread: answer `Not sent: ...`, and show the list again",
            "`abc` вместо номера не должно обрывать поток выполнения: ответьте `Not sent: ...` и покажите список снова",
        ],
        run: no_number,
        ..PRIVATE
    },
    Check {
        name: "secret",
        needs: TALK,
        wants: ["what is private the group does not hear", "личного не слышно в общем чате"],
        why: [
            "a private line is written to two sockets: the partner's, and the sender's as a receipt",
            "личная строка пишется в два сокета: собеседнику и, квитанцией, отправителю",
        ],
        run: secret,
        ..PRIVATE
    },
    Check {
        name: "partner-leaves",
        needs: TALK,
        chapter: "06_errors",
        wants: [
            "when the partner leaves, the other is told, and what they write then reaches nobody",
            "когда собеседник уходит, другому это говорят, и написанное им потом не доходит ни до кого",
        ],
        why: [
            "a line for somebody who has left is answered with `Not delivered: ...`, and then comes the question",
            "на строку ушедшему ответ — `Not delivered: ...`, а потом вопрос",
        ],
        run: partner_leaves,
        ..PRIVATE
    },
];

/// From the question to the numbered list, and that list.
fn choose(peer: &mut Peer) -> Result<String, Broken> {
    peer.send("1")?;
    peer.skip_to(CHOOSE)?;
    peer.line(&Wanted::Start("1.".to_owned()))
}

/// Somebody in a private chat with `partner`.
fn with(bench: &Bench<'_>, who: &'static str, partner: &str) -> Result<(Peer, String), Broken> {
    let (mut peer, name) = bench.login(who)?;
    choose(&mut peer)?;
    peer.send(partner)?;
    peer.skip_to(SUCCESSFUL)?;
    Ok((peer, name))
}

fn talk(from: (&mut Peer, &str), to: (&mut Peer, &str)) -> Result<(), Broken> {
    from.0.send("between us")?;
    from.0.skip_to(&private_receipt(to.1, "between us"))?;
    to.0.skip_to(&private(from.1, "between us")).map(drop)
}

fn by_name(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut boris, boris_name) = bench.group("boris")?;
    let (mut anna, anna_name) = with(bench, "anna", &boris_name)?;
    talk((&mut anna, &anna_name), (&mut boris, &boris_name))
}

fn by_number(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut boris, boris_name) = bench.group("boris")?;
    let (_vera, _) = bench.login("vera")?;
    let (mut anna, anna_name) = bench.login("anna")?;
    let list = choose(&mut anna)?;
    let number = list.split(' ').find_map(|entry| entry.split_once('.').filter(|(_, name)| *name == boris_name));
    let Some((number, _)) = number else {
        return Err(anna.fails(["a list `1.NAME 2.NAME ...` of the others", "список остальных `1.ИМЯ 2.ИМЯ ...`"]));
    };
    anna.send(number)?;
    anna.skip_to(SUCCESSFUL)?;
    talk((&mut anna, &anna_name), (&mut boris, &boris_name))
}

fn no_number(bench: &Bench<'_>) -> Result<(), Broken> {
    let (_boris, boris_name) = bench.login("boris")?;
    let (mut anna, _) = bench.login("anna")?;
    choose(&mut anna)?;
    for answer in ["0", "99999", "abc", "-1"] {
        anna.send(answer)?;
        anna.skip_to_start("Not sent: ")?;
        anna.skip_to(CHOOSE)?;
    }
    anna.send(&boris_name)?;
    anna.skip_to(SUCCESSFUL).map(drop)
}

fn secret(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut boris, boris_name), (mut vera, vera_name)) = (bench.group("boris")?, bench.group("vera")?);
    let (mut anna, anna_name) = with(bench, "anna", &boris_name)?;
    talk((&mut anna, &anna_name), (&mut boris, &boris_name))?;
    vera.send("did I miss something?")?;
    let before = vera.skip_to(&broadcast(&vera_name, "did I miss something?"))?;
    if before.iter().any(|line| line.contains("between us")) {
        return Err(vera.fails(["nothing of a private talk", "ничего из личного разговора"]));
    }
    Ok(())
}

fn partner_leaves(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut boris, boris_name) = bench.login("boris")?;
    let (mut anna, anna_name) = with(bench, "anna", &boris_name)?;
    anna.send("are you there?")?;
    anna.skip_to(&private_receipt(&boris_name, "are you there?"))?;
    boris.skip_to(&private(&anna_name, "are you there?"))?;
    boris.end_of_stream();
    anna.skip_to_start(&format!("{boris_name} has left"))?;
    anna.send("and now?")?;
    anna.skip_to_start("Not delivered: ")?;
    anna.skip_to(QUESTION).map(drop)
}
