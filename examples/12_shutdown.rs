//! The end of a server: everyone is told, everyone is waited for, and nobody can hold it up for long.
//!
//! See: what a client reads when the server stops, and how soon the server has ended.
//!
//! Run: `cargo run --example 12_shutdown`. It prints what `docs/en/12_ending.md` shows. With `never` behind it, it also
//! shows how long a client that never closes can hold the server up.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chatroom::limits::STOP_TOTAL;
use chatroom::server::{Config, Stop, start_server};

const PATIENCE: Duration = Duration::from_secs(10);

struct Server {
    address: SocketAddr,
    stop: Stop,
    running: JoinHandle<io::Result<()>>,
}

impl Server {
    fn start() -> io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, stop) = (listener.local_addr()?, Stop::new());
        let its_stop = stop.clone();
        let running = thread::Builder::new().spawn(move || start_server(listener, Config::default(), &its_stop))?;
        Ok(Server { address, stop, running })
    }

    /// Somebody who has joined, and is at the question.
    fn join(&self, nickname: &str) -> io::Result<TcpStream> {
        let mut client = TcpStream::connect(self.address)?;
        client.set_read_timeout(Some(PATIENCE))?;
        client.write_all(format!("{nickname}\n").as_bytes())?;
        let mut byte = [0];
        let mut text = Vec::new();
        while !text.ends_with(b"go into the group\n") {
            client.read_exact(&mut byte)?;
            text.extend(byte);
        }
        Ok(client)
    }

    /// Waits until `start_server` has returned.
    fn wait(self) -> io::Result<()> {
        self.running.join().map_err(|_| io::Error::other("the server panicked"))?
    }
}

fn everyone_is_told() -> io::Result<()> {
    let server = Server::start()?;
    let mut anna = server.join("anna")?;
    let start = Instant::now();
    server.stop.stop();
    let mut last_words = String::new();
    anna.read_to_string(&mut last_words)?;
    assert!(last_words.ends_with("Disconnected\n"));
    print!("{last_words}");
    drop(anna);
    server.wait()?;
    println!("measured: the server had ended after {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn nobody_holds_it_up() -> io::Result<()> {
    let server = Server::start()?;
    let never_closes = server.join("boris")?;
    let start = Instant::now();
    server.stop.stop();
    server.wait()?;
    let took = start.elapsed();
    assert!(took < STOP_TOTAL + Duration::from_secs(1), "{took:?}");
    println!("measured: with a client that never closes after {:.2} s", took.as_secs_f64());
    drop(never_closes);
    Ok(())
}

fn main() -> io::Result<()> {
    everyone_is_told()?;
    if std::env::args().nth(1).as_deref() == Some("never") { nobody_holds_it_up() } else { Ok(()) }
}
