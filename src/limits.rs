//! Lesson: every limit and timeout of the chat in one place, each with its unit and its reason. Touches nothing.

use std::time::Duration;

/// The port where both programs meet, unless they are told another.
pub const PORT: u16 = 12345;

// What a user may say.

/// Longest message in bytes, without its line end: one page of memory, far more than one reads at once.
pub const MESSAGE_BYTES: usize = 4096;
/// Bytes without a newline after which the connection is closed: whoever sends them does not speak lines.
pub const UNFINISHED_BYTES: usize = 64 * 1024;
/// Longest subnegotiation of a telnet client in bytes. None has a reason to send one, since every option is refused.
pub const SUBNEGOTIATION_BYTES: usize = 512;
/// Longest line in bytes that our client takes from a server: `LIST` with 200 long Cyrillic names needs 14 KiB.
pub const SERVER_LINE_BYTES: usize = 64 * 1024;
/// Longest PROXY header in bytes: those of balancers have some hundred, with a certificate's name some more.
pub const PROXY_HEADER_BYTES: usize = 4096;
/// Longest nickname in characters: it has to fit beside a message on an 80-column screen.
pub const NICKNAME_CHARS: usize = 32;
/// Most names in one answer to `LIST`, and in the numbered list: more than that nobody reads.
pub const LIST_NAMES: usize = 200;
/// Most nicknames that one client may ignore: more than a room has of such people, and little to remember.
pub const IGNORED: usize = 100;
/// Longest `--motd` file in bytes: it is sent whole to everyone who joins.
pub const MOTD_BYTES: u64 = 8 * 1024;

// How fast.

/// Lines a second from one client, once its burst is used up: faster than anyone types.
pub const RATE_PER_SECOND: u32 = 10;
/// Lines that a client may send at once before it is delayed: a short paste passes untouched.
pub const RATE_BURST: u32 = 20;
/// An address may write as fast as so many clients at their rate, 100 lines a second: a class of a hundred behind one
/// address, a line a second each.
pub const ADDRESS_CLIENTS: u32 = 10;
/// Lines that the clients of one address may write at once: a hundred who log in and paste eight lines each.
pub const ADDRESS_BURST: u32 = 1000;
/// Bytes a second that may come to be heard from all addresses that write much, together: somebody who reads 200 kB a
/// second all the time then catches up, whatever the others do.
pub const HEARD_PER_SECOND: u32 = 160_000;
/// What an address may write at once, in time that its share pays for: a class of a hundred that pastes twenty lines of
/// code each. It is little enough for the backlog of whoever reads.
pub const HEARD_BURST: Duration = Duration::from_secs(2);
/// Bytes that a line brings beside its text: the nickname, and what stands around it.
pub const LINE_ADDS: usize = 100;
/// Sessions that may begin at once from one address: a class of a hundred, twice.
pub const JOIN_BURST: u32 = 200;
/// Sessions a second that may begin from one address after that: 400 students are in after twenty seconds.
pub const JOINS_PER_SECOND: u32 = 10;
/// Connections that one address may make at once: as many as there are places.
pub const CONNECT_BURST: u32 = 1000;
/// Connections a second of one address after that. Each is a line or three in the log: 250 MB a day, not 37 GB.
pub const CONNECTS_PER_SECOND: u32 = 10;
/// A connection that would wait longer than this for its turn is sent away: waiting, it would take a place.
pub const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// Addresses whose debts are remembered one by one: some two megabytes.
pub const RATE_ADDRESSES: usize = 10_000;
/// Longest wait in one piece of a client that is made to wait: within it a reset connection is noticed.
pub const RATE_SLICE: Duration = Duration::from_millis(250);

// How many.

