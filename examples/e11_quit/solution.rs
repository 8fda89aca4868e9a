//! A solution of exercise 11.4.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use crossbeam_channel::{Receiver, Sender};

/// `&TcpStream` reads and writes: both threads use the one socket, and `shutdown` ends both.
pub(crate) fn run(server: TcpStream, typed: Receiver<String>, shown: Sender<u8>) -> io::Result<()> {
    thread::scope(|scope| {
        let recv = scope.spawn(|| recv(&server, &shown));
        let sent = sent(&server, &typed);
        // An error means that the connection has ended already, which is what was wanted.
        server.shutdown(Shutdown::Both).unwrap_or_default();
        recv.join().map_err(|_| io::Error::other("the receiving thread panicked"))?;
        sent
    })
}

fn sent(mut server: &TcpStream, typed: &Receiver<String>) -> io::Result<()> {
    for line in typed.iter().take_while(|line| line != "q") {
        server.write_all(format!("{line}\n").as_bytes())?;
    }
    Ok(())
}

/// Until the end of the stream, or until nobody looks any more.
fn recv(mut server: &TcpStream, shown: &Sender<u8>) {
    let mut buffer = [0; 64];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        for &byte in &buffer[..count] {
            if shown.send(byte).is_err() {
                return;
            }
        }
    }
}
