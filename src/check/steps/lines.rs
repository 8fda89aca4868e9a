//! Feature check: step 3: a message is a line, however its bytes come.

use std::thread;
use std::time::Duration;

use super::{Check, Kind};
use crate::check::bench::Bench;
use crate::check::broken::Broken;
use crate::check::peer::Peer;

/// Between two pieces, so that they come in two reads. A server that sees them in one read does nothing wrong by that.
const PAUSE: Duration = Duration::from_millis(100);
/// A line that is longer than one usual `recv(1024)`, and still a message that every server has to take.
const LONG: usize = 4000;

const LINE: Check =
    Check { step: 3, needs: &["accepts", "answers"], chapter: "03_stream_and_datagram", ..Check::FIRST };

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "pieces",
        wants: [
            "a line that comes in three pieces is one message",
            "строка, пришедшая тремя кусками, — одно сообщение",
        ],
        why: [
            "TCP is a stream of bytes: keep what was read until its newline is there",
            "TCP — поток байтов: прочитанное надо хранить, пока не придёт конец строки",
        ],
        run: pieces,
        ..LINE
    },
    Check {
        name: "glued",
        wants: ["three lines that come at once are three messages", "три строки, пришедшие вместе, — три сообщения"],
        why: [
            "one recv may bring several lines: cut at every newline, and keep the rest",
            "один recv может принести несколько строк: режьте по каждому концу строки, остаток храните",
        ],
        run: glued,
        ..LINE
    },
    Check {
        name: "letter",
        wants: ["a letter that is cut in two arrives whole", "разрезанная надвое буква приходит целой"],
        why: [
            "decode whole lines, not what one recv gives: a Cyrillic letter has two bytes",
            "декодировать надо целые строки, а не то, что вернул recv: в русской букве два байта",
        ],
        run: letter,
        ..LINE
    },
    Check {
        name: "long",
        wants: ["a line of 4,000 bytes arrives whole", "строка в 4000 байт приходит целой"],
        why: [
            "recv(1024) gives at most 1,024 bytes, and that is no end of a message",
            "recv(1024) даёт не больше 1024 байт, и это не конец сообщения",
        ],
        run: long,
        ..LINE
    },
    Check {
        name: "crlf",
        kind: Kind::Manners,
        wants: ["CR LF ends a line as LF does", "CR LF кончает строку так же, как LF"],
        why: [
            "telnet, and nc on Windows, send \\r\\n: take the \\r away with the \\n",
            "telnet и nc в Windows посылают \\r\\n: вместе с \\n надо убрать и \\r",
        ],
        run: crlf,
        ..LINE
    },
    Check {
        name: "no-newline",
        chapter: "06_errors",
        wants: [
            "half a line before the end is no message, and the server closes too",
            "половина строки перед концом потока — не сообщение, и сервер тоже закрывает соединение",
        ],
        why: [
            "recv gives nothing at the end of the stream: end the conversation there, and do not take the rest for a message",
            "в конце потока recv возвращает пустоту: на этом разговор кончается, и остаток — не сообщение",
        ],
        run: no_newline,
        ..LINE
    },
];

fn in_pieces(peer: &mut Peer, pieces: &[&[u8]]) -> Result<(), Broken> {
    for (i, piece) in pieces.iter().enumerate() {
        if i > 0 {
            thread::sleep(PAUSE);
        }
        peer.send_bytes(piece)?;
    }
    Ok(())
}

fn pieces(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    in_pieces(&mut anna, &[b"in thr", b"ee pie", b"ces\n"])?;
    anna.skip_to_echo("in three pieces").map(drop)
}

fn glued(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    anna.send("alone")?;
    let before = anna.skip_to_echo("alone")?;
    anna.send_bytes(b"second\nthird\nfourth\n")?;
    for text in ["second", "third", "fourth"] {
        if anna.skip_to_echo(text)? != before {
            return Err(
                anna.fails(["three answers, each as to a line alone", "три ответа, каждый как на отдельную строку"])
            );
        }
    }
    Ok(())
}

fn letter(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    let bytes = "слово\n".as_bytes();
    let (first, second) = bytes.split_at(5);
    in_pieces(&mut anna, &[first, second])?;
    anna.skip_to_echo("слово").map(drop)
}

fn long(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    let text = format!("begins{}ends", "x".repeat(LONG - 10));
    anna.send(&text)?;
    anna.skip_to_echo(&text).map(drop)
}

fn crlf(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    anna.send_bytes(b"with two ends\r\n")?;
    anna.skip_to_echo("with two ends").map(drop)
}

fn no_newline(bench: &Bench<'_>) -> Result<(), Broken> {
    let mut anna = bench.talker("anna")?;
    anna.send("whole")?;
    anna.skip_to_echo("whole")?;
    anna.send_bytes(b"half of a li")?;
    anna.end_of_stream();
    if anna.end()?.iter().any(|line| line.ends_with("half of a li")) {
        return Err(anna.fails(["no message: the line has no end", "не сообщение: у строки нет конца"]));
    }
    Ok(())
}
