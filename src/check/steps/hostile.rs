//! Feature check: step 10: empty, huge and hostile input, and more of everything than one is used to.

use std::time::Duration;

use super::{Check, Kind};
use crate::check::bench::Bench;
use crate::check::broken::{Broken, Then};
use crate::check::peer::Peer;
use crate::protocol::{SUCCESSFULLY, YOUR_NICKNAME, broadcast};

const HOSTILE: Check =
    Check { step: 10, needs: &["asks", "takes", "welcome", "group", "hears"], chapter: "06_errors", ..Check::FIRST };
const LOGIN: &[&str] = &["asks", "takes"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "empty-line",
        kind: Kind::Manners,
        wants: ["an empty line is no message, and no end either", "пустая строка — не сообщение, но и не конец"],
        why: [
            "recv gives nothing at the end; an empty line is one byte, the newline: do not confuse the two",
            "в конце потока recv возвращает пустоту; пустая строка — один байт, конец строки: не путайте их",
        ],
        run: empty_line,
        ..HOSTILE
    },
    Check {
        name: "not-utf8",
        wants: [
            "bytes that are no UTF-8 are refused, and go to nobody",
            "байты, которые не UTF-8, не принимаются и не уходят никому",
        ],
        why: [
            "decoding can fail: answer `Not sent: ...`, and read on; the thread must not die of it",
            "декодирование может не удаться: ответьте `Not sent: ...` и читайте дальше; поток выполнения не должен от этого погибнуть",
        ],
        run: not_utf8,
        ..HOSTILE
    },
    Check {
        name: "control",
        chapter: "b_faults",
        wants: ["control characters are never passed on", "управляющие символы никому не передаются"],
        why: [
            "ESC drives the terminal of whoever reads it: it can clear the screen, or write over a name",
            "ESC управляет терминалом того, кто читает: может стереть экран или написать поверх чужого имени",
        ],
        run: control,
        ..HOSTILE
    },
    Check {
        name: "too-long",
        wants: [
            "a line of 5,000 bytes is refused, and the next one is heard",
            "строка в 5000 байт не принимается, а следующая слышна",
        ],
        why: [
            "a message has at most 4,096 bytes: answer `Not sent: ...`, and drop the rest up to the newline",
            "в сообщении не больше 4096 байт: ответьте `Not sent: ...` и выбросьте остаток до конца строки",
        ],
        run: too_long,
        ..HOSTILE
    },
    Check {
        name: "endless",
        wants: [
            "a megabyte without a newline ends that connection, and harms nobody else",
            "мегабайт без конца строки кончает это соединение и никому не вредит",
        ],
        why: [
            "a buffer without a bound lets one client take all memory: after 64 KiB without a newline, close",
            "буфер без предела отдаёт одному клиенту всю память: после 64 КиБ без конца строки закройте соединение",
        ],
        run: endless,
        ..HOSTILE
    },
    Check {
        name: "bad-name",
        needs: LOGIN,
        chapter: "b_faults",
        wants: [
            "a nickname that is a word, too long, or drives terminals is refused",
            "ник — особое слово, слишком длинный или с управляющими символами — не принимается",
        ],
        why: [
            "everybody sees a nickname, and types it: 1 to 32 letters and digits, none of the special words",
            "ник видят и набирают все: от 1 до 32 букв и цифр, и не особое слово",
        ],
        run: bad_name,
        ..HOSTILE
    },
    Check {
        name: "idle-login",
        kind: Kind::Extra,
        chapter: "08_server",
        wants: [
            "twenty who never say their name keep nobody waiting",
            "двадцать не назвавших имени никого не задерживают",
        ],
        why: [
            "who has no name yet holds no lock, and no place that others need",
            "у кого ещё нет имени, тот не держит ни замка, ни места, нужного другим",
        ],
        run: idle_login,
        ..HOSTILE
    },
    Check {
        name: "two-hundred",
        kind: Kind::Extra,
        chapter: "figures",
        wants: ["200 at once are all let in, and all hear", "200 разом: всех впускают, и все слышат"],
        why: [
            "the backlog of listen, descriptors and threads have limits: a hall full of people comes in one second",
            "у очереди listen, дескрипторов и потоков выполнения есть пределы: полный зал приходит за одну секунду",
        ],
        run: two_hundred,
        ..HOSTILE
    },
    Check {
        name: "flood",
        kind: Kind::Extra,
        chapter: "12_ending",
        wants: [
            "a thousand lines at once are slowed down, and others are still heard",
            "тысяча строк разом замедляется, а других по-прежнему слышно",
        ],
        why: [
            "let whoever floods wait in their own thread before the next line is read: TCP then slows the sender",
            "пусть тот, кто заваливает, ждёт в своём потоке выполнения перед чтением следующей строки: TCP сам замедлит отправителя",
        ],
        run: flood,
        ..HOSTILE
    },
];

/// How many come at once, how many lines are a flood, and in what time it must not all have come.
const MANY: usize = 200;
const FLOOD: usize = 1000;
const SLOWED: Duration = Duration::from_millis(700);

