//! A checker is worth what it can find: one fault of each kind is planted in a run, and has to be counted.

use std::time::Duration;

use super::{Recorder, Stamp, Verdict};

const SIZE: usize = 48;
const CLIENTS: usize = 3;

/// A line as a client hears it.
fn line(sender: usize, number: usize) -> String {
    let sent = Duration::from_micros(number as u64);
    format!("(broadcast) load{sender}: {}\n", Stamp { sender, number, sent }.text(SIZE))
}

/// Two senders, four messages each, in turn.
fn run() -> Vec<String> {
    (0..8).map(|i| line(i % 2, i / 2)).collect()
}

/// What is found when everyone hears the run, but the last client hears it with a fault. The bytes come in pieces that
/// are not lines.
fn verdict(piece: usize, plant: impl Fn(&mut Vec<String>)) -> Verdict {
    let mut recorder = Recorder::new(CLIENTS, SIZE);
    for client in 0..CLIENTS {
        let mut lines = run();
        if client == CLIENTS - 1 {
            plant(&mut lines);
        }
        for bytes in lines.concat().as_bytes().chunks(piece) {
            recorder.hear(client, bytes, |_| {});
        }
    }
    recorder.judge(CLIENTS, &[4, 4])
}

/// Plants a fault and compares, whatever the pieces are.
fn finds(expected: &Verdict, plant: impl Fn(&mut Vec<String>)) {
    for piece in [1, 7, 100, 10_000] {
        assert_eq!(&verdict(piece, &plant), expected, "in pieces of {piece} bytes");
    }
    assert_eq!(expected.is_clean(), *expected == Verdict { orders: 1, ..Verdict::default() });
}

#[test]
fn a_run_without_fault_is_clean() {
    finds(&Verdict { orders: 1, ..Verdict::default() }, |_| {});
}

#[test]
fn a_lost_message_is_found() {
    let expected = Verdict { lost: 1, gaps: 1, orders: 2, ..Verdict::default() };
    finds(&expected, |lines| drop(lines.remove(2)));
}

#[test]
fn a_lost_end_is_found_and_is_no_other_order() {
    finds(&Verdict { lost: 2, orders: 1, ..Verdict::default() }, |lines| lines.truncate(6));
}

#[test]
fn a_client_that_hears_nothing_is_found() {
    finds(&Verdict { lost: 8, orders: 1, ..Verdict::default() }, Vec::clear);
}

#[test]
fn a_doubled_message_is_found() {
    let expected = Verdict { doubled: 1, orders: 2, ..Verdict::default() };
    finds(&expected, |lines| lines.insert(5, lines[2].clone()));
}

#[test]
fn two_messages_of_one_sender_in_the_wrong_order_are_found() {
    let expected = Verdict { out_of_order: 1, gaps: 1, orders: 2, ..Verdict::default() };
    finds(&expected, |lines| lines.swap(1, 3));
}

#[test]
fn another_order_of_two_senders_is_found() {
    finds(&Verdict { orders: 2, ..Verdict::default() }, |lines| lines.swap(2, 3));
}

#[test]
fn another_place_of_a_notice_is_another_order() {
    let notice = "(broadcast) General information: anna has left the Chat\n";
    finds(&Verdict { orders: 2, ..Verdict::default() }, |lines| lines.insert(4, notice.into()));
}

#[test]
fn a_damaged_message_is_found() {
    let expected = Verdict { lost: 1, gaps: 1, damaged: 1, orders: 2, ..Verdict::default() };
    finds(&expected, |lines| lines[2] = lines[2].replace("xx", "xy"));
    finds(&expected, |lines| lines[2] = lines[2].replace("x\n", "\n"));
}

#[test]
fn a_message_that_nobody_sent_is_found() {
    let expected = Verdict { damaged: 1, orders: 2, ..Verdict::default() };
    finds(&expected, |lines| lines.insert(1, line(0, 4)));
    finds(&expected, |lines| lines.insert(1, line(7, 0)));
}

#[test]
fn a_fault_that_everyone_hears_is_counted_for_everyone() {
    let mut recorder = Recorder::new(CLIENTS, SIZE);
    for client in 0..CLIENTS {
        let mut lines = run();
        lines.remove(0);
        recorder.hear(client, lines.concat().as_bytes(), |_| {});
    }
    let expected = Verdict { lost: 3, gaps: 3, orders: 1, ..Verdict::default() };
    assert_eq!(recorder.judge(CLIENTS, &[4, 4]), expected);
}

#[test]
fn each_delivery_is_told_once_when_its_line_is_whole() {
    let mut recorder = Recorder::new(CLIENTS, SIZE);
    let mut delivered = Vec::new();
    for client in 0..CLIENTS {
        for bytes in run().concat().as_bytes().chunks(5) {
            recorder.hear(client, bytes, |stamp| delivered.push((client, stamp.sender, stamp.number)));
        }
    }
    let expected: Vec<_> = (0..CLIENTS).flat_map(|client| (0..8).map(move |i| (client, i % 2, i / 2))).collect();
    assert_eq!(delivered, expected);
}

#[test]
fn leave_notices_are_counted_by_name() {
    let mut recorder = Recorder::new(1, SIZE);
    for (name, why) in [("boris", " (too late)"), ("vera", " (too late)"), ("boris", " (too late)"), ("gleb", "")] {
        let notice = format!("(broadcast) General information: {name} has left the Chat{why}\n");
        recorder.hear(0, notice.as_bytes(), |_| {});
    }
    let leaves = recorder.leaves("too late");
    assert_eq!((leaves["boris"], leaves["vera"], leaves.len()), (2, 1, 2));
}
