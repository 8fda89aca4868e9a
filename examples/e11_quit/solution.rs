//! A solution of exercise 11.4.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, select};

/// `&TcpStream` reads and writes: both threads use the one socket. `shutdown` wakes the one that reads; the one that waits
/// for a line waits for the news too that the server has closed.
pub(crate) fn run(server: TcpStream, typed: Receiver<String>, shown: Sender<u8>) -> io::Result<()> {
    let (hears, closed) = bounded::<()>(0);
    thread::scope(|scope| {
        let recv = scope.spawn(|| recv(&server, &shown, hears));
        let sent = sent(&server, &typed, &closed);
        // An error means that the connection has ended already, which is what was wanted.
        server.shutdown(Shutdown::Both).unwrap_or_default();
        recv.join().map_err(|_| io::Error::other("the receiving thread panicked"))?;
        sent
    })
}

/// Until the end of the stream, or until nobody looks any more. At its end `_hears` is dropped: nobody sends anything on that
/// channel, its end is the news.
fn recv(mut server: &TcpStream, shown: &Sender<u8>, _hears: Sender<()>) {
    let mut buffer = [0; 64];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        for &byte in &buffer[..count] {
            if shown.send(byte).is_err() {
                return;
            }
        }
    }
}

fn sent(mut server: &TcpStream, typed: &Receiver<String>, closed: &Receiver<()>) -> io::Result<()> {
    loop {
        let line = select! {
            recv(typed) -> line => line,
            recv(closed) -> _ => return Ok(()),
        };
        match line {
            Ok(line) if line != "q" => server.write_all(format!("{line}\n").as_bytes())?,
            _ => return Ok(()),
        }
    }
}
