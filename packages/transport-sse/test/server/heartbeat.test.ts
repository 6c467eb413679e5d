import { memoryState } from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { deferred } from "@towpath/test-support/deferred.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { describe, expect, it } from "vitest";
import type { SseOptions } from "../../src/index.js";
import { changed } from "../support/changed-state.js";
import { stage } from "../support/stage.js";
import { Visitor } from "../support/visitor.js";
import { WatchedClock } from "../support/watched-clock.js";

describe("the heartbeat of a node", () => {
  const quiet = (clock: ManualClock, errors: unknown[] = []): SseOptions => ({
    clock,
    keepAliveMs: Infinity,
    onError: (error) => void errors.push(error),
  });

  it("that stops is missed within 30 seconds, so that its sessions no longer count", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    const dying = changed(state, { records: { touch: () => new Promise(() => undefined) } });
    const limits = { maxSessions: 1 };
    const dead = await stage({ ...quiet(clock), limits }, { state: dying });
    const { url } = await stage({ ...quiet(clock), limits }, { state });
    await Visitor.open(dead.url);
    clock.advance(29_999);
    expect((await fetch(url)).status).toBe(503);
    clock.advance(1);
    await Visitor.open(url);
  });

  it("goes on for all sessions when one cannot be renewed, and says so once each time", async () => {
    const clock = new WatchedClock();
    const state = memoryState({ clock });
    const touched = new Map<string, number>();
    const errors: unknown[] = [];
    let first: string | undefined;
    const flaky = changed(state, {
      records: {
        touch: async (id, ttlMs) => {
          first ??= id;
          if (id === first) throw new Error("not this one");
          touched.set(id, (touched.get(id) ?? 0) + 1);
          return state.records.touch(id, ttlMs);
        },
      },
    });
    const { url } = await stage(quiet(clock, errors), { state: flaky });
    // More than are renewed at a time.
    await Promise.all(Array.from({ length: 120 }, () => Visitor.open(url)));
    for (let beat = 1; beat <= 2; beat += 1) {
      await clock.pass(10_000);
      await expect.poll(() => errors.length).toBe(beat);
      expect(new Set(touched.values())).toEqual(new Set([beat]));
      expect(touched.size).toBe(119);
    }
    expect(errors).toMatchObject([{ message: "not this one" }, { message: "not this one" }]);
  });

  it("does not wait for a state that hangs", async () => {
    const clock = new WatchedClock();
    const state = memoryState({ clock });
    const errors: unknown[] = [];
    let beats = 0;
    const hanging = changed(state, {
      records: {
        touch: (id, ttlMs) => {
          beats += 1;
          return beats === 1 ? new Promise(() => undefined) : state.records.touch(id, ttlMs);
        },
      },
    });
    const { url } = await stage(quiet(clock, errors), { state: hanging });
    await Visitor.open(url);
    await clock.pass(10_000);
    await clock.pass(5_000);
    await clock.pass(10_000);
    await expect.poll(() => beats).toBe(2);
    expect(errors).toMatchObject([{ message: expect.stringContaining("within 5000 ms") as string }]);
  });

  it("begins with a session that is opened while it runs out", async () => {
    const clock = new ManualClock();
    const state = memoryState({ clock });
    const [entered, opened] = [deferred(), deferred()];
    let created = 0;
    const slow = changed(state, {
      records: {
        create: async (...what) => {
          const outcome = await state.records.create(...what);
          created += 1;
          if (created === 2) {
            entered.resolve();
            await opened.promise;
          }
          return outcome;
        },
      },
    });
    const [a, b] = [await stage(quiet(clock), { state: slow }), await stage(quiet(clock), { state })];
    const first = await Visitor.open(a.url);
    const opening = Visitor.open(a.url);
    await entered.promise;
    first.leave();
    await a.links.none();
    clock.advance(10_000);
    await nextTurn();
    opened.resolve();
    const second = await opening;
    for (let seconds = 0; seconds < 50; seconds += 10) {
      clock.advance(10_000);
      await nextTurn();
    }
    expect((await second.post({ jsonrpc: "2.0", id: 1, method: "ping" }, {}, second.at(b.url))).status).toBe(
      202,
    );
  });
});
