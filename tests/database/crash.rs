//! `kill -9` under load: whatever any client was shown is in the file, once, and the next start needs no repair.

use std::collections::HashSet;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, bounded};

use crate::support::{Folder, Peer, Program};

const SENDERS: usize = 10;
const LISTENERS: usize = 100;
/// Messages that a sender has under way.
const WINDOW: usize = 20;

/// Somebody in the group who notes what is shown, until the server is gone; a sender keeps its window full meanwhile.
fn chatter(program: &Program, nickname: String, sends: bool, shown: Sender<()>) -> JoinHandle<Vec<String>> {
    let mut peer = Peer::connect(program.address);
    peer.send(&nickname);
    peer.until("Successfully");
    peer.send("2");
    peer.until("You in group");
    let own = format!("(broadcast) {nickname}: ");
    let chat = move || {
        let mut seen = Vec::new();
        let mut sent = 0;
        let mut send = |peer: &mut Peer| {
            sent += 1;
            peer.try_send(&format!("{nickname} {sent}"));
        };
        if sends {
            (0..WINDOW).for_each(|_| send(&mut peer));
        }
        while let Some(line) = peer.try_line() {
            if line.starts_with(&own) {
                send(&mut peer);
                shown.try_send(()).unwrap_or_default();
            }
            if let Some(said) = line.strip_prefix("(broadcast) sender") {
                seen.push(format!("sender{said}"));
            }
        }
        seen
    };
    thread::Builder::new().spawn(chat).expect("a thread can be started")
}

fn is_killed_again_and_again(rounds: usize) {
    let folder = Folder::new();
    let mut all_shown: HashSet<String> = HashSet::new();
    for round in 0..rounds {
        let mut program = Program::start(&folder.database(), &[], "warn");
        let (shown, is_shown) = bounded(100_000);
        let names = (0..LISTENERS).map(|number| (format!("listener{number}"), false));
        let names = names.chain((0..SENDERS).map(|number| (format!("sender{round}.{number}"), true)));
        let clients: Vec<_> =
            names.map(|(nickname, sends)| chatter(&program, nickname, sends, shown.clone())).collect();
        drop(shown);
        // Another place in the work each time.
        (0..2000 + 370 * round).for_each(|_| is_shown.recv().expect("the senders send"));
        program.kill();
        drop(is_shown);
        for client in clients {
            all_shown.extend(client.join().expect("a client does not panic"));
        }
        let sql = folder.sql();
        let mut kept =
            sql.prepare("SELECT nickname || ': ' || text FROM messages JOIN users ON users.id = sender").unwrap();
        let kept: Vec<String> = kept.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        let once: HashSet<String> = kept.iter().cloned().collect();
        assert_eq!(kept.len(), once.len(), "round {round}: none is there twice");
        let missing: Vec<_> = all_shown.difference(&once).take(5).collect();
        assert!(missing.is_empty(), "round {round}: shown and not kept: {missing:?}");
        assert_eq!(sql.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
    }
    assert!(all_shown.len() >= rounds * 2000, "{} messages were shown", all_shown.len());
}

#[test]
fn what_was_shown_survives_a_kill() {
    is_killed_again_and_again(2);
}

#[test]
#[ignore = "takes longer: cargo test --release --all-features --test database -- --ignored twenty_kills"]
fn what_was_shown_survives_twenty_kills() {
    is_killed_again_and_again(20);
}
