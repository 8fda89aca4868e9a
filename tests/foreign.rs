//! Programs that speak another protocol: browsers, mail clients, scanners of ports. None of them joins the chat, and most are
//! sent away at the first line.

use std::thread;

use chatroom::server::Config;

use crate::support::{Peer, Server, free_port};

mod support;

/// What becomes of a greeting.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    /// The connection is closed, and the reason names the protocol.
    Closed(&'static str),
    /// The same for a word that would be a nickname in other letters.
    Word(&'static str),
    /// It is refused as a nickname, or is no line at all; nothing else happens.
    Refused,
}

use Ends::{Closed, Refused, Word};

const BINARY: Ends = Closed("a binary protocol");

/// How other protocols begin; those of nmap's service probes among them.
const GREETINGS: &[(&[u8], Ends)] = &[
    (b"GET / HTTP/1.0\r\n\r\n", Closed("HTTP")),
    (b"POST / HTTP/1.1\r\nHost: chat\r\n\r\neve\n2\nhello\n", Closed("HTTP")),
    (b"get /x http/1.1\r\n", Closed("HTTP")),
    (b"BREW /pot HTTP/1.1\r\n", Closed("HTTP")),
    (b"OPTIONS * HTTP/1.1\r\n", Closed("HTTP")),
    (b"GET /\r\n", Closed("HTTP")),
    (b"CONNECT example.org:443 HTTP/1.1\r\n", Closed("HTTP")),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Closed("HTTP")),
    (b"GET http://example.org/ HTTP/1.1\r\n", Closed("HTTP")),
    (b"Host: 127.0.0.1:12345\r\n", Closed("HTTP")),
    (b"content-length: 5\r\n", Closed("HTTP")),
    (b"X-Made-Up: yes\r\n", Closed("HTTP")),
    (b"HTTP/1.1 200 OK\r\n", Closed("HTTP")),
    (b"OPTIONS / RTSP/1.0\r\n\r\n", Closed("HTTP")),
    (b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\n", Closed("HTTP")),
    (b"INVITE sip:anna@example.org SIP/2.0\r\n", Closed("HTTP")),
    (b"SSH-2.0-OpenSSH_9.2\r\n", Closed("SSH")),
    (b"SSH-1.5-NmapNSE_1.0\n", Closed("SSH")),
    (b"EHLO\r\n", Word("SMTP")),
    (b"EHLO example.org\r\nMAIL FROM:<anna@example.org>\r\n", Closed("SMTP")),
    (b"helo example.org\r\n", Closed("SMTP")),
    (b"MAIL FROM:<anna@example.org>\r\n", Closed("SMTP")),
    (b"NICK eve\r\nUSER eve 0 * :eve\r\n", Closed("IRC")),
    (b"CAP LS 302\r\n", Closed("IRC")),
    (b"USER anonymous\r\n", Closed("FTP, POP3 or IRC")),
    (b"PASS secret\r\n", Closed("FTP, POP3 or IRC")),
    (b"CAPA\r\n", Word("POP3")),
    (b"a001 LOGIN eve secret\r\n", Closed("IMAP")),
    (b"A1 CAPABILITY\r\n", Closed("IMAP")),
    (b"*1\r\n$4\r\nPING\r\n", Closed("Redis")),
    (b"PING\r\n", Word("Redis")),
    (b"stats\r\n", Word("memcached")),
    (b"set key 0 0 3\r\neve\r\n", Closed("memcached")),
    (b"cas key 0 0 3 7\r\neve\r\n", Closed("memcached")),
    (b"put 0 0 60 3\r\neve\r\n", Closed("beanstalkd")),
    (b"PUB room 3\r\neve\r\n", Closed("NATS")),
    (b"ruok\n", Word("ZooKeeper")),
    (b"CONNECT\naccept-version:1.2\n\n\0", Word("STOMP")),
    (b"<?xml version='1.0'?><stream:stream to='example.org'>\n", Closed("XML")),
    (b"<stream:stream xmlns='jabber:client'>\n", Closed("XML")),
    (b"<policy-file-request/>\0\n", Closed("XML")),
    (b"{\"jsonrpc\": \"2.0\", \"method\": \"eve\", \"id\": 1}\n", Closed("JSON")),
    (b"[{\"jsonrpc\": \"2.0\"}]\n", Closed("JSON")),
    (b"@RSYNCD: 31.0\n", Closed("rsync")),
    (b"CLIENT libcurl 8.0\r\n", Closed("DICT")),
    (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", Closed("PROXY")),
    (b"JDWP-Handshake\n", Word("Java's debugger")),
    (b"Subscribe\n", Word("a scanner of ports")),
    (b"login\n", Word("a scanner of ports")),
    (b"init\noff all\nquit\n", Word("a scanner of ports")),
    (b"LO_SERVER_CLIENT_PAIR\nNmap\n0000\n\n", Word("a scanner of ports")),
    (b"NXSH-5.6.7\n", Closed("NX")),
    // TLS, without a line end: old and new.
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03 random bytes", Closed("TLS")),
    (b"\x16\x03\x00\x00S\x01\x00\x00O\x03\x00?G\xD7\xF7\xBA,\xEE\neve\n2\nhello\n", Closed("TLS")),
    (b"\x80\x9E\x01\x03\x01\x00u\x00\x00\x00 \x00\x00f", BINARY),
    (b"\x00\x1E\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03", BINARY), // DNS
    (b"\x00\x00\x00\xA4\xFFSMBr\x00\x00\x00\x00\x08\x01@", BINARY),
    (b"\x03\x00\x00*%\xE0\x00\x00\x00\x00\x00Cookie: mstshash=nmap\r\n\x01\x00\x08", BINARY), // RDP
    (b"\x05\x01\x00", BINARY),                                                                // SOCKS 5
    (b"\x04\x01\x00\x16\x7F\x00\x00\x01root\x00", BINARY),                                    // SOCKS 4
    (b"0\x0C\x02\x01\x01`\x07\x02\x01\x02\x04\x00\x80\x00", BINARY),                          // LDAP
    (b"l\x00\x0B\x00\x00\x00\x00\x00\x00\x00\x00\x00", BINARY),                               // X11
    (b"\x00\x00\x00qj\x81n0\x81k\xA1\x03\x02\x01\x05\xA2\x03\x02\x01\n", BINARY),             // Kerberos
    (b"\x10\x10\x00\x04MQTT\x04\x02\x00\x1E\x00\x04nmap", BINARY),
    (b"\x00\x00\x00\x08\x04\xD2\x16/", BINARY), // PostgreSQL
    (b"A\x00\x00\x00:0\x00\x00\xFF\xFF\xFF\xFF\xD4\x07\x00\x00", BINARY), // MongoDB
    (b"JRMI\x00\x02K", BINARY),
    (b"AMQP\x00\x00\x09\x01", BINARY),
    (b"\x13BitTorrent protocol\x00\x00\x00\x00\x00\x00\x00\x00", BINARY),
    // These are just answered.
    (b"HELP\r\n", Refused),
    (b"\r\n\r\n", Refused),
    (b"666\n", Refused),
    (b"#ST\n", Refused),
    (b"\x01default\n", Refused),
    (b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n", Refused),
    (b"\xFF\xFB\x18\xFF\xFA\x18\x00IBM-3279-4-E\xFF\xF0\xFF\xFB\x19\xFF\xFD\x19", Refused), // tn3270
    (b"caf\xE9\n", Refused),
];

/// Sends a greeting, all at once, and reads what is answered to the end.
fn talk(mut peer: Peer, greeting: &[u8], ends: Ends) {
    peer.send_bytes(greeting);
    if ends == Refused {
        peer.end_of_stream();
    }
    let mut said = Vec::new();
    while let Some(line) = peer.next_bytes() {
        said.push(String::from_utf8_lossy(&line).into_owned());
    }
    assert!(!said.iter().any(|line| line == "Successfully"), "{greeting:?} has joined: {said:?}");
    let reason = match ends {
        Closed(protocol) => Some(format!("The connection is closed: you speak {protocol}, and this is a chat")),
        Word(protocol) => {
            Some(format!("The connection is closed: {protocol} begins with just this word, and this is a chat"))
        }
        Refused => None,
    };
    if let Some(reason) = reason {
        assert!(said.iter().any(|line| line.starts_with(&reason)), "{:?}: {said:?}", String::from_utf8_lossy(greeting));
    }
    // (Before it, on the same row, a telnet client may have been answered.)
    assert!(said.last().is_some_and(|line| line.ends_with("Disconnected")), "{said:?}");
}

/// All greetings, a few at once: who is closed is read from for a second more.
fn all_greet(connect: impl Fn() -> Peer + Sync) {
    thread::scope(|scope| {
        for (greeting, ends) in GREETINGS {
            let connect = &connect;
            scope.spawn(move || talk(connect(), greeting, *ends));
        }
    });
}

#[test]
fn who_greets_in_another_protocol_is_sent_away_and_none_joins() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    all_greet(|| server.peer());
    anna.send("alone");
    anna.expect("(broadcast) anna: alone");
}

#[test]
fn on_the_port_without_framing_none_joins_either() {
    let server = Server::with(Config { unframed: Some(free_port()), rate: None, ..Config::default() });
    let mut anna = server.group("anna");
    let port = server.unframed.expect("a second listener");
    all_greet(|| Peer::connect(port));
    // A whole message is what one read gives: these send no line end at all.
    for bare in [&b"VERSION"[..], b"vp3", b"stats", b"GET / HTTP/1.0", b"gkrellm 0.0.0", b"\xFE\x01"] {
        let mut peer = Peer::connect(port);
        peer.expect("Your nickname?");
        peer.send_bytes(bare);
        assert_ne!(peer.line(), "Successfully", "{bare:?}");
    }
    anna.send("alone");
    anna.expect("(broadcast) anna: alone");
}

#[test]
fn a_web_page_that_posts_a_nickname_an_answer_and_a_message_says_nothing() {
    let server = Server::without_rate();
    let mut anna = server.group("anna");
    let body = "eve\n2\nhello\n";
    // A browser sends the head and the body apart; a path may be longer than a line may be.
    for path in ["/".to_owned(), format!("/{}", "x".repeat(5000))] {
        let mut page = server.peer();
        page.send_bytes(
            format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(),
        );
        page.stream().set_nodelay(true).expect("an option of the socket");
        // The server may have closed already.
        std::io::Write::write_all(&mut page.stream(), body.as_bytes()).unwrap_or_default();
        page.skip_to_start("The connection is closed: you speak HTTP");
        page.expect("Disconnected");
        page.expect_end();
    }
    anna.send("alone");
    anna.expect("(broadcast) anna: alone");
    anna.send("LIST");
    anna.expect("Users in chatroom: ['anna']");
}

#[test]
fn a_person_may_have_a_nickname_that_is_a_protocols_word() {
    let server = Server::without_rate();
    for nickname in ["get", "GET", "Host", "Post", "user", "Stats", "ping", "ssh-fan", "Login"] {
        server.login(nickname).quit();
    }
    // What a protocol says is a text like any other once the login is done.
    let mut anna = server.group("anna");
    for text in ["GET / HTTP/1.1", "Host: example.org", "EHLO example.org", "{\"a\": 1}", "stats"] {
        anna.send(text);
        anna.expect(&format!("(broadcast) anna: {text}"));
    }
}

#[test]
fn a_typist_with_another_encoding_is_told_so_and_goes_on() {
    let server = Server::start();
    let mut anna = server.peer();
    for latin_1_or_1251 in [&b"Ren\xE9\n"[..], b"\xC0\xED\xED\xE0\n"] {
        anna.expect("Your nickname?");
        anna.send_bytes(latin_1_or_1251);
        anna.expect("Not sent: the line is not UTF-8; set your terminal to UTF-8");
    }
    anna.login("anna");
}
