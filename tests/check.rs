//! `chat check`: the product passes, each check finds the server that is wrong in just its way, and whatever a server does
//! the run ends, with a verdict that one can act on. The servers are `support/chat_server.py`, and a few threads here.
//! Where there is no python3 the tests that need it say so, and are left out.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::support::{Server, free_port};

mod support;

const CHAT: &str = env!("CARGO_BIN_EXE_chat");
const SERVER: &str = env!("CARGO_BIN_EXE_chat-server");
const PYTHON_SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/chat_server.py");
/// No run may take longer.
const MINUTE: Duration = Duration::from_secs(60);
/// Runs at the same time: most of a run is waiting.
const AT_ONCE: usize = 8;

/// Runs `chat check` in English, and says how long it took.
fn check(arguments: &[&str]) -> Checked {
    let begun = Instant::now();
    let output = Command::new(CHAT).arg("check").args(["--lang", "en"]).args(arguments).stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = output.expect("chat can be started");
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    assert!(begun.elapsed() < MINUTE, "{arguments:?} took {:?}:\n{text}", begun.elapsed());
    Checked { status: status.code(), text }
}

struct Checked {
    status: Option<i32>,
    text: String,
}

impl Checked {
    #[track_caller]
    fn ends_with(&self, status: i32) -> &Checked {
        assert_eq!(self.status, Some(status), "{}", self.text);
        self
    }

    #[track_caller]
    fn says(&self, part: &str) -> &Checked {
        assert!(self.text.contains(part), "{part:?} is not said:\n{}", self.text);
        self
    }

    /// The names of the checks whose line in JSON holds both of these.
    fn named(&self, kind: &str, outcome: &str) -> Vec<String> {
        let is = |line: &&str| {
            line.contains(&format!("\"kind\":\"{kind}\"")) && line.contains(&format!("\"outcome\":\"{outcome}\""))
        };
        let name = |line: &str| line.split('"').nth(3).map(str::to_owned);
        self.text.lines().filter(|line| line.starts_with("{\"name\":")).filter(is).filter_map(name).collect()
    }

    fn outcomes(&self, outcome: &str) -> Vec<String> {
        [self.named("core", outcome), self.named("manners", outcome)].concat()
    }
}

/// Whether python3 is here; says so where it is not.
#[allow(clippy::print_stderr, reason = "a test that is left out says so")]
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    let has = found.is_ok_and(|status| status.success());
    if !has {
        eprintln!("left out: there is no python3");
    }
    has
}

#[test]
fn the_product_passes_all() {
    let started = check(&["--", SERVER, "--port", "{port}"]);
    if cfg!(feature = "signals") {
        started.ends_with(0).says("the server stands on step 10");
    } else {
        // Without that feature a signal simply ends the process.
        started.ends_with(1).says("the first to mend: sigterm ");
    }
    let server = Server::start();
    let address = server.address.to_string();
    check(&[&address, "--step", "8", "--no-extra"]).ends_with(0).says("the server stands on step 8");
    // What only a command allows is not run, and no fault of the server's.
    let all = check(&[&address, "--no-extra"]);
    all.ends_with(1).says("not run (needs a server that check starts").says("the server stands on step 10");
}

#[test]
#[ignore = "takes a quarter of a minute; .ci/run runs it"]
fn a_server_in_another_language_passes_all() {
    if has_python() {
        check(&["--", "python3", PYTHON_SERVER]).ends_with(0).says("the server stands on step 10");
        let echo = check(&["--step", "3", "--", "python3", PYTHON_SERVER, "--echo"]);
        echo.ends_with(0).says("the server stands on step 3");
        let further = check(&["--", "python3", PYTHON_SERVER, "--echo"]);
        further.ends_with(1).says("the first to mend: asks ").says("not run (needs step 4) welcome");
    }
}

