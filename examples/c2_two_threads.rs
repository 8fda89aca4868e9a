//! The client of the ladder, step 2: two threads.
//!
//! Adds: one thread hears, the other types; neither waits for the other. At the end of the input the server is told so, and
//! what it still says is heard.
//! Its fault: what comes in stands in the middle of what is being typed. The product's client has an editor for that.
//! Run: a server, `cargo run --example s06_original`, and `cargo run --example c2_two_threads`.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process;
use std::thread;

/// Shows what one `read` gives. False at the end of the stream.
fn recv(mut server: &TcpStream) -> io::Result<bool> {
    let mut buffer = [0; 1024];
    let count = server.read(&mut buffer)?;
    io::stdout().write_all(&buffer[..count])?;
    io::stdout().flush()?;
    Ok(count > 0)
}

/// Sends one line that is typed. False at the end of the input.
fn sent(mut server: &TcpStream) -> io::Result<bool> {
    let mut line = String::new();
    let count = io::stdin().read_line(&mut line)?;
    server.write_all(line.as_bytes())?;
    Ok(count > 0)
}

/// Connects to the port of the first argument, or of `PORT`.
fn connect() -> io::Result<TcpStream> {
    let port = std::env::args().nth(1).or_else(|| std::env::var("PORT").ok()).unwrap_or_else(|| "12345".into());
    let port: u16 = port.parse().map_err(|_| io::Error::other(format!("{port} is no port: give 1 to 65535")))?;
    TcpStream::connect(("127.0.0.1", port))
}

/// The thread that hears. When the server has ended the conversation, the program ends: the other thread may be waiting for
/// the keyboard, and nothing wakes it.
fn hear(server: &TcpStream) {
    while recv(server).unwrap_or(false) {}
    process::exit(0);
}

fn main() -> io::Result<()> {
    let server = connect()?;
    thread::scope(|scope| {
        thread::Builder::new().name("recv".into()).spawn_scoped(scope, || hear(&server))?;
        while sent(&server)? {}
        server.shutdown(Shutdown::Write)
    })
}
