//! Feature check: steps 1 and 2: somebody is answered, and then two at once.

use std::thread;
use std::time::Duration;

use super::Check;
use crate::check::bench::Bench;
use crate::check::broken::Broken;

/// A server is given a second to notice that somebody has vanished: so many exchanges, with a pause after each.
const AFTER: u32 = 20;
const NOTICES: Duration = Duration::from_millis(50);

const ANSWERED: &[&str] = &["accepts", "answers"];
const TWO: &[&str] = &["accepts", "answers", "two"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "accepts",
        chapter: "02_sockets",
        wants: ["a connection is accepted", "соединение принимается"],
        why: [
            "a server calls bind, listen and accept, in this order; without listen the system refuses every connection",
            "сервер вызывает bind, listen и accept, в этом порядке; без listen система отказывает в соединении",
        ],
        run: |bench| bench.peer("anna").map(drop),
        ..Check::FIRST
    },
    Check {
        name: "answers",
        needs: &["accepts"],
        chapter: "02_sockets",
        wants: ["what one writes comes back", "написанное возвращается"],
        why: [
            "the socket that accept gives is the one to read from and to write to, not the listening one; and what is written has to be sent, not kept in a buffer",
            "читать и писать нужно в тот сокет, который вернул accept, а не в слушающий; и написанное надо отправить, а не держать в буфере",
        ],
        run: answers,
        ..Check::FIRST
    },
    Check {
        name: "again",
        needs: ANSWERED,
        chapter: "02_sockets",
        wants: ["a conversation is more than one message", "разговор длиннее одного сообщения"],
        why: ["recv stands in a loop, up to the end of the stream", "recv стоит в цикле, до конца потока"],
        run: again,
        ..Check::FIRST
    },
    Check {
        name: "next",
        needs: ANSWERED,
        chapter: "06_errors",
        wants: ["when one has left, the next is served", "когда один ушёл, обслуживают следующего"],
        why: [
            "accept stands in a loop too; an empty read is the end of one conversation, not of the server",
            "accept тоже стоит в цикле; пустое чтение — конец одного разговора, а не сервера",
        ],
        run: next,
        ..Check::FIRST
    },
    Check {
        name: "two",
        step: 2,
        needs: ANSWERED,
        chapter: "08_server",
        wants: ["one who says nothing does not keep a second one waiting", "молчащий не заставляет ждать второго"],
        why: [
            "recv waits for one client: the loop that accepts must not stand in it; a thread for each client does",
            "recv ждёт одного клиента: цикл с accept не должен стоять в нём; для этого у каждого клиента свой поток",
        ],
        run: two,
        ..Check::FIRST
    },
    Check {
        name: "apart",
        step: 2,
        needs: TWO,
        chapter: "08_server",
        wants: ["each gets the answer to what they wrote themselves", "каждый получает ответ на своё"],
        why: [
            "each thread has a socket of its own; one variable for \"the client\" is overwritten by the next accept",
            "у каждого потока свой сокет; одну переменную «клиент» перепишет следующий accept",
        ],
        run: apart,
        ..Check::FIRST
    },
    Check {
        name: "leaves",
        step: 2,
        needs: &["accepts", "answers", "again", "two"],
        chapter: "06_errors",
        wants: ["one who vanishes ends nobody else's conversation", "исчезнувший не обрывает чужой разговор"],
        why: [
            "a reset is an error of recv or send in one thread; it ends that conversation, and no more",
            "сброс — ошибка recv или send в одном потоке; она кончает этот разговор, и больше ничего",
        ],
        run: leaves,
        ..Check::FIRST
    },
];

fn answers(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    anna.send("hello")?;
    anna.expect_text("hello")
}

fn again(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    for number in 0..10 {
        let text = format!("message {number}");
        anna.send(&text)?;
        anna.expect_text(&text)?;
    }
    Ok(())
}

fn next(bench: &Bench<'_>) -> Result<(), Broken> {
    for (who, text) in [("anna", "first"), ("boris", "second")] {
        let mut peer = bench.talker(who)?;
        peer.send(text)?;
        peer.expect_text(text)?;
        peer.end_of_stream();
    }
    Ok(())
}

fn two(bench: &Bench<'_>) -> Result<(), Broken> {
    let _silent = bench.peer("anna")?;
    let mut boris = bench.talker("boris")?;
    boris.send("hello")?;
    boris.expect_text("hello")
}

fn apart(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, mut boris) = (bench.talker("anna")?, bench.talker("boris")?);
    for (mine, yours) in [("from anna", "from boris"), ("anna again", "boris again")] {
        anna.send(mine)?;
        anna.expect_text(mine)?;
        boris.send(yours)?;
        boris.expect_text(yours)?;
    }
    Ok(())
}

fn leaves(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, mut boris) = (bench.talker("anna")?, bench.talker("boris")?);
    boris.send("before")?;
    boris.expect_text("before")?;
    anna.send("never read")?;
    anna.reset()?;
    // When the server notices is its own affair: the harm may come a moment later.
    for _ in 0..AFTER {
        boris.send("after")?;
        boris.expect_text("after")?;
        thread::sleep(NOTICES);
    }
    let mut vera = bench.talker("vera")?;
    vera.send("hello")?;
    vera.expect_text("hello")
}
