import { describe, expect, it } from "vitest";
import { httpContenders, raw } from "../implementations.js";
import { callPool, targetOf } from "../http/requests.js";
import { startHttpServer } from "../http/server.js";
import type { Context } from "../measure.js";
import { poll, type Polling, type PollingResult } from "./polling.js";
import { taskIn } from "./requests.js";

const context: Context = { implementations: [], node: process.execPath, cores: undefined, rounds: undefined };

/** Polls the raw server, which answers each request of the pool. */
async function pollRaw(changes: Partial<Polling>): Promise<PollingResult> {
  const [contender] = httpContenders([raw], "json", ["stateless"]);
  if (contender === undefined) throw new Error("raw answers in every mode");
  const server = await startHttpServer(context, contender, "json");
  try {
    const { requests, check } = callPool(targetOf(contender, "json", server.port));
    const some = requests.slice(0, 20);
    return await poll(server.port, {
      ...{ requests: some, intervalMs: 20, durationMs: 50, connections: 3, check },
      ...changes,
    });
  } finally {
    await server.close();
  }
}

describe("poll", () => {
  it("sends each request once in an interval", async () => {
    const { answered, perSecond, p50Ms, p99Ms } = await pollRaw({});
    expect(answered).toBe(50);
    expect(perSecond).toBeGreaterThan(0);
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  });

  it("looks at answers as those of their requests, over more than one interval", async () => {
    const indexes: number[] = [];
    await pollRaw({ durationMs: 100, check: (index) => indexes.push(index) });
    // One in 16 is looked at.
    expect(indexes.toSorted((a, b) => a - b)).toEqual([0, 0, 4, 8, 12, 16, 16]);
  });

  it("fails when an answer is wrong", async () => {
    const check = (): never => {
      throw new Error("not this one");
    };
    await expect(pollRaw({ check })).rejects.toThrow("not this one");
  });
});

describe("taskIn", () => {
  it.each([
    ["2025-11-25", { task: { taskId: "a", status: "working", ttl: null } }],
    ["the extension", { resultType: "task", taskId: "a", status: "working" }],
  ])("finds the task as %s tells of it", (_protocol, result) => {
    expect(taskIn(JSON.stringify({ id: 1, result }))).toEqual({ taskId: "a", status: "working" });
  });

  it("fails for anything else", () => {
    expect(() => taskIn(JSON.stringify({ id: 1, error: { code: 1 } }))).toThrow("Expected a task");
  });
});
