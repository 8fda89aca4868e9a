//! `download.sh`, into a temporary home.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What the script needs of the system, besides cargo and a linker.
const TOOLS: &[&str] = &["cat", "dirname", "head", "rm", "rmdir", "sed", "sort"];

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("download.sh")
}

fn empty_folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Runs the script from a folder that is not the project's, with this home and this PATH.
fn download(home: &Path, path: OsString, flags: &[&str]) -> Output {
    run(&script(), home, path, flags)
}

fn run(script: &Path, home: &Path, path: OsString, flags: &[&str]) -> Output {
    let real_home = PathBuf::from(env::var_os("HOME").expect("the tests run with a home"));
    let or_in_home = |name: &str, folder: &str| env::var_os(name).unwrap_or_else(|| real_home.join(folder).into());
    let mut sh = Command::new("/bin/sh");
    sh.arg(script).args(flags).current_dir("/").env("HOME", home).env("PATH", path);
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
    "man/man1/chat-check.1",
    "man/man1/chat-server.1",
    "man/man1/chat.1",
    "zsh/site-functions/_chat",
    "zsh/site-functions/_chat-server",
];

#[test]
#[ignore = "compiles for release; .ci/run runs it"]
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
    assert!(first.stdout.ends_with(b"Try: chat-server\n"), "{}", said(&first));
    assert!(String::from_utf8_lossy(&first.stderr).contains("release"), "cargo shows what it does: {}", said(&first));
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
        assert!(!home.path().join(".local").exists(), "no empty folder is left");
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
        (Some("1.60.0"), &[], "cargo 1.60.0 is too old, 1.85 is needed"),
        (Some("2.0.0"), &[], "a linker is missing"),
        (Some("2.0.0"), &["--install"], "there is no option '--install'"),
        (Some("2.0.0"), &["--uninstall", "chat"], "there is no option 'chat'"),
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

/// The project, but for what cargo makes of it: a stand-in for cargo notes what it is asked, and makes two small programs.
fn project_without_a_build() -> (TempDir, OsString) {
    let project = empty_folder();
    let real = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::copy(script(), project.path().join("download.sh")).expect("it can be copied");
    for name in ["Cargo.toml", "docs"] {
        symlink(real.join(name), project.path().join(name)).expect("a link can be made");
    }
    let bin = project.path().join("bin");
    let release = project.path().join("target/release");
    for folder in [&bin, &release] {
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    for program in ["chat", "chat-server"] {
        fs::write(release.join(program), "#!/bin/sh\n").expect("a file can be written");
    }
    let asked = project.path().join("asked");
    let cargo = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'cargo 2.0.0' && exit\necho \"$@\" > '{}'\n",
        asked.display()
    );
    fs::write(bin.join("cargo"), cargo).expect("a file can be written");
    fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    let mut path = bin.into_os_string();
    path.push(":");
    path.push(env::var_os("PATH").expect("the tests run with a PATH"));
    (project, path)
}

#[test]
fn with_the_database_it_is_built_with_that_feature_and_has_its_pages() {
    let ((project, path), home) = (project_without_a_build(), empty_folder());
    let install = |flags: &[&str]| {
        let output = run(&project.path().join("download.sh"), home.path(), path.clone(), flags);
        assert!(output.status.success(), "{}", said(&output));
        fs::read_to_string(project.path().join("asked")).expect("cargo was asked")
    };
    let pages = ["man/man1/chat-server-history.1", "man/man1/chat-server-users.1"];
    let share = home.path().join(".local/share");
    let server_page = || fs::read_to_string(share.join("man/man1/chat-server.1")).expect("it was installed");

    assert!(install(&["--with-database"]).contains(" --features database "), "what cargo is asked");
    assert!(server_page().contains(r"keep\-days") && pages.iter().all(|page| share.join(page).exists()));
    assert!(
        fs::read_to_string(share.join("fish/vendor_completions.d/chat-server.fish")).unwrap().contains("keep-days")
    );
    assert!(share.join("man/man1/chat.1").exists());

    assert!(!install(&[]).contains("--features"), "without the flag the default features");
    assert!(!server_page().contains(r"keep\-days") && !pages.iter().any(|page| share.join(page).exists()));

    for both in [["--with-database", "--uninstall"], ["--uninstall", "--with-database"]] {
        install(&["--with-database"]);
        install(&both);
        assert!(files(home.path()).is_empty(), "nothing is left");
    }
}

#[test]
fn what_uninstall_leaves_it_names() {
    let ((project, path), home) = (project_without_a_build(), empty_folder());
    let uninstall = || run(&project.path().join("download.sh"), home.path(), path.clone(), &["--uninstall"]);
    let history = home.path().join(".local/state/chatroom/history");
    fs::create_dir_all(history.parent().expect("it is in a folder")).expect("a folder can be made");
    fs::write(&history, "hello\n").expect("a file can be written");
    let left = said(&uninstall());
    assert!(left.contains(&format!("Left as it is: {}", history.display())), "{left}");
    assert!(left.contains("target"), "{left}");
    assert!(history.exists());
    fs::remove_file(&history).expect("it can be removed");
    assert!(!said(&uninstall()).contains("what you said"));
}

#[test]
fn help_says_every_option_and_installs_nothing() {
    for flag in ["--help", "-h"] {
        let (home, bin) = (empty_folder(), poor_path(None));
        let help = download(home.path(), bin.path().into(), &[flag]);
        assert!(help.status.success(), "{}", said(&help));
        let text = said(&help);
        assert!(["--with-database", "--uninstall", "--help"].iter().all(|option| text.contains(option)), "{text}");
        assert!(files(home.path()).is_empty());
    }
}
