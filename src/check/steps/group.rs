//! Feature check: step 5: the welcome, and a group where everybody hears everybody.

use super::Check;
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Wanted};
use crate::protocol::{IN_GROUP, PROCESS, QUESTION, broadcast};

/// How many speak at once, and how many lines each: below the burst that every server takes.
const SPEAKERS: [&str; 4] = ["anna", "boris", "vera", "gleb"];
const LINES: usize = 8;

const GROUP: Check =
    Check { step: 5, needs: &["asks", "takes", "welcome", "group"], chapter: "09_shared_state", ..Check::FIRST };

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "welcome",
        needs: &["asks", "takes"],
        chapter: "07_protocol",
        wants: [
            "after `Successfully` come `process`, a welcome and the question, in this order",
            "после `Successfully` идут `process`, приветствие и вопрос, в этом порядке",
        ],
        why: [
            "the order is the protocol: a client shows its waiting animation between `process` and the next line",
            "порядок и есть протокол: между `process` и следующей строкой клиент показывает ожидание",
        ],
        run: welcome,
        ..GROUP
    },
    Check {
        name: "group",
        needs: &["asks", "takes", "welcome"],
        chapter: "07_protocol",
        wants: ["`2` is answered with `You in group`", "на `2` ответ — `You in group`"],
        why: ["from this line on one hears the group", "с этой строки слышно общий чат"],
        run: |bench| bench.group("anna").map(drop),
        ..GROUP
    },
    Check {
        name: "hears",
        wants: [
            "what one says all in the group hear, the sender too",
            "сказанное слышат все в общем чате, и сам говорящий",
        ],
        why: [
            "the line is `(broadcast) NAME: TEXT`; the sender's own copy is the receipt",
            "строка такова: `(broadcast) ИМЯ: ТЕКСТ`; копия у отправителя — его квитанция",
        ],
        run: hears,
        ..GROUP
    },
    Check {
        name: "joined",
        wants: ["the group is told who has joined", "общему чату говорят, кто пришёл"],
        why: [
            "the notice comes once, when somebody gets a nickname: `... NAME has joined the Chat`",
            "сообщение приходит один раз, когда кто-то получил ник: `... ИМЯ has joined the Chat`",
        ],
        run: joined,
        ..GROUP
    },
    Check {
        name: "left",
        wants: ["the group is told who has left", "общему чату говорят, кто ушёл"],
        why: [
            "the same way out serves all ends: `... NAME has left the Chat`, once",
            "все концы идут одной дорогой: `... ИМЯ has left the Chat`, один раз",
        ],
        run: left,
        ..GROUP
    },
    Check {
        name: "outside",
        needs: &["asks", "takes", "welcome", "group", "hears"],
        wants: ["who is not in the group does not hear it", "кто не в общем чате, тот его не слышит"],
        why: [
            "a list of who listens is not the list of who is here: one is on it from `You in group` on",
            "список слушающих — не список присутствующих: в нём стоят с `You in group`",
        ],
        run: outside,
        ..GROUP
    },
    Check {
        name: "order",
        needs: &["asks", "takes", "welcome", "group", "hears"],
        chapter: "10_delivery",
        wants: [
            "four speak at once, and all hear it in the same order",
            "четверо говорят разом, и все слышат одно и то же по порядку",
        ],
        why: [
            "write to all under one lock, or let one thread write: else two messages overtake each other on the way to some",
            "пишите всем под одним замком или одним потоком выполнения: иначе по дороге к кому-то сообщения обгонят друг друга",
        ],
        run: order,
        ..GROUP
    },
];

/// What is said of somebody in the group.
pub(super) fn notice(name: &str, what: &str) -> String {
    broadcast("General information", &format!("{name} has {what} the Chat"))
}

fn welcome(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, _) = bench.named("anna")?;
    anna.expect(PROCESS)?;
    let prose = anna.line(&Wanted::Said(["a welcome", "приветствие"]))?;
    if prose == QUESTION {
        return Err(anna.fails(["a welcome, and then the question", "приветствие, а потом вопрос"]));
    }
    anna.skip_to(QUESTION).map(drop)
}

fn hears(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _), (mut vera, _)) =
        (bench.group("anna")?, bench.group("boris")?, bench.group("vera")?);
    anna.send("good morning")?;
    for peer in [&mut anna, &mut boris, &mut vera] {
        peer.skip_to(&broadcast(&name, "good morning"))?;
    }
    Ok(())
}

fn joined(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, _), (_boris, name)) = (bench.group("anna")?, bench.login("boris")?);
    anna.skip_to(&notice(&name, "joined")).map(drop)
}

fn left(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, _), (mut boris, name)) = (bench.group("anna")?, bench.group("boris")?);
    boris.end_of_stream();
    anna.skip_to(&notice(&name, "left")).map(drop)
}

fn outside(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.login("boris")?);
    let said = broadcast(&name, "only for the group");
    anna.send("only for the group")?;
    anna.skip_to(&said)?;
    boris.send("2")?;
    if boris.skip_to(IN_GROUP)?.contains(&said) {
        return Err(
            boris.fails(["nothing of the group before `You in group`", "ничего из общего чата до `You in group`"])
        );
    }
    Ok(())
}

fn order(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut speakers = SPEAKERS.iter().map(|who| bench.group(who)).collect::<Result<Vec<_>, _>>()?;
    for number in 0..LINES {
        for (peer, _) in &mut speakers {
            peer.send(&format!("line {number}"))?;
        }
    }
    let all: Vec<String> = speakers.iter().map(|(_, name)| format!("(broadcast) {name}: ")).collect();
    let is_theirs = |line: &str| all.iter().any(|start| line.starts_with(start));
    let mut first: Option<Vec<String>> = None;
    for (peer, _) in &mut speakers {
        let wanted = Wanted::Said(["all 32 lines that were said", "все 32 сказанные строки"]);
        let heard = (0..LINES * all.len()).map(|_| peer.skip_until(&wanted, is_theirs).map(|(_, line)| line));
        let heard = heard.collect::<Result<Vec<_>, _>>()?;
        if first.get_or_insert_with(|| heard.clone()) != &heard {
            return Err(peer.fails(["the order in which the others have heard it", "тот же порядок, что и у других"]));
        }
    }
    Ok(())
}
