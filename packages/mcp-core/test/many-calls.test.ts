import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { McpClientOptions } from "../src/client/options.js";
import { jsonSchema } from "../src/json-schema/index.js";
import { isRequest, isResponse } from "../src/jsonrpc/guards.js";
import type { ElicitFormParams } from "../src/protocol/question-types.js";
import type { Context } from "../src/server/context.js";
import { McpServer } from "../src/server/server.js";
import { connectPair, type PairOptions } from "../src/testing/connect-pair.js";
import { ManualClock } from "../src/testing/manual-clock.js";
import type { Traffic } from "../src/testing/traffic.js";
import { alive, collectGarbage } from "./support/garbage.js";
import { gate } from "./support/gate.js";
import { settled } from "./support/link.js";
import { textOf } from "./support/text-of.js";
import { unhandledDuring } from "./support/unhandled.js";

const CALLS = 200;
const ROUNDS = [1, 2, 3];

const MODES: readonly (readonly [string, Pick<PairOptions, "era" | "replay">])[] = [
  ["the handshake era", { era: "handshake" }],
  ["the handshake era, with every handler run anew", { era: "handshake", replay: true }],
  ["the stateless era", { era: "stateless" }],
];

const NUMBER = jsonSchema({
  type: "object",
  properties: { call: { type: "integer" } },
  required: ["call"],
});

/** A server whose tool asks three times and answers with all it was told, and what is left of its runs. */
class Interviewer {
  readonly clock = new ManualClock();
  readonly server = new McpServer("interviewer", { clock: this.clock });
  readonly contexts: WeakRef<Context>[] = [];
  #running = 0;
  #idle: (() => void) | undefined;

