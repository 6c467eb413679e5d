import { describe, expect, it } from "vitest";
import { Kept } from "../../cli/surroundings.test-kit.js";
import { Report } from "../report.js";
import { inTurn } from "./checks-sessions.js";
import type { ClusterSection } from "./cluster-check.js";
import { localNodes } from "./local-node.js";
import type { StartNode } from "./node.js";
import { runClusterTour } from "./run-cluster-tour.js";

const tourOf = async (
  sections: readonly ClusterSection[],
  start: StartNode = localNodes(),
): Promise<{ differing: number; text: string }> => {
  const out = new Kept();
  const differing = await runClusterTour({
    start,
    about: "for a test",
    sections,
    report: new Report(out, {}),
    stderr: () => "ran aground",
  });
  return { differing, text: out.text };
};

describe("a tour of three nodes", () => {
  it("shows each section in its era", async () => {
    const { differing, text } = await tourOf([
      { era: "handshake", about: "first", checks: [inTurn] },
      { era: "stateless", about: "then", checks: [inTurn] },
    ]);
    expect(differing, text).toBe(0);
    expect(text).toMatch(/✓ start +A on port \d+, B on port \d+, C on port \d+/);
    expect(text).toMatch(/streamable-http, handshake era {2}first\n {2}✓ in turn/);
    expect(text).toMatch(/streamable-http, stateless era {2}then\n {2}✓ in turn/);
    expect(text).toContain("All 3 checks came out as they should");
    expect(text).not.toContain("ran aground");
  });

  it("counts and names what is not as it should be, and goes on", async () => {
    const wrong = { ...inTurn, expected: () => ({ went: [] }) };
    const broken = { ...inTurn, run: () => Promise.reject(new Error("out of reach")) };
    const { differing, text } = await tourOf([
      { era: "stateless", about: "all", checks: [wrong, broken, inTurn] },
    ]);
    expect(differing).toBe(2);
    expect(text).toContain('went.0: expected nothing, got "server/discover A"');
    expect(text).toContain("out of reach");
    expect(text.match(/✓ in turn/g)).toHaveLength(1);
    expect(text).toContain("ran aground");
  });

  it("goes nowhere without all of them, and leaves none behind", async () => {
    const start = localNodes();
    const urls: URL[] = [];
    let started = 0;
    const { differing, text } = await tourOf(
      [{ era: "stateless", about: "all", checks: [inTurn] }],
      async () => {
        started += 1;
        if (started === 3) throw new Error("no port left");
        const node = await start();
        urls.push(node.url);
        return node;
      },
    );
    expect(differing).toBe(1);
    expect(text).toContain("no port left");
    expect(text).not.toContain("in turn");
    expect(urls).toHaveLength(2);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow("fetch failed");
  });
});
