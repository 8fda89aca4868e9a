// The picture: a pure function of the first n events. It knows no browser.

/** Rows and lanes that are shown for clients; the others fold into one. */
export const ROWS = 12;
/** Events that are kept, and how many lie between two copies. */
const KEPT = 20000, EVERY = 250;

/** The room before the first event. */
export const nothing = () => ({ clients: new Map(), queue: [], unknown: 0, heard: [], delivered: 0, dropped: 0, batch: [] });

const client = (id) => ({ id, nick: null, listens: false, to: null, late: false, waiting: 0, closing: false,
  since: 0, own: [], backlog: [], taken: 0 });

/** Takes over what the group has heard and this one has not: so all see one order. */
function catchUp(room, who) {
  if (who.listens) who.own.push(...room.heard.slice(who.since).filter((line) => !line.except.includes(who.id)));
  who.since = room.heard.length;
}

/** What of the backlog is out by now. */
function pay(who, deliver) {
  while (who.backlog.length && who.backlog[0].bytes <= who.taken) {
    const line = who.backlog.shift();
    who.taken -= line.bytes;
    if (line.n !== null) deliver(who.id, line);
  }
}

/** The room after one more event. `deliver(id, line)` hears of each line that a socket took. */
export function step(room, event, deliver = () => {}) {
  const who = room.clients.get(event.id);
  const told = (id, line) => { if (line.lines) { room.delivered += line.lines; deliver(id, line); } };
  switch (event.what) {
    case "here": here(room, event); break;
    case "posted": room.queue.push({ n: event.n, kind: event.kind, id: event.id }); break;
    case "taken": take(room, event, who); break;
    case "batch": write(room, event, told); break;
    case "wrote":
      if (who) { who.taken += event.bytes; who.waiting = event.left; pay(who, told); }
      break;
    default: // caught up, or cut
      if (!who) break;
      room.dropped += event.what === "cut" ? who.backlog.length : 0;
      Object.assign(who, { late: false, waiting: 0, backlog: [], taken: 0 });
      if (who.closing) room.clients.delete(who.id);
  }
  return room;
}

function here(room, { seats, depth }) {
  room.clients = new Map(seats.map((seat) => [seat.id, { ...client(seat.id), nick: seat.nickname, listens: seat.listens, to: seat.to,
    late: seat.late, waiting: seat.waiting, backlog: seat.waiting ? [{ n: null, bytes: seat.waiting }] : [] }]));
  if (room.queue.length !== depth) [room.queue, room.unknown] = [[], depth];
  [room.heard, room.batch] = [[], []];
}

/** The delivery thread took a parcel: who is where changes, and lines are rendered. Nothing is written yet. */
function take(room, { n, kind, id, to, nickname, told }, who) {
  const at = room.queue.findIndex((parcel) => parcel.kind === kind && parcel.id === id);
  if (at >= 0) room.queue.splice(at, 1); else if (room.unknown) room.unknown--;
  room.batch.push(n);
  if (kind === "connected") room.clients.set(id, client(id));
  if (who && kind === "joined") who.nick = nickname;
  if (who && kind === "talks-to") who.to = to;
  if (who && ["listens", "listens-no-more", "left", "elsewhere"].includes(kind)) {
    catchUp(room, who);
    who.listens = kind === "listens";
  }
  for (const { to, ...rest } of told) {
    const line = { n, kind, from: id, ...rest }, one = room.clients.get(to);
    if (to === null) room.heard.push(line);
    if (one) { catchUp(room, one); one.own.push(line); }
  }
  if (kind === "forgets") room.clients.delete(id);
  const closed = kind === "stop" ? [...room.clients.values()] : kind === "close" && who ? [who] : [];
  for (const one of closed) { catchUp(room, one); [one.listens, one.closing] = [false, true]; }
}

/** The batch is written: each recipient had all of it at once, but for those who are named. */
function write(room, event, told) {
  const late = new Map(event.late), waits = new Set([...event.appended, ...late.keys()]), dropped = new Set(event.dropped);
  for (const who of room.clients.values()) {
    catchUp(room, who);
    if (waits.has(who.id)) {
      who.late = true;
      who.backlog.push(...who.own);
      who.waiting += who.own.reduce((sum, line) => sum + line.bytes, 0) - (late.get(who.id) ?? 0);
      who.taken += late.get(who.id) ?? 0;
      pay(who, told);
    } else if (dropped.has(who.id)) room.dropped += who.own.length;
    else who.own.forEach((line) => told(who.id, line));
    [who.own, who.since] = [[], 0];
    if (who.closing && !who.backlog.length) room.clients.delete(who.id);
  }
  [room.heard, room.batch] = [[], []];
}

/** The picture of the first n events. */
export const picture = (events, n) => events.slice(0, n).reduce((room, event) => step(room, event), nothing());

/** A recorded run: the same pictures, from copies on the way. */
export class Tape {
  events = []; copies = [nothing()]; at = 0; room = nothing(); forgotten = 0;
  add(event) {
    this.events.push(event);
    if (this.events.length <= KEPT || this.at < EVERY) return;
    this.events.splice(0, EVERY); // the oldest are forgotten, up to a copy
    this.copies.shift();
    this.forgotten += EVERY;
    this.at -= EVERY;
  }
  /** The picture of the first n; `each` hears of the events on the way forward, and of what they delivered. */
  go(n, each = () => {}) {
    n = Math.max(0, Math.min(n, this.events.length));
    if (n < this.at) {
      const copy = Math.min(Math.floor(n / EVERY), this.copies.length - 1);
      [this.at, this.room] = [copy * EVERY, structuredClone(this.copies[copy])];
    }
    while (this.at < n) {
      const event = this.events[this.at++], arrows = [];
      step(this.room, event, (id, line) => { if (arrows.length < 1000) arrows.push([id, line]); });
      if (this.at === this.copies.length * EVERY) this.copies.push(structuredClone(this.room));
      each(event, arrows);
    }
    return this.room;
  }
}

/** The clients that have a row: the late ones first. */
export function visible(room) {
  const all = [...room.clients.values()];
  if (all.length <= ROWS) return all;
  return [...all.filter((who) => who.late), ...all.filter((who) => !who.late)].slice(0, ROWS).sort((a, b) => a.id - b.id);
}

/** Who gets what a parcel comes to. */
export function recipients(room, event) {
  const whom = new Set(event.told.filter((line) => line.to !== null).map((line) => line.to));
  const leaves = event.kind === "left" ? event.id : null;
  for (const { except } of event.told.filter((line) => line.to === null)) {
    for (const { id, listens } of room.clients.values()) if (listens && id !== leaves && !except.includes(id)) whom.add(id);
  }
  return whom;
}
