//! Lesson: how a client's thread ends its connection. Reads that one socket until its peer has closed too.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Instant;

use super::Client;
use crate::limits::{LINGER, LINGER_SLICE, READ_BYTES, SENT_AWAY, STOP_DRAIN};
use crate::protocol;
use crate::server::parcel::Parcel;
use crate::server::robust::leave::Leave;
use crate::wire::is_timeout;

impl Client {
    /// The goodbye: the last parcel about this connection. Then reads on until the peer has closed too or its second is
    /// up, since closing with unread bytes would destroy what is still on the way to it. Blocks for as long as the
    /// goodbye waits in the backlog, and a second more; while the server stops, no longer than that may take. Who was cut is
    /// ended by whoever cut it, after the last words. Who gave way is read from no more, and is gone as soon as the goodbye
    /// is out: another may need its thread. So is who was sent away, even where the goodbye is not taken.
    pub(in crate::server) fn goodbye(&self, leave: Leave) {
        let (connection, stream) = (&self.connection, self.connection.stream());
        let reason = connection.words().map(protocol::sent_away).or(leave.reason());
        // When it is over, whatever the peer does.
        let mut over_at = match self.delivery().post(Parcel::Close(self.id, reason)) {
            Err(_) => Some(Instant::now()),
            Ok(()) => (leave == Leave::SentAway).then(|| Instant::now() + SENT_AWAY),
        };
        let mut peer_is_open = stream.set_read_timeout(Some(LINGER_SLICE)).is_ok();
        loop {
            peer_is_open = peer_is_open && reads_on(&stream);
            let has_ended = if peer_is_open { connection.has_ended() } else { connection.wait_ended(LINGER_SLICE) };
            let its_second_is_up = connection.closed_at().map(|closed| closed + LINGER);
            let stop_is_over = self.shared.stop.is_stopped().then(|| Instant::now() + STOP_DRAIN);
            over_at = [over_at, its_second_is_up, stop_is_over].into_iter().flatten().min();
            if over_at.is_some_and(|over_at| Instant::now() >= over_at) || has_ended && !peer_is_open {
                break;
            }
        }
        connection.shutdown();
    }
}

/// Reads what nobody wants any more. False where the peer has closed, or the connection broke.
fn reads_on(mut stream: &TcpStream) -> bool {
    match stream.read(&mut [0; READ_BYTES]) {
        Ok(count) => count > 0,
        Err(error) => is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted,
    }
}
