//! What every client heard, and whether it was right: nothing lost, nothing doubled, one order for all. Pure: it is
//! given bytes and knows no sockets.
//!
//! All clients in one room must hear the same bytes. So there is one recording, and what a client hears is compared with
//! it: that is fast enough for millions of deliveries a second. Whoever is the first to hear more makes the recording
//! longer. Whoever hears something else goes on with a recording of its own.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// What a message of the load says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Which client sent it.
    pub(crate) sender: usize,
    /// How many that client had sent before.
    pub(crate) number: usize,
    /// When it was sent, since the start of the load.
    pub(crate) sent: Duration,
}

impl Stamp {
    /// The text of `size` bytes that carries the stamp.
    pub(crate) fn text(self, size: usize) -> String {
        let stamp = format!("#{} {} {} ", self.sender, self.number, self.sent.as_nanos());
        format!("{stamp:x<size$}")
    }

    /// The stamp of a line, whatever name stands before it. `None` where the text is not as it was sent.
    fn parse(line: &str, size: usize) -> Option<Stamp> {
        let text = line.get(line.find('#')?..)?;
        let mut fields = text.get(1..)?.split(' ');
        let sender = fields.next()?.parse().ok()?;
        let number = fields.next()?.parse().ok()?;
        let stamp = Stamp { sender, number, sent: Duration::from_nanos(fields.next()?.parse().ok()?) };
        (stamp.text(size) == text).then_some(stamp)
    }
}

/// One line of a recording.
struct Line {
    /// Where it ends, in bytes.
    end: usize,
    said: Said,
}

enum Said {
    Message(Stamp),
    /// A message of the load that is not as it was sent.
    Damaged,
    /// A line of the server's own, or of somebody else.
    Other,
}

#[derive(Default)]
struct Recording {
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

impl Recording {
    /// Takes more bytes; whole lines among them are understood.
    fn extend(&mut self, bytes: &[u8], size: usize) {
        let mut start = self.lines.last().map_or(0, |line| line.end);
        let mut unsearched = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        while let Some(length) = self.bytes[unsearched..].iter().position(|&byte| byte == b'\n') {
            let end = unsearched + length + 1;
            let line = String::from_utf8_lossy(&self.bytes[start..end - 1]);
            let said = match Stamp::parse(&line, size) {
                Some(stamp) => Said::Message(stamp),
                None if line.contains('#') => Said::Damaged,
                None => Said::Other,
            };
            self.lines.push(Line { end, said });
            (start, unsearched) = (end, end);
        }
    }
}

/// Up to where a client has heard which recording.
#[derive(Default, Clone)]
struct Heard {
    recording: usize,
    bytes: usize,
    lines: usize,
}

/// What all clients heard.
pub(crate) struct Recorder {
    recordings: Vec<Recording>,
    clients: Vec<Heard>,
    /// Bytes in the text of each message.
    size: usize,
}

/// What was wrong. The counts are deliveries: one message that ten clients did not get is ten lost.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Never came.
    pub(crate) lost: usize,
    /// Came again.
    pub(crate) doubled: usize,
    /// Came after a later one of the same sender.
    pub(crate) out_of_order: usize,
    /// Is not as it was sent, or was never sent.
    pub(crate) damaged: usize,
    /// How often a number was skipped.
    pub(crate) gaps: usize,
    /// How many different orders were heard. A client that heard only the beginning heard no other order.
    pub(crate) orders: usize,
}

impl Verdict {
    pub(crate) fn is_clean(&self) -> bool {
        *self == Verdict { orders: self.orders.min(1), ..Verdict::default() }
    }
}

impl Recorder {
    pub(crate) fn new(clients: usize, size: usize) -> Self {
        Recorder { recordings: vec![Recording::default()], clients: vec![Heard::default(); clients], size }
    }

