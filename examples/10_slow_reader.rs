//! One who does not read, and what that does to the others: first as in the original, then with a queue for each client.
//!
//! See: how much the kernel takes for a socket that nobody reads; that a sender who writes to every socket itself then
//! stands still; that with a queue and a thread for each client only the one who does not read is harmed.
//!
//! Run: `cargo run --example 10_slow_reader`. It prints what `docs/en/10_delivery.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

const MESSAGE: [u8; 1000] = [b'x'; 1000];
const MESSAGES: usize = 20_000;
/// Who takes nothing for so long is too late; a server would be more patient.
const PATIENCE: Duration = Duration::from_millis(250);

/// The server's end and the client's end of one connection.
fn connected() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    server.set_write_timeout(Some(PATIENCE))?;
    Ok((server, client))
}

/// A client that reads all, and tells how many bytes that were.
fn reader(mut client: TcpStream) -> io::Result<JoinHandle<io::Result<u64>>> {
    thread::Builder::new().name("reader".into()).spawn(move || io::copy(&mut client, &mut io::sink()))
}

/// The original's way: the sender's own thread writes to every socket.
fn direct() -> io::Result<()> {
    let ((to_frozen, _frozen), (to_healthy, healthy)) = (connected()?, connected()?);
    let healthy = reader(healthy)?;
    for sent in 0..MESSAGES {
        for mut client in [&to_frozen, &to_healthy] {
            match client.write_all(&MESSAGE) {
                Ok(()) => {}
                // Only the timeout of this example ends it. Without one the sender would stand here for ever.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    println!("direct: the sender stands still, and the healthy client gets no more either");
                    println!("measured: that was after {sent} messages of 1000 bytes");
                    to_healthy.shutdown(Shutdown::Write)?;
                    let heard = healthy.join().map_err(|_| io::Error::other("a panic"))??;
                    assert_eq!(heard, 1000 * sent as u64);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
    Err(io::Error::other("the kernel took everything: send more"))
}

/// Writes what comes through the queue, until the sender lets go of it or the socket takes no more.
fn writer(queue: &Receiver<()>, mut client: &TcpStream) -> io::Result<()> {
    queue.iter().try_for_each(|()| client.write_all(&MESSAGE))
}

/// A bounded queue and a writer thread for each client. Who is too late is cut.
fn with_queues() -> io::Result<()> {
    let ((to_frozen, _frozen), (to_healthy, healthy)) = (connected()?, connected()?);
    let healthy = reader(healthy)?;
    thread::scope(|scope| {
        let mut queues = Vec::new();
        for (name, socket) in [("frozen", &to_frozen), ("healthy", &to_healthy)] {
            let (queue, messages) = bounded(100);
            queues.push((name, queue));
            scope.spawn(move || writer(&messages, socket));
        }
        for _ in 0..MESSAGES {
            queues.retain(|(name, queue)| {
                let in_time = queue.send_timeout((), 4 * PATIENCE).is_ok();
                if !in_time {
                    println!("queues: {name} is too late, and is cut");
                }
                in_time
            });
        }
        assert_eq!(queues.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["healthy"]);
    });
    to_healthy.shutdown(Shutdown::Write)?;
    let heard = healthy.join().map_err(|_| io::Error::other("a panic"))??;
    assert_eq!(heard, 1000 * MESSAGES as u64);
    println!("queues: the healthy client has heard all {MESSAGES} messages");
    Ok(())
}

fn main() -> io::Result<()> {
    direct()?;
    with_queues()
}
