import { describe, expect, it } from "vitest";
import { HttpServerProcess } from "../http/server.js";
import { raw } from "../implementations.js";
import type { Context } from "../measure.js";
import { calledSession, callsPerSecond } from "./load.js";
import { RunningSse } from "./running.js";
import { Sessions } from "./sessions.js";

const context: Context = { implementations: [], node: process.execPath, cores: undefined, rounds: undefined };
const load = { inFlight: 6, leadMs: 5, durationMs: 60 };

async function withRaw(use: (server: HttpServerProcess) => Promise<void>): Promise<void> {
  const server = await HttpServerProcess.start(context, raw.sse.add);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

describe("RunningSse", () => {
  it.each([1, 3])("calls the raw server in %d sessions", async (sessions) => {
    await withRaw(async (server) => {
      const running = new RunningSse(server);
      await running.open(3);
      await running.warmUp(load.inFlight, 1);
      expect(await running.firstAnswer()).toContain('"text":"1001"');
      expect(await running.rate(sessions, load)).toBeGreaterThan(0);
      await running.close();
    });
  });
});

describe("callsPerSecond", () => {
  it("fails when a call is for no session", async () => {
    await withRaw(async ({ port }) => {
      const sessions = new Sessions(port);
      await sessions.open(1);
      const called = sessions.streams.map((stream) => calledSession(port, stream));
      sessions.close();
      await expect(callsPerSecond(port, called, load)).rejects.toThrow();
    });
  });

  it("fails when an answer is missing or wrong", async () => {
    await withRaw(async ({ port }) => {
      const sessions = new Sessions(port);
      await sessions.open(1);
      const called = sessions.streams.map((stream) => {
        const { requests } = calledSession(port, stream);
        return { stream, requests: requests.toReversed() };
      });
      await expect(callsPerSecond(port, called, load)).rejects.toThrow("times and answered");
      sessions.close();
    });
  });
});

describe("Sessions", () => {
  it("are opened one by one, and stay open", async () => {
    await withRaw(async ({ port }) => {
      const sessions = new Sessions(port);
      await sessions.open(70);
      await sessions.open(5);
      sessions.check();
      expect(new Set(sessions.streams.map(({ endpoint }) => endpoint)).size).toBe(75);
      sessions.close();
    });
  });

  it("are known not to be open any more once the server has left", async () => {
    await withRaw(async (server) => {
      const sessions = new Sessions(server.port);
      await sessions.open(1);
      const [stream] = sessions.streams;
      const failed = new Promise<Error>((resolve) => {
        stream?.listen({ onMessage: () => undefined, onFailure: resolve });
      });
      await server.close();
      await failed;
      expect(() => sessions.check()).toThrow();
    });
  });

  it("are not opened where nobody listens", async () => {
    await withRaw(async (server) => {
      await server.close();
      await expect(new Sessions(server.port).open(1)).rejects.toThrow("ECONNREFUSED");
    });
  });
});
