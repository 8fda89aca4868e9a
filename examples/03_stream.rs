//! A stream carries bytes and no borders: three writes, one read of 19 bytes.
//!
//! See: the reader cannot tell how often was written; and a Cyrillic letter that is cut in two is no text on either side.
//!
//! Run: `cargo run --example 03_stream`. It prints what `docs/en/03_stream_and_datagram.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::str;

/// Two ends of one connection.
fn connected() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let writer = TcpStream::connect(listener.local_addr()?)?;
    let (reader, _) = listener.accept()?;
    Ok((writer, reader))
}

/// Three writes in, one stream of bytes out.
fn three_writes() -> io::Result<()> {
    let (mut writer, mut reader) = connected()?;
    for message in ["Successfully", "pro", "cess"] {
        writer.write_all(message.as_bytes())?;
    }
    writer.shutdown(Shutdown::Write)?;
    let mut received = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            break; // the end of the stream
        }
        received.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(received, b"Successfullyprocess");
    println!("3 writes: 12 bytes, 3 bytes, 4 bytes");
    println!("read:     {} bytes, {:?}", received.len(), String::from_utf8_lossy(&received));
    Ok(())
}

/// A reader that asks for an odd number of bytes cuts a Cyrillic letter, which has two.
fn a_letter_in_two() -> io::Result<()> {
    let (mut writer, mut reader) = connected()?;
    writer.write_all("да".as_bytes())?;
    let (mut first, mut second) = ([0; 3], [0; 1]);
    reader.read_exact(&mut first)?;
    reader.read_exact(&mut second)?;
    assert!(str::from_utf8(&first).is_err() && str::from_utf8(&second).is_err());
    println!("first 3 bytes: {first:02x?}, text: {}", str::from_utf8(&first).is_ok());
    println!("last byte:     {second:02x?}, text: {}", str::from_utf8(&second).is_ok());
    let whole = [first.as_slice(), &second].concat();
    assert_eq!(str::from_utf8(&whole), Ok("да"));
    println!("all 4 bytes:   {whole:02x?}, text: {:?}", String::from_utf8_lossy(&whole));
    Ok(())
}

fn main() -> io::Result<()> {
    three_writes()?;
    a_letter_in_two()
}
