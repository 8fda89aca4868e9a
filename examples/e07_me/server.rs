//! Whose server is checked: yours, one that runs already, or the one that the solution makes.

use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, thread};

use chatroom::server::{Config, Stop, start_server};

/// A server that can be talked to.
pub(crate) struct Server {
    pub(crate) address: String,
    /// The solution's; it is not ours to keep.
    _program: Option<Program>,
}

/// A program that ends with this one, whether the check passes or not.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        self.0.kill().and_then(|()| self.0.wait()).map(|_| ()).unwrap_or_default();
    }
}

impl Server {
    /// The library that this example was built with: your `src/`. Or, where `CHAT_SERVER` is set, the server there.
    pub(crate) fn yours() -> io::Result<Server> {
        if let Ok(address) = env::var("CHAT_SERVER") {
            return Ok(Server { address, _program: None });
        }
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let run = move || start_server(listener, Config::default(), &Stop::new());
        thread::Builder::new().name("server".into()).spawn(run)?;
        Ok(Server { address, _program: None })
    }

    /// Copies the project, applies the patch to the copy, with these flags, builds the server there, and starts it.
    pub(crate) fn of_the_solution(name: &str, flags: &[&str]) -> io::Result<Server> {
        let (project, target) = (Path::new(env!("CARGO_MANIFEST_DIR")), target()?.join(name));
        // Always the same place, so that the next time is quick; another one for each name, since cargo would take the one
        // copy for the other.
        let copy = target.join("project");
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        fs::create_dir_all(&copy)?;
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(project.join(file), copy.join(file))?;
        }
        // examples/ is not built, but the manifest names some of them.
        for folder in ["src", "examples"] {
            copy_folder(&project.join(folder), &copy.join(folder))?;
        }
        let mut git = Command::new("git");
        // The ceiling: the copy is no part of the repository around it.
        git.current_dir(&copy).env("GIT_CEILING_DIRECTORIES", &target);
        run(git.arg("apply").args(flags).arg(project.join("examples/e07_me/solution.patch")))?;
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&copy).env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_TARGET_DIR", &target);
        run(cargo.args(["build", "--quiet", "--locked", "--no-default-features", "--bin", "chat-server"]))?;

        let mut command = Command::new(target.join("debug/chat-server").with_extension(env::consts::EXE_EXTENSION));
        let mut child = command.args(["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut said = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_until(b'\n', &mut said)?;
        }
        let said = String::from_utf8_lossy(&said);
        let address = said.trim().trim_start_matches("Listening on ").to_owned();
        Ok(Server { address, _program: Some(Program(child)) })
    }
}

/// A folder beside what cargo has built.
fn target() -> io::Result<PathBuf> {
    let executable = env::current_exe()?; // target/PROFILE/examples/e07_me
    let target = executable.ancestors().nth(3).ok_or_else(|| io::Error::other("run it with cargo"))?;
    Ok(target.join("e07_me"))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &copied)?;
        } else {
            fs::copy(entry.path(), copied)?;
        }
    }
    Ok(())
}

/// Runs a command to its end, and gives what it said where it fails.
fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?} fails:\n{said}"))) }
}
