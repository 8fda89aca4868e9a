//! Processes seen from the one that starts them: what a child inherits, how it ends, and what is left of it until somebody
//! has waited for it. Linux: it looks into `/proc`.
//!
//! See: a status, a signal, a zombie and its end; what goes over to a child and what does not; one process for one client.
//!
//! Run: `cargo run --example 04_processes`. It prints what `docs/en/processes.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// The number of SIGPIPE, which Rust's programs ignore: a write to a closed pipe is an error there, not the end.
const SIGPIPE: u32 = 13;

/// A child says with one number how it ended, and the kernel says it where a signal ended it.
fn endings() -> io::Result<()> {
    let status = Command::new("sh").args(["-c", "exit 3"]).status()?;
    assert_eq!((status.code(), status.signal()), (Some(3), None));
    println!("exit 3:            code {:?}, signal {:?}", status.code(), status.signal());
    let mut child = Command::new("sleep").arg("60").spawn()?;
    child.kill()?;
    let status = child.wait()?;
    assert_eq!((status.code(), status.signal()), (None, Some(9)));
    println!("killed:            code {:?}, signal {:?}", status.code(), status.signal());
    let error = Command::new("no-such-program").spawn().map(|_| ()).expect_err("nobody has such a program");
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    println!("no such program:   {:?}, and no child", error.kind());
    Ok(())
}

/// The letter behind the name in `/proc/PID/stat`: R runs, S sleeps, Z is a zombie.
fn state(id: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// A child that has ended keeps its number and its status until its parent has asked for them.
fn zombie() -> io::Result<()> {
    let mut child = Command::new("sh").args(["-c", "exit 0"]).spawn()?;
    let id = child.id();
    // Nobody tells of a child's end but `wait`, and that would take the zombie away: so it is looked for.
    while state(id) != Some('Z') {
        if state(id).is_none() {
            return Err(io::Error::other("SIGCHLD is ignored here: the kernel leaves no zombies"));
        }
        thread::yield_now();
    }
    println!("ended, no wait:    state Z: a zombie");
    assert!(child.wait()?.success());
    assert_eq!(state(id), None);
    println!("after the wait:    no such process");
    Ok(())
}

/// What a new process gets from the one that starts it.
fn inherited() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let socket = fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd()))?;
    let mut child = Command::new("sh");
    child.args(["-c", "echo $NICKNAME; pwd; ls -l /proc/self/fd"]).env("NICKNAME", "anna").current_dir("/");
    let output = child.stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with("anna\n/\n"), "a variable and a folder go over: {said}");
    assert!(said.contains("0 -> /dev/null"), "what `stdin` names goes over as descriptor 0: {said}");
    assert!(!said.contains(&*socket.to_string_lossy()), "a socket does not, unless it is handed over: {said}");
    drop(listener);
    println!("a child has:       NICKNAME=anna, the folder /, its descriptor 0; not the listener");
    let status = Command::new("cat").arg("/proc/self/status").output()?;
    let child_ignores = ignores(&String::from_utf8_lossy(&status.stdout), SIGPIPE);
    let parent_ignores = ignores(&fs::read_to_string("/proc/self/status")?, SIGPIPE);
    assert!(parent_ignores && !child_ignores);
    println!("ignores SIGPIPE:   this process {parent_ignores}, its child {child_ignores}");
    Ok(())
}

/// Whether `/proc/PID/status` says that a signal is ignored.
fn ignores(status: &str, signal: u32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// One process for one client: `cat` gets the socket as its descriptors 0 and 1, and knows nothing of sockets.
fn one_process_per_client() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut anna = TcpStream::connect(listener.local_addr()?)?;
    let socket = listener.accept()?.0;
    let both_ways = [socket.as_fd().try_clone_to_owned()?, socket.into()];
    let [input, output] = both_ways.map(Stdio::from);
    let mut child = Command::new("cat").stdin(input).stdout(output).spawn()?;
    anna.write_all(b"hello\n")?;
    anna.shutdown(Shutdown::Write)?;
    let mut heard = String::new();
    anna.read_to_string(&mut heard)?;
    assert_eq!(heard, "hello\n");
    assert!(child.wait()?.success());
    println!("cat for a client:  anna wrote {heard:?} and read {heard:?}");
    Ok(())
}

fn main() -> io::Result<()> {
    if !Path::new("/proc/self/stat").exists() {
        println!("here is no /proc: run this on Linux");
        return Ok(());
    }
    endings()?;
    zombie()?;
    inherited()?;
    one_process_per_client()
}
