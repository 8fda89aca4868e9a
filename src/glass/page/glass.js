// The page: takes up the events, goes to and fro in them, and draws. Text is only ever text.
import { Tape, ROWS, recipients, visible } from "./picture.js";
import { EN, RU, kindOf, nameOf, sentence } from "./words.js";

const $ = (id) => document.getElementById(id);
const say = (id, textContent) => Object.assign($(id), { textContent });
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const COLOR = { posted: "say", taken: "take", batch: "write", wrote: "slow", "caught-up": "write", cut: "slow", here: "tell" };
/** Milliseconds an event, for each speed; the first is as it comes. */
const SPEEDS = [0, 200, 1000, 3000];
let tape = new Tape(), words = EN, mode = /paused/.test(location.search) ? "paused" : "live", timer = 0, isDrawn = true;
let asks = false, asked = null; // Predict
let run = null, last = null, notice = "", isHidden = false, isLost = false; // the stream
let told = null; // the sentence

const isClient = (name) => name.startsWith("client-");
const make = (tag, className = "", textContent = "") => Object.assign(document.createElement(tag), { className, textContent });

// One picture.

const draw = () => { if (isDrawn) { isDrawn = false; requestAnimationFrame(frame); } };
/** In live mode it first takes up what has come. */
function frame() {
  isDrawn = true;
  const end = tape.events.length;
  if (mode === "live" && tape.at < end) {
    if (end - tape.at > 60) tape.go(end - 30);
    forward(end);
  }
  const { room, at } = tape, [text, code, chapter] = told ?? [words.wait, "", ""];
  say("sentence", text);
  say("course", code && `${code}()`).href = `/course/${words.name}/${chapter}`;
  say("status", [notice, isHidden && words.hidden, words.totals(room.delivered, room.dropped)].filter(Boolean).join(" · ")).className = isLost ? "gap" : "";
  say("live", mode === "live" ? words.pause : words.live);
  say("at", `${words.at} / ${tape.forgotten + end}`);
  [$("scrub").max, $("scrub").value] = [end, at];
  if (document.activeElement !== $("goto")) $("goto").value = tape.forgotten + at;
  $("question").hidden = !asked;
  drawMap(room, tape.events[at - 1]);
  drawLanes(room, at);
}

function place(key, className, text, column, row) {
  const node = make("div", className, text);
  node.dataset.key = key;
  [node.style.gridColumn, node.style.gridRow] = [column, row];
  return node;
}

function drawMap(room, event) {
  const rows = visible(room), folded = words.more(room.clients.size - rows.length), isFolded = room.clients.size > rows.length;
  const end = rows.length + 2, tall = `2 / ${end + 1}`, name = (id) => nameOf(room, id);
  const where = (who) => who.listens ? " ●" : who.to !== null ? ` → ${name(who.to)}` : "";
  const nodes = words.heads.map((head, i) => place(`head${i}`, "head", head, i + 1, 1)), is = event?.what;
  const cell = (kind, { id }, className, text, column, i) => nodes.push(place(kind + id, `cell ${className}`, text, column, i + 2));
  rows.forEach((who, i) => {
    cell("in", who, "", name(who.id) + where(who), 1, i);
    cell("thread", who, is === "posted" && event.id === who.id ? "on" : "", `client-${who.id}`, 2, i);
  });
  const box = (key, isOn, column, items, more = 0) => {
    const node = place(key, `cell tall ${isOn ? "on" : ""}`, "", column, tall), over = more + Math.max(0, items.length - 24);
    const texts = [...items.slice(0, 24), ...(over ? [`+${over}`] : [])];
    node.append(make("span", "soft narrow", words.heads[column - 1]), ...texts.map((text) => make("span", "cell", text)));
    nodes.push(node);
  };
  box("queue", is === "posted", 3, room.queue.map((it) => (it.id === null ? "" : `${name(it.id)}: `) + kindOf(it, words)), room.unknown);
  box("delivery", is === "taken" || is === "batch", 4, room.batch.map((n) => `#${n}`));
  rows.forEach((who, i) => {
    cell("out", who, who.late ? "late" : "", name(who.id), 5, i);
    cell("backlog", who, who.waiting ? "late" : "empty", who.waiting ? words.waits(who.waiting) : "", 6, i);
  });
  if (isFolded) for (const [key, column] of [["more", "1 / 3"], ["more-out", "5 / 7"]]) nodes.push(place(key, "cell empty wide", folded, column, end));
  $("map").replaceChildren(...nodes);
}

