//! Feature console: what the commands show: tables and figures. Touches the chat by the desk, and looks at the rules.

use std::time::Instant;

use super::Answer;
use super::orders::stops;
use crate::console::Teacher;
use crate::console::duration::words;
use crate::protocol::thousands;
use crate::server::keeper::{Place, Present};

/// `who`: a line for each connection, in columns.
pub(in crate::console) fn who(teacher: &Teacher, _: &str) -> Result<Answer, String> {
    let present = teacher.desk()?.present().map_err(stops)?;
    if present.is_empty() {
        return Ok(Answer::Told("nobody is here".into()));
    }
    let heading = ["number", "nickname", "address", "where", "since", "late"].map(str::to_owned);
    let mut rows = vec![heading];
    rows.extend(present.iter().map(row));
    Ok(Answer::Told(columns(&rows)))
}

fn row(who: &Present) -> [String; 6] {
    let late = match who.waiting() {
        0 => "no".into(),
        bytes => format!("{} bytes wait", thousands(bytes)),
    };
    [
        who.id().0.to_string(),
        who.nickname.as_ref().map_or_else(|| "-".into(), ToString::to_string),
        who.connection.address().to_string(),
        place(&who.place),
        format!("{} ago", words(who.since().elapsed())),
        late,
    ]
}

fn place(place: &Place) -> String {
    match place {
        Place::Nickname => "at the nickname".into(),
        Place::Question => "at the question".into(),
        Place::Group => "in the group".into(),
        Place::Private(with) => format!("private with {with}"),
    }
}

/// Each column as wide as its widest entry.
pub(in crate::console) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let entries = row.iter().zip(widths).map(|(entry, width)| format!("{entry:<width$}"));
        entries.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `bans`: who is banned and who is muted, and for how long.
pub(in crate::console) fn bans(teacher: &Teacher, _: &str) -> Result<Answer, String> {
    let now = Instant::now();
    let mut rules = teacher.rules.lock();
    rules.forget(now);
    let bans = rules.bans.iter().map(|ban| {
        let whose = ban.nickname.as_ref().map(|nickname| format!("{nickname}'s")).unwrap_or_default();
        ["ban".into(), ban.origin.to_string(), whose, format!("{} more", words(ban.until - now))]
    });
    let mutes = rules.mutes.iter().map(|mute| {
        let here = if mute.is_here() { "here" } else { "" };
        ["mute".into(), mute.nickname.to_string(), here.into(), format!("{} more", words(mute.until - now))]
    });
    let mut rows: Vec<[String; 4]> = bans.chain(mutes).collect();
    if rules.locked {
        rows.push(["lock".into(), "nobody new".into(), String::new(), "until 'unlock'".into()]);
    }
    Ok(Answer::Told(if rows.is_empty() { "nobody is banned or muted".into() } else { columns(&rows) }))
}

/// `stats`: how much there is of everything.
pub(in crate::console) fn stats(teacher: &Teacher, _: &str) -> Result<Answer, String> {
    let desk = teacher.desk()?;
    let (present, figures) = (desk.present().map_err(stops)?, desk.figures().map_err(stops)?);
    let count = |is: fn(&Place) -> bool| present.iter().filter(|who| is(&who.place)).count();
    let late: Vec<usize> = present.iter().map(Present::waiting).filter(|bytes| *bytes > 0).collect();
    let stopping = teacher.stopping.lock().as_ref().map(|stopping| stopping.until);
    let stopping = stopping.map(|until| format!("in {}", words(until.saturating_duration_since(Instant::now()))));
    let number = |number: usize| thousands(number);
    let connections = usize::try_from(figures.connections).unwrap_or(usize::MAX);
    let mut rows = vec![
        ["up".to_owned(), words(teacher.begun.elapsed())],
        ["connected".into(), format!("{} of {}", number(present.len()), number(figures.max_clients))],
        ["at the nickname".into(), number(count(|place| *place == Place::Nickname))],
        ["at the question".into(), number(count(|place| *place == Place::Question))],
        ["in the group".into(), number(count(|place| *place == Place::Group))],
        ["in private".into(), number(count(|place| matches!(place, Place::Private(_))))],
        ["came since the start".into(), number(connections)],
        ["late".into(), format!("{}; {} bytes wait for them", number(late.len()), number(late.iter().sum()))],
        ["in the queue".into(), format!("{} parcels", number(figures.queue))],
        ["stops".into(), stopping.unwrap_or_else(|| "no stop was announced".into())],
    ];
    rows.extend(of_the_process().map(|(name, value)| [name.into(), value]));
    Ok(Answer::Told(columns(&rows)))
}

/// What Linux says of this process; nothing elsewhere.
fn of_the_process() -> impl Iterator<Item = (&'static str, String)> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    [("threads", "Threads:"), ("memory", "VmRSS:")].into_iter().filter_map(move |(name, field)| {
        let value = status.lines().find_map(|line| line.strip_prefix(field))?;
        Some((name, value.trim().to_owned()))
    })
}
