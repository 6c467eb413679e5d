import { memoryTransport } from "@towpath/mcp-core";
import { describe, expect, it } from "vitest";
import { Kept } from "../cli/surroundings.test-kit.js";
import { createNotebookServer } from "../server.js";
import { transports } from "../transports.js";
import type { Check } from "./check.js";
import { checks } from "./checks.js";
import { Report } from "./report.js";
import { runTour } from "./run-tour.js";
import type { TourTarget } from "./target.js";
import { tourTargets } from "./targets.js";

const inMemory: TourTarget = {
  name: "memory",
  eras: ["handshake", "stateless"],
  client: () => ({ transport: memoryTransport(createNotebookServer()) }),
  raw: () => Promise.reject(new Error("nothing to spawn")),
};

const checksNamed = (...names: readonly string[]): readonly Check[] =>
  checks.filter(({ name }) => names.includes(name));

const tourOf = async (
  chosen: readonly Check[],
  { out = new Kept(), env = {}, target = inMemory } = {},
): Promise<{ differing: number; text: string }> => {
  const report = new Report(out, env);
  return { differing: await runTour({ targets: [target], checks: chosen, report }), text: out.text };
};

describe("a tour", () => {
  it("shows every check in both eras", async () => {
    const { differing, text } = await tourOf(checksNamed("connect", "call"));
    expect(differing).toBe(0);
    expect(text.match(/✓ (connect|call) /g)).toHaveLength(4);
    expect(text).toContain("memory, handshake era");
    expect(text).toContain("memory, stateless era");
    expect(text).toContain("All 4 checks came out as they should");
  });

  it("leaves out the checks of other transports", async () => {
    const [connect] = checksNamed("connect");
    if (connect === undefined) throw new Error("nothing to check");
    const chosen = [
      connect,
      { ...connect, name: "here", over: ["memory", "other"] },
      { ...connect, name: "there", over: ["pigeon"] },
    ];
    const { text } = await tourOf(chosen);
    expect(text.match(/✓ (connect|here) /g)).toHaveLength(4);
    expect(text).not.toContain("there");
  });

  it("visits a transport in the eras that it knows", async () => {
    const { text } = await tourOf(checksNamed("connect"), { target: { ...inMemory, eras: ["handshake"] } });
    expect(text.match(/✓ connect /g)).toHaveLength(1);
    expect(text).not.toContain("stateless era");
  });

  it("counts and names what is not as it should be, and goes on", async () => {
    const wrong = checksNamed("connect", "call", "tools").map((check) =>
      check.name === "call" ? { ...check, expected: () => ({ text: "Note 2 is kept: Locks" }) } : check,
    );
    const { differing, text } = await tourOf(wrong);
    expect(differing).toBe(2);
    expect(text).toContain('text: expected "Note 2 is kept: Locks", got "Note 1 is kept: Locks"');
    expect(text.match(/✓ tools /g)).toHaveLength(2);
    expect(text).toContain("2 of 6 checks came out differently");
  });

  it("counts a check that fails, with its reason", async () => {
    const { differing, text } = await tourOf(checksNamed("connect", "second server"));
    expect(differing).toBe(2);
    expect(text).toContain("nothing to spawn");
  });

  it("shows the servers' stderr when something is wrong", async () => {
    const target: TourTarget = {
      ...inMemory,
      raw: (stderr) => {
        stderr("ran aground\n");
        return Promise.reject(new Error("no answer"));
      },
    };
    const { text } = await tourOf(checksNamed("connect", "second server"), { target });
    expect(text).toContain("      ran aground");
  });

  it.each([
    ["on a terminal", true, {}, true],
    ["unless NO_COLOR is set", true, { NO_COLOR: "1" }, false],
    ["not in a file", false, {}, false],
  ])("is coloured %s", async (_where, isTTY, env, coloured) => {
    const { text } = await tourOf(checksNamed("connect"), { out: new Kept(isTTY), env });
    expect(text.includes("\u001b[")).toBe(coloured);
  });

  it("visits transports that there are", () => {
    const names = tourTargets({ node: "node", program: "main.js" }).map(({ name }) => name);
    expect(names).toEqual(["stdio", "streamable-http", "sse", "websocket"]);
    expect([...transports.keys()].sort()).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(checks.flatMap(({ over }) => over ?? [])));
  });
});
