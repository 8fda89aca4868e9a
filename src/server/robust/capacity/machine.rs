//! Robust: what the kernel says about the limits of this process. Reads `/proc` and `/sys` on Linux; elsewhere it knows
//! nothing.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

use super::Limit;
use crate::limits::{
    ADDRESS_RESERVE, BACKLOG_BYTES, CLIENT_STACK, DESCRIPTORS_RESERVE, LATE_STACK, MAPS_PER_THREAD, MAPS_RESERVE,
    THREAD_EXTRA, THREADS_RESERVE,
};

/// glibc's own name for how many arenas it may have.
const ARENAS: &str = "MALLOC_ARENA_MAX";

/// All limits that are known, the usual one first.
pub(super) fn limits(address_space: usize) -> Vec<Limit> {
    let limits = read("/proc/self/limits").unwrap_or_default();
    let status = read("/proc/self/status").unwrap_or_default();
    let descriptors = soft_limit(&limits, "Max open files").map(|files| Limit {
        name: "the descriptor limit",
        raise: "'ulimit -n'",
        left: files.saturating_sub(DESCRIPTORS_RESERVE),
        client: 1,
        late: 0,
    });
    let maps = read("/proc/sys/vm/max_map_count").and_then(|maps| number(&maps)).map(|maps| Limit {
        name: "the kernel's limit of memory maps",
        raise: "'sysctl vm.max_map_count'",
        left: maps.saturating_sub(MAPS_RESERVE),
        client: MAPS_PER_THREAD,
        late: MAPS_PER_THREAD,
    });
    let bytes = |name, raise, limit: &str, used: &str| {
        let used = field(&status, used).and_then(number)? * 1024;
        let left = soft_limit(&limits, limit)?.saturating_sub(used + ADDRESS_RESERVE + address_space);
        // What waits for all late clients together is bounded by so much for each.
        let late = LATE_STACK + THREAD_EXTRA + BACKLOG_BYTES;
        Some(Limit { name, raise, left, client: CLIENT_STACK + THREAD_EXTRA, late })
    };
    let threads = |name, raise, left: Option<usize>| {
        left.map(|left| Limit { name, raise, left: left.saturating_sub(THREADS_RESERVE), client: 1, late: 1 })
    };
    let users = threads("the limit of your processes and threads", "'ulimit -u'", left_to_the_user(&limits, &status));
    let groups = threads("the control group's limit of threads", "its pids.max", left_to_the_group());
    let kernels = threads("the kernel's limit of threads", "'sysctl kernel.threads-max'", left_to_all());
    let all = [
        descriptors,
        maps,
        bytes("the limit of the address space", "'ulimit -v'", "Max address space", "VmSize"),
        bytes("the limit of memory", "'ulimit -d'", "Max data size", "VmData"),
        users,
        groups,
        kernels,
    ];
    all.into_iter().flatten().collect()
}

/// See `super::have_room_for_stacks`.
pub(super) fn have_room_for_stacks() -> io::Result<()> {
    let limits = read("/proc/self/limits").unwrap_or_default();
    let is_done = env::var_os(ARENAS).is_some_and(|arenas| arenas == "1");
    if is_done || soft_limit(&limits, "Max address space").is_none() {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let mut again = Command::new(env::current_exe()?);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // It comes back only where it failed.
    let error = again.args(arguments).env(ARENAS, "1").exec();
    let why = format!("cannot start once more under the limit of the address space: {error}; set {ARENAS}=1 before");
    Err(io::Error::other(why))
}

/// What the user's processes and threads leave of `ulimit -u`. Nobody limits root.
fn left_to_the_user(limits: &str, status: &str) -> Option<usize> {
    let user = field(status, "Uid")?;
    if number(user)? == 0 {
        return None;
    }
    let limit = soft_limit(limits, "Max processes")?;
    let processes =
        fs::read_dir("/proc").ok()?.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("status")).ok());
    let theirs = processes.filter(|status| field(status, "Uid").and_then(number) == number(user));
    let threads: usize = theirs.filter_map(|status| field(&status, "Threads").and_then(number)).sum();
    Some(limit.saturating_sub(threads))
}

/// What the control group of this process, and those around it, leave of their `pids.max`.
fn left_to_the_group() -> Option<usize> {
    let groups = read("/proc/self/cgroup")?;
    let folder = groups.lines().find_map(|line| {
        let (_, line) = line.split_once(':')?;
        let (controllers, path) = line.split_once(':')?;
        let root = match controllers {
            "pids" => "/sys/fs/cgroup/pids",
            "" if Path::new("/sys/fs/cgroup/cgroup.procs").exists() => "/sys/fs/cgroup",
            _ => return None,
        };
        Some(Path::new(root).join(path.trim_start_matches('/')))
    })?;
    let left = |group: &Path| {
        let figure = |name| fs::read_to_string(group.join(name)).ok().and_then(|text| number(&text));
        Some(figure("pids.max")?.saturating_sub(figure("pids.current")?))
    };
    folder.ancestors().filter_map(left).min()
}

/// What all that runs leaves of the kernel's own limit.
fn left_to_all() -> Option<usize> {
    let limit = number(&read("/proc/sys/kernel/threads-max")?)?;
    let running = read("/proc/loadavg")?;
    let (_, running) = running.split_whitespace().nth(3)?.split_once('/')?;
    Some(limit.saturating_sub(running.parse().ok()?))
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// A soft limit out of `/proc/self/limits`. `unlimited` is none.
fn soft_limit(limits: &str, name: &str) -> Option<usize> {
    limits.lines().find_map(|line| line.strip_prefix(name)).and_then(number)
}

/// The rest of a line out of `/proc/self/status`.
fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

/// The first word, where it is a number.
fn number(text: &str) -> Option<usize> {
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_out_of_proc() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n\
                      Max address space         unlimited            unlimited            bytes\n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024));
        assert_eq!(soft_limit(limits, "Max address space"), None);
        assert_eq!(soft_limit("", "Max open files"), None);
        let status = "Name:\tchat-server\nUid:\t1000\t1000\t1000\t1000\nVmSize:\t    9384 kB\n";
        assert_eq!(field(status, "VmSize").and_then(number), Some(9384));
        assert_eq!(field(status, "Uid").and_then(number), Some(1000));
        assert_eq!(number("max\n"), None);
    }
}
