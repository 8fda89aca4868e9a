//! Framing: TCP may cut a stream of bytes anywhere, and what comes out is the same messages.

use std::io::{self, Read};

use chatroom::text::Refusal;
use chatroom::wire::{Decoder, Framing, Incoming, MessageReader, frame};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;

/// Small, so that lines of every kind come up often.
const LIMIT: usize = 16;

/// Bytes in which line ends are frequent.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte =
        prop_oneof![6 => any::<u8>(), 2 => proptest::strategy::Just(b'\n'), 1 => proptest::strategy::Just(b'\r')];
    vec(byte, 0..400)
}

/// The same bytes in pieces of the given lengths, over and over; what is left is the last piece.
fn pieces<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.len() <= *length {
            break;
        }
        let (piece, rest) = bytes.split_at(*length);
        pieces.push(piece);
        bytes = rest;
    }
    pieces.push(bytes);
    pieces
}

fn decoded(pieces: &[&[u8]]) -> (Vec<Incoming>, bool) {
    let mut decoder = Decoder::new(LIMIT);
    let mut messages = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        messages.extend(std::iter::from_fn(|| decoder.take()));
    }
    (messages, decoder.is_unfinished())
}

/// What should come out, said in another way than the decoder does it.
fn expected(bytes: &[u8]) -> (Vec<Incoming>, bool) {
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    let unfinished = lines.pop().is_some_and(|rest| !rest.is_empty());
    let message = |line: &[u8]| match line.strip_suffix(b"\r").unwrap_or(line) {
        line if line.len() > LIMIT => Incoming::Refused(Refusal::TooLong),
        line => Incoming::Line(line.to_vec()),
    };
    (lines.into_iter().map(message).collect(), unfinished)
}

/// A stream that gives one piece at each `read`, then its end.
struct Pieces<'a>(std::vec::IntoIter<&'a [u8]>);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.0.find(|piece| !piece.is_empty()).unwrap_or_default();
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

/// All that a reader gives, up to the end.
fn read_all(framing: Framing, pieces: Vec<&[u8]>) -> Result<Vec<Incoming>, TestCaseError> {
    let mut reader = MessageReader::new(framing, 64);
    let mut stream = Pieces(pieces.into_iter());
    let mut messages = Vec::new();
    loop {
        match reader.take() {
            Some(Incoming::End) => return Ok(messages),
            Some(message) => messages.push(message),
            None => reader.fill(&mut stream).map_err(|error| TestCaseError::fail(error.to_string()))?,
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_cut_anywhere_give_the_same_messages(bytes in bytes(), lengths in vec(1_usize..40, 1..8)) {
        let expected = expected(&bytes);
        prop_assert_eq!(decoded(&[&bytes]), expected);
        let one_by_one: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(decoded(&one_by_one), self::expected(&bytes));
        prop_assert_eq!(decoded(&pieces(&bytes, &lengths)), self::expected(&bytes));
    }

    #[test]
    fn lines_that_were_framed_come_out_as_they_went_in(
        lines in vec("[^\r\n]{0,16}", 0..20),
        lengths in vec(1_usize..40, 1..8),
    ) {
        let mut bytes = Vec::new();
        for line in &lines {
            frame(line, Framing::Lines, &mut bytes);
        }
        let messages = read_all(Framing::Lines, pieces(&bytes, &lengths))?;
        let lines: Vec<Incoming> = lines.into_iter().map(|line| Incoming::Line(line.into_bytes())).collect();
        prop_assert_eq!(messages, lines);
    }

    #[test]
    fn without_framing_one_read_is_one_message(chunks in vec("[^\r\n]{1,16}", 0..20)) {
        let reads: Vec<&[u8]> = chunks.iter().map(String::as_bytes).collect();
        let messages = read_all(Framing::Chunks, reads)?;
        let expected: Vec<Incoming> = chunks.iter().map(|chunk| Incoming::Line(chunk.clone().into_bytes())).collect();
        prop_assert_eq!(messages, expected);
    }

    #[test]
    fn without_a_newline_the_decoder_holds_no_more_than_a_line_and_says_overflow_in_time(
        lengths in vec(1_usize..5000, 1..40),
    ) {
        let mut decoder = Decoder::new(LIMIT);
        let mut sent = 0;
        for length in lengths {
            decoder.push(&vec![b'a'; length]);
            sent += length;
            let overflow = decoder.take() == Some(Incoming::Overflow);
            prop_assert_eq!(overflow, sent >= 64 * 1024, "after {} bytes", sent);
            prop_assert!(decoder.is_unfinished());
        }
    }
}

#[test]
fn the_two_lines_that_the_original_compares_stand_alone() {
    let framed = |line, framing| {
        let mut out = Vec::new();
        frame(line, framing, &mut out);
        String::from_utf8(out).expect("what went in")
    };
    for line in ["process", "This nickname already used"] {
        assert_eq!(framed(line, Framing::Chunks), line);
        assert_eq!(framed(line, Framing::Lines), format!("{line}\n"));
        assert!(Framing::Chunks.pause(line).is_some_and(|pause| pause.as_millis() == 100));
        assert_eq!(Framing::Lines.pause(line), None);
    }
    assert_eq!(framed("Successfully", Framing::Chunks), "Successfully\n");
    assert_eq!(Framing::Chunks.pause("Successfully"), None);
}
