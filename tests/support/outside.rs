//! Another program in the place of our server: `SERVER_PROGRAM=./my-server cargo test --test session` puts the same
//! questions to it, in whatever language it is written. So the steps of the ladder in `examples/` are tested.
//!
//! It finds its port in `PORT` (0: the system chooses), and its first line is `listening on 127.0.0.1:PORT`. What a test
//! wants of it comes in the environment too, under the names of our flags: `RATE` (lines a second, or `off`), `MOTD` (the
//! text itself), `LOGIN_TIMEOUT` (seconds), `MAX_CLIENTS`, `PER_ADDRESS`. SIGTERM ends it.

use std::env;
use std::io::{BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chatroom::server::Config;
use chatroom::wire::{Framing, Incoming, MessageReader};
use rustix::process::{Pid, Signal, kill_process};

use super::DEADLINE;

/// The program that is to be tested, if it is not ours.
pub fn command() -> Option<Command> {
    let mut command = Command::new(env::var_os("SERVER_PROGRAM")?);
    command.env("PORT", "0");
    Some(command)
}

/// The address in a server's first line.
pub fn address(first: &str) -> SocketAddr {
    let address = first.get(1..).and_then(|line| line.strip_prefix("istening on "));
    let address = address.and_then(|address| address.parse().ok());
    address.unwrap_or_else(|| panic!("the first line says where it listens: {first:?}"))
}

/// A program that runs. Dropped, it is asked to stop, and its end is waited for.
pub struct Outside {
    child: Child,
    pub address: SocketAddr,
}

impl Outside {
    pub fn start(mut command: Command, config: &Config) -> Outside {
        assert!(
            config.unframed.is_none() && config.database.is_none(),
            "no other program has that: this test is for ours"
        );
        command.env("RATE", config.rate.map_or("off".into(), |rate| rate.to_string()));
        command.env("LOGIN_TIMEOUT", config.login.as_secs().to_string());
        command.env("MAX_CLIENTS", config.max_clients.to_string());
        if let Some(most) = config.per_address {
            command.env("PER_ADDRESS", most.to_string());
        }
        let blackboard = config.motd.as_ref().and_then(|motd| motd.read().expect("a text can be read"));
        command.envs(blackboard.map(|text| ("MOTD", text)));
        Outside::run(&mut command)
    }

    /// Starts it, and waits for its first line. Whatever it says later is for whoever runs the test.
    pub fn run(command: &mut Command) -> Outside {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut reader = MessageReader::new(Framing::Lines, 1000);
        let first = loop {
            match reader.take() {
                Some(Incoming::Line(line)) => break String::from_utf8_lossy(&line).into_owned(),
                Some(other) => panic!("{command:?} said no first line: {other:?}"),
                None => reader.fill(&mut stdout).expect("a pipe can be read"),
            }
        };
        // A pipe that nobody reads would stop the program one day.
        let read_on = move || while stdout.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {};
        thread::Builder::new().name("reads".into()).spawn(read_on).expect("a thread can be started");
        Outside { child, address: address(&first) }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap_or_default();
        let until = Instant::now() + DEADLINE;
        // std has no wait with a deadline.
        while self.child.try_wait().is_ok_and(|status| status.is_none()) && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        // One that has ended cannot be killed: fine.
        self.child.kill().unwrap_or_default();
        self.child.wait().expect("our own child can be waited for");
    }
}
