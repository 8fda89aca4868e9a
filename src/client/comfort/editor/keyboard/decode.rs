//! Feature editor: what a terminal sends for the keys, told apart: a key is a letter of one to four bytes, or an escape
//! sequence. Pure.
//!
//! rustyline waits in the middle of a key for its rest, and shows nothing meanwhile. So it gets whole keys alone, and only
//! those that it knows: half a letter, Alt-[ or a paste without its end mark cannot stop the chat.

use std::time::Duration;

/// How long Esc waits for what makes another key of it; readline waits as long.
const KEY: Duration = Duration::from_millis(500);
/// A paste that brings no byte for so long is over, whether or not its end was told.
const PASTE: Duration = Duration::from_secs(1);
const ESC: u8 = 0x1b;
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";
/// Ctrl-G, which gives up a search. Esc does the same, and rustyline would wait for what follows it.
const GIVES_UP: &[u8] = b"\x07";

/// One key, as it is handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::client::comfort::editor) enum Key {
    /// A key that rustyline knows.
    Known(Vec<u8>),
    /// Text that was pasted, in lines.
    Paste(String),
    /// A byte, or several, that is no UTF-8.
    NotUtf8,
}

/// What the bytes so far are.
enum So {
    /// A key.
    Whole,
    /// The beginning of one.
    Begun,
    /// A key that means nothing here.
    Dead,
    /// No letter.
    NotUtf8,
    /// The last byte does not belong to those before it, which are no key.
    Broken,
}

/// The bytes of a key that has not come to its end.
#[derive(Default)]
pub(super) struct Decoder {
    begun: Vec<u8>,
    paste: Option<Vec<u8>>,
}

impl Decoder {
    /// How long the next byte is waited for; `None`: for ever.
    pub(super) fn patience(&self) -> Option<Duration> {
        if self.paste.is_some() { Some(PASTE) } else { (!self.begun.is_empty()).then_some(KEY) }
    }

    /// One more byte; what it makes whole goes into `keys`.
    pub(super) fn take(&mut self, byte: u8, keys: &mut Vec<Key>) {
        if let Some(paste) = &mut self.paste {
            paste.push(byte);
            if paste.ends_with(PASTE_ENDS) {
                self.end_paste(keys);
            }
            return;
        }
        if byte == ESC && self.begun == [ESC] {
            keys.push(Key::Known(GIVES_UP.into()));
            return;
        }
        self.begun.push(byte);
        if self.begun == PASTE_BEGINS {
            self.begun.clear();
            self.paste = Some(Vec::new());
            return;
        }
        match so(&self.begun) {
            So::Begun => {}
            So::Whole => keys.push(Key::Known(std::mem::take(&mut self.begun))),
            So::Dead => self.begun.clear(),
            So::NotUtf8 => {
                self.begun.clear();
                keys.push(Key::NotUtf8);
            }
            So::Broken => {
                self.begun.pop();
                self.give_up(keys);
                self.take(byte, keys);
            }
        }
    }

    /// No byte came for as long as `patience` says.
    pub(super) fn give_up(&mut self, keys: &mut Vec<Key>) {
        if self.paste.is_some() {
            self.end_paste(keys);
        }
        match std::mem::take(&mut self.begun).as_slice() {
            [] => {}
            [ESC] => keys.push(Key::Known(GIVES_UP.into())),
            [ESC, ..] => {}
            _ => keys.push(Key::NotUtf8),
        }
    }

    fn end_paste(&mut self, keys: &mut Vec<Key>) {
        let paste = self.paste.take().unwrap_or_default();
        let text = paste.strip_suffix(PASTE_ENDS).unwrap_or(&paste);
        if std::str::from_utf8(text).is_err() {
            keys.push(Key::NotUtf8);
        }
        let text = String::from_utf8_lossy(text).replace("\r\n", "\n").replace('\r', "\n");
        keys.push(Key::Paste(text.replace(char::from(ESC), "")));
    }
}

/// What these bytes are. They are never empty, and all but the last have been looked at before.
fn so(bytes: &[u8]) -> So {
    match *bytes {
        // These take the next key for themselves: the rest of a command, a letter as it is, a letter to go to.
        [0x11 | 0x16 | 0x18 | 0x1d] => So::Dead,
        [ESC] | [ESC, b'[' | b'O'] => So::Begun,
        [ESC, b'[', ref rest @ .., last] => sequence(rest, last),
        [ESC, b'O', b'A'..=b'D' | b'F' | b'H' | b'M' | b'a'..=b'd'] => So::Whole,
        [ESC, b'O', 0x20..=0x7e] => So::Dead,
        [ESC, b'O', ..] => So::Broken,
        // A count for the next key, or a letter to go back to.
        [ESC, b'0'..=b'9' | b'-' | 0x1d] => So::Dead,
        [ESC, ref letter @ ..] => letter_so(letter),
        _ => letter_so(bytes),
    }
}