  constructor() {
    this.server.tool("interview", { input: NUMBER }, async ({ call }, ctx) => {
      this.contexts.push(new WeakRef(ctx));
      this.#running += 1;
      try {
        return await interview(call, ctx);
      } finally {
        this.#running -= 1;
        if (this.#running === 0) this.#idle?.();
      }
    });
  }

  /** Settles when every run has ended. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve;
      if (this.#running === 0) resolve();
    });
  }
}

async function interview(call: number, ctx: Context): Promise<string> {
  const told = [await ctx.step("begin", () => call)];
  for (const round of ROUNDS) {
    await ctx.progress(round);
    const answer = await ctx.elicit(`${String(call)} ${String(round)}`, NUMBER);
    told.push(answer.action === "accept" ? answer.content.call : -1);
  }
  return told.join(" ");
}

/** Ways to let some time pass between the answer to a question and the end of the call. */
const MOMENTS: readonly (() => Promise<void>)[] = [
  () => Promise.resolve(),
  async () => {
    for (let step = 0; step < 10; step += 1) await Promise.resolve();
  },
  settled,
  async () => {
    for (let step = 0; step < 4; step += 1) await settled();
  },
];

/** Every second call is given up: in the first or the second round, at the question or some time after it. */
class Plan {
  readonly controller = new AbortController();
  readonly reason: Error;
  readonly #number: number;
  #abandoned = false;

  constructor(number: number) {
    this.#number = number;
    this.reason = new Error(`${String(number)} is not wanted`);
  }

  get isGivenUp(): boolean {
    return this.#number % 2 === 1;
  }

  async answer(round: number, signal: AbortSignal): Promise<void> {
    if (!this.isGivenUp) return;
    if (this.#abandoned) await untilAborted(signal);
    if (round < 1 + ((this.#number >> 1) % 2)) return;
    this.#abandoned = true;
    const moment = MOMENTS[(this.#number >> 2) % (MOMENTS.length + 1)];
    if (moment === undefined) this.controller.abort(this.reason);
    else void moment().then(() => this.controller.abort(this.reason));
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Requests of the client that got more than one response, or none though nobody cancelled them. */
function oddlyAnswered(traffic: Traffic): readonly unknown[] {
  const answers = new Map<unknown, number>();
  const cancelled = new Set<unknown>();
  for (const { from, message } of traffic.all) {
    if (from === "server" && isResponse(message)) answers.set(message.id, (answers.get(message.id) ?? 0) + 1);
    if (from === "client" && "method" in message && message.method === "notifications/cancelled")
      cancelled.add(message.params?.["requestId"]);
  }
  return traffic.all.flatMap(({ from, message }) => {
    if (from !== "client" || !isRequest(message)) return [];
    const count = answers.get(message.id) ?? 0;
    return count === 1 || (count === 0 && cancelled.has(message.id)) ? [] : [message];
  });
}

function connected(
  interviewer: Interviewer,
  mode: Pick<PairOptions, "era" | "replay">,
  options: McpClientOptions,
) {
  return connectPair(interviewer.server, { ...mode, clock: new ManualClock(), ...options });
}

function about({ message }: ElicitFormParams): readonly [call: number, round: number] {
  const [call = -1, round = -1] = message.split(" ").map(Number);
  return [call, round];
}

describe.each(MODES)(`in %s, ${String(CALLS)} calls that ask three times each`, (_, mode) => {
  it("end once each, also when they are given up in, after and between their rounds", async () => {
    const interviewer = new Interviewer();
    const noise: string[] = [];
    const plans = Array.from({ length: CALLS }, (__, number) => new Plan(number));
    const { client, traffic, close } = await connected(interviewer, mode, {
      onNoise: (what) => noise.push(what),
      elicit: async (question, { signal }) => {
        const [call, round] = about(question);
        await plans[call]?.answer(round, signal);
        return { action: "accept", content: { call } };
      },
    });
    let endings: unknown[] = [];
    const unhandled = await unhandledDuring(async () => {
      endings = await Promise.all(
        plans.map(({ controller: { signal } }, call) =>
          client.callTool("interview", { call }, { signal }).then(textOf, (error: unknown) => error),
        ),
      );
      await interviewer.idle();
    });
    const whole = (call: number): string => Array.from({ length: 4 }, () => call).join(" ");
    expect(endings).toEqual(plans.map(({ isGivenUp, reason }, call) => (isGivenUp ? reason : whole(call))));
    expect([unhandled, noise, oddlyAnswered(traffic)]).toEqual([[], [], []]);
    expect(interviewer.clock.pending).toBe(0);
    await collectGarbage();
    expect(interviewer.contexts.length).toBeGreaterThanOrEqual(CALLS);
    expect(alive(interviewer.contexts)).toBe(0);
    await close();
  });

  it("may share one signal, which then has nobody listening any more", async () => {
    const interviewer = new Interviewer();
    const controller = new AbortController();
    const everybody = gate();
    let asked = 0;
    const { client, close } = await connected(interviewer, mode, {
      elicit: async (question, { signal }) => {
        const [call, round] = about(question);
        if (round === 2) asked += 1;
        if (asked === CALLS) everybody.open();
        if (round === 2) await untilAborted(signal);
        return { action: "accept", content: { call } };
      },
    });
    const { signal } = controller;
    const calls = Array.from({ length: CALLS }, (__, call) =>
      client.callTool("interview", { call }, { signal }).catch((error: unknown) => error),
    );
    await everybody.promise;
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    const reason = new Error("Closing time");
    controller.abort(reason);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([reason]));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await interviewer.idle();
    expect(interviewer.clock.pending).toBe(0);
    await close();
  });

  it("all end when the client is closed", async () => {
    const interviewer = new Interviewer();
    const everybody = gate();
    let asked = 0;
    const { client, close } = await connected(interviewer, mode, {
      elicit: async (question, { signal }) => {
        asked += 1;
        if (asked === CALLS) everybody.open();
        await untilAborted(signal);
        return { action: "accept", content: { call: about(question)[0] } };
      },
    });
    const calls = Array.from({ length: CALLS }, (__, call) =>
      client.callTool("interview", { call }).catch(String),
    );
    await everybody.promise;
    await close();
    expect(new Set(await Promise.all(calls))).toEqual(
      new Set(["ConnectionLostError: The client was closed"]),
    );
    await interviewer.idle();
    expect(interviewer.clock.pending).toBe(0);
  });
});
