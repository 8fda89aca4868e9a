//! The deadlock, seen from another process: its threads have names, and all of them sleep.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// The name of each thread of a process, and its state: R runs, S sleeps.
fn threads_of(id: u32) -> io::Result<Vec<(String, String)>> {
    let mut threads = Vec::new();
    for task in fs::read_dir(format!("/proc/{id}/task"))? {
        // A thread may end between the two looks.
        let Ok(stat) = fs::read_to_string(task?.path().join("stat")) else { continue };
        let (before, after) = stat.rsplit_once(") ").unwrap_or_default();
        let name = before.split('(').next_back().unwrap_or_default();
        threads.push((name.to_owned(), after.split(' ').next().unwrap_or_default().to_owned()));
    }
    Ok(threads)
}

/// Runs this program with the deadlock, and looks at it.
pub(crate) fn look() -> io::Result<()> {
    if !Path::new("/proc/self/stat").exists() {
        println!("here is no /proc to look into");
        return Ok(());
    }
    // Where the machine is so busy that the watchdog was faster than the look: once more, with more time.
    for patience in ["0.5", "5", "50"] {
        let mut command = Command::new(std::env::current_exe()?);
        let child = command.args(["--deadlock", patience]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let threads = asleep(child.id())?;
        let output = child.wait_with_output()?;
        assert_eq!(output.status.code(), Some(1));
        if let Some(threads) = threads {
            threads.iter().for_each(|(name, state)| println!("thread {name}: {state}"));
            print!("{}", String::from_utf8_lossy(&output.stderr));
            return Ok(());
        }
    }
    Err(io::Error::other("in a minute there was not a moment to look at it"))
}

/// All three threads of a process, when they sleep; nothing if it has ended before.
fn asleep(id: u32) -> io::Result<Option<Vec<(String, String)>>> {
    loop {
        let threads = threads_of(id)?;
        if threads.len() == 3 && threads.iter().all(|(_, state)| state == "S") {
            return Ok(Some(threads));
        }
        if threads.iter().all(|(_, state)| state == "Z") {
            return Ok(None);
        }
        // Nobody tells of threads that have fallen asleep: it is looked for.
        thread::yield_now();
    }
}
