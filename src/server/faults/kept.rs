//! Test: faults of what outlasts the server: a store that panics while clients' threads wait for it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use parking_lot::Mutex;

use super::panics;
use super::support::{DEADLINE, Server};
use crate::limits::STOP_TOTAL;
use crate::server::parcel::Request;
use crate::server::password::Password;
use crate::server::robust::connection::ClientId;
use crate::server::store::{Account, Archive, Kept, News, Store};
use crate::server::{Config, Stop};
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
    fn ask(&mut self, _by: ClientId, nickname: &Nickname, _request: Request) -> Vec<String> {
        self.asked |= nickname.as_str() == BREAKS;
        Vec::new()
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

impl Archive for Hangs {
    fn newest(&self) -> io::Result<i64> {
        Ok(0)
    }

    fn was_here(&self, _nickname: &Nickname) -> io::Result<bool> {
        Ok(false)
    }

    fn history(&self, _reader: &Nickname, _since: i64, _count: usize) -> io::Result<Vec<String>> {
        self.0.recv_timeout(DEADLINE).unwrap_or_default();
        Ok(Vec::new())
    }

    fn account(&self, _nickname: &Nickname) -> io::Result<Option<Account>> {
        Ok(None)
    }

    fn is_right(&self, _password: &Password, _hash: &str, _stop: &Stop) -> io::Result<bool> {
        Ok(false)
    }

    fn hash(&self, _password: &Password, _stop: &Stop) -> io::Result<String> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[test]
fn who_waits_for_a_commit_that_panics_does_not_hang_and_the_server_fails() {
    for somebody_hangs in [false, true] {
        let (lets_go, disk) = bounded(0);
        let kept = Kept { store: Mutex::new(Box::new(Breaks::default())), archive: Arc::new(Hangs(disk)) };
        let server = Server::with(Config { kept: Some(kept), ..Config::default() });
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
