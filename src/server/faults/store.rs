//! Test: faults of what outlasts the server: a store that panics while clients' threads wait for it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

use super::panics;
use super::support::{DEADLINE, Server};
use crate::limits::STOP_TOTAL;
use crate::protocol::Word;
use crate::server::client::Client;
use crate::server::client::accounts::Accounts;
use crate::server::parcel::Request;
use crate::server::robust::leave::Leave;
use crate::server::seat::Claim;
use crate::server::store::{Asker, Event, News, Store};
use crate::server::{Config, Database};
use crate::text::Nickname;

/// Whoever has this nickname asks for the fault.
const BREAKS: &str = "breaks";
/// A stop that leaves somebody to the end of the process has three seconds; a busy machine may add to them.
const IN_TIME: Duration = Duration::from_secs(8);

/// Panics in the commit of what `BREAKS` has asked for, while that client's thread waits for just this commit.
#[derive(Debug, Default)]
struct Breaks {
    asked: bool,
}

impl Store for Breaks {
    fn hears(&mut self, _event: Event) {}

    fn ask(&mut self, by: Asker, _request: Request) {
        self.asked |= by.nickname.as_str() == BREAKS;
    }

    fn commit(&mut self) -> Vec<News> {
        if self.asked {
            panics();
        }
        Vec::new()
    }
}

/// Knows nobody. Who asks for the history waits until the test lets go.
#[derive(Debug)]
struct Hangs(Receiver<()>);

impl Accounts for Hangs {
    fn log_in(&self, client: &mut Client, nickname: &Nickname) -> Result<Option<Claim>, Leave> {
        client.claim(nickname).map(Some)
    }

    fn welcome(&self, client: &mut Client) -> Result<(), Leave> {
        client.ask(Request::Waiting)?;
        client.delivery().wait_for_commit()
    }

    fn word(&self, _client: &mut Client, _word: Word<'_>) -> Result<(), Leave> {
        self.0.recv_timeout(DEADLINE).unwrap_or_default();
        Ok(())
    }

    fn newest(&self) -> io::Result<i64> {
        Ok(0)
    }

    fn was_here(&self, _nickname: &Nickname) -> bool {
        false
    }
}

#[test]
fn who_waits_for_a_commit_that_panics_does_not_hang_and_the_server_fails() {
    for somebody_hangs in [false, true] {
        let (lets_go, disk) = bounded(0);
        let database = Database { store: Box::new(Breaks::default()), accounts: Arc::new(Hangs(disk)) };
        let server = Server::with(Config { database: Some(database), ..Config::default() });
        let mut anna = server.group("anna");
        if somebody_hangs {
            anna.send("HISTORY");
            anna.send("its thread waits for the disk, and for nothing else");
        }
        let begun = Instant::now();
        let mut breaks = server.peer();
        breaks.expect("Your nickname?");
        breaks.send(BREAKS);
        for peer in [&mut anna, &mut breaks] {
            while peer.next_line().is_some() {}
        }
        let error = server.wait().expect_err("it is no orderly end");
        assert!(error.to_string().contains("the delivery thread panicked"), "{error}");
        let in_time = if somebody_hangs { IN_TIME } else { STOP_TOTAL };
        assert!(begun.elapsed() < in_time, "{:?}", begun.elapsed());
        drop(lets_go);
    }
}
