//! Messages in a table: what was shown is in the file, also where the server is killed; a transaction is kept whole or
//! never was.
//!
//! See: the schema's version; the table of a server that was killed, and what the next one shows; what a program leaves
//! that ends within a transaction; what many small transactions cost.
//!
//! Run: `cargo run --features database --example 15_database`. It prints what `docs/en/15_database.md` shows.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, process};

use chatroom::database::{self, Settings};
use chatroom::server::{Config, Stop, start_server};
use rusqlite::Connection;

const PATIENCE: Duration = Duration::from_secs(10);

/// A server in a process of its own. Dropped, it is killed: `kill -9`, which no process can prepare for.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(file: &Path) -> io::Result<Server> {
        // The same program once more: by its argument it knows that it is the server.
        let mut process = Command::new(env::current_exe()?).arg("serve").arg(file).stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().expect("it was asked for");
        Ok(Server { process, address: line(&mut BufReader::new(stdout))? })
    }

    /// Somebody in the group.
    fn enter(&self, nickname: &str) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        (&stream).write_all(format!("{nickname}\n2\n").as_bytes())?;
        let mut client = BufReader::new(stream);
        until(&mut client, "You in group")?;
        Ok(client)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("a child can be killed and waited for");
    }
}

fn serve(file: &Path) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let database = Some(database::open(file, Settings::default())?);
    println!("{}", listener.local_addr()?);
    Ok(start_server(listener, Config { database, ..Config::default() }, &Stop::new())?)
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    if from.read_until(b'\n', &mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// The lines up to `last`, and `last` itself.
fn until(client: &mut BufReader<TcpStream>, last: &str) -> io::Result<Vec<String>> {
    let mut lines = vec![line(client)?];
    while lines.last().is_some_and(|line| line != last) {
        lines.push(line(client)?);
    }
    Ok(lines)
}

/// All rows of a question that asks for one text.
fn texts(file: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    file.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn killed(path: &Path) -> Result<(), Box<dyn Error>> {
    let server = Server::start(path)?;
    let mut anna = server.enter("anna")?;
    for text in ["good morning", "'; DROP TABLE users; --"] {
        anna.get_ref().write_all(format!("{text}\n").as_bytes())?;
        until(&mut anna, &format!("(broadcast) anna: {text}"))?;
    }
    drop(server);
    println!("the server was killed; beside chat.db lies chat.db-wal: {}", path.with_extension("db-wal").exists());

    let file = Connection::open(path)?;
    let version: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables =
        texts(&file, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")?;
    println!("the schema has version {version}, and the tables {}", tables.join(", "));
    let said = texts(&file, "SELECT \"from\" || ' | ' || text FROM chat ORDER BY id")?;
    assert_eq!(said, ["anna | good morning", "anna | '; DROP TABLE users; --"]);
    said.iter().for_each(|row| println!("in the table: {row}"));

    let server = Server::start(path)?;
    let history = until(&mut server.enter("vera")?, "History ends")?;
    // Without the two marks around it.
    let said = history.iter().filter_map(|line| line.split_once("] ")).map(|(_time, said)| said);
    let said: Vec<&str> = said.collect();
    assert_eq!(said, ["(broadcast) anna: good morning", "(broadcast) anna: '; DROP TABLE users; --"]);
    said.iter().for_each(|line| println!("the next server shows vera: {line}"));
    Ok(())
}

/// Notes a hundred messages in one transaction, and ends before it is committed.
fn half(file: &Path) -> Result<(), Box<dyn Error>> {
    let file = Connection::open(file)?;
    file.execute_batch("BEGIN IMMEDIATE")?;
    for number in 0..100 {
        file.execute("INSERT INTO messages (time, sender, text) VALUES (0, 1, ?1)", [format!("half {number}")])?;
    }
    let inserted: i64 = file.query_row("SELECT count(*) FROM messages WHERE time = 0", [], |row| row.get(0))?;
    println!("{inserted}");
    process::exit(0) // nothing is dropped, nothing tidied up
}

fn ends_in_the_middle(path: &Path) -> Result<(), Box<dyn Error>> {
    let child = Command::new(env::current_exe()?).arg("half").arg(path).output()?;
    let saw = String::from_utf8(child.stdout)?;
    let file = Connection::open(path)?;
    let left: i64 = file.query_row("SELECT count(*) FROM messages WHERE time = 0", [], |row| row.get(0))?;
    assert_eq!((saw.trim(), left), ("100", 0));
    println!("a program saw its own {} messages, and ended within the transaction: {left} are left", saw.trim());
    Ok(())
}

/// A thousand messages, committed one by one and all at once.
fn measure(path: &Path) -> Result<(), Box<dyn Error>> {
    let file = Connection::open(path)?;
    file.execute_batch("PRAGMA synchronous = NORMAL")?;
    let mut insert = file.prepare("INSERT INTO messages (time, sender, text) VALUES (?1, 1, 'one of a thousand')")?;
    let begun = Instant::now();
    for time in 1..=1000 {
        insert.execute([time])?; // without BEGIN each statement is a transaction of its own
    }
    let one_by_one = begun.elapsed().as_secs_f64() * 1000.0;
    let begun = Instant::now();
    file.execute_batch("BEGIN IMMEDIATE")?;
    for time in 1..=1000 {
        insert.execute([time])?;
    }
    file.execute_batch("COMMIT")?;
    let at_once = begun.elapsed().as_secs_f64() * 1000.0;
    println!("measured: 1000 messages took {one_by_one:.0} ms in 1000 transactions, {at_once:.0} ms in one");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [task, file] if task == "serve" => serve(Path::new(file)),
        [task, file] if task == "half" => half(Path::new(file)),
        _ => {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("chat.db");
            killed(&path)?;
            ends_in_the_middle(&path)?;
            measure(&path)
        }
    }
}
