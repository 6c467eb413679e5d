import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  accepted,
  asked,
  asking,
  callLive,
  EVERYTHING,
  said,
  type Asking,
  type InputRequired,
} from "../../../test/support/asking.js";
import { handshaken } from "../../../test/support/link.js";
import { random, shuffled } from "../../../test/support/random.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { nextTurn } from "../../protocol/turn.js";
import type { Context } from "../context.js";

/*
 * Random programs of questions, steps and pauses, one after the other, side by side, nested, and depending on
 * answers. Whatever part of what is asked the client answers in a round, and in whatever order, the result is
 * that of a run in which every answer is known from the start, and every step has had its effect once.
 */

type Program =
  | { readonly kind: "ask"; readonly message: string; readonly key?: string }
  | { readonly kind: "several"; readonly messages: Readonly<Record<string, string>> }
  | { readonly kind: "step"; readonly name: string; readonly turns: number; readonly once: boolean }
  | { readonly kind: "pause"; readonly turns: number }
  | { readonly kind: "sequence" | "together"; readonly parts: readonly Program[] }
  | { readonly kind: "either"; readonly on: Program; readonly then: Program; readonly otherwise: Program };

/** Asked in all branches together, so that one answer in each round is enough for the rounds there are. */
const MAX_ASKS = 9;
const PROGRAMS = 160;
const form = z.object({ value: z.number() });

/** What a user answers depends on the question alone. */
const answerTo = ({ params }: { readonly params?: JsonObject } = {}): JsonObject => {
  const message = params?.["message"] as string; // every question here has one
  const value = Array.from(message).reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 97, 7);
  return value % 5 === 0 ? { action: "decline" } : accepted({ value });
};

class Author {
  readonly #next: () => number;
  #asks = 0;
  #names = 0;

  constructor(next: () => number) {
    this.#next = next;
  }

  program(depth = 0): Program {
    const leaf = depth >= 4 || this.#next() < 0.2;
    if (leaf) return this.#leaf();
    const roll = this.#next();
    if (roll < 0.2)
      return {
        kind: "either",
        on: this.program(depth + 1),
        then: this.program(depth + 1),
        otherwise: this.program(depth + 1),
      };
    const parts = Array.from({ length: 2 + this.#upTo(3) }, () => this.program(depth + 1));
    return { kind: roll < 0.6 ? "sequence" : "together", parts };
  }

  #leaf(): Program {
    const roll = this.#next();
    if (roll < 0.15) return { kind: "pause", turns: this.#upTo(3) };
    if (roll < 0.5 || this.#asks >= MAX_ASKS)
      return {
        kind: "step",
        name: `step ${String(this.#names++)}`,
        turns: this.#upTo(3),
        once: roll < 0.25,
      };
    if (roll < 0.6 && this.#asks < MAX_ASKS - 1) {
      this.#asks += 2;
      const keys = [`k${String(this.#names++)}`, `k${String(this.#names++)}`];
      return { kind: "several", messages: Object.fromEntries(keys.map((key) => [key, `of ${key}?`])) };
    }
    this.#asks += 1;
    // The same question may be asked more than once: it has the same answer.
    const message = `${String(this.#upTo(12))}?`;
    return roll < 0.75
      ? { kind: "ask", message, key: `k${String(this.#names++)}` }
      : { kind: "ask", message };
  }

  #upTo(limit: number): number {
    return Math.floor(this.#next() * limit);
  }
}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
}

/** Runs a program as a handler would, and gives what it comes to. */
async function perform(program: Program, ctx: Context, effects: string[]): Promise<unknown> {
  switch (program.kind) {
    case "pause":
      return pause(program.turns).then(() => "paused");
    case "ask": {
      const { key } = program;
      const answer = await ctx.elicit(program.message, form, key === undefined ? {} : { key });
      return answer.action === "accept" ? answer.content.value : answer.action;
    }
    case "several": {
      const questions = Object.entries(program.messages).map(([key, message]) => [
        key,
        { message, schema: form },
      ]);
      return ctx.ask(
        Object.fromEntries(questions) as Record<string, { message: string; schema: typeof form }>,
      );
    }
    case "step": {
      const work = async () => {
        effects.push(program.name);
        await pause(program.turns);
        return { done: program.name };
      };
      return ctx.step(program.name, work, { once: program.once });
    }
    case "sequence": {
      const results: unknown[] = [];
      for (const part of program.parts) results.push(await perform(part, ctx, effects));
      return results;
    }
    case "together":
      return Promise.all(program.parts.map((part) => perform(part, ctx, effects)));
    case "either": {
      const chosen = JSON.stringify(await perform(program.on, ctx, effects)).length % 2 === 0;
      return perform(chosen ? program.then : program.otherwise, ctx, effects);
    }
  }
}

interface Outcome {
  readonly result: unknown;
  readonly effects: string[];
}

interface Served extends Asking {
  readonly effects: string[];
}

function serve(program: Program): Served {
  const effects: string[] = [];
  const served = asking(async (ctx) => JSON.stringify(await perform(program, ctx, effects)));
  return { ...served, effects };
}

function answersTo({ requests }: InputRequired, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, answerTo(requests[key])]));
}

