//! Feature glass: the lab: a crooked wire between the clients and the server. It cuts what the server writes into pieces,
//! delays them, or shows one fault of the original; not a line of the server knows of it. Touches its listener, and for each
//! client a socket on either side.
//!
//! # Threads
//! `lab` accepts; `lab-up-N` and `lab-down-N` carry what a client and the server write. They end with the connection, and all
//! connections end with the server. `Relay` waits for them.
//!
//! # Locks
//! `hall`: what all clients' wires know together. Held over a write to a client where that is the fault, and nowhere else.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use self::faults::{Fault, Hall, Talk};
use crate::limits::{CLIENT_STACK, LINGER};
use crate::server::Stop;

pub mod faults;

/// What one `recv` of the original's gives at most.
const RECV_BYTES: usize = 1024;

/// What the wire does.
#[derive(Debug, Clone, Default)]
pub struct Wire {
    /// Most bytes of one write to a client.
    pub split: Option<usize>,
    /// Silence before each write to a client.
    pub delay: Duration,
    /// One fault of the original.
    pub fault: Option<Fault>,
}

/// The threads under way, for whoever waits for their end.
#[derive(Debug)]
pub struct Relay(Receiver<Infallible>);

impl Wire {
    /// The wire is straight.
    pub fn is_straight(&self) -> bool {
        self.split.is_none() && self.delay.is_zero() && self.fault.is_none()
    }

    /// Lays the wire: clients come in on `listener`, and the server is to listen on what is given back.
    ///
    /// # Errors
    /// There is no second port, or no thread.
    pub fn lay(self, listener: TcpListener, stop: &Stop) -> io::Result<(TcpListener, Relay)> {
        let inner = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let server = inner.local_addr()?;
        stop.wakes(&listener)?;
        let (alive, ended) = bounded(0);
        let lab = Lab { wire: self, server, stop: stop.clone(), hall: Arc::default() };
        let builder = thread::Builder::new().name("lab".into()).stack_size(CLIENT_STACK);
        builder.spawn(move || lab.accept(&listener, &alive))?;
        Ok((inner, Relay(ended)))
    }
}

impl Relay {
    /// The server has ended, and so does each connection: waits for that, not for ever.
    pub fn end(self) {
        // A timeout leaves the rest to the end of the process.
        self.0.recv_timeout(2 * LINGER).err();
    }
}

#[derive(Debug, Clone)]
struct Lab {
    wire: Wire,
    server: SocketAddr,
    stop: Stop,
    hall: Arc<Mutex<Hall>>,
}

/// One client's wire.
#[derive(Debug, Clone)]
struct Ends {
    client: Arc<TcpStream>,
    server: Arc<TcpStream>,
    talk: Arc<Mutex<Talk>>,
}

impl Lab {
    fn accept(&self, listener: &TcpListener, alive: &Sender<Infallible>) {
        let clients = listener.incoming().take_while(|_| !self.stop.is_stopped()).filter_map(Result::ok);
        for (number, client) in (1..).zip(clients) {
            if let Err(error) = self.connect(number, client, alive) {
                log::warn!("the lab lets nobody in: {error}");
            }
        }
    }

    fn connect(&self, number: u64, client: TcpStream, alive: &Sender<Infallible>) -> io::Result<()> {
        let server = TcpStream::connect(self.server)?;
        client.set_nodelay(true)?;
        #[cfg(feature = "sockopts")]
        if self.wire.fault == Some(Fault::SlowReader) {
            // Left to itself the kernel holds megabytes, and nobody sees who does not read.
            rustix::net::sockopt::set_socket_send_buffer_size(&client, RECV_BYTES)?;
        }
        server.set_nodelay(true)?;
        let ends = Ends { client: Arc::new(client), server: Arc::new(server), talk: Arc::default() };
        for (name, carry) in [("up", Lab::up as fn(&Lab, &Ends) -> io::Result<()>), ("down", Lab::down)] {
            let (lab, ends, alive) = (self.clone(), ends.clone(), alive.clone());
            let builder = thread::Builder::new().name(format!("lab-{name}-{number}")).stack_size(CLIENT_STACK);
            builder.spawn(move || {
                if let Err(error) = carry(&lab, &ends) {
                    log::debug!("the lab's wire {number}: {error}");
                    ends.shut();
                }
                drop(alive);
            })?;
        }
        Ok(())
    }

    /// Carries what the client writes, until its end.
    fn up(&self, ends: &Ends) -> io::Result<()> {
        let mut piece = [0; RECV_BYTES];
        loop {
            let count = (&*ends.client).read(&mut piece)?;
            let bytes = piece.get(..count).unwrap_or_default();
            if count == 0 {
                break;
            }
            let went = ends.talk.lock().up(self.wire.fault, bytes, &mut self.hall.lock());
            (&*ends.client).write_all(went.to_client.as_bytes())?;
            (&*ends.server).write_all(&went.to_server)?;
            if went.ends {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        }
        let partner = ends.talk.lock().ended(&mut self.hall.lock());
        if self.wire.fault == Some(Fault::EndlessEnd) {
            // The server never hears of the end.
            let Some((socket, line)) = partner else { return Ok(()) };
            return (0..RECV_BYTES).try_for_each(|_| (&*socket).write_all(line.as_bytes()));
        }
        ends.server.shutdown(Shutdown::Write)
    }

    /// Carries what the server writes, line by line, until its end; then the client has a second to close too.
    fn down(&self, ends: &Ends) -> io::Result<()> {
        let (mut piece, mut unfinished) = ([0; RECV_BYTES], Vec::new());
        loop {
            let count = (&*ends.server).read(&mut piece)?;
            unfinished.extend_from_slice(piece.get(..count).unwrap_or_default());
            let whole = unfinished.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let lines: Vec<u8> = unfinished.drain(..if count == 0 { unfinished.len() } else { whole }).collect();
            for line in lines.split_inclusive(|&byte| byte == b'\n') {
                let went = ends.talk.lock().down(self.wire.fault, line, &ends.client, &mut self.hall.lock());
                (&*ends.server).write_all(&went.to_server)?;
                self.write(&ends.client, went.to_client.as_bytes())?;
            }
            if count == 0 {
                break;
            }
        }
        ends.client.shutdown(Shutdown::Write)?;
        self.stop.wait(LINGER);
        ends.shut();
        Ok(())
    }

    fn write(&self, mut client: &TcpStream, line: &[u8]) -> io::Result<()> {
        // The original's: whoever writes to one who does not read keeps all others from writing.
        let _all_wait = (self.wire.fault == Some(Fault::SlowReader)).then(|| self.hall.lock());
        for piece in line.chunks(self.wire.split.unwrap_or(usize::MAX)) {
            if !self.wire.delay.is_zero() {
                self.stop.wait(self.wire.delay);
            }
            client.write_all(piece)?;
        }
        Ok(())
    }
}

impl Ends {
    fn shut(&self) {
        for end in [&self.client, &self.server] {
            // An error means that it has ended already.
            end.shutdown(Shutdown::Both).unwrap_or_default();
        }
    }
}
