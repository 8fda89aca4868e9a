//! The examples that ask something of the student: what they answer, and what they say to what they do not understand.
//! That every example runs, and prints what its page shows, is for tests/docs.

use std::env;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a built example to its end, with all that is typed.
fn run(name: &str, arguments: &[&str], typed: &[u8]) -> Output {
    let test = env::current_exe().expect("a test knows its executable");
    let folder = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/…").join("examples");
    let mut command = Command::new(folder.join(name).with_extension(env::consts::EXE_EXTENSION));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{name} does not run ({error}): run `cargo build --examples`"));
    match child.stdin.take().expect("a pipe").write_all(typed) {
        // It has left already, as it should where its arguments are wrong.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.expect("the example reads"),
    }
    child.wait_with_output().expect("the example ends")
}

/// What a play says, for a script of moves.
fn play(story: &[&str], typed: &[u8]) -> String {
    let output = run("05_interleave", &[&["--play"], story].concat(), typed);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it says text")
}

/// The lines that say what came of each move.
fn answers(said: &str) -> Vec<&str> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("who moves? "));
    lines.map(str::trim).filter(|answer| !answer.is_empty()).collect()
}

#[test]
fn a_student_can_play_two_threads_into_a_bad_end_and_into_a_good_one() {
    let said = play(&[], b"1\n2\n1\n2\n1\n1\n2\n2\nq\n");
    assert!(said.contains("THE END: both are anna. So end 4 of 6 orders."), "{said}");
    assert!(said.contains("The end is good; 4 of 6 orders end badly."), "{said}");
    let good = ["it is free", "has it", "it is taken", "is refused"];
    assert_eq!(answers(&said), [&["it is free", "it is free", "has it", "has it"], &good[..]].concat());
}

#[test]
fn who_waits_for_a_lock_cannot_move_and_is_told_so() {
    let said = play(&["take", "mended"], b"1\n2\n1\n1\n1\n2\n");
    let waits = "client-2 waits for names: the other one holds it";
    assert_eq!(answers(&said), ["holds names", waits, "it is free", "has it", "names is free", "holds names"]);
    let said = play(&["locks"], b"2\n1\n");
    assert!(said.contains("deadlock. So end 2 of 6 orders."), "{said}");
}

#[test]
fn what_is_no_move_is_said_and_the_play_goes_on() {
    let long = [b"1".repeat(300), b"\n".to_vec()].concat();
    for wrong in [&b"x\n"[..], b"\n", b"3\n", b"12\n", b"-1\n", b"\xff\xfe\n", "ё\n".as_bytes(), b"\x1b[2J\n", &long] {
        let said = play(&[], &[wrong, b"1\nq\n"].concat());
        let answers = answers(&said);
        let (last, refused) = answers.split_last().expect("it answers");
        assert_eq!(*last, "it is free", "{said}");
        assert!(!refused.is_empty() && refused.iter().all(|line| line.contains("is no move: write 1 or 2")), "{said}");
        assert!(!said.contains('\x1b'), "what is typed does not drive the terminal: {said:?}");
    }
    let said = play(&[], b"1\n1\n1\n2\n2\nq\n");
    assert_eq!(answers(&said)[2], "client-1 has ended");
}

#[test]
fn q_and_the_end_of_the_input_leave_the_play() {
    for typed in [&b""[..], b"q", b"q\n", b"1\n2\nQUIT\n", b" q \n", b"1"] {
        let said = play(&["list"], typed);
        assert!(said.ends_with('\n'), "the shell's prompt begins a row of its own: {said:?}");
    }
}

#[test]
fn a_flag_that_an_example_does_not_have_is_answered_with_those_it_has() {
    let cases = [
        ("05_interleave", &["--play", "names"][..], "there are take, rename, locks, list"),
        ("05_interleave", &["--play", "take", "broken"], "or write mended"),
        ("05_interleave", &["--plai"], "--play [STORY [mended]], or nothing"),
        ("05_interleave", &["--play", "take", "mended", "now"], "--play [STORY [mended]], or nothing"),
        ("09_deadlock", &["--deadlock", "soon"], "is no time in seconds: write --deadlock 5"),
        ("09_deadlock", &["--deadlock", "-1"], "is no time in seconds: write --deadlock 5"),
        ("09_deadlock", &["--deadlock", "NaN"], "is no time in seconds: write --deadlock 5"),
        ("09_deadlock", &["--deadlock", "1", "2"], "--deadlock [SECONDS], or nothing"),
        ("09_deadlock", &["deadlock"], "--deadlock [SECONDS], or nothing"),
    ];
    for (name, arguments, advice) in cases {
        let output = run(name, arguments, b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name} {arguments:?}: {said}");
        assert!(said.trim_end().ends_with(advice) && said.lines().count() == 1, "{name} {arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}

#[test]
fn the_deadlock_is_ended_by_its_watchdog() {
    let output = run("09_deadlock", &["--deadlock", "0.2"], b"");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("neither has ended in time: a deadlock"), "{said}");
}
