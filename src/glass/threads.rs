//! Feature glass: what each thread of this process does now: read from the system, not believed. Reads
//! `/proc/self/task`; where there is none (it is not Linux), nothing is known, and that is said.

use std::fs;
use std::path::Path;

use super::event::quoted;

/// One thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The system's number of it.
    pub id: u64,
    /// Its name, of which Linux keeps 15 bytes.
    pub name: String,
    /// The system call in which it waits; `running` where it is in none, `?` where the system does not say.
    pub call: String,
    /// Where in the kernel it waits; empty where the system does not say.
    pub waits_in: String,
}

/// All threads, in order of starting.
pub fn now() -> Vec<Thread> {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    // A thread may end while its row is read: then there is no row.
    let mut threads: Vec<Thread> = tasks.filter_map(|task| thread(&task.ok()?.path())).collect();
    threads.sort_unstable_by_key(|thread| thread.id);
    threads
}

fn thread(task: &Path) -> Option<Thread> {
    let read = |file: &str| fs::read_to_string(task.join(file)).ok().map(|text| text.trim_end().to_owned());
    let id = task.file_name()?.to_str()?.parse().ok()?;
    let waits_in = read("wchan").filter(|at| at != "0").unwrap_or_default();
    let call = read("syscall").map_or_else(|| "?".to_owned(), |line| call(&line));
    Some(Thread { id, name: read("comm")?, call, waits_in })
}

/// The name of the call out of a line of `syscall`: its number comes first.
fn call(line: &str) -> String {
    let number = line.split_whitespace().next().unwrap_or_default();
    let Ok(number) = number.parse::<u32>() else {
        return if number == "running" { "running".into() } else { "?".into() };
    };
    let known = CALLS.iter().find(|(known, _)| *known == number).map(|(_, name)| (*name).to_owned());
    known.unwrap_or_else(|| format!("call {number}"))
}

/// The calls in which threads of this program wait, by their numbers on this machine.
#[cfg(target_arch = "x86_64")]
const CALLS: &[(u32, &str)] = &[
    (0, "read"),
    (1, "write"),
    (7, "poll"),
    (23, "select"),
    (35, "nanosleep"),
    (43, "accept"),
    (44, "sendto"),
    (45, "recvfrom"),
    (46, "sendmsg"),
    (47, "recvmsg"),
    (74, "fsync"),
    (75, "fdatasync"),
    (128, "rt_sigtimedwait"),
    (202, "futex"),
    (230, "clock_nanosleep"),
    (232, "epoll_wait"),
    (271, "ppoll"),
    (288, "accept4"),
];
/// The same on 64-bit ARM, and where all newer machines number them alike.
#[cfg(not(target_arch = "x86_64"))]
const CALLS: &[(u32, &str)] = &[
    (22, "epoll_pwait"),
    (63, "read"),
    (64, "write"),
    (72, "pselect6"),
    (73, "ppoll"),
    (82, "fsync"),
    (83, "fdatasync"),
    (98, "futex"),
    (101, "nanosleep"),
    (115, "clock_nanosleep"),
    (137, "rt_sigtimedwait"),
    (202, "accept"),
    (206, "sendto"),
    (207, "recvfrom"),
    (211, "sendmsg"),
    (212, "recvmsg"),
    (242, "accept4"),
];

/// The table as JSON, for the page.
pub fn json() -> String {
    let row = |thread: &Thread| {
        let Thread { id, name, call, waits_in } = thread;
        format!("{{\"id\":{id},\"name\":{},\"call\":{},\"waits_in\":{}}}", quoted(name), quoted(call), quoted(waits_in))
    };
    format!("[{}]\n", now().iter().map(row).collect::<Vec<_>>().join(","))
}

/// The table as text, a thread a line: what `ctl threads` prints.
pub fn table() -> String {
    let threads = now();
    if threads.is_empty() {
        return "this system does not say what its threads do (there is no /proc/self/task)\n".into();
    }
    let row = |thread: &Thread| {
        let Thread { id, name, call, waits_in } = thread;
        let row = format!("{id:>8}  {name:<15}  {call:<15}  {waits_in}");
        row.trim_end().to_owned() + "\n"
    };
    let head = format!("{:>8}  {:<15}  {:<15}  {}\n", "number", "thread", "system call", "waits in");
    head + &threads.iter().map(row).collect::<String>()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crossbeam_channel::bounded;

    use super::*;

    #[test]
    fn a_line_of_the_system_is_a_calls_name() {
        assert_eq!(call("running"), "running");
        assert_eq!(call("-1 0x7ffd 0x7f"), "?");
        assert_eq!(call("99999 0x1 0x2"), "call 99999");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_that_waits_on_a_channel_is_seen_in_a_futex() {
        let (end, ended) = bounded::<()>(0);
        let waits = move || ended.recv().is_err();
        let thread = std::thread::Builder::new().name("waits".into()).spawn(waits).expect("a thread");
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let row = now().into_iter().find(|thread| thread.name == "waits").map(|thread| thread.call);
            // Where the system does not say (a strict container), there is nothing to see.
            if row.as_deref() == Some("futex") || row.as_deref() == Some("?") {
                break;
            }
            assert!(Instant::now() < until, "{row:?}");
            std::thread::yield_now();
        }
        drop(end);
        assert!(thread.join().expect("it does not panic"));
    }
}
