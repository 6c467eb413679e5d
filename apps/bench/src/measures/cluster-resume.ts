import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { callOnce } from "../cluster/calls.js";
import { factRow, type Fact } from "../cluster/facts.js";
import { withNodes, withRedis } from "../cluster/nodes.js";
import { RedisProcess } from "../cluster/redis.js";
import { leaveAfterFirst, resume, type Resumed } from "../cluster/resume.js";
import { alone, inMemory, redis2, type Setup } from "../cluster/setups.js";
import { onServerCore } from "../cores.js";
import { megabytes, perSecond, preciseMilliseconds } from "../format.js";
import { openSessions } from "../http/sessions.js";
import type { Context, Measure } from "../measure.js";
import { paths } from "../paths.js";
import { median } from "../statistics.js";

/** With the response, a log holds 10,000. */
const events = 9_999;
const characters = 100;
const page = 256;
const defaultRounds = 7;
const pollMs = 50;

interface Result {
  readonly firstMs: number;
  readonly perSecond: number;
  /** Bytes on the wire. */
  readonly bytesPerSecond?: number;
  /** Bytes that were added at the peak. */
  readonly memory?: number;
}

const run = promisify(execFile);

/** What a plain loop of XRANGE makes of the same log. */
async function readRaw({ node, cores }: Context, redis: RedisProcess, rounds: number): Promise<Result> {
  const keys = (await redis.command("KEYS", "*:log/*")).split("\n");
  const [key = ""] = keys;
  if (keys.length !== 1) throw new Error(`Expected one log, found ${keys.length}.`);
  const script = join(paths.towpath, "cluster/xrange.mjs");
  const args = [script, redis.url, key, String(page), String(rounds)];
  const [program = "", ...rest] = onServerCore(cores, node, args);
  const { stdout } = await run(program, rest);
  // Written by our own script.
  const read = JSON.parse(stdout) as readonly { firstMs: number; ms: number; entries: number }[];
  const wrong = read.find(({ entries }) => entries !== events + 1);
  if (wrong !== undefined) throw new Error(`A log has ${wrong.entries} entries.`);
  return {
    firstMs: median(read.map(({ firstMs }) => firstMs)),
    perSecond: median(read.map(({ ms, entries }) => (1000 * entries) / ms)),
  };
}

async function measureSetup(context: Context, setup: Setup, redis: RedisProcess) {
  const rounds = context.rounds ?? defaultRounds;
  return withNodes(context, setup, redis, async (nodes) => {
    const [session = ""] = await openSessions(nodes.target("sessions"), 1);
    const here = { ...nodes.target("sessions"), session };
    const there = { ...nodes.target("sessions", setup.nodes - 1), session };
    const left = await leaveAfterFirst(here, events, characters);
    while ((await callOnce(here, "told")) !== "1") await pause(pollMs);
    await callOnce(there, "told");
    const raw = setup.state === "redis" ? await readRaw(context, redis, rounds) : undefined;
    const node = nodes.node(setup.nodes - 1);
    const { rss } = await node.memory();
    const resumed: Resumed[] = [];
    for (let round = 0; round < rounds; round++) resumed.push(await resume(there, left));
    const { maxRss } = await node.usage();
    const wrong = resumed.find((one) => one.events !== events);
    if (wrong !== undefined) throw new Error(`${wrong.events} events came instead of ${events}.`);
    const result: Result = {
      firstMs: median(resumed.map(({ firstMs }) => firstMs)),
      perSecond: median(resumed.map(({ ms }) => (1000 * events) / ms)),
      bytesPerSecond: median(resumed.map(({ ms, bytes }) => (1000 * bytes) / ms)),
      memory: maxRss - rss,
    };
    return { result, raw };
  });
}

const megabytesOf = (bytes: number | undefined, per = ""): string =>
  bytes === undefined ? "" : `${megabytes(bytes)}${per}`;

const rows: Readonly<Record<string, (result: Result) => string>> = {
  "resume of a log of 10,000 events on another node, against a loop of `XRANGE`: events/s": (one) =>
    perSecond(one.perSecond),
  "the same, in bytes on the wire": ({ bytesPerSecond }) => megabytesOf(bytesPerSecond, "/s"),
  "time to its first event": ({ firstMs }) => preciseMilliseconds(firstMs),
  "resident memory added at the peak": ({ memory }) => megabytesOf(memory),
};

/** A stream of many events that is read again from its first one, on a node that did not write it. */
export const clusterResume: Measure = {
  name: "cluster-resume",
  async run(context) {
    return withRedis(RedisProcess.start(context), async (redis) => {
      const memory = await measureSetup(context, inMemory, redis);
      const shared = await measureSetup(context, redis2, redis);
      const results: readonly (readonly [Setup, Result | undefined])[] = [
        [{ ...alone, label: "a loop of XRANGE" }, shared.raw],
        [inMemory, memory.result],
        [redis2, shared.result],
      ];
      return Object.entries(rows).map(([title, write]) => {
        const facts = results.flatMap(([setup, result]): Fact[] =>
          result === undefined ? [] : [{ setup, value: write(result) }],
        );
        return factRow(
          title,
          "",
          facts.filter(({ value }) => value !== ""),
        );
      });
    });
  },
};
