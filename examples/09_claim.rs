//! A thousand threads ask the server's own registry for one nickname in the same instant. One gets it.
//!
//! See: check and take are one step; who comes too late is offered a free name; a name that was given back can be taken.
//!
//! Run: `cargo run --example 09_claim`. It prints what `docs/en/09_shared_state.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;

use chatroom::server::connection::{ClientId, Connection};
use chatroom::server::registry::Registry;
use chatroom::text::Nickname;
use chatroom::wire::Framing;

const THREADS: usize = 1000;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let connection = Arc::new(Connection::new(ClientId(1), stream, listener.local_addr()?, Framing::Lines));
    let anna = Nickname::parse("anna").map_err(|refusal| io::Error::other(refusal.to_string()))?;
    let registry = Registry::default();

    let together = Barrier::new(THREADS);
    let answers: Vec<Result<u64, Nickname>> = thread::scope(|scope| {
        let ask = || {
            together.wait();
            registry.register(&connection, &anna)
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it only asks")).collect()
    });
    let winners = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!((winners, registry.count()), (1, 1));
    println!("{THREADS} threads asked for anna, {winners} got it, {} in the chat", registry.count());
    let offered = answers.iter().find_map(|answer| answer.as_ref().err());
    println!("the others were offered {}", offered.map_or("nothing", Nickname::as_str));

    registry.delete(&anna);
    assert!(registry.register(&connection, &anna).is_ok());
    println!("after anna has left, the name can be taken again");
    Ok(())
}
