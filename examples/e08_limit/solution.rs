//! A solution of exercise 8.4.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A place that is taken. It is given back however the thread ends, by a panic too.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Only this thread takes places, so that to look and to take need not be one step.
pub(crate) fn serve(listener: &TcpListener, limit: usize) -> io::Result<()> {
    let taken = Arc::new(AtomicUsize::new(0));
    for client in listener.incoming() {
        let mut client = client?;
        if taken.load(Ordering::Relaxed) >= limit {
            // An error means that the one who is refused has gone already.
            client.write_all(b"full\n").unwrap_or_default();
            continue;
        }
        taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(Arc::clone(&taken));
        thread::Builder::new().spawn(move || echo(&client, &place))?;
    }
    Ok(())
}

fn echo(mut client: &TcpStream, _place: &Place) -> io::Result<()> {
    let mut buffer = [0; 64];
    loop {
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..count])?;
    }
}
