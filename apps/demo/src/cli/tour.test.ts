import { describe, expect, it } from "vitest";
import { UsageError } from "./command.js";
import { surroundings } from "./surroundings.test-kit.js";
import { tour } from "./tour.js";

/** It takes the nodes ten seconds or so to be sure that one of them is gone. */
const CLUSTER_TIMEOUT_MS = 180_000;

describe("`tour`", () => {
  it("ends with exit code 1, and says why, when the server cannot even start", async () => {
    const around = surroundings({ node: process.execPath, program: "/no/such/program.js" });
    expect(await tour.run(new Map(), around)).toBe(1);
    expect(around.stdout.text).toContain("✗ connect");
    expect(around.stdout.text).toContain("Cannot find module '/no/such/program.js'");
  });
});

describe("`tour --cluster`", () => {
  const cluster = new Map([["cluster", ["true"]]]);

  it(
    "visits three nodes in this process, and finds all as it should be",
    async () => {
      const around = surroundings();
      expect(await tour.run(cluster, around), around.stdout.text).toBe(0);
      expect(around.stdout.text).toContain("in one process");
      expect(around.stdout.text).toContain("All 17 checks came out as they should");
    },
    CLUSTER_TIMEOUT_MS,
  );

  it("ends with exit code 1, and says why, when the nodes cannot even start", async () => {
    const around = surroundings({ node: process.execPath, program: "/no/such/program.js" });
    const given = new Map([...cluster, ["state", ["redis://127.0.0.1:6379"]]]);
    expect(await tour.run(given, around)).toBe(1);
    expect(around.stdout.text).toContain("✗ start");
    expect(around.stdout.text).toContain("Cannot find module '/no/such/program.js'");
  });

  it("takes the Redis from the environment as well", async () => {
    const run = async (): Promise<number> =>
      tour.run(cluster, surroundings({ env: { TOWPATH_STATE: "pigeon" } }));
    await expect(run()).rejects.toThrow(/^TOWPATH_STATE must be the URL of a Redis/);
  });

  it("is what a state is for", async () => {
    const run = async (): Promise<number> =>
      tour.run(new Map([["state", ["redis://127.0.0.1:6379"]]]), surroundings());
    await expect(run()).rejects.toThrow(new UsageError("--state is for several nodes: add --cluster"));
  });
});
