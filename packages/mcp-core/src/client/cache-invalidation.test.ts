import { describe, expect, it } from "vitest";
import { connected, type Connected } from "../../test/support/connected.js";
import { settled, type Wire } from "../../test/support/link.js";
import { random } from "../../test/support/random.js";
import type { FarEnd } from "../../test/support/scripted-server.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { ManualClock } from "../testing/manual-clock.js";
import { responseCache } from "./cache/response-cache.js";

/*
 * Random interleavings of requests, answers, changes, notifications and time, held against a model: what is
 * served is never older than the last notification about it that the client has received, never past its
 * time, and never another principal's.
 */

const CLIENTS = 5;
const PRINCIPALS = ["ann", "ann", "bob", undefined, undefined];
const SUBJECTS = [
  { method: "resources/read", params: { uri: "a" }, change: "notifications/resources/updated" },
  { method: "resources/read", params: { uri: "b" }, change: "notifications/resources/updated" },
  { method: "resources/list", params: {}, change: "notifications/resources/list_changed" },
  { method: "resources/templates/list", params: {}, change: "notifications/resources/list_changed" },
  { method: "tools/list", params: {}, change: "notifications/tools/list_changed" },
] as const;
type Subject = (typeof SUBJECTS)[number];

/** What the server makes of a request when it gets it, and answers with when it gets to it. */
interface Answer {
  readonly client: number;
  readonly subject: Subject;
  readonly version: number;
  readonly ttlMs: number;
  readonly scope: string;
  readonly id: Wire["id"];
  readonly to: FarEnd;
  receivedAt?: number;
}

/** A result of any of the methods. */
const NOTHING: JsonObject = { tools: [], prompts: [], resources: [], resourceTemplates: [], contents: [] };

class World {
  readonly #random: () => number;
  readonly #clock = new ManualClock();
  readonly #clients: Connected[] = [];
  readonly #answers: Answer[] = [];
  readonly #waiting: Answer[] = [];
  /** How often what a notification tells of has changed, and what each client knows of that. */
  readonly #versions = new Map<string, number>();
  readonly #told = Array.from({ length: CLIENTS }, () => new Map<string, number>());
  served = 0;
  fetched = 0;

  constructor(seed: number) {
    this.#random = random(seed);
  }

  async open(): Promise<void> {
    const store = responseCache({ maxEntries: 8 });
    for (const [client, principal] of PRINCIPALS.entries()) {
      const cache = { store, server: "s", ...(principal !== undefined && { principal }) };
      const script = (message: Wire, to: FarEnd): void => {
        if (message.method !== undefined && message.id !== undefined) this.#take(client, message, to);
      };
      this.#clients.push(await connected(script, { clock: this.#clock, cache, validateOutput: false }));
    }
  }

  async step(): Promise<void> {
    const at = this.#random() * 100;
    if (at < 45) await this.#ask();
    else if (at < 85) await this.#answer();
    else if (at < 92) await this.#change();
    else await this.#pass();
  }

  async close(): Promise<void> {
    for (const { client } of this.#clients) await client.close();
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.#random() * from.length)];
    if (picked === undefined) throw new Error("There is nothing to pick from");
    return picked;
  }

  /** The server gets a request, and sees the world as it is. */
  #take(client: number, { id, method, params = {} }: Wire, to: FarEnd): void {
    const subject = SUBJECTS.find(
      (each) =>
        each.method === method && Object.entries(each.params).every(([key, value]) => params[key] === value),
    );
    if (subject === undefined) throw new Error(`Nobody asks for ${String(method)}`);
    const version = this.#versions.get(topicOf(subject)) ?? 0;
    const ttlMs = this.#pick([0, 10, 50, 200]);
    const scope = this.#pick(["public", "private"]);
    this.#waiting.push({ client, subject, version, ttlMs, scope, id, to });
  }

  /** The server answers something, in any order. */
  async #answer(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const [answer] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
    if (answer === undefined) return;
    answer.receivedAt = this.#clock.now();
    const number = this.#answers.push(answer) - 1;
    const { ttlMs, scope } = answer;
    answer.to.result(answer.id, { ...NOTHING, number, ttlMs, cacheScope: scope });
    await settled();
  }

  /** Something changes, and some are told now, others later or never. */
  async #change(): Promise<void> {
    const subject = this.#pick(SUBJECTS);
    const topic = topicOf(subject);
    const version = (this.#versions.get(topic) ?? 0) + 1;
    this.#versions.set(topic, version);
    for (const [index, { end }] of this.#clients.entries()) {
      if (this.#random() < 0.5) continue;
      end.send({ jsonrpc: "2.0", method: subject.change, params: subject.params });
      this.#told[index]?.set(topic, version);
    }
    await settled();
  }

  async #pass(): Promise<void> {
    this.#clock.advance(Math.floor(this.#random() * 15));
    await settled();
  }

  /** A client asks; what it is served at once, without a request, is held against the model. */
  async #ask(): Promise<void> {
    const index = Math.floor(this.#random() * CLIENTS);
    const { method, params } = this.#pick(SUBJECTS);
    const client = this.#clients[index]?.client;
    if (client === undefined) throw new Error("There is no such client");
    const before = this.#waiting.length;
    const cache = this.#pick([
      "default",
      "default",
      "default",
      "default",
      "default",
      "default",
      "reload",
      "no-store",
    ] as const);
    const asking = client.request(method, params, {
      cache,
      timeoutMs: Infinity,
      maxTotalTimeoutMs: Infinity,
    });
    asking.catch(() => undefined);
    await settled();
    if (this.#waiting.length > before) this.fetched += 1;
    else this.#judge(index, method, params, cache, await asking);
  }

  #judge(index: number, method: string, params: JsonObject, cache: string, result: JsonObject): void {
    this.served += 1;
    const answer = this.#answers[Number(result["number"])];
    if (answer?.receivedAt === undefined) throw new Error("What was served had never been received");
    const { subject, version, ttlMs, scope, receivedAt, client } = answer;
    expect(cache).toBe("default");
    expect([subject.method, subject.params]).toEqual([method, params]);
    expect(this.#clock.now()).toBeLessThan(receivedAt + ttlMs);
    expect(version).toBeGreaterThanOrEqual(this.#told[index]?.get(topicOf(subject)) ?? 0);
    const principal = PRINCIPALS[index];
    if (scope !== "public")
      expect(client === index || (principal !== undefined && principal === PRINCIPALS[client])).toBe(true);
  }
}

/** What one notification is about. */
function topicOf({ method, params, change }: Subject): string {
  return method === "resources/read" ? `${change} ${params.uri}` : change;
}

describe("what is served from a cache that clients share", () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    "is fresh, and nobody else's, whatever happens in whatever order (seed %d)",
    async (seed) => {
      const world = new World(seed);
      await world.open();
      for (let step = 0; step < 1_000; step += 1) await world.step();
      expect(world.served).toBeGreaterThan(50);
      expect(world.fetched).toBeGreaterThan(50);
      await world.close();
    },
  );
});
