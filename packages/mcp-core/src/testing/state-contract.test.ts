import { describe, expect, it } from "vitest";
import type { Bus, Logs, Records, State } from "../state/contract.js";
import { memoryState } from "../state/memory/memory-state.js";
import { ManualClock } from "./manual-clock.js";
import { stateContract } from "./state-contract.js";

interface Parts {
  readonly records?: Partial<Records>;
  readonly logs?: Partial<Logs>;
  readonly bus?: Partial<Bus>;
}

/** The state with some methods replaced. */
function altered(state: State, change: (state: State) => Parts): State {
  const over = <T extends object>(part: T, methods: Partial<T> = {}): T =>
    new Proxy(part, {
      get(target, key) {
        const own: unknown = Reflect.get(key in methods ? methods : target, key);
        return typeof own === "function" ? (own.bind(target) as unknown) : own;
      },
    });
  const { records, logs, bus } = change(state);
  return {
    records: over(state.records, records),
    logs: over(state.logs, logs),
    bus: over(state.bus, bus),
    get available() {
      return state.available;
    },
    close: () => state.close(),
  };
}

const faults: Record<string, { readonly change: (state: State) => Parts; readonly caughtBy: string }> = {
  "a create that overwrites": {
    caughtBy: "records: are created once, by one of many who try",
    change: ({ records }) => ({
      records: {
        create: async (id, value, options) => ({
          outcome: "created",
          version: await records.set(id, value, options),
        }),
      },
    }),
  },
  "a replace that ignores the version": {
    caughtBy: "records: are replaced only in the version that was read",
    change: ({ records }) => ({
      records: { replace: (id, value) => records.set(id, value, { ttlMs: 1000 }) },
    }),
  },
  "a touch that does nothing": {
    caughtBy: "records: live on when touched, or read with a time to live",
    change: () => ({ records: { touch: () => Promise.resolve(true) } }),
  },
  "caps that are not looked at": {
    caughtBy: "indexes: cap the records created under them, whoever creates",
    change: ({ records }) => ({
      records: { create: (id, value, { ttlMs, indexes }) => records.create(id, value, { ttlMs, indexes }) },
    }),
  },
  "counters without a maximum": {
    caughtBy: "counters: accept no more than the maximum of many who try",
    change: ({ records }) => ({
      records: { add: (name, by, { ttlMs, renew }) => records.add(name, by, { ttlMs, renew }) },
    }),
  },
  "an append that creates the log": {
    caughtBy: "logs: must be created before anything else",
    change: ({ logs }) => ({
      logs: {
        append: async (name, entry, options) => {
          await logs.create(name);
          return logs.append(name, entry, options);
        },
      },
    }),
  },
  "an append that takes a key twice": {
    caughtBy: "logs: take an entry of one key once, from whichever node",
    change: ({ logs }) => ({
      logs: { append: (name, entry, options) => logs.append(name, entry, { close: options?.close }) },
    }),
  },
  "a close that forgets to close": {
    caughtBy: "logs: get their last entry from one of many who close them",
    change: ({ logs }) => ({ logs: { append: (name, entry) => logs.append(name, entry) } }),
  },
  "a lost cursor read from the oldest entry": {
    caughtBy: "trimming: keeps no more entries than allowed; an older cursor is lost, not unknown",
    change: ({ logs }) => ({
      logs: {
        read: (name, options) => logs.read(name, options).catch(() => logs.read(name, { from: "oldest" })),
      },
    }),
  },
  "readers that do not fence": {
    caughtBy: "readers: that take a log fence off the one that took it before",
    change: ({ logs }) => ({
      logs: { read: (name, options) => logs.read(name, { ...options, exclusive: false }) },
    }),
  },
  "a bus that delivers twice": {
    caughtBy: "bus: hands each message to every subscriber on every node, once and in order",
    change: ({ bus }) => ({
      bus: {
        publish: async (topic, message) => {
          await bus.publish(topic, message);
          await bus.publish(topic, message);
        },
      },
    }),
  },
};

async function failures(create: () => State, wanted: string): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of stateContract(create, { shortMs: 20, timeoutMs: 300 })) {
    if (name === wanted) await run().catch(() => failed.push(name));
  }
  return failed;
}

describe("stateContract", () => {
  it("names every behaviour once", () => {
    const names = stateContract(() => memoryState()).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.concurrent.each(Object.entries(faults))("finds %s", async (_, { change, caughtBy }) => {
    expect(await failures(() => altered(memoryState(), change), caughtBy)).toEqual([caughtBy]);
  });

  it("finds two nodes that share nothing", async () => {
    const cases = stateContract(() => ({ state: memoryState(), peer: memoryState() }), { timeoutMs: 100 });
    const shared = cases.find(({ name }) => name.startsWith("records: give back"));
    await expect(shared?.run()).rejects.toThrow();
  });

  it("closes both nodes, also when a case fails", async () => {
    const closed: string[] = [];
    const node = (name: string): State => {
      const state = memoryState();
      return { ...state, close: () => Promise.resolve(void closed.push(name)) };
    };
    const cases = stateContract(() => ({ state: node("state"), peer: node("peer") }), { timeoutMs: 100 });
    await expect(cases[0]?.run()).rejects.toThrow();
    expect(closed.sort()).toEqual(["peer", "state"]);
  });

  it("does not hang on a state that never answers", async () => {
    const mute = altered(memoryState(), () => ({ records: { get: () => new Promise(() => undefined) } }));
    const [first] = stateContract(() => mute, { timeoutMs: 20 });
    await expect(first?.run()).rejects.toThrow("Still waiting after 20 ms.");
  });

  it("lets time pass on the clock of the state", async () => {
    const clock = new ManualClock();
    const cases = stateContract(() => ({
      state: memoryState({ clock }),
      advance: (ms) => clock.advance(ms),
    }));
    await cases.find(({ name }) => name.startsWith("records: are gone after"))?.run();
    expect(clock.now()).toBeGreaterThanOrEqual(500);
  });
});
