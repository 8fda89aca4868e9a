//! What flags and the environment change of what one sees, and the transcript.
#![cfg(feature = "editor")]

mod pty;
mod support;

use pty::Terminal;
use support::Server;

#[test]
fn a_transcript_is_appended_and_has_a_first_line_at_once() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    std::fs::write(&path, "before\n").expect("the file is written");
    let mut terminal = Terminal::chat(&server, &["--log", path.to_str().expect("a path")], 24, 80);
    terminal.wait_for("Your nickname?");
    let first = std::fs::read_to_string(&path).expect("the transcript");
    assert!(first.starts_with("before\n") && first.ends_with("--- chat begins\n"), "{first}");
    terminal.enter();
    boris.send("hello");
    terminal.wait_for("boris: hello");
    let whole = std::fs::read_to_string(&path).expect("the transcript");
    // The answer to the client's own LIST may stand before it or after it.
    assert!(whole.contains(" (broadcast) boris: hello\n"), "{whole}");
    assert!(!whole.contains('\x1b'));

    let nowhere = folder.path().join("nowhere/log");
    let mut refused = Terminal::chat(&server, &["--log", nowhere.to_str().expect("a path")], 24, 80);
    assert_eq!(refused.leave(), 1);
    refused.wait_for("cannot keep a transcript");
}

#[test]
fn flags_and_environment_change_the_look() {
    let server = Server::without_rate();
    let port = server.address.port().to_string();
    let mut boris = server.group("boris");
    let flags = ["--port", &port, "--nickname", "anna", "--no-time", "--quiet"];
    let mut terminal = Terminal::start(&flags, &[("NO_COLOR", "1"), ("LC_ALL", "ru_RU.UTF-8")], 24, 80);
    terminal.wait_for("▌ Вы anna.");
    terminal.type_in("2\r");
    terminal.wait_for("▌ Вы в общем чате");
    terminal.wait_for_draft("[anna в общем чате]");
    terminal.type_in(&format!("\x1b[200~{}\x1b[201~\r", "line\r".repeat(6)));
    terminal.wait_for("отправить строк: 6? д/Н");
    terminal.type_in("н\r");
    terminal.wait_for_draft("[anna в общем чате]");
    drop(server.group("vera"));
    boris.skip_to("(broadcast) General information: vera has left the Chat");
    boris.send("Привет, ANNA");
    terminal.wait_for("▒ boris: Привет, ANNA");
    assert!(!terminal.contents().contains("vera"), "joins and leaves are not shown");
    boris.send("/tell anna psst");
    terminal.wait_for("▓ boris → вам: psst");
    let asked = terminal.asked();
    assert!(!asked.is_empty() && asked.iter().all(|asked| asked == "bell"), "one's name rings: {asked:?}");
    terminal.look(|screen| {
        let plain = |row, column| {
            screen.cell(row, column).is_none_or(|cell| cell.fgcolor() == vt100::Color::Default && !cell.bold())
        };
        assert!((0..24).all(|row| (0..80).all(|column| plain(row, column))), "NO_COLOR");
    });
}

#[test]
fn the_servers_sentences_are_shown_in_russian() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &["--lang", "ru"], 24, 80);
    terminal.wait_for("Ваш ник?");
    terminal.type_in("9\r");
    terminal.wait_for("▌ Не отправлено: ник начинается с буквы");
    terminal.type_in("boris\r");
    terminal.wait_for("▌ boris занят или похож на занятый; boris2 свободен");
    terminal.type_in("anna\r2\r");
    terminal.wait_for_draft("[anna в общем чате]");
    terminal.type_in("/tell vera hi\r");
    terminal.wait_for("▌ Не доставлено: здесь нет никого с ником vera; LIST покажет, кто здесь");
    terminal.type_in("HELP\r");
    terminal.wait_for("▌ QUIT или q   выход из чата");
    terminal.type_in("TELL\r");
    terminal.wait_for("▌ Кому отправить?");
    terminal.wait_for_draft("[anna: TELL, кому?]");
    // What users say stays as it is, and so do words of a teacher's blackboard.
    boris.send("History ends");
    terminal.wait_for("boris: History ends");
}

#[test]
fn a_hundred_private_messages_at_once_ring_once() {
    let server = Server::without_rate();
    let mut boris = server.group("boris");
    let mut terminal = Terminal::chat(&server, &[], 24, 80);
    terminal.enter();
    for i in 1..=100 {
        boris.send(&format!("/tell anna number {i}"));
    }
    terminal.wait_for("boris to you: number 100");
    // Slow machines take more than the second in which the bell is quiet.
    let rings = terminal.written().matches('\x07').count();
    assert!((1..=10).contains(&rings), "{rings} rings");
}
