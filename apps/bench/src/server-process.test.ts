import { describe, expect, it } from "vitest";
import { callsPerSecond } from "./drive.js";
import { raw } from "./implementations.js";
import { CallPool, toolCall } from "./requests.js";
import { withServer } from "./server-process.js";

const node = (script: string): readonly string[] => [process.execPath, "-e", script];
const rawServer = [process.execPath, raw.stdio.add];
const load = { inFlight: 5, durationMs: 20 };

describe("callsPerSecond", () => {
  it.each(["handshake", "stateless"] as const)("drives the raw server in the %s era", async (era) => {
    await withServer(rawServer, async (server) => {
      await server.open(era === "handshake" ? "initialize" : "discover");
      expect(await callsPerSecond(server, new CallPool(era, 7), load)).toBeGreaterThan(0);
      expect(await callsPerSecond(server, new CallPool(era, 64), { ...load, inFlight: 1 })).toBeGreaterThan(
        0,
      );
    });
  });

  it("fails when an answer is wrong", async () => {
    const wrong = node(`process.stdin.on("data", (chunk) => {
      for (const line of chunk.toString().trim().split("\\n")) {
        const { id } = JSON.parse(line);
        console.log(JSON.stringify({ id, result: { content: [{ type: "text", text: "no" }] } }));
      }
    })`);
    await withServer(wrong, async (server) => {
      await expect(callsPerSecond(server, new CallPool("handshake", 7), load)).rejects.toThrow(
        'was answered "no"',
      );
    });
  });
});

describe("ServerProcess", () => {
  const call = toolCall("handshake", 1, "size", { text: "x".repeat(300_000) });

  it("puts an answer together that comes in pieces", async () => {
    await withServer(rawServer, async (server) => {
      expect(await server.ask(call)).toContain('"text":"300000"');
    });
  });

  it("fails with what the server wrote to stderr when it leaves", async () => {
    await withServer(node(`console.error("out of paper"); process.exitCode = 3`), async (server) => {
      await expect(server.ask(call)).rejects.toThrow("exit code 3. out of paper");
    });
  });

  it("fails when there is no such program", async () => {
    await withServer(["/no/such/program"], async (server) => {
      await expect(server.ask(call)).rejects.toThrow("ENOENT");
      expect(() => server.pid).toThrow("ENOENT");
    });
  });

  it("leaves no process behind", async () => {
    const pid = await withServer(rawServer, async (server) => {
      await server.ask(call);
      return server.pid;
    });
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