    /// What a client heard now. `delivered` is called for each message that it has now heard to its end.
    pub(crate) fn hear(&mut self, client: usize, bytes: &[u8], mut delivered: impl FnMut(Stamp)) {
        let heard = &mut self.clients[client];
        let known = &self.recordings[heard.recording].bytes[heard.bytes..];
        let same = known.len().min(bytes.len());
        if known[..same] != bytes[..same] {
            let mut own = Recording::default();
            own.extend(&self.recordings[heard.recording].bytes[..heard.bytes], self.size);
            own.extend(bytes, self.size);
            heard.recording = self.recordings.len();
            self.recordings.push(own);
        } else if bytes.len() > same {
            self.recordings[heard.recording].extend(&bytes[same..], self.size);
        }
        heard.bytes += bytes.len();
        let lines = &self.recordings[heard.recording].lines;
        while let Some(line) = lines.get(heard.lines).filter(|line| line.end <= heard.bytes) {
            heard.lines += 1;
            if let Said::Message(stamp) = line.said {
                delivered(stamp);
            }
        }
    }

    /// Judges what the first `clients` heard, when `sent[i]` messages of client `i` are on the way to everyone.
    pub(crate) fn judge(&self, clients: usize, sent: &[usize]) -> Verdict {
        // Usually all have heard the same: then it is judged once.
        let mut alike: HashMap<(usize, usize), usize> = HashMap::new();
        for heard in self.clients.iter().take(clients) {
            *alike.entry((heard.recording, heard.lines)).or_default() += 1;
        }
        let mut verdict = Verdict::default();
        let mut streams: Vec<&[u8]> = Vec::new();
        for (&(recording, lines), &count) in &alike {
            let recording = &self.recordings[recording];
            let lines = &recording.lines[..lines];
            streams.push(&recording.bytes[..lines.last().map_or(0, |line| line.end)]);
            let one = judge_one(lines, sent);
            verdict.lost += one.lost * count;
            verdict.doubled += one.doubled * count;
            verdict.out_of_order += one.out_of_order * count;
            verdict.damaged += one.damaged * count;
            verdict.gaps += one.gaps * count;
        }
        // In this order a stream stands right before those that it is the beginning of.
        streams.sort_unstable();
        streams.retain(|stream| !stream.is_empty());
        let ends = |i: usize| streams.get(i + 1).is_none_or(|next| !next.starts_with(streams[i]));
        verdict.orders = (0..streams.len()).filter(|&i| ends(i)).count();
        verdict
    }

    /// How many leave notices with `why` in them the first client heard, by nickname.
    pub(crate) fn leaves(&self, why: &str) -> HashMap<String, usize> {
        let mut leaves = HashMap::new();
        let heard = String::from_utf8_lossy(&self.recordings[self.clients[0].recording].bytes);
        for line in heard.split_terminator('\n').filter(|line| line.contains(why)) {
            if let Some((name, _)) = line.split_once(" has left ") {
                let name = name.rsplit(' ').next().unwrap_or_default();
                *leaves.entry(name.to_owned()).or_default() += 1;
            }
        }
        leaves
    }
}

/// What is wrong with one sequence of lines.
fn judge_one(lines: &[Line], sent: &[usize]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut next = vec![0; sent.len()];
    let mut missing = HashSet::new();
    for line in lines {
        let stamp = match line.said {
            Said::Message(stamp) if sent.get(stamp.sender).is_some_and(|&sent| stamp.number < sent) => stamp,
            Said::Other => continue,
            Said::Message(_) | Said::Damaged => {
                verdict.damaged += 1;
                continue;
            }
        };
        let next = &mut next[stamp.sender];
        if stamp.number >= *next {
            verdict.gaps += usize::from(stamp.number > *next);
            missing.extend((*next..stamp.number).map(|number| (stamp.sender, number)));
            *next = stamp.number + 1;
        } else if missing.remove(&(stamp.sender, stamp.number)) {
            verdict.out_of_order += 1;
        } else {
            verdict.doubled += 1;
        }
    }
    let never_came: usize = sent.iter().zip(&next).map(|(sent, next)| sent - next).sum();
    verdict.lost = missing.len() + never_came;
    verdict
}

#[cfg(test)]
#[path = "recorder/tests.rs"]
mod tests;
