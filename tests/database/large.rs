//! A million messages in the file: the start and the history are as fast as ever. A measurement, on a quiet machine.

use std::time::{Duration, Instant};

use crate::support::{Folder, Server};

#[test]
#[ignore = "measures: cargo test --release --all-features --test database -- --ignored --nocapture million"]
fn a_million_messages_slow_nobody_down() {
    let folder = Folder::new();
    drop(Server::start(&folder));
    let sql = folder.sql();
    // The worst case: what the group said lies far behind what others said in private.
    sql.execute_batch(
        "BEGIN;
         INSERT INTO users (id, name, nickname, first_seen, last_seen) VALUES (1, 'anna', 'anna', 1, 1), (2, 'boris', 'boris', 1, 1);
         WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000)
         INSERT INTO messages (id, time, sender, recipient, text)
         SELECT n, 1700000000000 + n, 1, iif(n > 10000, 2, NULL), 'message ' || n || ' of a million, as long as people write' FROM number;
         COMMIT",
    )
    .unwrap();
    drop(sql);
    let begun = Instant::now();
    let server = Server::start(&folder);
    let mut vera = server.login("vera");
    let start = begun.elapsed();
    let begun = Instant::now();
    vera.send("2");
    assert_eq!(vera.history().len(), 20);
    let join = begun.elapsed();
    let begun = Instant::now();
    assert_eq!(vera.ask_history("HISTORY 200").len(), 200);
    let history = begun.elapsed();
    let mut anna = server.login("anna");
    let begun = Instant::now();
    assert_eq!(anna.ask_history("HISTORY 200").len(), 200);
    let busy = begun.elapsed();
    let figures = format!("start {start:?}, joining {join:?}, HISTORY 200 {history:?}, of who wrote them {busy:?}");
    std::io::Write::write_all(&mut std::io::stderr(), format!("{figures}\n").as_bytes()).unwrap();
    let limits = [(start, 1000), (join, 50), (history, 50), (busy, 50)];
    assert!(limits.iter().all(|(took, limit)| *took < Duration::from_millis(*limit)), "{figures}");
}