fn letter_so(bytes: &[u8]) -> So {
    match std::str::from_utf8(bytes) {
        Ok(letter) if letter.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')) => So::Dead,
        Ok(_) => So::Whole,
        Err(error) if error.error_len().is_none() => So::Begun,
        Err(_) if bytes.len() == 1 => So::NotUtf8,
        Err(_) => So::Broken,
    }
}

/// `ESC [`, what followed, and the last byte so far.
fn sequence(rest: &[u8], last: u8) -> So {
    match (rest, last) {
        ([], b'A'..=b'D' | b'F' | b'H' | b'Z') | ([b'1'..=b'8'], b'~') => So::Whole,
        ([b'1', b';', b'2'..=b'8'], b'A'..=b'D' | b'F' | b'H') | ([b'2'..=b'8', b';', b'2'..=b'8'], b'~') => So::Whole,
        // Function keys of the Linux console.
        ([], b'[') => So::Begun,
        (_, 0x20..=0x3f) if rest.len() < 32 => So::Begun,
        (_, 0x20..=0x7e) => So::Dead,
        _ => So::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> (Vec<Key>, Decoder) {
        let (mut decoder, mut keys) = (Decoder::default(), Vec::new());
        bytes.iter().for_each(|byte| decoder.take(*byte, &mut keys));
        (keys, decoder)
    }

    fn known(keys: &[&str]) -> Vec<Key> {
        keys.iter().map(|key| Key::Known(key.as_bytes().into())).collect()
    }

    #[test]
    fn keys_are_told_apart() {
        let (all, decoder) = keys("aб日\r\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1bf\x7f".as_bytes());
        assert_eq!(all, known(&["a", "б", "日", "\r", "\x1b[A", "\x1bOB", "\x1b[1;5C", "\x1b[3~", "\x1bf", "\x7f"]));
        assert_eq!(decoder.patience(), None);
    }

    #[test]
    fn keys_that_would_wait_for_another_are_none() {
        for dead in ["\x18", "\x16", "\x11", "\x1d", "\x1b5", "\x1b-", "\x1b[24~", "\x1b[[A", "\x1bOP", "\x1b[<0;1;1M"]
        {
            assert_eq!(keys(format!("{dead}x").as_bytes()).0, known(&["x"]), "{dead:?}");
        }
    }

    #[test]
    fn what_does_not_come_to_its_end_is_given_up() {
        for (begun, then) in [
            ("\x1b".as_bytes(), known(&["\x07"])),
            (b"\x1b[", known(&[])),
            (b"\x1bO", known(&[])),
            (b"\xd0", vec![Key::NotUtf8]),
            (b"\x1b[200~text", vec![Key::Paste("text".into())]),
            (b"\x1b[200~text\x1b", vec![Key::Paste("text".into())]),
        ] {
            let (mut all, mut decoder) = keys(begun);
            assert!(all.is_empty() && decoder.patience().is_some(), "{begun:?}");
            decoder.give_up(&mut all);
            decoder.take(b'x', &mut all);
            assert_eq!(all, [then, known(&["x"])].concat(), "{begun:?}");
        }
        assert_eq!(keys(b"\x1b\x1b\x1b[A").0, known(&["\x07", "\x07", "\x1b[A"]));
    }

    #[test]
    fn what_is_no_utf_8_is_told_and_eats_no_key() {
        assert_eq!(keys(b"a\xffb").0, [known(&["a"]), vec![Key::NotUtf8], known(&["b"])].concat());
        assert_eq!(keys(b"\xd0b").0, [vec![Key::NotUtf8], known(&["b"])].concat());
        assert_eq!(keys(b"\x1b[\r").0, known(&["\r"]));
    }

    #[test]
    fn a_paste_is_one_key() {
        let (all, _) = keys(b"\x1b[200~one\r\ntwo\rq\x1b[31m\x1b\x1b[201~x");
        assert_eq!(all, [vec![Key::Paste("one\ntwo\nq[31m".into())], known(&["x"])].concat());
        let (all, _) = keys(b"\x1b[200~a\xff\x1b[201~");
        assert_eq!(all, [Key::NotUtf8, Key::Paste("a\u{FFFD}".into())]);
    }
}
