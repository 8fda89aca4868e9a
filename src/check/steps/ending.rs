//! Feature check: step 9: leaving and stopping in order.

use super::Check;
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Wanted};
use crate::check::target;
use crate::protocol::{DISCONNECTED, broadcast};

const ENDING: Check =
    Check { step: 9, needs: &["asks", "takes", "welcome", "group"], chapter: "12_ending", ..Check::FIRST };

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "closes",
        wants: [
            "who sends no more is let go: the server closes too",
            "кто больше не пишет, того отпускают: сервер тоже закрывает соединение",
        ],
        why: [
            "after the end of the stream close the socket, in order: else it stays open until the process has no descriptor left",
            "после конца потока закройте сокет, по порядку: иначе он останется открытым, пока у процесса не кончатся дескрипторы",
        ],
        run: closes,
        ..ENDING
    },
    Check {
        name: "last-words",
        needs: &["asks", "takes", "welcome", "group", "hears", "quit"],
        wants: [
            "a goodbye arrives whole, whatever waits before and behind it",
            "прощание приходит целиком, что бы ни ждало перед ним и за ним",
        ],
        why: [
            "close with unread bytes in the socket is a reset, which destroys what is on the way: shut down writing, read on to the end, then close",
            "close с непрочитанными байтами в сокете — это сброс, и он губит то, что в пути: закройте запись, дочитайте до конца, потом закрывайте",
        ],
        run: last_words,
        ..ENDING
    },
    Check {
        name: "sigterm",
        stops_the_server: true,
        wants: ["SIGTERM: everyone is told `Disconnected`", "SIGTERM: каждому говорят `Disconnected`"],
        why: [
            "catch the signal, stop accepting, say `Disconnected` to all, wherever they stand, and only then end",
            "поймайте сигнал, перестаньте принимать, скажите всем `Disconnected`, где бы они ни были, и только потом кончайте",
        ],
        run: sigterm,
        ..ENDING
    },
    Check {
        name: "sigterm-ends",
        stops_the_server: true,
        wants: [
            "SIGTERM: the process ends within four seconds",
            "SIGTERM: процесс кончается не позже чем через четыре секунды",
        ],
        why: [
            "whoever waits for a thread must be able to wake it: shut its socket down, and wake accept by a connection",
            "кто ждёт поток выполнения, должен уметь его разбудить: закройте его сокет, а accept разбудите соединением",
        ],
        run: sigterm_ends,
        ..ENDING
    },
];

/// Long lines that are said while somebody does not read, and how much is sent behind QUIT.
const SPEAKERS: usize = 3;
const LINES: usize = 17;
const BEHIND: usize = 64;

fn closes(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, _) = bench.group("anna")?;
    anna.end_of_stream();
    anna.end().map(drop)
}

/// More than the receiver's buffer holds is on the way when she says QUIT, and more than the server reads at once comes behind.
fn last_words(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, _), (mut vera, _)) = (bench.group("anna")?, bench.group("vera")?);
    let mut speakers = Vec::new();
    for _ in 0..SPEAKERS {
        let (mut boris, name) = bench.group("boris")?;
        for number in 0..LINES {
            boris.send(&format!("{number} {}", "x".repeat(4000)))?;
        }
        vera.skip_to_start(&format!("(broadcast) {name}: {} ", LINES - 1))?;
        speakers.push((boris, name));
    }
    anna.send_bytes(format!("QUIT\n{}", "behind the last word\n".repeat(BEHIND * 20)).as_bytes())?;
    for (_, name) in &speakers {
        anna.skip_to(&broadcast(name, &format!("{} {}", LINES - 1, "x".repeat(4000))))?;
    }
    anna.skip_to(DISCONNECTED)?;
    anna.end().map(drop)
}

fn sigterm(bench: &Bench<'_>) -> Result<(), Broken> {
    let Ok(server) = bench.another_server() else { return Err(Broken::not_started()) };
    let mut unnamed = bench.peer_of(&server, "nobody")?;
    unnamed.line(&Wanted::Said(["a first line", "первая строка"]))?;
    let mut anna = bench.peer_of(&server, "anna")?;
    anna.send(&bench.name("anna"))?;
    anna.skip_to(crate::protocol::QUESTION)?;
    let mut boris = bench.peer_of(&server, "boris")?;
    boris.send(&bench.name("boris"))?;
    boris.skip_to(crate::protocol::QUESTION)?;
    boris.send("2")?;
    boris.skip_to(crate::protocol::IN_GROUP)?;
    server.terminate();
    for peer in [boris, anna, unnamed] {
        peer.patient(target::END).skip_to(DISCONNECTED)?;
    }
    Ok(())
}

fn sigterm_ends(bench: &Bench<'_>) -> Result<(), Broken> {
    let Ok(mut server) = bench.another_server() else { return Err(Broken::not_started()) };
    let mut anna = bench.peer_of(&server, "anna")?;
    anna.line(&Wanted::Said(["a first line", "первая строка"]))?;
    server.terminate();
    if server.ends_within(target::END) {
        Ok(())
    } else {
        Err(anna.fails(["the end of the process", "конец процесса"]))
    }
}
