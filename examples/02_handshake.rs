//! One connection from its first segment to its last, and a second one whose reader does not read. It says little itself:
//! it is made to be watched from outside.
//!
//! See: with `docs/lab_handshake.sh`, or by hand under `strace`: which call sends which segment. Bytes that are written
//! before anybody reads wait in the kernel; there is an end to that, and none of them is lost.
//!
//! Run: `cargo run --example 02_handshake`. It prints what `docs/en/handshake.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// Bytes of one call: more than a segment holds.
const PIECE: usize = 4096;

/// So long nothing moves: then nothing will.
const A_WHILE: Duration = Duration::from_millis(100);

/// Connects, and takes the connection out of the listener's queue.
fn connection(listener: &TcpListener) -> io::Result<(TcpStream, TcpStream)> {
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}

/// Hello, a goodbye from one side, and a last word from the other.
fn hello_and_goodbye(listener: &TcpListener) -> io::Result<()> {
    let (mut client, mut server) = connection(listener)?;
    let mut buffer = [0; 64];
    client.write_all(b"hello\n")?;
    let count = server.read(&mut buffer)?;
    println!("the server read {count} bytes");
    client.shutdown(Shutdown::Write)?;
    let count = server.read(&mut buffer)?;
    println!("after the client's shutdown the server read {count}");
    assert_eq!(count, 0);
    server.write_all(b"bye\n")?;
    drop(server);
    let count = client.read(&mut buffer)?;
    assert_eq!(&buffer[..count], b"bye\n");
    assert_eq!(client.read(&mut buffer)?, 0);
    println!("the client, which had said that it writes no more, still read {count} bytes, and then 0");
    Ok(())
}

/// Writes until the kernel takes no more, and then reads all of it.
fn nobody_reads(listener: &TcpListener) -> io::Result<()> {
    let (mut writer, mut reader) = connection(listener)?;
    writer.set_write_timeout(Some(A_WHILE))?;
    let mut written = 0;
    let full = loop {
        match writer.write(&[b'x'; PIECE]) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    println!("measured: {written} bytes were written, and nobody has read; then WouldBlock");
    writer.shutdown(Shutdown::Write)?;
    let mut read = 0;
    let mut buffer = [0; PIECE];
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => read += count,
        }
    }
    assert_eq!(read, written);
    println!("then all of them were read");
    Ok(())
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    hello_and_goodbye(&listener)?;
    nobody_reads(&listener)
}