/// Bytes of what a client was written that are kept for its coming back with another connection, if it has asked for that:
/// what a busy class says in a minute.
pub const RECORD_BYTES: usize = 64 * 1024;
/// Default of `--max-clients`: fits the usual descriptor limit of 1,024.
pub const CLIENTS: usize = 1000;
/// Bytes asked for in one `read` of a client's socket: more than people type in a line, and small, since every client has
/// such a buffer.
pub const READ_BYTES: usize = 512;
/// Parcels in the one queue: beyond it the sender's own thread waits.
pub const QUEUE_PARCELS: usize = 1024;
/// Bytes rendered before a batch is written: bounds the delivery thread's memory, whatever waits in the queue.
pub const BATCH_BYTES: usize = 256 * 1024;
/// Bytes that may wait for all late clients together, looked at before each batch: beyond it the first are cut. A machine
/// with a gigabyte can spare them, and a hundred clients may then be as late as somebody who reads can become.
pub const BACKLOGS_BYTES: usize = 256 * 1024 * 1024;
/// For whom less than this waits is not cut while more waits for another: whoever reads 200 kB a second is never further
/// behind, though two hundred addresses write all that the limits allow. So much for each late thread has to fit the machine.
pub const BACKLOG_BYTES: usize = 2 * 1024 * 1024;
/// After its first parcel a batch is gathered for this part of the time that the last one took.
pub const GATHER_PART: u32 = 16;
/// Shortest time to gather: below it the wait itself would cost more than it saves.
pub const GATHER_MIN: Duration = Duration::from_micros(20);
/// Longest time to gather: nobody notices it.
pub const GATHER_MAX: Duration = Duration::from_millis(2);
/// Bytes that the kernel may hold for one client's socket (feature `sockopts`); Linux doubles the figure, for its own
/// bookkeeping. Left to itself it holds up to 4 MiB, and a few hundred readers who have stopped would use up what it has
/// for all sockets together.
pub const SOCKET_BYTES: usize = 256 * 1024;
/// Bytes that a late thread takes out of the backlog at once: the kernel's appetite, and little to copy.
pub const LATE_PIECE_BYTES: usize = 64 * 1024;
/// Log lines that may wait for stderr: beyond it they are counted instead of kept.
pub const LOG_LINES: usize = 4096;

// Stacks. Only the pages that are touched cost memory; a panic that prints its backtrace touches many.

/// Stack of a client's thread in bytes.
pub const CLIENT_STACK: usize = 256 * 1024;
/// Stack of a late client's thread in bytes: it only moves bytes.
pub const LATE_STACK: usize = 128 * 1024;
/// Stack of the threads of which there is one: accept, delivery, log, the client's own two.
pub const SINGLE_STACK: usize = 1024 * 1024;

// The teacher's console.

/// How long the goodbye of who was sent away may take: with the time that its thread takes to find out, `RATE_SLICE`, it
/// is gone within a second.
pub const SENT_AWAY: Duration = Duration::from_millis(500);
/// `chat-server ctl` commands that are answered at once: one types, a few watch.
pub const CTL_AT_ONCE: usize = 8;
/// How long `chat-server ctl` may take to say what it wants, and to take the answer.
pub const CTL_PATIENCE: Duration = Duration::from_secs(5);
/// How long the end of the server waits for answers that are still being read.
pub const CTL_END: Duration = Duration::from_secs(1);
/// How long the console waits before it reads a terminal again that is another program's now.
pub const CONSOLE_AGAIN: Duration = Duration::from_secs(1);

// What the machine allows.

/// Memory maps that one thread costs on Linux: its stack, the signal stack, and a guard page for each.
pub const MAPS_PER_THREAD: usize = 4;
/// Memory maps kept back for the program itself, its libraries and its heap.
pub const MAPS_RESERVE: usize = 1000;
/// Descriptors kept back: standard streams, two for the listener and two for the signals, the database's eight, the
/// cluster's four, and one. Those that are not taken are there for the console: where all are, `ctl` waits.
pub const DESCRIPTORS_RESERVE: usize = 20;
/// Address space kept back (`ulimit -v`) for the threads of which there is one, the heap, a full batch, and the stacks of
/// threads that have ended, of which the system keeps up to 40 MiB.
pub const ADDRESS_RESERVE: usize = 64 * 1024 * 1024;
/// Address space that a thread costs beside its stack: its signal stack, two guard pages, and its share of the heap.
pub const THREAD_EXTRA: usize = 32 * 1024;
/// Threads kept back for the program itself.
pub const THREADS_RESERVE: usize = 12;
/// Fewest late threads that must fit beside the clients.
pub const LATE_THREADS_MIN: usize = 16;

// How long.

