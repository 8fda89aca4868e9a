//! Datagrams keep their borders, and lose what does not fit: UDP beside the TCP of `03_stream`.
//!
//! See: two sends are two receives; a datagram of 22 bytes in a buffer of 6 gives 6, and the rest is gone for ever.
//!
//! Run: `cargo run --example 03_datagram`; with a number, `cargo run --example 03_datagram 1000` sends so many datagrams
//! to a reader that is busy, and counts those that are still there when it comes back.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::time::Duration;

/// Two sockets that know each other's address. There is no connection: nothing is agreed upon with the other side.
fn two_sockets() -> io::Result<(UdpSocket, UdpSocket)> {
    let (sender, receiver) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    sender.connect(receiver.local_addr()?)?;
    receiver.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok((sender, receiver))
}

fn borders_are_kept() -> io::Result<()> {
    let (sender, receiver) = two_sockets()?;
    sender.send(b"Successfully")?;
    sender.send(b"process")?;
    let mut buffer = [0; 1024];
    for expected in ["Successfully", "process"] {
        let count = receiver.recv(&mut buffer)?;
        assert_eq!(&buffer[..count], expected.as_bytes());
        println!("received {count} bytes: {expected:?}");
    }
    Ok(())
}

fn what_does_not_fit_is_lost() -> io::Result<()> {
    let (sender, receiver) = two_sockets()?;
    sender.send(b"You in group, vera too")?;
    sender.send(b"next")?;
    let mut small = [0; 6];
    let count = receiver.recv(&mut small)?;
    assert_eq!(&small[..count], b"You in");
    println!("22 bytes into a buffer of 6: {:?}", String::from_utf8_lossy(&small[..count]));
    let count = receiver.recv(&mut small)?;
    assert_eq!(&small[..count], b"next");
    println!("the next receive: {:?}", String::from_utf8_lossy(&small[..count]));
    Ok(())
}

/// Nobody receives while all is sent: what the kernel's buffer does not hold is dropped, and no one is told.
fn how_many_arrive(datagrams: usize) -> io::Result<()> {
    let (sender, receiver) = two_sockets()?;
    for _ in 0..datagrams {
        sender.send(&[0; 1000])?;
    }
    receiver.set_nonblocking(true)?;
    let mut arrived = 0;
    let mut buffer = [0; 1000];
    loop {
        match receiver.recv(&mut buffer) {
            Ok(_) => arrived += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    assert!(0 < arrived && arrived <= datagrams);
    println!("{datagrams} datagrams sent without an error, {arrived} arrived");
    Ok(())
}

fn main() -> io::Result<()> {
    borders_are_kept()?;
    what_does_not_fit_is_lost()?;
    match std::env::args().nth(1).map(|count| count.parse()) {
        Some(Ok(datagrams)) => how_many_arrive(datagrams),
        Some(Err(error)) => Err(io::Error::other(format!("the argument is no number of datagrams: {error}"))),
        None => Ok(()),
    }
}
