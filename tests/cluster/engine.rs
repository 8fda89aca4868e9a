//! Real etcds, on free ports of 127.0.0.1, with their files in a folder of their own, in memory where there is such a disk.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{DEADLINE, free_port};

/// Between two looks at something that tells nobody when it has happened.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// One etcd, or several that are one.
pub(crate) struct Etcd {
    folder: TempDir,
    members: Vec<Member>,
    /// `a=http://...,b=http://...`: what each member is told of all.
    all: String,
}

struct Member {
    name: String,
    clients: SocketAddr,
    peers: SocketAddr,
    child: Option<Child>,
}

impl Etcd {
    /// `None`, with a word, where etcd is not installed.
    pub(crate) fn start(count: usize) -> Option<Etcd> {
        let is_there = Command::new("etcd").arg("--version").stdout(Stdio::null()).status().is_ok();
        if !is_there {
            eprintln!("skipped: etcd is not installed (Debian: apt-get install etcd-server)");
            return None;
        }
        let shared_memory = Path::new("/dev/shm");
        let folder = if shared_memory.is_dir() { tempfile::tempdir_in(shared_memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder can be made");
        // All ports are taken at once, so that they differ.
        let ports: Vec<_> = (0..2 * count).map(|_| free_port()).collect();
        let addresses: Vec<SocketAddr> = ports.iter().map(|port| port.local_addr().unwrap()).collect();
        drop(ports);
        let members = addresses.chunks(2).enumerate().map(|(index, pair)| Member {
            name: format!("m{index}"),
            clients: pair[0],
            peers: pair[1],
            child: None,
        });
        let members: Vec<Member> = members.collect();
        let all: Vec<String> =
            members.iter().map(|member| format!("{}=http://{}", member.name, member.peers)).collect();
        let mut etcd = Etcd { folder, members, all: all.join(",") };
        (0..count).for_each(|index| etcd.begin(index));
        etcd.wait_until_well();
        Some(etcd)
    }

    /// For `--cluster`, or `cluster::engine`.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        self.members.iter().map(|member| member.clients.to_string()).collect()
    }

    /// Where this member listens for clients.
    pub(crate) fn address(&self, index: usize) -> SocketAddr {
        self.members[index].clients
    }

    /// Starts a member, for the first time or again, with what it had.
    pub(crate) fn begin(&mut self, index: usize) {
        let all = self.all.clone();
        let member = &mut self.members[index];
        let (clients, peers) = (format!("http://{}", member.clients), format!("http://{}", member.peers));
        let mut command = Command::new("etcd");
        command.args(["--name", &member.name, "--initial-cluster", &all, "--data-dir"]);
        command.arg(self.folder.path().join(&member.name));
        command.args(["--listen-client-urls", &clients, "--advertise-client-urls", &clients]);
        command.args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers]);
        command.args(["--log-level", "error", "--logger", "zap"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        member.child = Some(command.spawn().expect("etcd starts"));
    }

    /// Waits until it takes writes.
    pub(crate) fn wait_until_well(&self) {
        let until = Instant::now() + DEADLINE;
        while !self.members.iter().any(|member| member.child.is_some() && member.is_well()) {
            assert!(Instant::now() < until, "etcd does not come up");
            thread::sleep(LOOK);
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self, index: usize) {
        if let Some(mut child) = self.members[index].child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
    }

    /// Which member leads.
    pub(crate) fn leader(&self) -> usize {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(index) = self.members.iter().position(Member::leads) {
                return index;
            }
            assert!(Instant::now() < until, "no member leads");
            thread::sleep(LOOK);
        }
    }

    /// Forgets all changes up to now.
    pub(crate) fn compacts(&self) {
        let member = &self.members[0];
        let range = member.asked("POST /v3/kv/range", "{\"key\":\"YQ==\"}").expect("it answers");
        let (_, behind) = range.split_once("\"revision\":\"").expect("it names its revision");
        let revision = behind.split('"').next().unwrap();
        let answer = member.asked("POST /v3/kv/compaction", &format!("{{\"revision\":\"{revision}\"}}"));
        assert!(answer.is_some_and(|answer| answer.contains("200 OK")), "it forgets");
    }

    pub(crate) fn signal(&self, index: usize, signal: Signal) {
        let child = self.members[index].child.as_ref().expect("it runs");
        let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(id, signal).expect("it runs");
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        (0..self.members.len()).for_each(|index| self.kill(index));
    }
}

impl Member {
    fn is_well(&self) -> bool {
        self.asked("GET /health", "").is_some_and(|answer| answer.contains("\"true\""))
    }

    fn leads(&self) -> bool {
        let Some(answer) = self.asked("POST /v3/maintenance/status", "{}") else { return false };
        let Some((_, body)) = answer.split_once("\r\n\r\n") else { return false };
        let Ok(status) = serde_json::from_str::<serde_json::Value>(body) else { return false };
        status["leader"].is_string() && status["leader"] == status["header"]["member_id"]
    }

    fn asked(&self, what: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.clients).ok()?;
        stream.set_read_timeout(Some(DEADLINE)).ok()?;
        let length = body.len();
        write!(stream, "{what} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}