/// From the connection to `Successfully`, however slowly the nickname trickles in: a class in which somebody still looks for
/// the newline key has five minutes. A full house does not wait for it: it takes such places first.
pub const LOGIN: Duration = Duration::from_secs(300);
/// Time within which a vanished peer is found out (feature `sockopts`): under the two minutes that we promise.
pub const PEER_TIMEOUT: Duration = Duration::from_secs(110);
/// A late client that has taken not one byte for so long has stopped reading: where somebody has to be cut, it is the first.
pub const LATE_STOPPED: Duration = Duration::from_secs(1);
/// A late client that takes not one byte for so long is too late.
pub const LATE_PATIENCE: Duration = Duration::from_secs(10);
/// How long one write of a late thread waits for the socket; the delivery thread's do not wait at all.
pub const LATE_WRITE: Duration = Duration::from_secs(1);
/// How long a late client's socket is offered the reason why it is cut.
pub const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long a session without a connection waits for another one, where its client has asked for that. Whoever asks for its
/// nickname meanwhile gets it.
pub const RESUME: Duration = Duration::from_secs(30);
/// How long we read on after our goodbye: closing with unread bytes would make Linux reset the connection and
/// destroy the goodbye.
pub const LINGER: Duration = Duration::from_secs(1);
/// How often a thread that says goodbye looks whether the goodbye is out.
pub const LINGER_SLICE: Duration = Duration::from_millis(50);
/// From the stop to the forced end of what is still open: queue, backlogs and goodbyes have this long.
pub const STOP_DRAIN: Duration = Duration::from_millis(2500);
/// The stop as a whole: whoever has not ended by then is left to the end of the process.
pub const STOP_TOTAL: Duration = Duration::from_secs(3);
/// How long the header may take with which a trusted balancer says whose connection it brings: it sends that at once.
pub const PROXY_PATIENCE: Duration = Duration::from_secs(2);
/// First pause after a failed `accept`; it doubles up to `ACCEPT_PAUSE_MAX`.
pub const ACCEPT_PAUSE_MIN: Duration = Duration::from_millis(10);
/// Longest pause after a failed `accept`, and the pause between two log lines about it.
pub const ACCEPT_PAUSE_MAX: Duration = Duration::from_secs(1);
/// Silence before and after a line that has to arrive in a `recv` of its own (framing `chunks`).
pub const CHUNK_PAUSE: Duration = Duration::from_millis(100);
/// From what a client sent of a line to the word that its end is missing; whoever types in `nc` sends whole lines.
pub const NO_LINE_END: Duration = Duration::from_secs(5);
/// On the unframed port a line that comes in several reads: its next part has this long, then it is taken as it is.
pub const LINE_PARTS: Duration = Duration::from_secs(1);
/// Most bytes of one write to a client that frames nothing: the original's client asks `recv` for 1,024.
pub const CHUNK_BYTES: usize = 1023;
/// Silence between two such writes, so that each arrives in a `recv` of its own, as far as that can be had.
pub const CHUNK_WRITES: Duration = Duration::from_millis(50);
/// One picture of the waiting animation.
pub const FRAME: Duration = Duration::from_millis(120);
/// How often a client that waits for the server looks whether it has waited too long.
pub const TICK: Duration = Duration::from_secs(1);
/// A server that says nothing for so long: the client names what it has not answered.
pub const SILENCE: Duration = Duration::from_secs(5);
/// A server that has not asked for a nickname after so long speaks another protocol: ours asks at once. A
/// script waits twice as long.
pub const OTHER_PROTOCOL: Duration = Duration::from_secs(4);
/// A server that says nothing for so long after the user asked to leave: the client ends without a goodbye.
pub const GOODBYE: Duration = Duration::from_secs(3);
/// How long the log may take to reach stderr when the program ends.
pub const LOG_FLUSH: Duration = Duration::from_millis(500);

// What outlasts the server (feature `database`).

