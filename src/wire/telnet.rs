//! Robust: Telnet (RFC 854), as far as a chat must know it: the sequences that a telnet client mixes into its text are
//! taken out, and each of its wishes is refused. Pure: the answers are handed out, and whoever writes the socket writes
//! them.
//!
//! A sequence begins with the byte 255 (IAC), which never occurs in UTF-8: other clients are not touched by this. Not
//! answered, a wish can leave a client deaf: after Ctrl-C `telnet` drops all that comes until its `DO TIMING-MARK` has
//! an answer.

use crate::limits::SUBNEGOTIATION_BYTES;

/// Begins every sequence; twice, it stands for the byte itself.
const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
/// Begins a subnegotiation, which `IAC SE` ends. Nobody has a reason to send one: every option was refused.
const SB: u8 = 250;
const SE: u8 = 240;
/// "Are you there?"
const AYT: u8 = 246;
/// The first of the commands; below it there are none.
const COMMANDS: u8 = 236;

/// Where in a sequence the last byte stood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    /// In none.
    #[default]
    Text,
    /// After `IAC`.
    Iac,
    /// After `IAC DO` and the like: the option follows.
    Wish(u8),
    /// In a subnegotiation of so many bytes.
    Sub(usize),
    /// After an `IAC` in there.
    SubIac(usize),
}

/// Takes sequences out of what a client sends, however the reads cut them.
#[derive(Debug, Default)]
pub(super) struct Telnet {
    within: Within,
    /// It has sent a whole command: a telnet client, and not somebody with a stray byte 255.
    speaks: bool,
    answers: Vec<u8>,
}

impl Telnet {
    /// Whether there is anything to take out: for whoever speaks no telnet this is one look for one byte.
    pub(super) fn concerns(&self, bytes: &[u8]) -> bool {
        self.within != Within::Text || bytes.contains(&IAC)
    }

    /// The text among `bytes`. A sequence that is none, or that a newline cuts short, leaves a byte 255 in the line,
    /// which is then refused as no UTF-8: half of it may be missing.
    /// Beside what is no text nothing is answered.
    pub(super) fn text(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            self.within = match (self.within, byte) {
                (Within::Text, IAC) => Within::Iac,
                (Within::Text, byte) => plain(byte, &mut text),
                (Within::Wish(_) | Within::Sub(_) | Within::SubIac(_), b'\n') => {
                    text.push(IAC);
                    plain(byte, &mut text)
                }
                (Within::Iac, byte) => self.command(byte, &mut text),
                (Within::Wish(wish), option) => self.refuse(wish, option),
                (Within::SubIac(_), SE) => self.has_spoken(),
                (Within::Sub(count), IAC) => Within::SubIac(count),
                (Within::Sub(count) | Within::SubIac(count), _) if count < SUBNEGOTIATION_BYTES => {
                    Within::Sub(count + 1)
                }
                (Within::Sub(_) | Within::SubIac(_), _) => plain(IAC, &mut text),
            };
        }
        if is_noise(&text) {
            // Noise, in which anything stands: no telnet client waits for an answer to it.
            self.answers.clear();
        }
        text
    }

    /// What the client is to be answered.
    pub(super) fn answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// The byte after `IAC`.
    fn command(&mut self, byte: u8, text: &mut Vec<u8>) -> Within {
        match byte {
            DO | DONT | WILL | WONT => Within::Wish(byte),
            SB => Within::Sub(0),
            AYT => {
                self.answers.extend_from_slice(b"[the chat is here]\n");
                self.has_spoken()
            }
            IAC => plain(IAC, text),
            COMMANDS.. => self.has_spoken(),
            // A telnet client sends the second byte of its mark (DM) as urgent data, which may take another way.
            _ if self.speaks => plain(byte, text),
            _ => {
                text.push(IAC);
                plain(byte, text)
            }
        }
    }

    /// We do nothing of what you ask for, and want nothing of what you offer. That somebody does not is no wish.
    fn refuse(&mut self, wish: u8, option: u8) -> Within {
        match wish {
            DO => self.answers.extend_from_slice(&[IAC, WONT, option]),
            WILL => self.answers.extend_from_slice(&[IAC, DONT, option]),
            _ => {}
        }
        self.has_spoken()
    }

    fn has_spoken(&mut self) -> Within {
        self.speaks = true;
        Within::Text
    }
}

fn plain(byte: u8, text: &mut Vec<u8>) -> Within {
    text.push(byte);
    Within::Text
}

/// Whether this is no text. A letter that the reads have cut in two is one, at the beginning as at the end.
fn is_noise(text: &[u8]) -> bool {
    let rest_of_a_letter = text.iter().take(3).take_while(|&&byte| byte & 0xC0 == 0x80).count();
    let text = text.get(rest_of_a_letter..).unwrap_or_default();
    std::str::from_utf8(text).is_err_and(|error| error.error_len().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of `bytes` is text, and the answers, however they are cut.
    fn taken(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let whole = {
            let mut telnet = Telnet::default();
            (telnet.text(bytes), telnet.answers())
        };
        for size in 1..bytes.len() {
            let mut telnet = Telnet::default();
            let text: Vec<u8> = bytes.chunks(size).flat_map(|chunk| telnet.text(chunk)).collect();
            assert_eq!((text, telnet.answers()), whole, "in pieces of {size}");
        }
        whole
    }

    #[test]
    fn each_wish_is_refused_and_is_no_part_of_the_text() {
        let (text, answers) = taken(b"\xFF\xFB\x1F\xFF\xFD\x03an\xFF\xFE\x01n\xFF\xFC\x02a\r\n");
        assert_eq!((text.as_slice(), answers.as_slice()), (&b"anna\r\n"[..], &b"\xFF\xFE\x1F\xFF\xFC\x03"[..]));
        assert_eq!(taken(b"a\xFF\xFA\x18\x00XTERM\xFF\xFFx\xFF\xF0b\n").0, b"ab\n");
        // Ctrl-C of `telnet`, its mark whole, and with the urgent byte gone another way.
        for mark in [&b"\xFF\xF2"[..], b"\xFF"] {
            let bytes = [b"\xFF\xF4\xFF\xFD\x06", mark, b"hi\n"].concat();
            assert_eq!(taken(&bytes), (b"hi\n".to_vec(), b"\xFF\xFC\x06".to_vec()));
        }
    }

    #[test]
    fn letters_that_the_reads_cut_in_two_leave_no_wish_unanswered() {
        let bytes = ["\u{43F}\u{20AC}".as_bytes(), b"\xFF\xFD\x06", "\u{1F642}\n".as_bytes()].concat();
        assert_eq!(taken(&bytes), ("\u{43F}\u{20AC}\u{1F642}\n".as_bytes().to_vec(), b"\xFF\xFC\x06".to_vec()));
    }

    #[test]
    fn what_is_no_sequence_stays_and_makes_the_line_no_utf_8() {
        for bytes in [&b"a\xFFb\n"[..], b"\xFF\n", b"a\xFF\xFD\n", b"a\xFF\xFAb\n", b"a\xFF\xFAb\xFF\n", b"\xFF\xFF\n"]
        {
            let (text, answers) = taken(bytes);
            assert!(text.contains(&IAC) && text.ends_with(b"\n") && answers.is_empty(), "{bytes:?} gives {text:?}");
        }
        let endless = [&b"\xFF\xFA"[..], &[b'x'; SUBNEGOTIATION_BYTES + 1], b"tail"].concat();
        assert_eq!(taken(&endless).0, b"\xFFtail");
    }
}
