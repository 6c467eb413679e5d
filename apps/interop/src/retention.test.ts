import { McpClient, type Era } from "@towpath/mcp-core";
import { afterEach, describe, expect, it } from "vitest";
import { held, type Held } from "./fixtures/garbage.js";
import type { Leftovers, ManySettings } from "./fixtures/many-server.js";
import { ManyCalls, told } from "./harness/many-calls.js";
import { ServerProgram } from "./harness/servers.js";

const ERAS: readonly Era[] = ["handshake", "stateless"];
const WAVE = 500;
/** Waves that have the code compiled, and fill what is kept of the latest calls up to a bound. */
const WARM_UP = 4;
const WAVES = 4;
const ATTEMPTS = 4;
/** For each call. What is kept of one, be it a number in a map, takes more of one or of the other in the end. */
const LIMITS: Held = { bytes: 64, objects: 0.05 };

interface Growth {
  readonly client: Held;
  readonly server: Held;
}

const clients: McpClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

/** A client with a server of its own, that calls and calls. */
async function caller(era: Era, settings: ManySettings = {}) {
  const program = new ServerProgram("many-main", JSON.stringify(settings));
  const many = new ManyCalls(era, 4);
  const client = await McpClient.connect(program.transport(), many.options);
  clients.push(client);
  const waves = async (count: number): Promise<void> => {
    for (let wave = 0; wave < count; wave += 1) expect(await many.run(client, WAVE)).toEqual([]);
    many.forget();
  };
  const measure = async (): Promise<Growth> => {
    const server = await told<Held>(client, "held");
    return { server, client: await held() };
  };
  return { client, many, waves, measure };
}

type Caller = Awaited<ReturnType<typeof caller>>;

/** What each side holds more after each call: the least of several attempts, since a leak shows in all. */
async function growthOf({ waves, measure }: Caller, attempts = ATTEMPTS): Promise<Growth> {
  let least: Growth | undefined;
  let before = await measure();
  for (let attempt = 0; attempt < attempts && (least === undefined || !isLittle(least)); attempt += 1) {
    await waves(WAVES);
    // Measured as the last time, which was after as many calls: what was collected twice is less.
    const after = await measure();
    const grown = perCall(before, after);
    before = after;
    least = least === undefined ? grown : lesser(least, grown);
  }
  if (least === undefined) throw new RangeError("There has to be an attempt");
  return least;
}

function perCall(before: Growth, after: Growth): Growth {
  const grown = (side: keyof Growth): Held => ({
    bytes: (after[side].bytes - before[side].bytes) / (WAVES * WAVE),
    objects: (after[side].objects - before[side].objects) / (WAVES * WAVE),
  });
  return { client: grown("client"), server: grown("server") };
}

function lesser(one: Growth, other: Growth): Growth {
  const least = (side: keyof Growth): Held => ({
    bytes: Math.min(one[side].bytes, other[side].bytes),
    objects: Math.min(one[side].objects, other[side].objects),
  });
  return { client: least("client"), server: least("server") };
}

function isLittle({ client, server }: Growth): boolean {
  return [client, server].every(({ bytes, objects }) => bytes < LIMITS.bytes && objects < LIMITS.objects);
}

describe.each(ERAS)("in the %s era, calls of every kind", (era) => {
  it("leave nothing on either side", async () => {
    const endless = await caller(era);
    await endless.waves(WARM_UP);
    await endless.measure(); // which takes code, too
    await endless.waves(WAVES);
    const growth = await growthOf(endless);
    expect(growth).toSatisfy(isLittle);
    const nothing: Leftovers = { contexts: 0, timers: 0 };
    expect(await told(endless.client, "leftovers")).toEqual(nothing);
  }, 120_000);
});

describe("that check", () => {
  it("finds a client that keeps what it called", async () => {
    const endless = await caller("stateless");
    const kept = new Set<unknown>();
    const waves = async (count: number): Promise<void> => {
      const calls = Array.from({ length: count * WAVE }, (_, call) =>
        endless.client.callTool("answer", { call }),
      );
      for (const result of await Promise.all(calls)) kept.add(result);
    };
    const growth = await growthOf({ ...endless, waves }, 1);
    expect(growth.client.bytes).toBeGreaterThan(LIMITS.bytes);
    expect(growth).not.toSatisfy(isLittle);
    expect(kept.size).toBeGreaterThan(0);
  });

  it("finds a server that keeps what it was called with", async () => {
    const growth = await growthOf(await caller("handshake", { leaks: true }), 1);
    expect(growth.server.bytes).toBeGreaterThan(LIMITS.bytes);
    expect(growth).not.toSatisfy(isLittle);
  });
});