/// Messages of the group that are shown to whoever joins it: a screenful. The default of `--history`.
pub const HISTORY: usize = 20;
/// Most messages in one answer to `HISTORY`, and for `--history`.
pub const HISTORY_MAX: usize = 200;
/// Most bytes in one answer to `HISTORY`, and of what is shown to whoever joins the group: a second's worth for a slow
/// reader.
pub const HISTORY_BYTES: usize = 256 * 1024;
/// Bytes of an answer to `HISTORY` that cost what a line costs: it brings up to `HISTORY_BYTES` for twelve that are sent.
pub const HISTORY_LINE_BYTES: usize = 4096;
/// Most messages that wait for one who is away.
pub const WAITING: usize = 20;
/// Messages of one sender among the `WAITING` for one who is away: nobody takes all alone.
pub const WAITING_FROM_ONE: usize = 5;
/// How long the delivery thread, and with it everyone, waits for a database that another program has locked.
pub const DATABASE_PATIENCE: Duration = Duration::from_millis(200);
/// How long they wait for a disk that answers neither yes nor no: longer than a busy disk needs for a checkpoint.
pub const DATABASE_HANGS: Duration = Duration::from_secs(1);
/// That wait in pieces: of the time that a stopped process sleeps through, one piece counts.
pub const DATABASE_SLICE: Duration = Duration::from_millis(50);
/// How often a database to which nothing is written is looked after: its files may be removed meanwhile.
pub const DATABASE_LOOK: Duration = Duration::from_secs(10);
/// How often a database that failed is tried again.
pub const DATABASE_RETRY: Duration = Duration::from_secs(30);
/// Connections that answer `HISTORY`, shared by all clients' threads; beside them is one for logins, which wait for no
/// history. Each costs two descriptors.
pub const DATABASE_READERS: usize = 1;
/// How long a client's thread waits for one of them.
pub const READER_PATIENCE: Duration = Duration::from_secs(2);
/// How often messages older than `--keep-days` are forgotten.
pub const FORGET_EVERY: Duration = Duration::from_secs(60);
/// A clock that moves by so much more or less than the time that passed was set. Half a minute is a slow computer.
pub const CLOCK_JUMP: Duration = Duration::from_secs(60);
/// A clock that stands so far ahead of the last time that is known is doubted: a class meets once a week.
pub const CLOCK_AHEAD: Duration = Duration::from_secs(8 * 86_400);
/// How long a clock that was set, or is doubted, has to go evenly until it is believed.
pub const CLOCK_EVEN: Duration = Duration::from_secs(3600);
/// Messages, or users, forgotten at once: so many rows cost the chat a millisecond or two.
pub const FORGET_AT_ONCE: usize = 1000;
/// How long `chat-server account` waits for a server that writes to the same file.
pub const ACCOUNT_PATIENCE: Duration = Duration::from_secs(5);
/// Shortest password in characters.
pub const PASSWORD_CHARS: usize = 8;
/// Wrong passwords after which the connection is closed.
pub const PASSWORD_TRIES: usize = 3;
/// What the first wrong password at a nickname costs the network that it came from, until the next is judged: doubled
/// with each, up to `PASSWORD_PAUSE_MAX`.
pub const PASSWORD_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause between two passwords that are judged, of one network and for one nickname: shorter than a login's
/// patience, so that the owner gets in whatever others try.
pub const PASSWORD_PAUSE_MAX: Duration = Duration::from_secs(30);
/// After so long without a wrong password a network has its patience back.
pub const PASSWORD_FORGIVEN: Duration = Duration::from_secs(600);
/// Passwords that are judged at once for one nickname, wherever they come from.
pub const PASSWORD_BURST: u32 = 5;
/// After that one is judged in so long: with the burst, ten in any minute.
pub const PASSWORD_INTERVAL: Duration = Duration::from_secs(12);
/// Passwords of one network for one nickname that may wait though others come first, up to `PASSWORD_PATIENCE`.
pub const PASSWORD_WAITING: usize = 3;
/// The same for one nickname, wherever they come from.
pub const PASSWORD_WAITING_IN_ALL: usize = 20;
/// How long they may, whatever a login may take: long, since who is sent away may come again, before those who wait.
pub const PASSWORD_PATIENCE: Duration = Duration::from_secs(600);
/// Nicknames whose wrong passwords are remembered: a few megabytes, more accounts than a school has.
pub const PASSWORD_NICKNAMES: usize = 10_000;
/// Passwords that are hashed at once, on a machine with so many cores or more: each wants 19 MiB, which stay.
pub const HASHING_PLACES: usize = 2;
/// Lines that a `REGISTER` costs beside its own: as much as a second of the usual rate, for some hundredths of a second of a core.
pub const REGISTER_LINES: u32 = 10;
/// How long who has the password waits for the session that has the nickname to end: far longer than that takes.
pub const TAKE_BACK: Duration = Duration::from_secs(5);

// Several servers (feature `cluster`).

/// Within so long a server that says nothing to the engine is taken for dead: its clients have left. The engine's own
/// least is 2 s; a machine that is busy for a moment must not lose its clients.
pub const CLUSTER_LEASE: Duration = Duration::from_secs(3);
/// How often the engine is told that this server lives.
pub const CLUSTER_LEASE_EVERY: Duration = Duration::from_millis(700);
/// A server that has nothing to say says so this often: what comes round shows that the way there and back is open.
pub const CLUSTER_BEAT: Duration = Duration::from_millis(300);
/// Nothing has come round for so long: everyone is told.
pub const CLUSTER_TOLD: Duration = Duration::from_secs(1);
/// Nothing has come round for so long: who comes is sent to another server.
pub const CLUSTER_CUT_OFF: Duration = Duration::from_secs(2);
/// How long one request to the engine may wait for its answer: then the next member is asked.
pub const CLUSTER_ANSWER: Duration = Duration::from_secs(1);
/// Pause before a request that failed is made again.
pub const CLUSTER_AGAIN: Duration = Duration::from_millis(100);
/// What may wait for the engine: each client has one line on its way, and there are never so many clients.
pub const CLUSTER_OUTBOX: usize = 64 * 1024;
/// Bytes of what was said in one transaction: etcd takes 1.5 MB, and base64 and JSON add their part.
pub const CLUSTER_BATCH_BYTES: usize = 256 * 1024;
/// Lines in one transaction: their rows are numbered by its revision and three digits more.
pub const CLUSTER_BATCH_LINES: usize = 999;
/// Nicknames taken or given back in one transaction: etcd takes 128 operations.
pub const CLUSTER_BATCH_NAMES: usize = 100;
/// Longest line of the engine's answers: a watch that has to catch up gets some batches in one.
pub const CLUSTER_ANSWER_BYTES: u64 = 64 * 1024 * 1024;
