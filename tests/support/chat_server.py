"""A chat server for the tests of `chat check`: the protocol of the course in Python, nothing of Rust in it.

    python3 chat_server.py [--echo] [--fault NAME]

It listens on 127.0.0.1, on the port in PORT. With --echo it only sends lines back: steps 1 to 3 of the ladder. --fault
makes it wrong in the one way that the check of this name finds. One thread reads each client, one writes to it.
"""

import os
import queue
import re
import signal
import socket
import sys
import threading
import time

ECHO = "--echo" in sys.argv
FAULT = sys.argv[sys.argv.index("--fault") + 1] if "--fault" in sys.argv else ""
QUESTION = "What do you want: 1. write to one user or 2. go into the group"
WORDS = ("TELL", "LIST", "HELP", "QUIT", "Q", "MENU", "REGISTER", "HISTORY")
lock = threading.RLock()
clients = []  # all connections
members = []  # who has a nickname, in order of joining
taken = set()  # their nicknames
starved = False  # fault "next": the next client is not served


class Left(Exception):
    """The conversation is over."""


class Client:
    def __init__(self, sock):
        self.sock, self.name, self.listens, self.partner = sock, None, False, None
        self.unread, self.queue, self.held = b"", queue.Queue(), None
        self.was_in_group = self.spoke = self.unfinished = False
        self.said, self.paid = [], 0.0
        self.writer = threading.Thread(target=self.write, daemon=True)
        self.writer.start()

    def send(self, line):
        self.queue.put(line)

    def write(self):
        """The thread that writes: until None, the last word."""
        try:
            while (line := self.queue.get()) is not None:
                self.sock.sendall((line + "\n").encode())
            if FAULT != "last-words":
                self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def recv(self):
        """The next line, as bytes. Raises Left at the end."""
        while b"\n" not in self.unread:
            if len(self.unread) > 64 * 1024 and FAULT != "endless":
                raise Left("endless")
            piece = self.sock.recv(1024)
            if not piece:
                self.sock.getpeername()  # fails where it is a reset that the writing thread has been told of
                if self.unread and FAULT == "no-newline":
                    self.unread += b"\n"
                    break
                self.unfinished = bool(self.unread)
                if self.unread and not ECHO:
                    self.send("Not sent: the line has no end")
                raise Left("end")
            if FAULT == "letter" and not piece.isascii():
                piece = piece.decode(errors="replace").encode()
            self.unread += piece
            if FAULT == "pieces" and b"\n" not in piece and self.unread.isascii() and len(piece) < 100:
                self.unread = b""
            if FAULT == "long" and len(self.unread) >= 1024 and b"\n" not in self.unread:
                self.unread += b"\n"
        line, self.unread = self.unread.split(b"\n", 1)
        if FAULT == "glued":
            self.unread = b""
        self.keep_pace()
        return line if FAULT == "crlf" else line.removesuffix(b"\r")

    def keep_pace(self):
        """Twenty lines at once, then ten a second."""
        now = time.monotonic()
        self.paid = max(self.paid, now - 2.0) + 0.1
        if self.paid > now:
            time.sleep(self.paid - now)

    def text(self, question=None):
        """The next line that is a text. Where one is refused, the question is asked again."""
        while True:
            line = self.recv()
            try:
                text = line.decode(errors="replace" if FAULT == "not-utf8" else "strict")
            except UnicodeDecodeError:
                text, why = "", "is not UTF-8"
            else:
                why = self.refusal(line, text)
            if why is None:
                return text
            self.send(f"Not sent: the line {why}")
            if question:
                self.send(question)

    @staticmethod
    def refusal(line, text):
        if len(line) > 4096 and FAULT != "too-long":
            return "is longer than 4096 bytes"
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text) and FAULT not in ("control", "crlf"):
            return "holds a control character"
        return None


def broadcast(start, text, sender=None):
    with lock:
        for member in members:
            hears = member.listens or (FAULT == "outside" and not member.was_in_group)
            if FAULT == "hears" and sender:
                hears = member is sender
            if FAULT == "late-reader" and text.startswith("015 "):
                hears = member is sender
            if hears:
                one_order(member, f"(broadcast) {start}: {text}", text)