/** Dots: what this event moved. */
function fly(event, arrows) {
  if (calm.matches || document.hidden) return;
  const to = (where, ids) => ids.map((id) => ["delivery", `${where}${id}`]);
  const ways = { posted: () => [[`thread${event.id}`, "queue"]], taken: () => [["queue", "delivery"]], wrote: () => [[`backlog${event.id}`, `out${event.id}`]],
    batch: () => [...to("out", arrows.map(([id]) => id)), ...to("backlog", [...event.appended, ...event.late.map(([id]) => id)])] };
  const find = (key) => document.querySelector(`[data-key="${key}"]`) ?? document.querySelector('[data-key="more-out"]');
  const middle = ({ x, y, width, height }) => ({ transform: `translate(${x + width / 2}px, ${y + height / 2}px)` });
  for (const way of (ways[event.what]?.() ?? []).slice(0, 40)) {
    const ends = way.map(find), dot = make("i", COLOR[event.what]);
    if (ends.includes(null) || $("dots").childElementCount > 80) continue;
    $("dots").append(dot);
    dot.animate(ends.map((end) => middle(end.getBoundingClientRect())), { duration: 500, easing: "ease-in-out" }).finished.finally(() => dot.remove());
  }
}

function svg(tag, attributes, textContent = "") {
  const node = document.createElementNS($("lanes").firstElementChild.namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return Object.assign(node, { textContent });
}

function drawLanes(room, at) {
  const width = $("lanes").clientWidth || 300, left = width < 500 ? 90 : 130, column = 14, height = 20;
  const first = Math.max(0, at - Math.floor((width - left) / column) + 1), events = tape.events.slice(first, at);
  const threads = [...new Set(events.map((event) => event.thread))], lanes = threads.filter(isClient);
  lanes.sort((a, b) => a.slice(7) - b.slice(7));
  if (lanes.length > ROWS) lanes.splice(ROWS, lanes.length, words.more(lanes.length - ROWS));
  lanes.push(...threads.filter((name) => !isClient(name)));
  const x = (i) => left + i * column, y = (name) => (lanes.includes(name) ? lanes.indexOf(name) : ROWS) * height + 4, nodes = [];
  for (const name of lanes) {
    const nick = room.clients.get(+name.split("client-")[1])?.nick ?? "";
    nodes.push(svg("text", { x: 0, y: y(name) + 11 }, `${name} ${nick}`.slice(0, left / 7)));
    nodes.push(svg("line", { x1: left, x2: width, y1: y(name) + 7, y2: y(name) + 7 }));
  }
  nodes.push(svg("rect", { class: "here", x: x(events.length - 1), y: 0, width: column, height: lanes.length * height }));
  let begins = null; // a batch, from its first parcel to its write
  events.forEach((event, i) => {
    if (event.what === "taken") begins ??= i;
    if (event.what === "batch" && begins !== null) {
      nodes.push(svg("path", { d: `M ${x(begins)} ${y(event.thread) + 15} H ${x(i) + 10}` }));
      begins = null;
    }
    const mark = svg("rect", { class: COLOR[event.what], x: x(i) + 1, y: y(event.thread), width: 11, height: 13, rx: event.what === "posted" ? 6 : 2 });
    mark.append(svg("title", {}, `${event.n}: ${event.what} ${event.kind ?? ""}`));
    mark.onclick = () => goTo(first + i + 1);
    nodes.push(mark);
  });
  const picture = $("lanes").firstElementChild;
  picture.setAttribute("viewBox", `0 0 ${width} ${Math.max(1, lanes.length) * height + 6}`);
  picture.replaceChildren(...nodes);
}

// To and fro.

function forward(n) {
  tape.go(n, (event, arrows) => { if (n - tape.at < 12) fly(event, arrows); });
  tell();
}
/** The sentence. Who leaves has a name only in the room before it. */
function tell() {
  const { at } = tape, event = tape.events[at - 1], isLast = event && (["left", "close"].includes(event.kind) || event.what === "cut");
  told = event ? sentence(isLast ? tape.go(at - 1) : tape.room, event, words) : null;
  tape.go(at);
}
function pause() { mode = "paused"; clearInterval(timer); $("speed").value = 0; }
function goTo(n) { pause(); asked = null; tape.go(n); tell(); draw(); }
function stepOn() {
  pause();
  const event = tape.events[tape.at];
  if (words.acts[event?.what] && asks && !asked) ask(event); else { asked = null; forward(tape.at + 1); }
  draw();
}
function play(speed) {
  [mode, asked] = [speed ? "slow" : "live", null];
  clearInterval(timer);
  $("speed").value = speed;
  if (speed) timer = setInterval(() => { forward(tape.at + 1); draw(); }, SPEEDS[speed]);
  draw();
}

/** Predict: a question before the step. */
function ask(event) {
  const whom = event.what === "taken" ? recipients(tape.room, event) : new Set();
  const options = whom.size ? visible(tape.room).map((who) => [nameOf(tape.room, who.id), whom.has(who.id)])
    : Object.entries(words.acts).map(([what, text]) => [text, what === event.what]);
  asked = event;
  $("answers").replaceChildren();
  say("asked", whom.size ? `${sentence(tape.room, event, words, false)[0]} ${words.who}` : words.next);
  const shows = options.map(([text, isRight]) => {
    const button = make("button", "", text);
    button.onclick = () => { button.className = isRight ? "yes" : "no"; };
    $("answers").append(button);
    return () => isRight && button.click();
  });
  say("show", words.show).onclick = () => {
    shows.forEach((show) => show());
    say("show", "▶").onclick = stepOn;
  };
}

function speak(to) {
  words = to;
  document.documentElement.lang = words.name;
  for (const id of ["predict", "lang", "lanes-title", "threads-title"]) say(id, words[id.split("-")[0]]);
  const { value } = $("speed");
  $("speed").replaceChildren(...words.speeds.map((text, i) => Object.assign(make("option", "", text), { value: i })));
  $("speed").value = value || 0;
  asked = null;
  tell();
  draw();
}

// The stream.

function listen() {
  const stream = new EventSource(last === null ? "/events" : `/events?last=${last}`);
  const again = (why, after) => { stream.close(); [notice, isLost] = [why, true]; setTimeout(listen, after); draw(); };
  let isFirst = true;
  stream.addEventListener("hello", ({ data }) => {
    const hello = JSON.parse(data);
    if (run !== null && run !== hello.run) [tape, told, notice, last] = [new Tape(), null, words.anew, null];
    [run, isHidden] = [hello.run, !hello.text];
  });
  stream.onmessage = ({ data, lastEventId }) => {
    const event = JSON.parse(data), before = tape.events.at(-1)?.n, missed = before === undefined ? 0 : event.n - before - 1;
    if (isFirst && isLost && before !== undefined) notice = event.what === "here" ? words.gap(missed + event.missed) : words.back;
    else if (event.missed) notice = words.gap(event.missed);
    [isFirst, isLost, last] = [false, false, lastEventId];
    tape.add(event);
    draw();
  };
  stream.addEventListener("over", () => again(words.over, 3000));
  stream.onerror = () => again(stream.readyState === EventSource.CLOSED ? words.full : words.lost, 1500);
}

async function threads() {
  if (!$("threads").open) return;
  const all = await fetch("/threads.json").then((answer) => answer.json()).catch(() => []);
  const clients = all.filter(({ name }) => isClient(name)), rows = [...all.filter(({ name }) => !isClient(name)), ...clients.slice(0, ROWS)];
  if (clients.length > ROWS) rows.push({ name: words.more(clients.length - ROWS) });
  $("rows").replaceChildren(...rows.map(({ name, call, waits_in }) => {
    const row = make("tr");
    row.append(make("td", "", name), make("td", "", call), make("td", "", waits_in));
    return row;
  }));
}

const KEYS = { " ": () => $("live").click(), ArrowRight: stepOn, ArrowLeft: () => goTo(tape.at - 1), Home: () => goTo(0),
  End: () => goTo(tape.events.length), g: () => $("goto").focus(), p: () => $("predict").click(), l: () => $("lang").click(),
  s: () => play((+$("speed").value + 1) % 4), t: () => { $("threads").open = !$("threads").open; } };
document.addEventListener("keydown", (key) => {
  const { tagName } = key.target, isTyped = /INPUT|SELECT/.test(tagName) || (tagName === "BUTTON" && key.key === " ");
  if (key.ctrlKey || key.altKey || key.metaKey || isTyped || !KEYS[key.key]) return;
  key.preventDefault();
  KEYS[key.key]();
});
$("live").onclick = () => { if (mode === "live") { pause(); draw(); } else play(0); };
$("back").onclick = KEYS.ArrowLeft;
$("forward").onclick = stepOn;
$("scrub").oninput = () => goTo(+$("scrub").value);
$("goto").onchange = () => goTo(+$("goto").value - tape.forgotten);
$("speed").onchange = () => play(+$("speed").value);
$("predict").onclick = () => { asks = !asks; asked = null; $("predict").setAttribute("aria-pressed", asks); pause(); draw(); };
$("lang").onclick = () => speak(words === EN ? RU : EN);
$("threads").ontoggle = threads;
window.onresize = draw;
setInterval(threads, 1000);
speak(navigator.language.startsWith("ru") ? RU : EN);
listen();
