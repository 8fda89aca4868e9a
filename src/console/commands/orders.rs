//! Feature console: what the commands do to others. Touches the chat by the desk, and the rules.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{Answer, wanted};
use crate::console::Teacher;
use crate::console::duration::{parse, words};
use crate::console::rules::{Ban, banned};
use crate::protocol;
use crate::server::keeper::Present;
use crate::server::leave::Leave;
use crate::server::motd::Motd;
use crate::server::robust::origin::Origin;
use crate::text::Nickname;

/// Most names in an answer.
const NAMES: usize = 10;

/// `say TEXT`.
pub(in crate::console) fn say(teacher: &Teacher, text: &str) -> Result<Answer, String> {
    if text.is_empty() {
        return Err(wanted("say"));
    }
    let desk = teacher.desk()?;
    let here = desk.present().map_err(stops)?.len();
    desk.announce(protocol::announcement(text)).map_err(stops)?;
    Ok(Answer::done(format!("told everybody, {here} connected")))
}

/// `kick NICK|NUMBER [REASON]`.
pub(in crate::console) fn kick(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    let (who, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let who = one(teacher, "kick", who)?;
    who.send_away(match reason.trim() {
        "" => "removed by the teacher".into(),
        reason => format!("removed by the teacher: {reason}"),
    });
    Ok(Answer::about(&who, format!("{} is removed, and may come back; 'ban' keeps an address out", name(&who))))
}

/// `mute NICK|NUMBER 5m`.
pub(in crate::console) fn mute(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    let (who, time) = who_and_how_long("mute", rest)?;
    let who = one(teacher, "mute", who)?;
    let Some(nickname) = &who.nickname else {
        return Err(format!("{} has no nickname yet, and writes to nobody", name(&who)));
    };
    teacher.rules.lock().mute(&who, nickname, Instant::now() + time);
    let time = words(time);
    let told = format!("You are muted for {time}: what you write goes to nobody. LIST, HELP and QUIT still work");
    teacher.desk()?.send(who.id(), protocol::announcement(&told)).map_err(stops)?;
    Ok(Answer::about(&who, format!("{nickname} is muted for {time}, and was told")))
}

/// `unmute NICK`, who need not be here.
pub(in crate::console) fn unmute(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    if rest.is_empty() {
        return Err(wanted("unmute"));
    }
    let nickname = match rest.parse::<u64>() {
        Ok(_) => one(teacher, "unmute", rest)?.nickname.ok_or("that one has no nickname yet")?,
        Err(_) => Nickname::parse(rest).map_err(|refusal| refusal.to_string())?,
    };
    let muted = teacher.rules.lock().unmute(&nickname);
    let Some(muted) = muted else { return Err(format!("{nickname} is not muted; 'bans' shows who is")) };
    for session in muted.sessions {
        let told = protocol::announcement("You are not muted any more");
        teacher.desk()?.send(session, told).map_err(stops)?;
    }
    let text = format!("{} may write again", muted.nickname);
    Ok(Answer::Done { text, nickname: Some(muted.nickname), address: None, stops: false })
}

/// `ban ADDRESS|NICK 10m`. Who is there from that address goes.
pub(in crate::console) fn ban(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    let (whom, time) = who_and_how_long("ban", rest)?;
    let (address, nickname) = match address(whom) {
        Some(address) => (address, None),
        None => {
            let who =
                one(teacher, "ban", whom).map_err(|why| format!("{why}; an address is 192.0.2.7 or 2001:db8::7"))?;
            (who.address(), who.nickname)
        }
    };
    let origin = Origin::of(address);
    teacher.rules.lock().ban(origin, nickname.clone(), Instant::now() + time);
    let mut gone = teacher.desk()?.present().map_err(stops)?;
    gone.retain(|who| Origin::of(who.address()) == origin);
    gone.iter().for_each(|who| who.send_away(banned(time)));
    let text = format!("{origin} is banned for {}; {}", words(time), went(&gone));
    Ok(Answer::Done { text, nickname, address: Some(address), stops: false })
}

/// `unban ADDRESS|NICK`.
pub(in crate::console) fn unban(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    if rest.is_empty() {
        return Err(wanted("unban"));
    }
    let origin = address(rest).map(Origin::of);
    let folded = rest.to_lowercase();
    let is_meant = |ban: &Ban| {
        let is_named = ban.nickname.as_ref().is_some_and(|nickname| nickname.folded() == folded);
        origin.map_or(is_named, |origin| ban.origin == origin)
    };
    let mut rules = teacher.rules.lock();
    rules.forget(Instant::now());
    let found = rules.unban(is_meant);
    drop(rules);
    match found {
        Some(origin) => Ok(Answer::done(format!("{origin} may come again"))),
        None => Err(format!("{rest} is not banned; 'bans' shows what is")),
    }
}

/// `lock`: nobody new. Whoever asks for a nickname from now on is told so; who has lost a connection may still go on.
pub(in crate::console) fn lock(teacher: &Teacher, _: &str) -> Result<Answer, String> {
    teacher.rules.lock().locked = true;
    Ok(Answer::done("nobody new comes in; 'unlock' ends that"))
}

/// `unlock`.
pub(in crate::console) fn unlock(teacher: &Teacher, _: &str) -> Result<Answer, String> {
    let was_locked = std::mem::take(&mut teacher.rules.lock().locked);
    if was_locked { Ok(Answer::done("everybody may come in again")) } else { Err("the chat is not locked".into()) }
}

/// `motd FILE`, `motd off`; alone it shows what newcomers see.
pub(in crate::console) fn motd(teacher: &Teacher, rest: &str) -> Result<Answer, String> {
    let motd = match rest {
        "" => {
            let changed = teacher.rules.lock().motd.clone();
            let motd = changed.unwrap_or(teacher.desk()?.motd());
            let text = motd.map(|motd| motd.read()).transpose().map_err(|error| error.to_string())?;
            return Ok(Answer::Told(text.flatten().unwrap_or_else(|| "newcomers are shown nothing".into())));
        }
        "off" => None,
        path => Some(Motd::File(PathBuf::from(path))),
    };
    let text = motd.as_ref().map(Motd::read).transpose().map_err(|error| error.to_string())?;
    teacher.rules.lock().motd = Some(motd);
    Ok(Answer::done(match text.flatten() {
        None => "newcomers are shown nothing".into(),
        Some(text) => format!("newcomers are shown {rest}, {} lines; it is read anew for each", text.lines().count()),
    }))
}

/// Whom a command is about: a nickname without regard to case, or a number of `who`.
fn one(teacher: &Teacher, command: &str, who: &str) -> Result<Present, String> {
    if who.is_empty() {
        return Err(wanted(command));
    }
    let (number, folded) = (who.parse::<u64>().ok(), who.to_lowercase());
    let is_meant = |present: &Present| match number {
        Some(number) => present.id().0 == number,
        None => present.nickname.as_ref().is_some_and(|nickname| nickname.folded() == folded),
    };
    let found = teacher.desk()?.present().map_err(stops)?.into_iter().find(is_meant);
    found.ok_or_else(|| match number {
        Some(number) => format!("nobody here has the number {number}; 'who' shows the numbers"),
        None => format!("nobody here is called {who}; 'who' shows who is here"),
    })
}

fn who_and_how_long<'a>(command: &str, rest: &'a str) -> Result<(&'a str, Duration), String> {
    let (who, time) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match time.trim() {
        _ if who.is_empty() => Err(wanted(command)),
        "" => Err(format!("for how long? 90s, 5m or 2h: {command} {who} 5m")),
        time => Ok((who, parse(time)?)),
    }
}

/// An address as people and `who` write it: alone, with a port, in brackets, as a /64.
fn address(text: &str) -> Option<IpAddr> {
    let alone = text.strip_suffix("/64").unwrap_or(text).trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    alone.parse().ok().or_else(with_port)
}

/// For an answer: who it is.
fn name(who: &Present) -> String {
    who.nickname.as_ref().map_or_else(|| format!("number {}", who.id().0), ToString::to_string)
}

/// For an answer: who had to go.
fn went(gone: &[Present]) -> String {
    let names: Vec<String> = gone.iter().take(NAMES).map(name).collect();
    match gone.len() {
        0 => "nobody had to go".into(),
        all if all > NAMES => format!("{} and {} more had to go", names.join(", "), all - NAMES),
        _ => format!("{} had to go", names.join(", ")),
    }
}

/// The server has stopped meanwhile.
pub(in crate::console) fn stops(leave: Leave) -> String {
    leave.to_string()
}
