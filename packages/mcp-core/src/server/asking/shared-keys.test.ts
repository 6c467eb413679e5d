import { describe, expect, it } from "vitest";
import { memoryState } from "../../state/memory/memory-state.js";
import type { Records } from "../../state/contract.js";
import { Sealer } from "./seal.js";

const DAY_MS = 86_400_000;
const TTL_MS = 3_600_000;

/** Nodes that share records, and a clock. */
function shared() {
  const clock = { now: 1_000_000 };
  const { records } = memoryState();
  const calls = { count: 0 };
  const counted: Records = { ...records, get: (...how) => ((calls.count += 1), records.get(...how)) };
  for (const name of ["create", "replace"] as const)
    Object.assign(counted, { [name]: records[name].bind(records) });
  const node = (): Sealer =>
    new Sealer({ keys: undefined, shared: counted, ttlMs: TTL_MS, now: () => clock.now });
  return { clock, node, calls };
}

const keyId = (sealed: string): string => sealed.slice(0, sealed.indexOf("."));

describe("keys in the state", () => {
  it("change after a month, on all nodes within a minute; what was sealed before still opens", async () => {
    const { clock, node } = shared();
    const [a, b] = [node(), node()];
    const before = await a.seal("text", "here");
    expect(await b.open(before, "here")).toBe("text");
    clock.now += 30 * DAY_MS;
    const after = await a.seal("text", "here");
    expect(keyId(after)).not.toBe(keyId(before));
    clock.now += 60_000;
    expect(keyId(await b.seal("text", "here"))).toBe(keyId(after));
    for (const sealed of [before, after]) expect(await b.open(sealed, "here")).toBe("text");
  });

  it("are known at once to a node that is shown something sealed with one that is new", async () => {
    const { clock, node } = shared();
    const [a, b] = [node(), node()];
    await b.seal("text", "here");
    clock.now += 30 * DAY_MS;
    expect(await b.open(await a.seal("new", "here"), "here")).toBe("new");
  });

  it("become one also when several nodes change them at the same time", async () => {
    const { clock, node } = shared();
    const nodes = [node(), node(), node()];
    await Promise.all(nodes.map((one) => one.seal("text", "here")));
    clock.now += 31 * DAY_MS;
    const sealed = await Promise.all(nodes.map((one) => one.seal("text", "here")));
    expect(new Set(sealed.map(keyId)).size).toBe(1);
  });

  it("are forgotten when nothing that they sealed may come back", async () => {
    const { clock, node } = shared();
    const old = await node().seal("text", "here");
    for (const days of [30, 30]) {
      clock.now += days * DAY_MS;
      await node().seal("text", "here");
    }
    expect(await node().open(old, "here")).toBeUndefined();
  });

  it("are not looked for again and again, whatever ids are made up", async () => {
    const { node, calls } = shared();
    const one = node();
    const sealed = await one.seal("text", "here");
    const before = calls.count;
    const invented = Array.from({ length: 100 }, (_, at) => `made-up-${String(at)}${sealed.slice(8)}`);
    for (const text of invented) expect(await one.open(text, "here")).toBeUndefined();
    expect(calls.count - before).toBe(0);
  });
});
