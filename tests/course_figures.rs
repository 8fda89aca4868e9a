//! Figures that the course gives in words, where a test can count them.

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};
    use std::{fs, str, thread};

    /// The server, ended when the test ends.
    struct Server(Child);

    impl Drop for Server {
        fn drop(&mut self) {
            self.0.kill().expect("the server can be ended");
            self.0.wait().expect("the server was a child of this test");
        }
    }

    /// The names of all threads of a process, sorted.
    fn threads(process: u32) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("the server runs");
        let names = tasks.map(|task| fs::read_to_string(task.expect("a task").path().join("comm")));
        let mut names: Vec<String> =
            names.map(|name| name.expect("no thread ends meanwhile").trim().to_owned()).collect();
        names.sort();
        names
    }

    /// Chapter 04, exercise 4.4.
    #[test]
    fn a_server_has_one_thread_for_each_client_and_a_few_of_its_own() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        command.args(["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Server(command.spawn().expect("the server starts"));
        let mut said = Vec::new();
        let stdout = server.0.stdout.take().expect("a pipe was asked for");
        BufReader::new(stdout).read_until(b'\n', &mut said).expect("the server says where it listens");
        let address = str::from_utf8(&said).ok().and_then(|said| said.trim().rsplit(' ').next()).expect("an address");
        let mut clients = Vec::new();
        for number in 0..5 {
            let mut client = TcpStream::connect(address).expect("the server accepts");
            client.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
            let mut line = [0; "Your nickname?\n".len()];
            client.read_exact(&mut line).expect("the server asks");
            client.write_all(format!("anna{number}\n").as_bytes()).expect("the server reads");
            clients.push(client);
        }
        let of_clients: Vec<String> = (1..=5).map(|id| format!("client-{id}")).collect();
        // The first thread has the program's name, cut after 15 bytes.
        let features = [
            (cfg!(feature = "signals"), "ctrl-c"),
            (cfg!(feature = "console"), "ctl"),
            (cfg!(feature = "glass"), "glass-tap"),
        ];
        let of_features = features.into_iter().filter_map(|(is_there, name)| is_there.then_some(name));
        let own: Vec<String> =
            ["chat-server", "delivery", "log"].into_iter().chain(of_features).map(str::to_owned).collect();
        let mut expected = [of_clients, own].concat();
        expected.sort();
        // A thread gives itself its name when it first runs. Until then it has that of the thread which started it, and on
        // a busy machine those that nobody has waited for, as the log, may not have run yet.
        let until = Instant::now() + Duration::from_secs(20);
        while threads(server.0.id()) != expected && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(threads(server.0.id()), expected);
    }
}
