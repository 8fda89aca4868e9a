//! `download.sh`, into a temporary home.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What the script needs of the system, besides cargo and a linker.
const TOOLS: &[&str] = &["dirname", "head", "rm", "sed", "sort"];

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("download.sh")
}

fn empty_folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Runs the script from a folder that is not the project's, with this home and this PATH.
fn download(home: &Path, path: OsString, flags: &[&str]) -> Output {
    let real_home = PathBuf::from(env::var_os("HOME").expect("the tests run with a home"));
    let or_in_home = |name: &str, folder: &str| env::var_os(name).unwrap_or_else(|| real_home.join(folder).into());
    let mut sh = Command::new("/bin/sh");
    sh.arg(script()).args(flags).current_dir("/").env("HOME", home).env("PATH", path);
    sh.env("CARGO_HOME", or_in_home("CARGO_HOME", ".cargo")).env("RUSTUP_HOME", or_in_home("RUSTUP_HOME", ".rustup"));
    sh.output().expect("sh runs the script")
}

fn said(output: &Output) -> String {
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{errors}")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder that was made can be listed");
    let paths = entries.map(|entry| entry.expect("it can be listed to the end").path());
    let mut files: Vec<PathBuf> =
        paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// What bash, fish, zsh and `man` get, below `.local/share`.
const SHARED: &[&str] = &[
    "bash-completion/completions/chat",
    "bash-completion/completions/chat-server",
    "fish/vendor_completions.d/chat-server.fish",
    "fish/vendor_completions.d/chat.fish",
    "man/man1/chat-server.1",
    "man/man1/chat.1",
    "zsh/site-functions/_chat",
    "zsh/site-functions/_chat-server",
];

#[test]
fn it_installs_both_programs_again_and_again_and_takes_them_away() {
    let home = empty_folder();
    let bin = home.path().join(".local/bin");
    let profile = home.path().join(".profile");
    fs::write(&profile, "# mine\n").expect("a file can be written");
    let path = env::var_os("PATH").expect("the tests run with a PATH");

    let first = download(home.path(), path.clone(), &[]);
    assert!(first.status.success(), "{}", said(&first));
    assert!(said(&first).contains("is not in your PATH"), "{}", said(&first));
    assert!(said(&first).contains("export PATH=\"$HOME/.local/bin:$PATH\""), "{}", said(&first));
    let share = home.path().join(".local/share");
    let shared = SHARED.iter().map(|file| share.join(file));
    let all: Vec<PathBuf> =
        [bin.join("chat"), bin.join("chat-server")].into_iter().chain(shared).chain([profile.clone()]).collect();
    assert_eq!(files(home.path()), all);
    for file in SHARED {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/share").join(file);
        assert_eq!(fs::read(share.join(file)).ok(), fs::read(ours).ok(), "{file}");
    }
    for program in ["chat", "chat-server"] {
        let version = Command::new(bin.join(program)).arg("--version").output().expect("it was installed");
        assert_eq!(said(&version), format!("{program} {}\n", env!("CARGO_PKG_VERSION")));
    }

    let mut with_bin = bin.clone().into_os_string();
    with_bin.push(":");
    with_bin.push(path);
    let again = download(home.path(), with_bin.clone(), &[]);
    assert!(again.status.success() && !said(&again).contains("is not in your PATH"), "{}", said(&again));

    for _ in 0..2 {
        let away = download(home.path(), with_bin.clone(), &["--uninstall"]);
        assert!(away.status.success(), "{}", said(&away));
        assert_eq!(files(home.path()), std::slice::from_ref(&profile));
    }
    assert_eq!(fs::read_to_string(profile).expect("it is still there"), "# mine\n");
}

/// A PATH on which there is what the script needs of the system, and a cargo that says this version.
fn poor_path(cargo: Option<&str>) -> TempDir {
    let bin = empty_folder();
    let path = env::var_os("PATH").expect("the tests run with a PATH");
    for tool in TOOLS {
        let real = env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.exists());
        symlink(real.expect("every system has it"), bin.path().join(tool)).expect("a link can be made");
    }
    if let Some(version) = cargo {
        let cargo = bin.path().join("cargo");
        fs::write(&cargo, format!("#!/bin/sh\necho 'cargo {version} (0000000 2020-01-01)'\n")).expect("it is written");
        fs::set_permissions(cargo, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    }
    bin
}

#[test]
fn what_is_missing_is_said_in_one_line() {
    let cases = [
        (None, &[][..], "cargo is missing"),
        (Some("1.60.0"), &[], "cargo 1.60.0 is too old, 1.95 is needed"),
        (Some("2.0.0"), &[], "a linker is missing"),
        (Some("2.0.0"), &["--install"], "there is no option --install"),
    ];
    for (cargo, flags, expected) in cases {
        let (home, bin) = (empty_folder(), poor_path(cargo));
        let output = download(home.path(), bin.path().into(), flags);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).starts_with(&format!("download.sh: {expected}")), "{}", said(&output));
        assert_eq!(said(&output).lines().count(), 1, "{}", said(&output));
        assert!(files(home.path()).is_empty(), "nothing is left behind");
    }
}
