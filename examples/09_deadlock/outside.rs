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
        let stat = fs::read_to_string(task?.path().join("stat"))?;
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
    let mut command = Command::new(std::env::current_exe()?);
    let child = command.args(["--deadlock", "0.5"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    // Nobody tells of threads that have fallen asleep: it is looked for. Until then the two names are not even there.
    let all_sleep = |threads: &[(String, String)]| threads.len() == 3 && threads.iter().all(|(_, state)| state == "S");
    let mut threads = threads_of(child.id())?;
    while !all_sleep(&threads) {
        thread::yield_now();
        threads = threads_of(child.id())?;
    }
    for (name, state) in threads {
        println!("thread {name}: {state}");
    }
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(1));
    print!("{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
