//! Comfort: what the manual pages say beside the flags: words, keys, exit statuses, files, environment, examples. Pure.
//! `tests/share.rs` puts it into `docs/share/`.

use crate::protocol::{KEPT_WORDS, WORDS};

/// One section of a manual page.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What is explained, and the explanation.
    pub entries: Vec<(String, String)>,
}

impl Section {
    fn new(title: &'static str, entries: &[(&str, &str)]) -> Self {
        let entries = entries.iter().map(|&(what, means)| (what.to_owned(), means.to_owned())).collect();
        Section { title, entries }
    }

    /// The special words, from the table that feeds `HELP`.
    fn words() -> Self {
        let entry = |help: &str| help.split_once("  ").map(|(word, means)| (word.to_owned(), means.trim().to_owned()));
        let mut entries: Vec<_> = WORDS.iter().filter_map(|word| entry(word.help)).collect();
        let kept = KEPT_WORDS.iter().filter_map(|word| entry(word.help));
        entries.extend(kept.map(|(word, means)| (word, format!("{means} (a server with a database)"))));
        Section { title: "WORDS", entries }
    }
}

/// The sections of a program's page; none for its subcommands.
pub fn sections(program: &str) -> Vec<Section> {
    match program {
        "chat" => chat(),
        "chat-server" => server(),
        _ => Vec::new(),
    }
}

fn chat() -> Vec<Section> {
    vec![
        Section::words(),
        Section::new("KEYS", KEYS),
        Section::new(
            "EXIT STATUS",
            &[
                ("0", "You left (QUIT, Ctrl-D, the end of the script), or nobody reads the output any more."),
                (
                    "1",
                    "No connection, or it was lost or closed by the server; no goodbye; a nickname or a line of a script was refused.",
                ),
                ("2", "The flags are wrong."),
                ("130", "A signal ended it, or Ctrl-C at a server that speaks another protocol."),
            ],
        ),
        Section::new(
            "FILES",
            &[(
                "~/.local/state/chatroom/history",
                "What you said in the group, for the arrow keys; below XDG_STATE_HOME where that is set. Mode 0600.",
            )],
        ),
        Section::new(
            "ENVIRONMENT",
            &[
                ("LC_ALL, LC_MESSAGES, LANG", "The language, where --lang names none: the first that is set."),
                ("NO_COLOR", "Set, there are no colours, unless --color asks for them."),
                ("TERM", "What the terminal can do; 'dumb' has neither colours nor a line editor."),
                ("XDG_STATE_HOME", "Where the history is kept."),
            ],
        ),
        Section::new(
            "EXAMPLES",
            &[
                ("chat -i 192.0.2.2 -n anna", "Joins the chat on another computer."),
                ("printf 'vera\\n2\\nhello\\n' | chat", "A script: a nickname, an answer, a message; then QUIT."),
                ("chat --raw", "Shows each read and each write."),
            ],
        ),
        Section::new("SEE ALSO", &[("chat-server(1), nc(1)", "The server; and a client that is on every computer.")]),
    ]
}

const KEYS: &[(&str, &str)] = &[
    ("Enter", "Sends the line."),
    ("Tab", "Completes a word or a nickname; again: the next one."),
    ("/r and a space", "Writes out /tell NAME for whoever wrote to you alone last."),
    ("Up, Down, Ctrl-R", "What you sent before."),
    ("Ctrl-C", "Clears the line; on an empty one it gives up a question, else it leaves."),
    ("Ctrl-D", "Leaves, on an empty line."),
    ("Ctrl-L", "Clears the screen."),
    ("Ctrl-Z", "Back to the shell; fg brings the draft back."),
    ("?", "On an empty line: HELP."),
];

fn server() -> Vec<Section> {
    vec![
        Section::words(),
        Section::new(
            "SIGNALS",
            &[
                (
                    "SIGINT, SIGTERM, SIGQUIT",
                    "Delivers what is queued, says goodbye to all, ends; a second one ends it at once.",
                ),
                ("SIGHUP, SIGXCPU", "The same, but never at once; under nohup SIGHUP does nothing."),
            ],
        ),
        Section::new(
            "EXIT STATUS",
            &[
                ("0", "Stopped in order, or a command is done."),
                ("1", "It failed: one line says why."),
                ("2", "The flags are wrong."),
            ],
        ),
        Section::new(
            "FILES",
            &[
                ("the file of --motd", "The blackboard: UTF-8 text, at most 8 KiB, read anew for each newcomer."),
                ("the file of --database", "SQLite: users, messages and accounts (a server built with the database)."),
                (
                    "$XDG_RUNTIME_DIR/chatroom/PORT.sock",
                    "The socket of 'chat-server ctl', mode 0600; below /tmp/chatroom-UID where there is no such folder.",
                ),
            ],
        ),
        Section::new(
            "ENVIRONMENT",
            &[("RUST_LOG", "How much the log on stderr says: error, warn, info (the default), debug, trace.")],
        ),
        Section::new("EXAMPLES", OF_THE_SERVER),
        Section::new("CONSOLE", CONSOLE),
        Section::new("SEE ALSO", &[("chat(1), nc(1)", "The client; and one that is on every computer.")]),
    ]
}

const CONSOLE: &[(&str, &str)] = &[
    ("the terminal of chat-server", "Takes the teacher's commands: 'help' lists them. Ctrl-D stops nothing."),
    ("chat-server ctl COMMAND", "The same from another terminal: say, who, kick, mute, ban, lock, motd, stats, stop."),
];

const OF_THE_SERVER: &[(&str, &str)] = &[
    ("chat-server", "A chat for this computer alone, on port 12345."),
    ("chat-server -i 0.0.0.0", "For a class; the first lines say what to tell the others."),
    ("chat-server -i 0.0.0.0 --unframed-port 30123", "The same, with a port for students' own clients."),
    ("nc 127.0.0.1 12345", "Joins it without any client of ours."),
];
