//! The play: the student says who moves next, with the code beside it.

use std::io::{self, BufRead, Read, Write};

use crate::scene::{Scene, Version, explore};
use crate::stories;

/// More than anybody types for a move.
const INPUT_BYTES: u64 = 256;

/// Plays a version again and again, until the student leaves or the input ends.
pub(crate) fn play(version: &'static Version, input: &mut impl BufRead, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", version.how)?;
    writeln!(out, "1 or 2: that thread takes its next step. q leaves. There are more stories: {}.", stories::names())?;
    let found = explore(version);
    loop {
        let mut scene = Scene::new(version);
        while !scene.is_over() {
            draw(&scene, version, out)?;
            if !one_moves(&mut scene, input, out)? {
                return Ok(());
            }
        }
        draw(&scene, version, out)?;
        match scene.fault() {
            Some(fault) => writeln!(out, "THE END: {fault}. So end {} of {} orders.", found.bad, found.orders)?,
            None => writeln!(out, "The end is good; {} of {} orders end badly.", found.bad, found.orders)?,
        }
        writeln!(out, "From the beginning:")?;
    }
}

/// Asks until one of the two has moved. False: the student leaves.
fn one_moves(scene: &mut Scene, input: &mut impl BufRead, out: &mut impl Write) -> io::Result<bool> {
    while let Some(said) = answer(input, out)? {
        let moved = match said.as_str() {
            "1" => scene.step(0),
            "2" => scene.step(1),
            _ => Err(format!("{said:?} is no move: write 1 or 2 for the thread that moves, or q to leave")),
        };
        match moved {
            Ok(came_of_it) => {
                writeln!(out, "  {came_of_it}")?;
                return Ok(true);
            }
            Err(refused) => writeln!(out, "  {refused}")?,
        }
    }
    Ok(false)
}

/// The code of both, with a mark at the step that each would take next.
fn draw(scene: &Scene, version: &Version, out: &mut impl Write) -> io::Result<()> {
    for (who, steps) in version.threads.iter().enumerate() {
        for (at, step) in steps.iter().enumerate() {
            let mark = if at == scene.at(who) { '>' } else { ' ' };
            let name = if at == 0 { format!("client-{}", who + 1) } else { String::new() };
            writeln!(out, "{name:<9}{mark} {}", step.code)?;
        }
    }
    Ok(())
}

/// What is typed, without the space around it; nothing where the student leaves, or the input ends.
fn answer(input: &mut impl BufRead, out: &mut impl Write) -> io::Result<Option<String>> {
    write!(out, "who moves? ")?;
    out.flush()?;
    let mut line = Vec::new();
    let count = input.take(INPUT_BYTES).read_until(b'\n', &mut line)?;
    let said = String::from_utf8_lossy(&line).trim().to_owned();
    if count == 0 || ["q", "Q", "QUIT"].contains(&said.as_str()) {
        writeln!(out)?;
        return Ok(None);
    }
    Ok(Some(said))
}
