//! What others have answered; `tests/exercises.rs` says what becomes of each.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use parking_lot::Mutex;

use crate::Serve;

pub(crate) fn named(name: &str) -> Serve {
    match name {
        "arc_as_place" => arc_as_place,
        "handles" => handles,
        "one_at_a_time" => one_at_a_time,
        "back_to_nothing" => |listener, limit| counted(listener, limit, |taken| *taken = 0, |_| ()),
        "never_given_back" => |listener, limit| counted(listener, limit, |_| (), |_| ()),
        "refused_gives_back" => |listener, limit| counted(listener, limit, |taken| *taken -= 1, |taken| *taken -= 1),
        "only_at_the_end" => only_at_the_end,
        "no_newline" => |listener, limit| refusing(listener, limit, b"full"),
        "silent" => |listener, limit| refusing(listener, limit, b""),
        _ => panic!("nobody has answered {name}"),
    }
}

fn echo(mut client: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 64];
    loop {
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            count => client.write_all(&buffer[..count])?,
        }
    }
}

/// The count of an `Arc` is the number of clients: whoever has a clone has a place.
fn arc_as_place(listener: &TcpListener, limit: usize) -> io::Result<()> {
    let place = Arc::new(());
    for client in listener.incoming() {
        let mut client = client?;
        if Arc::strong_count(&place) > limit {
            drop(client.write_all(b"full\n"));
        } else {
            let place = Arc::clone(&place);
            thread::Builder::new().spawn(move || {
                let ended = echo(&client);
                drop(place);
                ended
            })?;
        }
    }
    Ok(())
}

/// Counts the threads that have not ended.
fn handles(listener: &TcpListener, limit: usize) -> io::Result<()> {
    let mut threads: Vec<thread::JoinHandle<io::Result<()>>> = Vec::new();
    while let Ok((mut client, _)) = listener.accept() {
        threads.retain(|thread| !thread.is_finished());
        if threads.len() < limit {
            threads.push(thread::Builder::new().spawn(move || echo(&client))?);
        } else {
            for byte in b"full\n" {
                client.write_all(&[*byte]).unwrap_or_default();
            }
        }
    }
    Ok(())
}

/// The second one waits for the first.
fn one_at_a_time(listener: &TcpListener, _limit: usize) -> io::Result<()> {
    for client in listener.incoming() {
        echo(&client?)?;
    }
    Ok(())
}

/// A count under a lock, and what becomes of it when somebody leaves and when somebody is refused.
fn counted(listener: &TcpListener, limit: usize, leaves: fn(&mut usize), refused: fn(&mut usize)) -> io::Result<()> {
    let taken = Arc::new(Mutex::new(0));
    for client in listener.incoming() {
        let mut client = client?;
        let mut count = taken.lock();
        if *count >= limit {
            refused(&mut count);
            client.write_all(b"full\n").unwrap_or_default();
            continue;
        }
        *count += 1;
        let taken = Arc::clone(&taken);
        thread::Builder::new().spawn(move || {
            echo(&client).unwrap_or_default();
            leaves(&mut taken.lock());
        })?;
    }
    Ok(())
}

/// Where `read` gives an error, `?` leaves before the place is given back.
fn only_at_the_end(listener: &TcpListener, limit: usize) -> io::Result<()> {
    let taken = Arc::new(AtomicUsize::new(0));
    for client in listener.incoming() {
        let mut client = client?;
        if taken.fetch_add(1, Ordering::Relaxed) >= limit {
            taken.fetch_sub(1, Ordering::Relaxed);
            client.write_all(b"full\n").unwrap_or_default();
            continue;
        }
        let taken = Arc::clone(&taken);
        thread::Builder::new().spawn(move || -> io::Result<()> {
            echo(&client)?;
            taken.fetch_sub(1, Ordering::Relaxed);
            Ok(())
        })?;
    }
    Ok(())
}

/// Says something else to whoever is one too many.
fn refusing(listener: &TcpListener, limit: usize, told: &[u8]) -> io::Result<()> {
    let mut threads: Vec<thread::JoinHandle<io::Result<()>>> = Vec::new();
    while let Ok((mut client, _)) = listener.accept() {
        threads.retain(|thread| !thread.is_finished());
        if threads.len() < limit {
            threads.push(thread::Builder::new().spawn(move || echo(&client))?);
        } else {
            client.write_all(told).unwrap_or_default();
        }
    }
    Ok(())
}
