import { describe, expect, it } from "vitest";
import { program, runDemo as run } from "./served.test-kit.js";
import { checks } from "./tour/checks.js";
import { tourTargets } from "./tour/targets.js";

/** Some twenty servers start one after the other, beside whatever else the machine has to do. */
const TOUR_TIMEOUT_MS = 180_000;

describe("the built demo", () => {
  it(
    "takes the tour over real processes, on every transport and in both eras, and finds all as it should be",
    async () => {
      // What the environment says of serving is not meant for the servers of the tour.
      const env = { TOWPATH_TRANSPORT: "pigeon", TOWPATH_PATH: "/elsewhere" };
      const { code, stdout, stderr } = await run(["tour"], env);
      expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toContain("✗");
      const targets = tourTargets({ node: process.execPath, program });
      for (const { name, over } of checks) {
        const visits = targets
          .filter((target) => over?.includes(target.name) ?? true)
          .reduce((sum, { eras }) => sum + eras.length, 0);
        expect(stdout.split(`✓ ${name} `), name).toHaveLength(visits + 1);
      }
    },
    TOUR_TIMEOUT_MS,
  );

  it("serves on stdio unless told otherwise, and exits when stdin ends", async () => {
    expect(await run(["serve"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each([
    [["serve", "--transport", "pigeon"], {}, "--transport must be one of: stdio"],
    [
      ["serve", "--port", "8000"],
      {},
      "--port is for transports that listen: add --transport sse or streamable-http or websocket",
    ],
    [["serve", "--transport", "streamable-http", "--path", "mcp"], {}, "--path must be a path that begins"],
    [["serve"], { TOWPATH_PORT: "none" }, "TOWPATH_PORT must be a whole number"],
  ])("refuses %j with %j", async (args, env, message) => {
    const { code, stdout, stderr } = await run(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("prints a configuration that starts it", async () => {
    const { stdout } = await run(["config"]);
    expect(JSON.parse(stdout)).toEqual({
      mcpServers: { notebook: { command: process.execPath, args: [program, "serve"] } },
    });
  });
});
