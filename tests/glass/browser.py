"""The glass server's page in a real browser. Run by .ci/run: python3 tests/glass/browser.py CHAT_SERVER [FOLDER]

It needs playwright (from PyPI) and chromium; where one of them is missing it says so, and is left out. With a folder it
leaves its screenshots there, to be looked at.
"""

import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading

SERVER, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
CHROMIUM = shutil.which("chromium")
try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    CHROMIUM = None
if CHROMIUM is None:
    print("left out: it takes chromium and playwright (pip install playwright), and here are not both")
    sys.exit()

HOSTILE = "<img src=x onerror=document.title='owned'></script><b>"


class Chat:
    """A chat-server with its page."""

    def __init__(self, *flags):
        command = [SERVER, "--port", "0", "--glass", "127.0.0.1:0", "--lang", "en", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        while not (page := re.search(r"http://\S+/", self.process.stdout.readline())):
            pass
        self.page = page[0]

    def client(self, *lines):
        """Somebody who says these lines, and reads until the last of them has come back."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.say(client, *lines)
        return client

    @staticmethod
    def say(client, *lines):
        client.sendall("".join(line + "\n" for line in lines).encode())

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0, "the server ends in order, and its ledger balances"


class Wire:
    """A wire to the page that can be cut. (The glass server answers to its own name alone: the request is written anew.)"""

    def __init__(self, page):
        self.to = int(page.rstrip("/").rsplit(":", 1)[1])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.page = page.replace(str(self.to), str(self.listener.getsockname()[1]))
        self.ends, self.is_cut = [], False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            browser = self.listener.accept()[0]
            if self.is_cut:
                browser.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                browser.close()  # the server has ended
                continue
            own, its = (f"127.0.0.1:{port}".encode() for port in (self.listener.getsockname()[1], self.to))
            server.sendall(browser.recv(65536).replace(own, its))
            self.ends += [browser, server]
            threading.Thread(target=self.carry, args=(server, browser), daemon=True).start()

    @staticmethod
    def carry(server, browser):
        try:
            while piece := server.recv(65536):
                browser.sendall(piece)
        except OSError:
            pass
        for end in (browser, server):
            end.close()

    def cut(self):
        self.is_cut = True
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended already


def shot(page, name):
    if FOLDER:
        FOLDER.mkdir(exist_ok=True)
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def number(page):
    return int(page.input_value("#goto"))


def until(page, holds):
    """Waits until it holds. (The page's own policy forbids playwright's way to wait for an expression.)"""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it does not come to hold; the page says {page.inner_text('body')!r}")


def run(browser):
    chat = Chat("--show-text")
    errors = []
    page = browser.new_page(viewport={"width": 1200, "height": 900}, locale="en-US")
    page.on("pageerror", lambda error: errors.append(str(error)))
    wire = Wire(chat.page)
    page.goto(wire.page)
    expect(page.locator("#sentence")).to_contain_text("connected")

    # Live: what happens is there, as text, whatever it holds.
    anna = chat.client("anna", "2")
    boris = chat.client(HOSTILE, "boris", "2")
    expect(page.locator("#map")).to_contain_text("boris")
    chat.say(anna, HOSTILE)
    expect(page.locator("#status")).to_contain_text("delivered")
    until(page, lambda: page.locator("#lanes rect").count() > 20)
    assert page.title() == "chat-server: glass", "a text is a text"
    assert page.locator("main img").count() == 0 and page.locator("main b").count() == 0
    shot(page, "live")

    # Pause, to and fro: by keyboard, and each picture is the same the second time.
    page.keyboard.press("Space")
    end = number(page)
    chat.say(boris, "while it stands still")
    until(page, lambda: int(page.get_attribute("#scrub", "max")) > end)
    assert number(page) == end, "paused"
    seen = {}
    for n in range(end, end - 12, -1):
        until(page, lambda: number(page) == n)
        seen[n] = page.inner_text("#map") + page.inner_text("#sentence")
        page.keyboard.press("ArrowLeft")
    shot(page, "back")
    for n in range(end - 11, end + 1):
        page.keyboard.press("ArrowRight")
        until(page, lambda: number(page) == n)
        assert page.inner_text("#map") + page.inner_text("#sentence") == seen[n], f"after {n} events"
    page.keyboard.press("Home")
    until(page, lambda: number(page) == 0)
    page.fill("#goto", "5")
    page.keyboard.press("Enter")
    until(page, lambda: page.input_value("#scrub") == "5")
    page.locator("#goto").blur()
    page.keyboard.press("End")

    # Predict: a question, an answer, and it goes on.
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("p")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#question")).to_be_visible()
    page.click("#show")
    expect(page.locator("#answers .yes").first).to_be_visible()
    shot(page, "predict")
    page.keyboard.press("p")

    # The threads, as the system sees them.
    page.keyboard.press("t")
    expect(page.locator("#rows")).to_contain_text("delivery")

    # The other language, and a narrow window in the dark.
    page.keyboard.press("l")
    expect(page.locator("#lang")).to_have_text("English")
    assert page.locator("html").get_attribute("lang") == "ru"
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 800})
    until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= 320)
    shot(page, "narrow")
    page.set_viewport_size({"width": 1200, "height": 900})

    # A dropped stream comes back, and says what was missed.
    page.keyboard.press("l")
    page.keyboard.press("Space")
    wire.cut()
    expect(page.locator("#status")).to_contain_text("waiting", timeout=30000)
    chat.say(anna, "while the page was away")
    wire.is_cut = False
    expect(page.locator("#status")).to_contain_text(re.compile("is back|gap"), timeout=30000)
    shot(page, "again")

    # The chat ends, and the page says so.
    chat.stop()
    expect(page.locator("#status")).to_contain_text(re.compile("stopped|waiting"), timeout=30000)
    assert not errors, errors

    # A late reader is seen, and a full room folds.
    chat = Chat("--lab", "stall=boris", "--rate", "off")
    page.goto(chat.page)
    clients = [chat.client("boris", "2")] + [chat.client(f"student{i}", "2") for i in range(20)]
    chat.say(clients[1], "hello")
    expect(page.locator("#map")).to_contain_text("B wait", timeout=30000)
    expect(page.locator("#map")).to_contain_text("more")
    expect(page.locator("#status")).to_contain_text("hidden")
    shot(page, "late")
    chat.stop()
    assert not errors, errors


with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    run(chromium)
    chromium.close()
print("live, pause, step, back, keyboard, predict, threads, two languages, 320 px, a hostile text, a dropped stream: all hold")
