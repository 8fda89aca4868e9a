//! Feature check: step 4: everybody has a name, and nobody has another's.

use super::Check;
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Wanted};
use crate::protocol::{ALREADY_USED, SUCCESSFULLY, YOUR_NICKNAME};

/// How many ask for one name at the same instant, and how often that is tried.
const RACERS: usize = 8;
const RACES: usize = 5;

const NAME: Check = Check { step: 4, needs: &["asks", "takes"], chapter: "09_shared_state", ..Check::FIRST };

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "asks",
        needs: &["accepts"],
        chapter: "07_protocol",
        wants: ["the first line is `Your nickname?`", "первая строка — `Your nickname?`"],
        why: [
            "the server speaks first, and exactly so: clients go by this line",
            "сервер говорит первым, и именно так: по этой строке его узнаёт клиент",
        ],
        run: |bench| bench.asked("anna").map(drop),
        ..NAME
    },
    Check {
        name: "takes",
        needs: &["asks"],
        chapter: "07_protocol",
        wants: ["a free nickname is answered with `Successfully`", "на свободный ник ответ — `Successfully`"],
        why: [
            "the answer is one line, this very word and a newline",
            "ответ — одна строка, именно это слово и конец строки",
        ],
        run: |bench| bench.named("anna").map(drop),
        ..NAME
    },
    Check {
        name: "taken",
        wants: [
            "a nickname that is taken is refused, and asked for again",
            "занятый ник не принимается, и его спрашивают снова",
        ],
        why: [
            "look the nickname up among those who are here: `This nickname already used`, then `Your nickname?` again",
            "ищите ник среди тех, кто здесь: `This nickname already used`, потом снова `Your nickname?`",
        ],
        run: taken,
        ..NAME
    },
    Check {
        name: "instant",
        wants: [
            "of eight who ask at the same instant one gets the nickname",
            "из восьми, попросивших разом, ник получает один",
        ],
        why: [
            "to look whether a name is free and to take it is one step, under one lock",
            "проверить, свободно ли имя, и занять его — один шаг, под одним замком",
        ],
        run: instant,
        ..NAME
    },
    Check {
        name: "free-end",
        chapter: "06_errors",
        wants: [
            "a nickname is free again when its owner has closed",
            "ник свободен, когда его владелец закрыл соединение",
        ],
        why: [
            "at the end of the stream the thread ends, and forgets its client on the way out",
            "в конце потока байтов поток выполнения кончается и по дороге забывает своего клиента",
        ],
        run: free_end,
        ..NAME
    },
    Check {
        name: "free-reset",
        chapter: "06_errors",
        wants: ["a nickname is free again after a reset", "ник свободен после сброса соединения"],
        why: [
            "a reset is an error of recv; whoever only deletes after an empty read keeps the name for ever",
            "сброс — ошибка recv; кто удаляет только после пустого чтения, тот держит имя вечно",
        ],
        run: free_reset,
        ..NAME
    },
    Check {
        name: "empty-name",
        wants: ["an empty nickname is not taken", "пустой ник не принимается"],
        why: [
            "whoever presses Enter has no name yet: say what is wrong, and ask again",
            "кто просто нажал Enter, имени не назвал: скажите, что не так, и спросите снова",
        ],
        run: empty_name,
        ..NAME
    },
];

fn taken(bench: &Bench<'_>) -> Result<(), Broken> {
    let (_anna, name) = bench.named("anna")?;
    let mut boris = bench.asked("boris")?;
    boris.send(&name)?;
    boris.expect(ALREADY_USED)?;
    boris.skip_to(YOUR_NICKNAME)?;
    boris.send(&bench.name("boris"))?;
    boris.expect(SUCCESSFULLY)
}

fn instant(bench: &Bench<'_>) -> Result<(), Broken> {
    for _ in 0..RACES {
        let mut racers = (0..RACERS).map(|_| bench.asked("anna")).collect::<Result<Vec<_>, _>>()?;
        let name = bench.name("anna");
        for racer in &mut racers {
            racer.send(&name)?;
        }
        let mut owners = 0;
        for racer in &mut racers {
            let wanted = Wanted::Said(["`Successfully` or a refusal", "`Successfully` или отказ"]);
            owners += usize::from(racer.line(&wanted)? == SUCCESSFULLY);
        }
        if owners != 1 {
            let last = racers.pop().map(|racer| {
                racer.fails(["one `Successfully` for all eight of them", "одно `Successfully` на всех восьмерых"])
            });
            return last.map_or(Ok(()), Err);
        }
    }
    Ok(())
}

fn free_end(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, name) = bench.named("anna")?;
    anna.end_of_stream();
    bench.take_again("anna", &name).map(drop)
}

fn free_reset(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, name) = bench.named("anna")?;
    // Something has to come, and stay unread: then the close is a reset.
    anna.send("hello")?;
    anna.reset()?;
    bench.take_again("anna", &name).map(drop)
}

fn empty_name(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.asked("anna")?;
    anna.send("")?;
    let before = anna.skip_to(YOUR_NICKNAME)?;
    if before.iter().any(|line| line == SUCCESSFULLY) {
        return Err(anna.fails(["a refusal", "отказ"]));
    }
    anna.send(&bench.name("anna"))?;
    anna.skip_to(SUCCESSFULLY).map(drop)
}
