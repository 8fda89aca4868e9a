//! Feature glass: `--trace`: the run in a file, as a sequence diagram (mermaid) or for a viewer of traces (Perfetto).
//! Touches the files.
//!
//! # Threads
//! `glass-trace` writes all of them; it watches as a browser does.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Sender;

use super::event::{Event, What, quoted};
use super::picture::{Delivery, Picture};
use super::tap::journal::{Journal, Next};
use crate::limits::SINGLE_STACK;
use crate::server::robust::connection::ClientId;

/// How long one wait for events takes; nothing hangs on it.
const WAIT: Duration = Duration::from_secs(1);
/// Characters of a text that an arrow shows.
const SHOWN: usize = 120;

/// A file for which the run is written down, by its ending.
#[derive(Debug)]
pub struct Trace {
    path: PathBuf,
    file: BufWriter<File>,
    form: Form,
    /// So many arrows, or events, are still written.
    left: usize,
}

#[derive(Debug)]
enum Form {
    /// A sequence diagram: written at the end, since its first lines name all who take part.
    Mermaid { picture: Picture, arrows: String, names: BTreeMap<ClientId, String> },
    /// A trace: an event a line.
    Chrome {
        threads: HashMap<Arc<str>, usize>,
        posted: HashMap<(&'static str, Option<ClientId>), VecDeque<u64>>,
        begun: bool,
    },
}

impl Trace {
    /// Begins a file that ends after `most` arrows (`.mmd`) or events (`.json`).
    ///
    /// # Errors
    /// The name has another ending, or the file cannot be written.
    pub fn create(path: &Path, most: usize) -> io::Result<Trace> {
        let form = match path.extension().and_then(|ending| ending.to_str()) {
            Some("mmd") => Form::Mermaid { picture: Picture::default(), arrows: String::new(), names: BTreeMap::new() },
            Some("json") => Form::Chrome { threads: HashMap::new(), posted: HashMap::new(), begun: false },
            _ => return Err(failed(path, "its name has to end in .mmd (a diagram) or .json (a trace)")),
        };
        let file = File::create(path).map_err(|error| failed(path, error))?;
        Ok(Trace { path: path.to_owned(), file: BufWriter::new(file), form, left: most })
    }

    /// Writes an event down. False where that was the last one.
    fn add(&mut self, number: u64, event: &Event) -> io::Result<bool> {
        match &mut self.form {
            Form::Mermaid { picture, arrows, names } => {
                for delivery in picture.add(number, event).into_iter().filter(|delivery| delivery.line.lines > 0) {
                    if self.left == 0 {
                        return Ok(false);
                    }
                    self.left -= 1;
                    arrow(&delivery, arrows);
                    for id in [delivery.line.from, Some(delivery.to)].into_iter().flatten() {
                        let name = picture.name(id);
                        let known = names.entry(id).or_insert_with(|| name.clone());
                        // Who has left has its number alone.
                        if name != id.to_string() {
                            *known = name;
                        }
                    }
                }
            }
            Form::Chrome { threads, posted, begun } => {
                if self.left == 0 {
                    return Ok(false);
                }
                self.left -= 1;
                let rows = rows(number, event, threads, posted).join(",\n");
                write!(self.file, "{}{rows}", if std::mem::replace(begun, true) { ",\n" } else { "[\n" })?;
            }
        }
        Ok(true)
    }

    /// Writes what is left.
    fn end(&mut self) -> io::Result<()> {
        match &self.form {
            Form::Mermaid { arrows, names, .. } => {
                writeln!(self.file, "sequenceDiagram")?;
                for (id, name) in names {
                    writeln!(self.file, "    participant c{} as {name}", id.0)?;
                }
                writeln!(self.file, "    participant server")?;
                self.file.write_all(arrows.as_bytes())?;
            }
            Form::Chrome { begun, .. } => writeln!(self.file, "{}\n]", if *begun { "" } else { "[" })?,
        }
        self.file.flush()
    }
}

fn failed(path: &Path, why: impl std::fmt::Display) -> io::Error {
    let path = path.display();
    io::Error::other(format!("cannot write the trace {path}: {why}"))
}

/// One delivery: from whom it comes (where that is a client), to whom.
fn arrow(delivery: &Delivery, arrows: &mut String) {
    let (line, to) = (&delivery.line, delivery.to.0);
    let from = match line.from {
        Some(from) if matches!(line.kind, "to-all" | "private") => format!("c{}", from.0),
        _ => "server".into(),
    };
    let said = match &line.text {
        Some(text) => shown(text),
        None => format!("{}, {} bytes", line.kind, line.bytes),
    };
    // Writing into a string cannot fail.
    writeln!(arrows, "    {from}->>c{to}: {said}").unwrap_or_default();
}

/// A text as one line that mermaid takes for text: `#` and `;` mean something to it.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.trim_end().chars().take(SHOWN) {
        match c {
            '#' => shown.push_str("#35;"),
            ';' => shown.push_str("#59;"),
            '<' => shown.push_str("#lt;"),
            '\n' => shown.push_str(" / "),
            c if c.is_control() => {}
            c => shown.push(c),
        }
    }
    shown
}

