//! One thread of another process, held where it stands, as a debugger holds it: what is in a queue then stays there.
#![allow(unreachable_pub, reason = "a test has no public interface; pub here means: for the test files")]

use std::fs;

use nix::errno::Errno;
use nix::sys::ptrace::{Options, detach, interrupt, seize};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

/// A thread that is held. Dropped, it runs on: that has to be done by the thread that holds it.
pub struct Held(Pid);

impl Held {
    /// Holds the thread of our own child that has this name. `None` where the system lets nobody do so: some forbid
    /// debuggers.
    pub fn thread(process: u32, name: &str) -> Option<Held> {
        let thread = Pid::from_raw(number(process, name));
        match seize(thread, Options::empty()) {
            Err(Errno::EPERM) => return None,
            seized => seized.expect("our own child"),
        }
        interrupt(thread).expect("it was seized");
        waitpid(thread, Some(WaitPidFlag::__WALL)).expect("it stops");
        Some(Held(thread))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A process that has ended lets go of itself.
        detach(self.0, None).unwrap_or_default();
    }
}

/// The number of a thread, by its name.
fn number(process: u32, name: &str) -> i32 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let mut threads = threads.map(|thread| thread.expect("threads can be listed").path());
    let is_it = |path: &std::path::PathBuf| fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim() == name);
    let thread = threads.find(is_it).unwrap_or_else(|| panic!("there is no thread {name}"));
    let number = thread.file_name().and_then(|number| number.to_str()?.parse().ok());
    number.expect("a thread's folder is its number")
}
