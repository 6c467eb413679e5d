import { afterEach, describe, expect, it } from "vitest";
import { Fleet } from "./fleet.js";
import { type Contender, raw } from "./implementations.js";
import { ServerProcess } from "./server-process.js";

const contender: Contender = { implementation: raw, era: "handshake" };
const other: Contender = { implementation: raw, era: "stateless" };
const start = (): Promise<ServerProcess> =>
  Promise.resolve(new ServerProcess([process.execPath, "-e", "process.stdin.resume()"]));

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("Fleet", () => {
  const fleet = new Fleet<Contender, ServerProcess>(start, () => 2);

  afterEach(() => fleet.close());

  it("keeps a contender's server for so many rounds, then replaces it", async () => {
    const first = await fleet.processOf(contender, 0);
    const { pid } = first;
    expect(await fleet.processOf(contender, 1)).toBe(first);
    expect(await fleet.processOf(contender, 2)).not.toBe(first);
    expect(isRunning(pid)).toBe(false);
  });

  it("has one server for each contender, and ends them all", async () => {
    const pids = [await fleet.processOf(contender, 0), await fleet.processOf(other, 0)].map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(2);
    await fleet.close();
    expect(pids.map(isRunning)).toEqual([false, false]);
  });
});