def one_order(member, line, text):
    """The fault of two who write at once: to every other one in another order."""
    if FAULT != "order" or not text.startswith("line ") or members.index(member) % 2 == 0:
        member.send(line)
    elif member.held is None:
        member.held = line
    else:
        member.send(line)
        member.send(member.held)
        member.held = None


def find(name):
    with lock:
        return next((member for member in members if member.name.lower() == name.strip().lower()), None)


def authorization(client):
    client.send("Nickname?" if FAULT == "asks" else "Your nickname?")
    while True:
        name = client.text("Your nickname?").strip()
        if name.upper() in ("QUIT", "Q"):
            raise Left("quit")
        is_wrong = (name.upper() in WORDS and FAULT != "bad-name") or not name.isprintable()
        if is_wrong or not (1 <= len(name) <= 32 or (FAULT == "empty-name" and not name)):
            client.send("Not sent: a nickname has 1 to 32 letters, and is none of the words")
        elif take(client, name):
            return client.send("Welcome in" if FAULT == "takes" else "Successfully")
        else:
            client.send("This nickname already used")
            if FAULT == "taken":
                raise Left("taken")
        client.send("Your nickname?")


def take(client, name):
    if FAULT == "instant":
        if name in taken:
            return False
        time.sleep(0.05)
        taken.discard(name)
    if FAULT == "taken" and name in taken:
        time.sleep(0.5)  # whoever has left has had the time to be noticed
    with lock:
        if name in taken:
            return False
        taken.add(name)
        client.name = name
        if FAULT != "joined":
            broadcast("General information", f"{name} has joined the Chat")
        members.append(client)
        return True


def welcome(client):
    client.send("process")
    if FAULT != "welcome":
        client.send(f"Welcome, {client.name}")
    while True:
        client.send(QUESTION)
        answer = message(client, False)
        if answer == "1":
            choose_for_one(client)
        elif answer == "2":
            with lock:
                client.listens = client.was_in_group = True
                client.send("You are in the group" if FAULT == "group" else "You in group")
            chat(client, None)
        elif answer is not None:
            client.send("Not sent: answer 1 or 2")


def choose_for_one(client):
    while True:
        with lock:
            others = [member for member in members if member is not client]
        client.send("Choose your user-chat")
        client.send(" ".join(f"{number}.{other.name}" for number, other in enumerate(others, 1)) or "Nobody else is here")
        answer = message(client, False)
        if answer is None:
            return
        if FAULT == "no-number":
            int(answer if answer.isascii() and answer[:1].isdigit() or find(answer) is None else "0")
        shift = 1 if FAULT == "by-number" else 0
        is_number = answer.isdigit() and 1 <= int(answer) <= len(others)
        partner = others[int(answer) - 1 - shift] if is_number else find(answer)
        if partner is None or partner is client:
            client.send("Not sent: nobody is called so")
            continue
        client.send("Successful")
        with lock:
            client.partner = partner
        return chat(client, partner)


def private(client, to, text, receipt=True):
    with lock:
        if to not in members:
            client.send(f"Not delivered: {to.name} has left")
            return False
        to.send(f"(private) {client.name} : {text}")
        if receipt:
            client.send(f"(private to {to.name}) : {text}")
        return True


def chat(client, partner):
    while True:
        text = message(client, True)
        if text is None:
            break
        if text == "" and FAULT != "empty-line":
            continue
        if partner is None:
            broadcast(client.name, text, client)
        else:
            if FAULT == "secret":
                broadcast(client.name, text)
            if not private(client, partner, text, FAULT != "by-name"):
                break
    with lock:
        client.partner = None
        if FAULT != "menu":
            client.listens = False


