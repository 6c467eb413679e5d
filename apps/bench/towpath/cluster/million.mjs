// Usage: node million.mjs <redis://…>; told over IPC what to do, it says when that is done.
// Does to Redis what sessions over Streamable HTTP do, without HTTP: a million of them are more than one machine serves.
import { randomUUID } from "node:crypto";
import { redisState } from "@towpath/state-redis";

const ttlMs = 3_600_000;
const inFlight = 256;
const index = "sessions";
const handshake = {
  revision: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "bench-client", version: "1.0.0" },
};
const change = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';

const { records, logs } = redisState(process.argv[2], { commandTimeoutMs: 60_000 });
const ids = [];
const session = (id) => `towpath/http/session/{${id}}`;
const stream = (id) => `towpath/http/stream/{${id}}["standing-${id}","${id}",null]`;
const any = () => session(ids[Math.floor(Math.random() * ids.length)]);

const works = {
  async create() {
    const id = randomUUID();
    ids.push(id);
    const atMost = [{ index, count: 2_000_000 }];
    await records.create(session(id), { handshake, owner: null }, { ttlMs, indexes: [index], atMost });
  },
  renew: () => records.get(any(), { ttlMs }),
  read: () => records.get(any()),
  async openLog(i) {
    await logs.create(stream(ids[i]), { ttlMs, maxBytes: 4 * 2 ** 20 });
    await logs.read(stream(ids[i]), { from: "oldest", exclusive: true });
  },
  append: (i) => logs.append(stream(ids[i]), change, { key: randomUUID() }),
};

process.on("message", async ({ what, times }) => {
  let begun = 0;
  const work = async () => {
    while (begun < times) await works[what](begun++);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  process.send("done");
});
process.on("disconnect", () => process.exit());
process.send("ready");
