//! Two threads, a few steps each, and every order in which they can be taken. Not two thousand tries and luck: all of them.
//!
//! See: four stories that look right line by line. For each, how many orders there are, how many end badly, and one that
//! does, step by step; then the same story mended, where none ends badly.
//!
//! Run: `cargo run --example 05_interleave`. It prints what `docs/en/interleavings.md` shows. With `-- --play` you say who
//! moves next; `-- --play locks` is another story, `-- --play locks mended` its mended version.
#![allow(clippy::print_stderr, reason = "an example says what is wrong with its arguments")]

mod play;
mod scene;
mod stories;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use scene::{Scene, Version, explore};
use stories::{STORIES, Story};

/// What the arguments ask for.
enum Wish {
    Tell,
    Play(&'static Version),
}

/// Reads the arguments. The error is a sentence: what was wrong, and what would be right.
fn wish(arguments: &[String]) -> Result<Wish, String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, version) = match words[..] {
        [] => return Ok(Wish::Tell),
        ["--play"] => (STORIES[0].name, ""),
        ["--play", name] => (name, ""),
        ["--play", name, version] => (name, version),
        _ => return Err(format!("\"{}\" is not understood: --play [STORY [mended]], or nothing", words.join(" "))),
    };
    let story = STORIES.iter().find(|story| story.name == name);
    let story = story.ok_or_else(|| format!("there is no story \"{name}\": there are {}", stories::names()))?;
    match version {
        "" => Ok(Wish::Play(&story.broken)),
        "mended" => Ok(Wish::Play(&story.mended)),
        _ => Err(format!("\"{version}\" is no version: leave it out, or write mended")),
    }
}

/// Tells one bad order, step by step.
fn tell(order: &[usize], version: &'static Version, out: &mut impl Write) -> io::Result<()> {
    let mut scene = Scene::new(version);
    for &who in order {
        let code = scene.next_code(who).unwrap_or_default();
        let came_of_it = scene.step(who).unwrap_or_default();
        writeln!(out, "    {}  {code:<48} {came_of_it}", who + 1)?;
    }
    let fault = scene.fault().expect("a bad order ends badly");
    writeln!(out, "    {fault}")
}

fn tell_story(story: &'static Story, out: &mut impl Write) -> io::Result<()> {
    let (broken, mended) = (explore(&story.broken), explore(&story.mended));
    assert_eq!((broken.orders, broken.bad), story.broken.counted, "{}: counted by hand", story.name);
    assert_eq!((mended.orders, mended.bad), story.mended.counted, "{}: counted by hand", story.name);
    assert_eq!(mended.bad, 0, "{}: mended is mended", story.name);
    let (orders, bad) = (broken.orders, broken.bad);
    writeln!(out, "{}: {}: {orders} orders, {bad} end badly", story.name, story.broken.how)?;
    tell(&broken.one_bad.expect("one of the bad ones"), &story.broken, out)?;
    writeln!(out, "  {}: {} orders, none ends badly", story.mended.how, mended.orders)
}

fn run(wish: &Wish) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match wish {
        Wish::Tell => STORIES.iter().try_for_each(|story| tell_story(story, &mut out)),
        Wish::Play(version) => play::play(version, &mut io::stdin().lock(), &mut out),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wish = match wish(&arguments) {
        Ok(wish) => wish,
        Err(wrong) => {
            eprintln!("05_interleave: {wrong}");
            return ExitCode::from(2);
        }
    };
    match run(&wish) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads on, as with `| head`: a quiet end.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("05_interleave: {error}");
            ExitCode::FAILURE
        }
    }
}
