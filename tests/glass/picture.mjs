// Run by tests/glass.rs under node: the page's own picture, put to a recorded run.
//   node picture.mjs EVENTS RECEIVED    EVENTS: an event a line, as JSON. RECEIVED: [[client, [line, ...]], ...] as JSON.
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { nothing, picture, step, Tape } from "./page.mjs";

const events = readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const received = JSON.parse(readFileSync(process.argv[3], "utf8"));

// Every arrow is a delivery that happened, and every delivery has its arrow.
const arrows = new Map(received.map(([id]) => [id, []]));
const room = nothing();
for (const event of events) {
  step(room, event, (id, line) => arrows.get(id)?.push(...line.text.trimEnd().split("\n")));
}
for (const [id, lines] of received) assert.deepStrictEqual(arrows.get(id), lines, `client-${id}`);

// To and fro is the same picture as straight on.
const tape = new Tape();
events.forEach((event) => tape.add(event));
let at = 0;
for (let i = 0; i < 60; i++) {
  at = (at * 31 + 17 * i + 7) % (events.length + 1);
  assert.deepStrictEqual(tape.go(at), picture(events, at), `after ${at} events`);
}
for (let n = events.length; n >= 0; n--) assert.strictEqual(tape.go(n).delivered, picture(events, n).delivered);
console.log(`${events.length} events, ${[...arrows.values()].flat().length} arrows`);
