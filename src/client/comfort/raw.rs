//! Comfort: `chat --raw`: what goes over the wire, each read and each write on a row of its own, with its length. Where
//! a `read` ended is seen, not believed. Touches the socket, the input and the output it is given; knows no protocol.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::bounded;
use parking_lot::Mutex;

use crate::client::Settings;
use crate::limits::{MESSAGE_BYTES, SINGLE_STACK};
use crate::shown::Shown;
use crate::wire::Framing;

/// Shows both directions until the server closes. The nickname goes out first, where there is one. What the input gives in
/// one `read` goes out in one `write`; in framing `Chunks` without its newline.
///
/// # Errors
/// The output is closed, the input cannot be read, the connection was reset, or the second thread could not be started.
pub fn raw(
    server: TcpStream,
    settings: Settings,
    input: impl Read + Send + 'static,
    out: impl Write + Send + 'static,
) -> io::Result<()> {
    let Settings { nickname, framing, .. } = settings;
    let mut input = Cursor::new(nickname.map_or_else(String::new, |nickname| nickname + "\n")).chain(input);
    let (server, out) = (Arc::new(server), Arc::new(Mutex::new(out)));
    // The channel holds the one error there can be.
    let (tell_failure, failure) = bounded(1);
    let (its_server, its_out) = (Arc::clone(&server), Arc::clone(&out));
    let send = move || {
        let sent = each_read(&mut input, |bytes| {
            let bare = if framing == Framing::Chunks { bytes.strip_suffix(b"\n").unwrap_or(bytes) } else { bytes };
            show(&its_out, "->", bare)?;
            (&*its_server).write_all(bare)
        });
        let sent = sent.or_else(|broken| match broken {
            Broken::Source(error) => tell_failure.try_send(error).map_err(io::Error::other),
            Broken::Take(error) => Err(error),
        });
        if let Err(error) = sent.and_then(|()| its_server.shutdown(Shutdown::Write)) {
            log::debug!("the server takes no more: {error}");
        }
    };
    thread::Builder::new().name("sent".into()).stack_size(SINGLE_STACK).spawn(send)?;
    each_read(&mut &*server, |bytes| show(&out, "<-", bytes))
        .map_err(|(Broken::Source(error) | Broken::Take(error))| error)?;
    show(&out, "<-", &[])?;
    failure
        .try_recv()
        .map_or(Ok(()), |error| Err(io::Error::new(error.kind(), format!("cannot read the input: {error}"))))
}

/// What ended a reading that has not come to its end.
enum Broken {
    Source(io::Error),
    Take(io::Error),
}

/// Hands over what each `read` gives, until there is no more.
fn each_read(source: &mut impl Read, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), Broken> {
    let mut bytes = [0; MESSAGE_BYTES];
    loop {
        match source.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(count) => take(bytes.get(..count).unwrap_or_default()).map_err(Broken::Take)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Broken::Source(error)),
        }
    }
}

fn show(out: &Mutex<impl Write>, direction: &str, bytes: &[u8]) -> io::Result<()> {
    let row = Shown::of(&format!("{direction} [{}B] {}", bytes.len(), escaped(bytes)));
    let mut out = out.lock();
    writeln!(out, "{row}")?;
    out.flush()
}

/// Text as it is; what is no text, or drives terminals, escaped: a letter that a `read` cut in two is `\xD0` in one row and
/// `\xBF` in the next.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\\' || crate::text::drives_terminals(c) || c == '\t' {
                shown.extend(c.escape_default());
            } else {
                shown.push(c);
            }
        }
        for byte in chunk.invalid() {
            write!(shown, "\\x{byte:02X}").expect("writing into a String cannot fail");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_escaped() {
        assert_eq!(escaped("привет\r\n".as_bytes()), "привет\\r\\n");
        assert_eq!(escaped(b"\xD0"), "\\xD0");
        assert_eq!(escaped(b"a\xFFb\x1b[2J\\"), "a\\xFFb\\u{1b}[2J\\\\");
    }
}