/// Still heard by others.
fn is_heard(anna: &mut Peer, name: &str, others: &mut Peer) -> Result<Vec<String>, Broken> {
    anna.send("still here")?;
    anna.skip_to(&broadcast(name, "still here"))?;
    others.skip_to(&broadcast(name, "still here"))
}

/// Nothing of hers but that was heard.
fn nothing_else(before: &[String], name: &str, others: &Peer, wanted: [&'static str; 2]) -> Result<(), Broken> {
    let said = format!("(broadcast) {name}: ");
    if before.iter().any(|line| line.starts_with(&said)) { Err(others.fails(wanted)) } else { Ok(()) }
}

fn empty_line(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.group("boris")?);
    anna.send_bytes(b"\n\r\n\n")?;
    let before = is_heard(&mut anna, &name, &mut boris)?;
    nothing_else(&before, &name, &boris, ["no empty message", "никакого пустого сообщения"])
}

fn not_utf8(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.group("boris")?);
    anna.send_bytes(b"a\xC3(\x80b\n")?;
    anna.skip_to_start("Not sent: ")?;
    let before = is_heard(&mut anna, &name, &mut boris)?;
    nothing_else(&before, &name, &boris, ["nothing of these bytes", "ничего из этих байтов"])
}

fn control(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.group("boris")?);
    anna.send_bytes(b"\x1b[2Jgone\n")?;
    let before = is_heard(&mut anna, &name, &mut boris)?;
    if before.iter().any(|line| line.contains('\x1b')) {
        return Err(boris.fails(["no ESC among what others are sent", "чтобы другим не посылали ESC"]));
    }
    Ok(())
}

fn too_long(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.group("boris")?);
    anna.send(&"x".repeat(5000))?;
    anna.skip_to_start("Not sent: ")?;
    let before = is_heard(&mut anna, &name, &mut boris)?;
    nothing_else(&before, &name, &boris, ["nothing of that line", "ничего из этой строки"])
}

fn endless(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, _), (mut boris, name), (mut vera, _)) =
        (bench.group("anna")?, bench.group("boris")?, bench.group("vera")?);
    let piece = [b'x'; 16 * 1024];
    for _ in 0..64 {
        anna.send_bytes(&piece)?;
    }
    // However it is closed: what was not read makes a reset of it.
    match anna.end() {
        Err(broken) if broken.then != Then::Reset => return Err(broken),
        _ => {}
    }
    is_heard(&mut boris, &name, &mut vera).map(drop)
}

fn bad_name(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.asked("anna")?;
    for name in ["LIST", "a\x1b[2Jb", &"a".repeat(33)] {
        anna.send(name)?;
        if anna.skip_to(YOUR_NICKNAME)?.iter().any(|line| line == SUCCESSFULLY) {
            return Err(anna.fails(["a refusal", "отказ"]));
        }
    }
    anna.send(&bench.name("anna"))?;
    anna.skip_to(SUCCESSFULLY).map(drop)
}

fn idle_login(bench: &Bench<'_>) -> Result<(), Broken> {
    let _silent = (0..20).map(|_| bench.peer("nobody")).collect::<Result<Vec<_>, _>>()?;
    let ((mut anna, name), (mut boris, _)) = (bench.group("anna")?, bench.group("boris")?);
    is_heard(&mut anna, &name, &mut boris).map(drop)
}

fn two_hundred(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut all = (0..MANY).map(|_| bench.peer("anna")).collect::<Result<Vec<_>, _>>()?;
    let patience = bench.timeout() * 4;
    for peer in &mut all {
        peer.send(&bench.name("anna"))?;
    }
    let mut all: Vec<Peer> = all.into_iter().map(|peer| peer.patient(patience)).collect();
    for peer in &mut all {
        peer.skip_to(crate::protocol::QUESTION)?;
        peer.send("2")?;
        peer.skip_to(crate::protocol::IN_GROUP)?;
    }
    let (mut boris, name) = bench.group("boris")?;
    boris.send("all of you")?;
    for peer in &mut all {
        peer.skip_to(&broadcast(&name, "all of you"))?;
    }
    Ok(())
}

fn flood(bench: &Bench<'_>) -> Result<(), Broken> {
    let ((mut anna, flooder), (mut boris, name)) = (bench.group("anna")?, bench.group("boris")?);
    let lines: String = (0..FLOOD).map(|number| format!("{number}\n")).collect();
    anna.send_bytes(lines.as_bytes())?;
    boris.skip_to(&broadcast(&flooder, "0"))?;
    boris.send("can you hear me?")?;
    let before = boris.skip_to(&broadcast(&name, "can you hear me?"))?;
    let mut boris = boris.patient(SLOWED);
    let last = broadcast(&flooder, &(FLOOD - 1).to_string());
    let heard = match before.contains(&last) {
        true => Ok(()),
        false => boris.skip_to(&last).map(drop),
    };
    match heard {
        Ok(()) => Err(boris.fails(["a flood that takes its time", "поток строк, которому нужно время"])),
        Err(broken) if broken.then == Then::Silence => Ok(()),
        Err(broken) => Err(broken),
    }
}
