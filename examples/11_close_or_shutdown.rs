//! One thread waits in `read`, the other wants to leave. What wakes the reader?
//!
//! See: letting go of one's own handle wakes nobody, since the other thread still holds the socket; `shutdown` does, at
//! once, and the server learns of it too.
//!
//! Run: `cargo run --example 11_close_or_shutdown`. It prints what `docs/en/11_client.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

/// How long we wait for something that should not happen.
const A_WHILE: Duration = Duration::from_millis(200);

/// A client with a thread that reads, as `chat` has: its handle, the server's end, and the news that `read` has ended.
fn client() -> io::Result<(Arc<TcpStream>, TcpStream, Receiver<io::Result<usize>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let socket = Arc::new(TcpStream::connect(listener.local_addr()?)?);
    let (server, _) = listener.accept()?;
    let (tell, ended) = bounded(1);
    let reads = Arc::clone(&socket);
    thread::Builder::new().name("recv".into()).spawn(move || {
        let result = (&*reads).read(&mut [0; 64]);
        drop(reads);
        tell.send(result).unwrap_or_default(); // nobody may be there any more to hear it
    })?;
    Ok((socket, server, ended))
}

fn letting_go() -> io::Result<()> {
    let (socket, server, ended) = client()?;
    drop(socket);
    assert_eq!(ended.recv_timeout(A_WHILE).err(), Some(RecvTimeoutError::Timeout));
    println!("drop:     the reader still waits");
    server.set_read_timeout(Some(A_WHILE))?;
    assert!((&server).read(&mut [0; 64]).is_err());
    println!("drop:     the server has learnt nothing");
    drop(server);
    ended.recv_timeout(Duration::from_secs(10)).map_err(io::Error::other)??;
    println!("drop:     the server closes, and that wakes the reader");
    Ok(())
}

fn shutting_down() -> io::Result<()> {
    let (socket, server, ended) = client()?;
    socket.shutdown(Shutdown::Both)?;
    let read = ended.recv_timeout(Duration::from_secs(10)).map_err(io::Error::other)??;
    assert_eq!(read, 0);
    println!("shutdown: the reader wakes with {read}, the end of the stream");
    server.set_read_timeout(Some(Duration::from_secs(10)))?;
    assert_eq!((&server).read(&mut [0; 64])?, 0);
    println!("shutdown: the server reads the end too");
    Ok(())
}

fn main() -> io::Result<()> {
    letting_go()?;
    shutting_down()
}
