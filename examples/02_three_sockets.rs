//! One connection, three sockets: the listening one, and one at each end.
//!
//! See: which addresses each socket has; that `connect` succeeds before anybody accepts; that a server needs one port
//! for all its clients, while each client has a port of its own.
//!
//! Run: `cargo run --example 02_three_sockets`. It prints what `docs/en/02_sockets.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::HashSet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

/// bind and listen, connect, accept: in this order, and in one thread.
fn three_sockets() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("asked for 127.0.0.1:0");
    println!("listener  local {}", listener.local_addr()?);
    // Nobody has called accept yet. The kernel makes the connection, and it waits in the listener's backlog.
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.write_all(b"hello")?;
    println!("client    local {}  peer {}", client.local_addr()?, client.peer_addr()?);
    let (mut accepted, from) = listener.accept()?;
    println!("accepted  local {}  peer {}", accepted.local_addr()?, accepted.peer_addr()?);
    assert_eq!(from, client.local_addr()?);
    assert_eq!(accepted.peer_addr()?, client.local_addr()?);
    assert_eq!(accepted.local_addr()?, client.peer_addr()?);
    assert_eq!(accepted.local_addr()?, listener.local_addr()?);
    let mut hello = [0; 5];
    accepted.read_exact(&mut hello)?;
    println!("accepted  reads what was written before: {:?}", String::from_utf8_lossy(&hello));
    Ok(())
}

/// All ports that a server and its clients use.
fn ports_of(clients: usize) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut ports = HashSet::from([listener.local_addr()?.port()]);
    let mut open = Vec::new();
    for _ in 0..clients {
        let client = TcpStream::connect(listener.local_addr()?)?;
        let (accepted, _) = listener.accept()?;
        ports.extend([client.local_addr()?.port(), accepted.local_addr()?.port()]);
        open.push((client, accepted));
    }
    assert_eq!(ports.len(), 1 + clients);
    println!("{clients} clients: {} sockets, {} ports", 1 + 2 * open.len(), ports.len());
    Ok(())
}

/// One port, one listener.
fn second_listener() -> io::Result<()> {
    let first = TcpListener::bind("127.0.0.1:0")?;
    let second = TcpListener::bind(first.local_addr()?).map_err(|error| error.kind());
    assert_eq!(second.err(), Some(ErrorKind::AddrInUse));
    println!("a second listener on the same port: {:?}", ErrorKind::AddrInUse);
    Ok(())
}

fn main() -> io::Result<()> {
    three_sockets()?;
    ports_of(3)?;
    second_listener()
}
