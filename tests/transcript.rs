//! `chat --log FILE`: the transcript is its owner's alone, is written into nothing that somebody laid there, and waits for
//! nobody.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
#[cfg(feature = "editor")]
use std::time::{SystemTime, UNIX_EPOCH};

use crate::program::Program;
use crate::support::Server;

#[path = "support/program.rs"]
mod program;
mod support;

/// `chat --log PATH` with a script; what it says after its start is one line, or it chats.
fn chat(server: &Server, path: &Path) -> (Option<i32>, Vec<String>, Vec<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    let port = server.address.port().to_string();
    let mut chat = Program::run(command.args(["--port", &port, "--nickname", "anna", "--log"]).arg(path));
    ["2", "hello"].iter().for_each(|line| chat.send(line));
    chat.end_of_input();
    let status = chat.wait().code();
    let (out, errors) = chat.rest();
    (status, out, errors)
}

#[track_caller]
fn refused(server: &Server, path: &Path, why: &str) {
    let (status, _, errors) = chat(server, path);
    let is_told = errors.len() == 1 && errors[0].starts_with("chat: cannot keep a transcript in ");
    assert!(status == Some(1) && is_told && errors[0].contains(why), "{status:?} {errors:?}");
}

#[test]
fn a_transcript_is_its_owners_alone_whatever_lay_there_and_whatever_the_umask_says() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let (new, old, link) = (folder.path().join("new"), folder.path().join("old"), folder.path().join("link"));
    fs::write(&old, "before\n").expect("it is written");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o666)).expect("it is ours");
    symlink("old", &link).expect("a link of our own");
    for (path, file) in [(&new, &new), (&old, &old), (&link, &old)] {
        let (status, _, errors) = chat(&server, path);
        assert_eq!((status, errors), (Some(0), Vec::new()));
        let text = fs::read_to_string(file).expect("it is there");
        assert!(text.contains("--- chat begins\n") && text.contains("(broadcast) anna: hello\n"), "{text}");
        assert_eq!(file.metadata().expect("it is there").mode() & 0o7777, 0o600);
    }
    for umask in ["000", "277"] {
        let path = folder.path().join(umask);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh", env!("CARGO_BIN_EXE_chat")]);
        shell.args(["--port", &server.address.port().to_string(), "--log"]).arg(&path);
        let output = shell.stdin(Stdio::null()).output().expect("a shell runs");
        assert!(output.status.success(), "{output:?}");
        assert_eq!(path.metadata().expect("it is there").mode() & 0o7777, 0o600, "umask {umask}");
    }
}

#[test]
fn what_somebody_laid_there_is_refused_and_left_alone() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |name: &str| folder.path().join(name);
    fs::write(in_folder("victim"), "untouched").expect("it is written");
    fs::hard_link(in_folder("victim"), in_folder("second")).expect("a second name");
    refused(&server, &in_folder("second"), "it has other names too (hard links)");
    refused(&server, folder.path(), "directory");
    symlink("loop", in_folder("loop")).expect("a link");
    refused(&server, &in_folder("loop"), "link");
    fs::remove_file(in_folder("second")).expect("it is ours");
    for to in ["victim", "nowhere"] {
        let link = in_folder("link");
        fs::remove_file(&link).unwrap_or_default();
        symlink(to, &link).expect("a link");
        if std::os::unix::fs::lchown(&link, Some(65_534), None).is_err() {
            return; // only root can give it away
        }
        refused(&server, &link, "it is a link (symlink) of another user's, with the uid 65534");
    }
    assert_eq!(fs::read_to_string(in_folder("victim")).expect("it is there"), "untouched");
    assert!(!in_folder("nowhere").exists());
    chown(in_folder("victim"), Some(65_534), None).expect("root may");
    refused(&server, &in_folder("victim"), "it belongs to another user, with the uid 65534");
}

#[test]
fn a_pipe_that_nobody_reads_is_said_and_one_that_is_read_gets_the_transcript() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    refused(&server, &pipe, "nobody reads this pipe; start its reader first");
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).process_group(0).spawn().expect("cat runs");
    // It may have to wait until `cat` has opened the pipe: until then nobody reads it.
    while chat(&server, &pipe).0 != Some(0) {}
    let read = reader.wait_with_output().expect("it ends with the chat");
    assert!(String::from_utf8_lossy(&read.stdout).contains("(broadcast) anna: hello\n"), "{read:?}");
}

#[cfg(feature = "editor")]
#[test]
fn the_time_is_local_and_no_program_is_asked_for_it() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let minutes = || SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs() / 60;
    let begun = minutes();
    let mut chat = Command::new(env!("CARGO_BIN_EXE_chat"));
    chat.args(["--port", &server.address.port().to_string(), "--log"]).arg(&path);
    chat.env("TZ", "IST-5:30").env("PATH", "").stdin(Stdio::null());
    assert!(chat.output().expect("it runs").status.success());
    let text = fs::read_to_string(&path).expect("it is there");
    let time = |minute: u64| format!(" {:02}:{:02} --- chat begins", minute / 60 % 24, minute % 60);
    let is_india = (begun..=minutes()).any(|minute| text.contains(&time(minute + 5 * 60 + 30)));
    assert!(is_india, "{text}");
}

#[test]
fn a_device_will_do_and_one_that_is_full_says_so() {
    let server = Server::start();
    let (status, _, errors) = chat(&server, Path::new("/dev/null"));
    assert_eq!((status, errors), (Some(0), Vec::new()));
    let (status, _, errors) = chat(&server, Path::new("/dev/stderr"));
    assert!(status == Some(0) && errors.iter().any(|line| line.ends_with("(broadcast) anna: hello")), "{errors:?}");
    refused(&server, Path::new("/dev/full"), "No space left");
}