/** The client answers some of what is asked in each round; `known` gathers all of it. */
async function inRounds(
  program: Program,
  choose: (keys: readonly string[]) => readonly string[],
  known: Record<string, unknown> = {},
): Promise<Outcome & { readonly rounds: number }> {
  const { round, effects, errors } = serve(program);
  let rounds = 0;
  for (let reply = await round(); ; rounds += 1) {
    expect(errors).toEqual([]);
    if (reply?.result?.["resultType"] !== "input_required") return { result: said(reply), effects, rounds };
    const questions = asked(reply);
    const answers = answersTo(questions, choose(questions.keys));
    Object.assign(known, answersTo(questions, questions.keys));
    reply = await round(answers, questions.state);
  }
}

async function allKnown(program: Program, known: JsonObject): Promise<Outcome> {
  const { round, effects } = serve(program);
  return { result: said(await round(known)), effects };
}

async function live(program: Program, replays: boolean): Promise<Outcome> {
  const { server, effects } = serve(program);
  const opened = await handshaken(server, "2025-11-25", { capabilities: EVERYTHING, peer: { replays } });
  const { reply } = await callLive(opened, answerTo);
  return { result: said(reply), effects };
}

async function check(seed: number): Promise<void> {
  const next = random(seed);
  const program = new Author(next).program();
  const some = (keys: readonly string[]): readonly string[] =>
    shuffled(keys, next).slice(0, 1 + Math.floor(next() * keys.length));
  const known: JsonObject = {};
  const partly = await inRounds(program, some, known);
  const wholly = await inRounds(program, (keys) => keys);
  const once = await allKnown(program, known);
  const lives = [await live(program, false), await live(program, true)];
  const effects = [...once.effects].sort();
  expect(new Set(effects).size).toBe(effects.length);
  for (const other of [partly, wholly, ...lives])
    expect({ seed, result: other.result, effects: [...other.effects].sort() }).toEqual({
      seed,
      result: once.result,
      effects,
    });
  expect(once.result).toEqual(expect.any(String));
  expect(partly.rounds).toBeLessThanOrEqual(MAX_ASKS);
  expect(wholly.rounds).toBeLessThanOrEqual(partly.rounds);
}

describe("a handler that asks and steps in any order", () => {
  const seeds = Array.from({ length: PROGRAMS }, (_, index) => index + 1);
  it.each(Array.from({ length: 8 }, (_, group) => seeds.filter((seed) => seed % 8 === group)))(
    "comes to what it would come to if it knew every answer (programs %d, %d, %d and so on)",
    async (...group) => {
      await Promise.all(group.map(check));
    },
  );

  it("is tried with programs that have something of everything", () => {
    const text = JSON.stringify(seeds.map((seed) => new Author(random(seed)).program()));
    for (const kind of ["ask", "several", "step", "pause", "sequence", "together", "either"])
      expect(text.split(`"kind":"${kind}"`).length).toBeGreaterThan(50);
  });
});
