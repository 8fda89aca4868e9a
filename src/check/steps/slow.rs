//! Feature check: steps 7 and 8: what is delivered when somebody does not read. How much a socket takes before it is
//! full is the machine's affair, up to some megabytes: so those who stop are extra checks.

use std::time::{Duration, Instant};

use super::group::notice;
use super::{Check, Kind};
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Wanted};
use crate::check::peer::Peer;
use crate::protocol::broadcast;

const SLOW: Check =
    Check { step: 7, needs: &["asks", "takes", "welcome", "group", "hears"], chapter: "10_delivery", ..Check::FIRST };

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "in-turn",
        needs: &["asks", "takes", "welcome", "group", "hears", "list"],
        wants: ["an answer does not overtake what was said before", "ответ не обгоняет сказанное до него"],
        why: [
            "let everything that goes out take one way: a message by the queue and an answer past it get into the wrong order",
            "пусть всё исходящее идёт одной дорогой: сообщение через очередь и ответ мимо неё придут не в том порядке",
        ],
        run: in_turn,
        ..SLOW
    },
    Check {
        name: "stopped-one",
        kind: Kind::Extra,
        wants: [
            "one reads no more: the others still hear within a second",
            "один перестал читать: остальные слышат не позже чем через секунду",
        ],
        why: [
            "send waits when the other side's buffers are full, and whoever waits in it, with a lock or in the one delivering thread, keeps all waiting",
            "send ждёт, когда буферы той стороны полны, и кто ждёт в нём — с замком или в единственном потоке доставки — заставляет ждать всех",
        ],
        run: |bench| stopped(bench, 1),
        ..SLOW
    },
    Check {
        name: "late-reader",
        step: 8,
        wants: ["who reads a moment later has missed nothing", "кто читает чуть позже, ничего не пропустил"],
        why: [
            "what a socket does not take at once has to wait for it, the rest of a half-written line first",
            "чего сокет не взял сразу, то должно подождать, и сначала остаток недописанной строки",
        ],
        run: late_reader,
        ..SLOW
    },
    Check {
        name: "stopped-eight",
        step: 8,
        kind: Kind::Extra,
        wants: [
            "eight read no more: the others still hear within a second",
            "восемь перестали читать: остальные слышат не позже чем через секунду",
        ],
        why: [
            "to wait a little for each who stops is too long where many stop: do not wait at all, keep what a socket does not take",
            "понемногу ждать каждого остановившегося — слишком долго, когда их много: не ждите вовсе, храните то, чего сокет не взял",
        ],
        run: |bench| stopped(bench, 8),
        ..SLOW
    },
];

/// As many lines as every server takes at once, with those of the login; each as long as it may be.
const BURST: usize = 17;
const LINE_BYTES: usize = 4000;
/// After so many bursts each socket is full: Linux holds up to 4 MB that were written, and some that were not read.
const BURSTS: usize = 80;
/// What "within a second" means.
const SECOND: Duration = Duration::from_secs(1);
/// How long bursts are sent: the rest of the minute is for the other checks.
const ENOUGH: Duration = Duration::from_secs(4);

/// A long line, told from all others by its number.
fn line(number: usize) -> String {
    format!("{number:03} {}", "x".repeat(LINE_BYTES - 4))
}

fn in_turn(bench: &Bench<'_>) -> Result<(), Broken> {
    let (mut anna, name) = bench.group("anna")?;
    anna.send_bytes(b"before\nLIST\nafter\n")?;
    let (said, list) = (format!("(broadcast) {name}: "), "Users in chatroom: ");
    let wanted = Wanted::Said(["`before`, the list, `after`", "`before`, список, `after`"]);
    for start in [said.as_str(), list, said.as_str()] {
        let (_, got) = anna.skip_until(&wanted, |line| line.starts_with(&said) || line.starts_with(list))?;
        if !got.starts_with(start) {
            return Err(anna.fails(["`before`, the list, `after`", "`before`, список, `after`"]));
        }
    }
    Ok(())
}

/// Somebody new says a burst of long lines in the group. Dropped only when they were heard.
fn burst(bench: &Bench<'_>) -> Result<(Peer, String), Broken> {
    let (mut boris, name) = bench.group("boris")?;
    for number in 0..BURST {
        boris.send(&line(number))?;
    }
    Ok((boris, name))
}

fn late_reader(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut late, _), (mut vera, _)) = (bench.group("gleb")?, bench.group("vera")?);
    let mut bursts = Vec::new();
    for _ in 0..2 {
        let (boris, name) = burst(bench)?;
        vera.skip_to(&broadcast(&name, &line(BURST - 1)))?;
        bursts.push((boris, name));
    }
    for (_, name) in &bursts {
        let said = format!("(broadcast) {name}: ");
        let wanted = Wanted::Said(["every line, whole and in its turn", "каждая строка, целиком и по порядку"]);
        for number in 0..BURST {
            let (_, got) = late.skip_until(&wanted, |line| line.starts_with(&said))?;
            if got != broadcast(name, &line(number)) {
                return Err(late.fails(["every line, whole and in its turn", "каждая строка, целиком и по порядку"]));
            }
        }
    }
    Ok(())
}

/// Some stop reading. Others speak until the sockets of those are full, or the server has let go of them.
fn stopped(bench: &Bench<'_>, how_many: usize) -> Result<(), Broken> {
    let stopped = (0..how_many).map(|_| bench.group("gleb")).collect::<Result<Vec<_>, _>>()?;
    let (vera, _) = bench.group("vera")?;
    let (mut vera, begun) = (vera.patient(SECOND), Instant::now());
    let mut gone = 0;
    for _ in 0..BURSTS {
        let (_boris, name) = burst(bench)?;
        let last = broadcast(&name, &line(BURST - 1));
        let wanted = Wanted::Said(["what was said, within a second", "сказанное, не позже чем через секунду"]);
        let (before, _) = vera.skip_until(&wanted, |line| line == last)?;
        let is_notice = |line: &&String| stopped.iter().any(|(_, name)| line.starts_with(&notice(name, "left")));
        gone += before.iter().filter(is_notice).count();
        if gone == stopped.len() || begun.elapsed() > ENOUGH {
            break;
        }
    }
    Ok(())
}