/// An event, as the format that Chrome and Perfetto read has it; with the name of its thread, where that is new, and with a
/// line from where the parcel was put into the queue to where it was taken out.
fn rows(
    number: u64,
    event: &Event,
    threads: &mut HashMap<Arc<str>, usize>,
    posted: &mut HashMap<(&'static str, Option<ClientId>), VecDeque<u64>>,
) -> Vec<String> {
    let (count, at) = (threads.len(), event.at.as_micros());
    let mut rows = Vec::new();
    let thread = *threads.entry(Arc::clone(&event.thread)).or_insert_with(|| {
        let name = quoted(&event.thread);
        rows.push(format!(
            "{{\"ph\":\"M\",\"pid\":1,\"tid\":{count},\"name\":\"thread_name\",\"args\":{{\"name\":{name}}}}}"
        ));
        count
    });
    let place = format!("\"pid\":1,\"tid\":{thread},\"ts\":{at}");
    let name = match &event.what {
        What::Posted(about) | What::Taken { about, .. } => format!("{} {}", event.what.name(), about.kind),
        what => what.name().to_owned(),
    };
    let args = event.json(number);
    rows.push(format!("{{\"ph\":\"X\",\"dur\":1,{place},\"name\":\"{name}\",\"args\":{args}}}"));
    let flow =
        |phase, id| format!("{{\"ph\":\"{phase}\",\"cat\":\"queue\",\"name\":\"in the queue\",\"id\":{id},{place}}}");
    match &event.what {
        What::Posted(about) => {
            posted.entry((about.kind, about.id)).or_default().push_back(number);
            rows.push(flow("s", number));
        }
        What::Taken { about, .. } => {
            let from = posted.get_mut(&(about.kind, about.id)).and_then(VecDeque::pop_front);
            rows.extend(from.map(|from| flow("f", from)));
        }
        _ => {}
    }
    if matches!(event.what, What::Posted(_) | What::Batch { .. }) {
        let depth = event.depth;
        rows.push(format!(
            "{{\"ph\":\"C\",\"pid\":1,\"ts\":{at},\"name\":\"queue\",\"args\":{{\"parcels\":{depth}}}}}"
        ));
    }
    rows
}

/// Starts the thread that writes them.
///
/// # Errors
/// No thread could be started.
pub(super) fn start(traces: Vec<Trace>, journal: Arc<Journal>, alive: &Sender<Infallible>) -> io::Result<()> {
    let alive = alive.clone();
    let mut watch = journal.watch(None);
    let builder = thread::Builder::new().name("glass-trace".into()).stack_size(SINGLE_STACK);
    builder.spawn(move || {
        let mut traces = traces;
        loop {
            match watch.next(WAIT) {
                Next::Events(events) => traces.retain_mut(|trace| goes_on(trace, &events)),
                Next::Nothing => {}
                Next::Over => break,
            }
        }
        for mut trace in traces {
            let ended = trace.end();
            say(&trace.path, ended);
        }
        drop(alive);
    })?;
    Ok(())
}

/// Writes these events down. False where the file is at its end.
fn goes_on(trace: &mut Trace, events: &[(u64, Arc<Event>)]) -> bool {
    for (number, event) in events {
        match trace.add(*number, event) {
            Ok(true) => {}
            Ok(false) => {
                let ended = trace.end();
                say(&trace.path, ended);
                return false;
            }
            Err(error) => {
                say(&trace.path, Err(error));
                return false;
            }
        }
    }
    true
}

fn say(path: &Path, ended: io::Result<()>) {
    match ended {
        Ok(()) => log::info!("the trace {} is complete", path.display()),
        Err(error) => log::error!("{}", failed(path, error)),
    }
}
