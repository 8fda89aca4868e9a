// What is said, in English and in Russian.
import { recipients } from "./picture.js";

const KINDS = { connected: ["a new connection", "новое соединение"], joined: ["a nickname is taken", "занят ник"],
  listens: ["into the group", "вход в общий чат"], "listens-no-more": ["out of the group", "выход из общего чата"],
  "talks-to": ["a private chat", "разговор вдвоём"], left: ["a session ends", "конец сеанса"],
  "to-all": ["a message to all", "сообщение всем"], private: ["a private message", "личное сообщение"],
  "to-one": ["a line of the server's", "строка сервера"],
  close: ["the goodbye", "прощание"], stop: ["the stop", "остановка"] };
const QUEUE = "10_delivery.md", END = "12_ending.md", SHARED = "09_shared_state.md";
/** What does it: a function, and the page of the course. */
const CODE = { "posted to-all": ["send_to_broadcast", QUEUE], "posted private": ["send_private", QUEUE],
  "posted connected": ["client_thread", "08_server.md"], "posted joined": ["welcome", "07_protocol.md"],
  "posted left": ["delete", SHARED], "posted close": ["goodbye", END], "posted stop": ["start_server", END],
  posted: ["send", QUEUE], "taken to-all": ["tell_all", QUEUE], "taken private": ["tell_private", QUEUE],
  "taken joined": ["joined", SHARED], "taken left": ["left", SHARED], "taken stop": ["stop", END],
  "taken close": ["close", END], taken: ["take", QUEUE], batch: ["flush", QUEUE], wrote: ["catch_up", QUEUE],
  "caught-up": ["catch_up", QUEUE], cut: ["late", QUEUE], here: ["deliver", QUEUE] };

export const EN = { code: 0, name: "en", live: "Live", pause: "Pause", at: "event", predict: "Predict", lang: "Русский", show: "Show it",
  lanes: "A lane for each thread, a column for each event", threads: "What each thread does now, says the system",
  heads: ["sockets: in", "client threads", "the queue", "delivery", "sockets: out", "backlogs"],
  speeds: ["live", "5/s", "1/s", "1/3 s"], who: "Who gets it?", next: "What happens next?", wait: "Waiting for the first event",
  hidden: "texts are hidden; see --show-text", lost: "the stream is lost; waiting", full: "four pages watch, or no server; waiting",
  back: "the stream is back, nothing missed", anew: "another server: all begins anew", over: "the server has stopped",
  gap: (n) => `${n} events not shown: a gap`, more: (n) => `and ${n} more`, waits: (n) => `${n} B wait`,
  posted: (who, what) => `${who} puts a parcel into the queue: ${what}.`, taken: (what) => `The delivery thread takes a parcel out: ${what}.`,
  for: (n) => n ? ` It is for ${n}, and not yet written.` : "", batch: (p, s, b) => `Delivery writes once to each: ${p} parcels, ${s} sockets, ${b} bytes.`,
  late: (who) => ` The socket of ${who} is full: the rest waits.`, dropped: (who) => ` ${who} gets nothing.`,
  wrote: (who, b, left) => `The late thread of ${who} writes: ${b} bytes went, ${left} wait.`, caught: (who) => `${who} has caught up; delivery writes again.`,
  cut: (who, why) => `${who} is cut: ${why}. What waited is dropped.`, here: (n) => `${n} are connected.`,
  acts: { posted: "a client's thread queues a parcel", taken: "delivery takes a parcel out", batch: "delivery writes", wrote: "a late thread writes" },
  totals: (d, x) => `${d} lines delivered, ${x} dropped` };
export const RU = { code: 1, name: "ru", live: "Вживую", pause: "Пауза", at: "событие", predict: "Угадать", lang: "English", show: "Показать",
  lanes: "По дорожке на поток, по столбцу на событие", threads: "Что делает каждый поток (ответ системы)",
  heads: ["сокеты: вход", "потоки клиентов", "очередь", "доставка", "сокеты: выход", "отставшее"],
  speeds: ["вживую", "5/с", "1/с", "1/3 с"], who: "Кто это получит?", next: "Что будет дальше?", wait: "Событий ещё нет",
  hidden: "тексты скрыты, см. --show-text", lost: "связь потеряна; ждём", full: "страниц уже 4, или нет сервера; ждём",
  back: "связь есть, ничего не пропущено", anew: "другой сервер: всё сначала", over: "сервер остановлен",
  gap: (n) => `пропуск, событий: ${n}`, more: (n) => `и ещё ${n}`, waits: (n) => `ждут ${n} Б`,
  posted: (who, what) => `${who} кладёт посылку в очередь: ${what}.`, taken: (what) => `Поток доставки берёт посылку: ${what}.`,
  for: (n) => n ? ` Получателей: ${n}; ещё ничего не записано.` : "", batch: (p, s, b) => `Поток доставки пишет каждому один раз: посылок ${p}, сокетов ${s}, байтов ${b}.`,
  late: (who) => ` Сокет ${who} полон: остальное ждёт.`, dropped: (who) => ` ${who}: ничего, связь прервана.`,
  wrote: (who, b, left) => `Поток отставшего ${who} пишет: ушло ${b} Б, ждут ${left} Б.`, caught: (who) => `${who}: всё дописано, пишет снова поток доставки.`,
  cut: (who, why) => `${who}: связь прервана (${why}). Ждавшее пропало.`, here: (n) => `Соединений: ${n}.`,
  acts: { posted: "посылка в очередь", taken: "посылку возьмёт доставка", batch: "запись", wrote: "поток отставшего" },
  totals: (d, x) => `строк доставлено: ${d}, пропало: ${x}` };

export const kindOf = (event, words) => KINDS[event.kind]?.[words.code] ?? event.kind;
export const nameOf = (room, id) => room.clients.get(id)?.nick ?? `client-${id}`;

/** One sentence of what happens, the function that does it, and its page. Without `all` it does not say who gets it. */
export function sentence(room, event, words, all = true) {
  const name = (id) => nameOf(room, id), by = event.what === "taken" && event.id !== null ? ` (${name(event.id)})` : "";
  const what = `${kindOf(event, words)}${by}${event.size ? `, ${event.size} ${["B", "Б"][words.code]}` : ""}`;
  const poster = event.thread === `client-${event.id}` && name(event.id) !== event.thread ? `${event.thread} (${name(event.id)})` : event.thread;
  const text = {
    posted: () => words.posted(poster, what), taken: () => words.taken(what) + (all ? words.for(recipients(room, event).size) : ""),
    batch: () => words.batch(event.parcels, event.sockets, event.bytes) + event.late.map(([id]) => words.late(name(id))).join("")
      + event.dropped.map((id) => words.dropped(name(id))).join(""),
    wrote: () => words.wrote(name(event.id), event.bytes, event.left), "caught-up": () => words.caught(name(event.id)),
    cut: () => words.cut(name(event.id), event.why), here: () => words.here(event.seats.length),
  }[event.what]();
  const said = event.what === "taken" && event.told.find((line) => line.text)?.text.trimEnd();
  return [said ? `${text} «${said.slice(0, 200)}»` : text, ...(CODE[`${event.what} ${event.kind}`] ?? CODE[event.what])];
}
