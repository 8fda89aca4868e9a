//! Robust: what std does not offer on a socket (feature `sockopts`, by rustix): non-blocking sends on a blocking
//! socket, a long accept backlog, keepalive and `TCP_USER_TIMEOUT`. Without the feature the same functions do what std
//! alone can. Touches the options of the socket it is given, and writes what it is given.
//!
//! With std alone a send that finds the socket full costs one write timeout (1 ms asked for, about 8 in truth), and a
//! peer that vanishes without a word is found out only by its backlog, or when the kernel gives up (about 15 minutes).

pub(crate) use imp::{keepalive, listen_more, send_now, tune};

#[cfg(feature = "sockopts")]
mod imp {
    use std::io;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use rustix::net::{SendFlags, listen, send, sockopt};

    use crate::limits::{LATE_WRITE, SOCKET_BYTES};

    /// Connections that may wait for `accept`, instead of std's 128.
    const ACCEPT_BACKLOG: i32 = 1024;
    /// Most unanswered keepalive probes after which a peer counts as gone.
    const PROBES: u32 = 5;

    /// Makes the accept backlog long enough for a whole lecture hall that connects at once.
    pub(crate) fn listen_more(listener: &TcpListener) -> io::Result<()> {
        Ok(listen(listener, ACCEPT_BACKLOG)?)
    }

    /// Prepares an accepted socket: no delay for short lines, a bound on what the kernel holds for it, and a vanished
    /// peer found out within `peer_timeout`, idle or with data on the way.
    pub(crate) fn tune(stream: &TcpStream, peer_timeout: Duration) -> io::Result<()> {
        stream.set_nodelay(true)?;
        sockopt::set_socket_send_buffer_size(stream, SOCKET_BYTES)?;
        stream.set_write_timeout(Some(LATE_WRITE))?;
        // `telnet` sends half of a sequence as urgent data, at Ctrl-C: here it stays where it belongs.
        sockopt::set_socket_oobinline(stream, true)?;
        keepalive(stream, peer_timeout)
    }

    /// Finds out within `peer_timeout`, but not under two seconds, that a peer has vanished: with data on the way by the time
    /// that nobody has acknowledged it; in silence by probes, after half of the time. A probe to an address that has moved
    /// is answered at once, with a reset: whoever has it now knows of no such connection.
    pub(crate) fn keepalive(stream: &TcpStream, peer_timeout: Duration) -> io::Result<()> {
        let seconds = peer_timeout.as_secs();
        let silence = seconds.div_ceil(2).max(1);
        let between = (seconds / 2 / u64::from(PROBES)).max(1);
        let fit = u32::try_from(seconds.saturating_sub(silence) / between).unwrap_or(PROBES);
        sockopt::set_socket_keepalive(stream, true)?;
        sockopt::set_tcp_keepidle(stream, Duration::from_secs(silence))?;
        sockopt::set_tcp_keepintvl(stream, Duration::from_secs(between))?;
        sockopt::set_tcp_keepcnt(stream, fit.clamp(1, PROBES))?;
        let milliseconds = u32::try_from(peer_timeout.as_millis()).unwrap_or(u32::MAX);
        Ok(sockopt::set_tcp_user_timeout(stream, milliseconds)?)
    }

    /// Sends what the socket takes at once, and says how much that was: 0 where it is full.
    pub(crate) fn send_now(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match send(stream, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(taken) => return Ok(taken),
                Err(rustix::io::Errno::WOULDBLOCK) => return Ok(0),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(not(feature = "sockopts"))]
mod imp {
    use std::io::{self, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use crate::wire::is_timeout;

    /// As short as std allows: nobody else may wait long for one full socket.
    const WRITE_TIMEOUT: Duration = Duration::from_millis(1);

    /// std's own accept backlog (128) stays.
    pub(crate) fn listen_more(_listener: &TcpListener) -> io::Result<()> {
        Ok(())
    }

    /// std has no keepalive.
    pub(crate) fn keepalive(_stream: &TcpStream, _peer_timeout: Duration) -> io::Result<()> {
        Ok(())
    }

    /// Prepares an accepted socket: no delay for short lines, no long wait in a write.
    pub(crate) fn tune(stream: &TcpStream, _peer_timeout: Duration) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))
    }

    /// Sends what the socket takes within the write timeout, and says how much that was: 0 where it is full.
    pub(crate) fn send_now(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match stream.write(bytes) {
                Err(error) if is_timeout(&error) => return Ok(0),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

#[cfg(all(test, feature = "sockopts"))]
mod tests {
    use std::io;
    use std::net::{TcpListener, TcpStream};

    use std::time::Duration;

    use rustix::net::sockopt::{socket_send_buffer_size, tcp_keepcnt, tcp_keepidle, tcp_keepintvl};

    use crate::limits::{PEER_TIMEOUT, SOCKET_BYTES};

    #[test]
    fn silence_and_probes_fit_into_the_time_in_which_a_peer_is_missed() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let client = TcpStream::connect(listener.local_addr()?)?;
        for (seconds, silence, between, probes) in
            [(1, 1, 1, 1), (2, 1, 1, 1), (5, 3, 1, 2), (10, 5, 1, 5), (110, 55, 11, 5)]
        {
            super::keepalive(&client, Duration::from_secs(seconds))?;
            let set = (tcp_keepidle(&client)?.as_secs(), tcp_keepintvl(&client)?.as_secs(), tcp_keepcnt(&client)?);
            assert_eq!(set, (silence, between, probes), "{seconds}");
            assert!(silence + between * u64::from(probes) <= seconds.max(2));
        }
        Ok(())
    }

    #[test]
    fn what_the_kernel_holds_for_a_client_is_bounded() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let _client = TcpStream::connect(listener.local_addr()?)?;
        let (accepted, _) = listener.accept()?;
        super::tune(&accepted, PEER_TIMEOUT)?;
        let bytes = socket_send_buffer_size(&accepted)?;
        assert!(bytes <= 2 * SOCKET_BYTES, "Linux doubles the figure, and no more: {bytes}");
        Ok(())
    }
}