/// Runs the checks against a server that is wrong in this one way, and compares what is broken.
fn finds_just(fault: &str, step: u8) -> Result<(), String> {
    let mut arguments = vec!["--format", "json", "--no-extra", "--patience", "5"];
    arguments.extend(["--step", if step <= 3 { "3" } else { "10" }, "--", "python3", PYTHON_SERVER, "--fault", fault]);
    arguments.extend((step <= 3).then_some("--echo"));
    let checked = check(&arguments);
    let broken = checked.outcomes("broken");
    if broken == [fault] && checked.status == Some(1) {
        return Ok(());
    }
    Err(format!("{fault}: {broken:?} are broken, and the status is {:?}\n{}", checked.status, checked.text))
}

#[test]
#[ignore = "takes three quarters of a minute; .ci/run runs it"]
fn each_check_finds_the_server_that_is_wrong_in_its_way_and_no_other_core_check_does() {
    if !has_python() {
        return;
    }
    let right = check(&["--format", "json", "--no-extra", "--", "python3", PYTHON_SERVER]);
    let names = right.ends_with(0).outcomes("holds");
    assert!(names.len() >= 40, "{names:?}");
    let step_of = |name: &str| -> u8 {
        let line =
            right.text.lines().find(|line| line.starts_with(&format!("{{\"name\":\"{name}\","))).expect("it ran");
        let (_, step) = line.split_once("\"step\":").expect("it has a step");
        step.split(',').next().and_then(|step| step.parse().ok()).expect("a number")
    };
    let all: Vec<(String, u8)> = names.iter().map(|name| (name.clone(), step_of(name))).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, step)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if finds_just(name, *step).is_err() {
                        wrong.lock().push((name, *step));
                    }
                }
            });
        }
    });
    // Eight servers and their checks at once are much for two cores: what came out otherwise is asked again, alone.
    let wrong = wrong.into_inner().into_iter();
    let wrong: Vec<String> = wrong.filter_map(|(name, step)| finds_just(name, step).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A server of a few lines: each connection is handed to `serve`, with all that came before it.
fn server(serve: impl Fn(&TcpStream, &[Arc<TcpStream>]) + Send + Sync + 'static) -> SocketAddr {
    let listener = free_port();
    let address = listener.local_addr().expect("a bound listener has an address");
    let serve = Arc::new(serve);
    // Both end with the test's process.
    let accept = move || {
        let mut all: Vec<Weak<TcpStream>> = Vec::new();
        for stream in listener.incoming().map_while(Result::ok).map(Arc::new) {
            let others: Vec<_> = all.iter().filter_map(Weak::upgrade).collect();
            all.push(Arc::downgrade(&stream));
            let serve = Arc::clone(&serve);
            let talk = move || serve(&stream, &others);
            thread::Builder::new().name("talk".into()).spawn(talk).expect("a thread can be started");
        }
    };
    thread::Builder::new().name("accept".into()).spawn(accept).expect("a thread can be started");
    address
}

/// What every strange server gets: an end within a minute, and where to begin.
#[track_caller]
fn is_judged(address: SocketAddr, first: &str, step: u8) {
    let checked = check(&[&address.to_string()]);
    checked.ends_with(1).says(&format!("the first to mend: {first} ")).says(&format!("stands on step {step}"));
    let all = check(&[&address.to_string(), "--step", "10", "--timeout", "1"]);
    all.ends_with(1).says(&format!("the first to mend: {first} "));
}

#[test]
fn one_that_says_nothing_is_judged() {
    is_judged(server(|mut stream, _| drop(std::io::copy(&mut stream, &mut std::io::sink()))), "answers", 0);
}

#[test]
fn one_that_closes_at_once_is_judged() {
    is_judged(server(|_, _| ()), "answers", 0);
}

#[test]
fn one_that_floods_is_judged() {
    let flood = |mut stream: &TcpStream, _: &[_]| while stream.write_all(&b"flood\n".repeat(1000)).is_ok() {};
    is_judged(server(flood), "answers", 0);
}

#[test]
fn one_that_floods_without_a_newline_or_drips_is_judged() {
    is_judged(server(|mut stream, _| while stream.write_all(&[b'x'; 1 << 16]).is_ok() {}), "answers", 0);
    let drip = |mut stream: &TcpStream, _: &[_]| {
        while stream.write_all(b".").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    };
    is_judged(server(drip), "answers", 0);
}

#[test]
fn one_that_sends_what_it_gets_to_all_is_judged() {
    let to_all = |mut stream: &TcpStream, others: &[Arc<TcpStream>]| {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            for mut to in others.iter().map(AsRef::as_ref).chain([stream]) {
                to.write_all(&buffer[..count]).unwrap_or_default();
            }
        }
    };
    // It knows no line ends: the carriage return comes back, and only that is seen of it.
    is_judged(server(to_all), "no-newline", 2);
}