def message(client, is_message):
    """The next line that is no word. None: back to the question."""
    while True:
        text = client.text()
        word, _, rest = text.partition(" ")
        if word.upper() in ("QUIT", "/QUIT") or word in ("q", "/q"):
            raise Left("quit")
        if word in ("MENU", "/menu"):
            return None
        if word in ("LIST", "/list"):
            with lock:
                names = [member.name for member in members]
            list_it(client, names[::-1] if FAULT == "list" else names)
        elif word in ("HELP", "/help"):
            client.send("There is no help" if FAULT == "help" else "The words: TELL LIST MENU HELP QUIT")
            if FAULT == "silent-words":
                return text
        elif word == "/tell":
            name, _, told = rest.partition(" ")
            tell(client, name, told.split(":")[0] if FAULT == "tell-line" else told)
        elif word == "TELL" and is_message:
            ask(client)
        elif word.startswith("/") and FAULT != "unknown-word":
            client.send(f"Not sent: there is no word {word}")
        else:
            return text


def list_it(client, names):
    line = f"Users in chatroom: {names}"
    if FAULT == "in-turn":
        threading.Timer(0.3, client.send, [line]).start()
    else:
        client.send(line)


def tell(client, name, text):
    to = find(name)
    if to is None:
        client.send(f"Not delivered: nobody is called {name}")
    else:
        private(client, to, text)


def ask(client):
    client.send("Who will get your message? A nickname; LIST shows who is here, MENU gives it up")
    name = client.text()
    if FAULT != "tell":
        client.send(f"What is your message to {name}? An empty line gives it up")
    tell(client, name, client.text())


def delete(client, why):
    with lock:
        if client not in members:
            return
        members.remove(client)
        if FAULT != f"free-{why}":
            taken.discard(client.name)
        if FAULT != "left":
            broadcast("General information", f"{client.name} has left the Chat")
        for member in members:
            if member.partner is client and FAULT != "partner-leaves":
                member.send(f"{client.name} has left; your next line goes to nobody, then you choose anew")


def echo(client):
    global starved
    if starved:
        starved = False
        time.sleep(60)
    while True:
        text = client.recv().decode(errors="replace")
        client.spoke = True
        client.said.append(text)
        if FAULT == "answers" or (FAULT == "again" and len(client.said) > 8):
            continue
        if FAULT == "next" and text == "first":
            starved = True
        if FAULT == "two":
            waits(client)
        to = clients[-1] if FAULT == "apart" and text == "anna again" else client
        to.send(f"You said: {text}")


def waits(client):
    """The fault of one thread for all: whoever came before has to have spoken, or left."""
    while any(not other.spoke for other in clients[: clients.index(client)]):
        time.sleep(0.02)


def session(client):
    why = "fault"
    try:
        if ECHO:
            echo(client)
        authorization(client)
        welcome(client)
    except Left as left:
        why = str(left)
    except OSError:
        why = "reset"
        if FAULT == "leaves":
            print("the server dies of a reset", file=sys.stderr, flush=True)
            os._exit(1)
    except ValueError as error:
        print(error, file=sys.stderr, flush=True)
    client.spoke = True
    delete(client, why)
    if FAULT == "closes" and why == "end" and client.listens and not client.unfinished:
        return
    if not ECHO and FAULT != "quit":
        client.send("Disconnected")
    goodbye(client)


def goodbye(client):
    """The last words go out; then what still comes is read, so that closing makes no reset of it."""
    client.queue.put(None)
    client.writer.join(5)
    if FAULT == "last-words":
        return client.sock.close()
    client.sock.settimeout(2)
    try:
        while client.sock.recv(65536):
            pass
    except OSError:
        pass
    client.sock.close()


def stop():
    if FAULT == "sigterm":
        os._exit(0)
    with lock:
        for client in clients:
            client.send("Disconnected")
            client.queue.put(None)
    time.sleep(60 if FAULT == "sigterm-ends" else 0.3)
    os._exit(0)


def accept():
    backlog = 0 if FAULT == "accepts" else 512
    listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "12345"))), backlog=backlog)
    if FAULT == "accepts":
        threading.Event().wait()  # one waits for accept, and more have no room
    while True:
        sock = listener.accept()[0]
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(sock)
        with lock:
            clients.append(client)
        threading.Thread(target=session, args=[client], daemon=True).start()


def main():
    # Blocked in all threads, and waited for in this one: a handler could come just before accept, and wait with it.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    threading.Thread(target=accept, daemon=True).start()
    signal.sigwait([signal.SIGTERM])
    stop()


main()
