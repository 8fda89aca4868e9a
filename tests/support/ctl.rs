//! A server with a teacher: `chat-server` with a socket of its own, and `chat-server ctl` as a teacher types it.
#![allow(dead_code, reason = "no test file uses every helper")]
#![allow(unreachable_pub, reason = "a test has no public interface; pub here means: for the test files")]

use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::program::ServerProgram;

pub const SERVER: &str = env!("CARGO_BIN_EXE_chat-server");

pub struct Taught {
    pub server: ServerProgram,
    folder: tempfile::TempDir,
}

impl Taught {
    pub fn start(flags: &[&str]) -> Taught {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(SERVER);
        command.args(["--port", "0", "--socket"]).arg(folder.path().join("ctl")).args(flags);
        Taught { server: ServerProgram::run(&mut command), folder }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("ctl")
    }

    /// What comes of a command.
    pub fn output(&self, command: &str) -> Output {
        let mut ctl = Command::new(SERVER);
        ctl.args(["ctl", "--socket"]).arg(self.socket()).args(command.split(' '));
        ctl.output().expect("it runs")
    }

    /// A command that is done; its answer.
    #[track_caller]
    pub fn ctl(&self, command: &str) -> String {
        let output = self.output(command);
        let (out, errors) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && errors.is_empty(), "{command}: {out}{errors}");
        out
    }

    /// A command that is refused; why.
    #[track_caller]
    pub fn refused(&self, command: &str) -> String {
        let output = self.output(command);
        let (out, errors) = (text(&output.stdout), text(&output.stderr));
        assert_eq!((output.status.code(), out.as_str()), (Some(1), ""), "{command}: {errors}");
        errors.strip_prefix("chat-server ctl: ").expect("it says who speaks").to_owned()
    }
}

impl Deref for Taught {
    type Target = ServerProgram;

    fn deref(&self) -> &ServerProgram {
        &self.server
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