#[test]
fn where_there_is_no_server_the_status_is_2_and_the_line_says_what_to_do() {
    // A port that was free a moment ago may be another test's by now; this one is nobody's.
    let address = "127.0.0.1:1";
    check(&[address]).ends_with(2).says("nothing accepts on").says("start the server");
    check(&["no-port-at-all"]).ends_with(2).says("write host and port");
    check(&["--", "/nowhere/server"]).ends_with(2).says("cannot start '/nowhere/server'");
    let ended = check(&["--", "sh", "-c", "echo 'no module named chat' >&2; exit 3"]);
    ended.ends_with(2).says("has ended (exit status: 3)").says("> no module named chat");
    let deaf = check(&["--patience", "0.5", "--", "sleep", "30"]);
    deaf.ends_with(2).says("given the port in PORT").says("{port}");
    check(&["--only", "nothing", "--", "sleep", "30"])
        .ends_with(2)
        .says("no check matches nothing; there are: accepts");
    check(&["--format", "json", address]).ends_with(2).says("{\"status\":2,\"error\":\"nothing accepts");
}

#[test]
fn a_broken_check_is_four_lines_and_a_page_in_both_languages() {
    let silent = server(|mut stream, _| drop(std::io::copy(&mut stream, &mut std::io::sink())));
    let address = silent.to_string();
    let told = check(&[&address, "--only", "answers", "--timeout", "0.5"]);
    told.ends_with(1).says("  BROKEN   answers ").says("sent      [").says("expected  an answer");
    told.says("got       nothing more (after 0.5 s)").says("why       ").says("docs/en/02_sockets.md");
    let russian = check(&[&address, "--only", "answers", "--timeout", "0.5", "--lang=ru"]);
    assert!(russian.status == Some(2), "a flag that is given twice is wrong usage: {}", russian.text);
    let run =
        Command::new(CHAT).args(["check", &address, "--only", "answers", "--timeout", "0.5", "--lang", "ru"]).output();
    let text = String::from_utf8_lossy(&run.expect("chat can be started").stdout).into_owned();
    for part in ["НЕВЕРНО", "послано", "ожидалось", "получено", "почему", "docs/ru/02_sockets.md"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_wire_is_shown_with_the_same_verdicts_and_quiet_is_the_summary() {
    let server = Server::start();
    let address = server.address.to_string();
    let shown = check(&[&address, "--only", "taken", "--only", "pieces", "--show-wire"]);
    shown.ends_with(0).says("-> [6B] in thr").says("<- [").says("This nickname already used\\n");
    let quiet = check(&[&address, "--step", "1", "--quiet"]);
    assert_eq!(quiet.ends_with(0).text, "the server stands on step 1\n");
}

#[test]
fn a_server_that_dies_shows_its_last_lines_and_is_started_again() {
    if has_python() {
        let dies = check(&["--step", "3", "--", "python3", PYTHON_SERVER, "--echo", "--fault", "leaves"]);
        dies.ends_with(1).says("its last lines:").says("> the server dies of a reset").says("holds    pieces");
    }
}

#[test]
fn the_page_lists_every_check() {
    let told = check(&["--only", "nothing"]);
    let (_, names) = told.ends_with(2).text.trim().split_once("there are: ").expect("it says which there are");
    for page in [include_str!("../docs/en/check.md"), include_str!("../docs/ru/check.md")] {
        let rows: String = page.lines().filter(|line| line.starts_with("| ")).collect();
        let missing: Vec<&str> = names.split(", ").filter(|name| !rows.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
