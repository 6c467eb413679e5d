import type { ManualClock } from "@towpath/mcp-core/testing";
import type { Events } from "@towpath/test-support/events.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import type { Client } from "./client.js";
import type { Play, Stage } from "./stage.js";

export const LOST = { error: { code: -31005, data: { retryable: true } } };
export const DONE = { result: { content: [{ text: "done" }] } };

/** A call that is answered with a stream. */
export interface Begun {
  readonly call: Events;
  readonly play: Play;
  /** Where to go on, here or on another node. */
  readonly id: string | undefined;
}

/** Lets a call make progress on one node. */
export async function begun(a: Stage, client: Client, name: string): Promise<Begun> {
  const calling = client.call("play", { name });
  const play = await a.playing(name);
  await play.ctx.progress(1);
  const call = await calling;
  await call.message();
  return { call, play, id: call.lastId };
}

/** Lets time pass until a node that is gone is known to be. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500);
    await nextTurn();
    await nextTurn();
  }
}
