//! Feature glass: `chat-server ctl threads` and `ctl watch`: the same without a browser. Touches the journal, and writes to whom
//! it is told to.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, What};
use super::picture::Picture;
use super::tap::journal::{Journal, Next};
use super::threads;
use crate::console::Teacher;
use crate::console::commands::Answer;
use crate::text::visible;

/// How often it is looked whether the run is over; nothing hangs on it.
const LOOK: Duration = Duration::from_secs(1);

/// `threads`: what each does now, as the page's table has it.
pub(crate) fn threads(_: &Teacher, _: &str) -> Result<Answer, String> {
    Ok(Answer::Told(threads::table().trim_end().to_owned()))
}

/// `watch`: a line for each event, until the reader has gone or the server has ended.
pub(crate) fn watch(teacher: &Teacher, _: &str) -> Result<Answer, String> {
    let journal = teacher.desk()?.tap().and_then(|tap| tap.journal()).ok_or("the server has ended")?;
    Ok(Answer::Stream(Box::new(move |out| lines(&journal, out))))
}

fn lines(journal: &Arc<Journal>, out: &mut dyn Write) -> io::Result<()> {
    let mut picture = Picture::default();
    let mut watch = journal.watch(None);
    loop {
        match watch.next(LOOK) {
            Next::Events(events) => {
                for (number, event) in events {
                    let said = line(&mut picture, number, &event);
                    writeln!(out, "{said}")?;
                }
                out.flush()?;
            }
            Next::Nothing => {}
            Next::Over => return Ok(()),
        }
    }
}

/// One event on one line: when, who, what, and whom it reached.
fn line(picture: &mut Picture, number: u64, event: &Event) -> String {
    let delivered = picture.add(number, event);
    let name = |id| picture.name(id);
    let what = match &event.what {
        What::Posted(about) => format!("puts {} into the queue ({} before it)", about.kind, event.depth),
        What::Taken { about, told } => {
            let by = about.id.map(|id| format!(" of {}", name(id))).unwrap_or_default();
            let text =
                told.iter().find_map(|told| told.text.as_deref()).map(|text| format!(": {}", visible(text.trim_end())));
            format!("takes {}{by} out ({} behind it){}", about.kind, event.depth, text.unwrap_or_default())
        }
        What::Batch { parcels, sockets, bytes, late, .. } => {
            let late: String = late.iter().map(|(id, _)| format!(", {} is late", name(*id))).collect();
            format!(
                "writes {parcels} parcels to {sockets} sockets, {bytes} bytes{late}; {} deliveries",
                delivered.len()
            )
        }
        What::Wrote { id, bytes, left } => format!("writes {bytes} bytes to {}, {left} are left", name(*id)),
        What::CaughtUp(id) => format!("has nothing left for {}", name(*id)),
        What::Cut { id, why } => format!("cuts {}: {why}", name(*id)),
        What::Here { missed, seats } => format!("{} are connected; {missed} events were missed", seats.len()),
    };
    format!("{:>10.4}  {:<12} {what}", event.at.as_secs_f64(), event.thread)
}
