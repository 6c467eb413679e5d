import { describe, expect, it } from "vitest";
import { type Answers, type HttpContender, httpContenders, type Mode, raw } from "../implementations.js";
import type { Context } from "../measure.js";
import { withConnections } from "./connection.js";
import { loadFor, sendRequests } from "./load.js";
import { callPool, type RequestPool, targetOf } from "./requests.js";
import { HttpServerProcess, startHttpServer } from "./server.js";
import { openSessions, withStreams } from "./sessions.js";

const context: Context = { implementations: [], node: process.execPath, cores: undefined, rounds: undefined };
const load = { connections: 3, leadMs: 5, durationMs: 30 };

/** Runs `use` with the raw server. */
async function withRaw(
  mode: Mode,
  answers: Answers,
  use: (server: HttpServerProcess, contender: HttpContender) => Promise<void>,
): Promise<void> {
  const [contender] = httpContenders([raw], answers, [mode]);
  if (contender === undefined) throw new Error("raw answers in every mode");
  const server = await startHttpServer(context, contender, answers);
  try {
    await use(server, contender);
  } finally {
    await server.close();
  }
}

describe("loadFor", () => {
  it.each([
    ["json", "stateless"],
    ["sse", "stateless"],
    ["json", "handshake"],
    ["sse", "handshake"],
  ] as const)("drives the raw server with %s in the %s era", async (answers, mode) => {
    await withRaw(mode, answers, async ({ port }, contender) => {
      const { perSecond, p99Ms } = await loadFor(port, callPool(targetOf(contender, answers, port)), load);
      expect(perSecond).toBeGreaterThan(0);
      expect(p99Ms).toBeGreaterThan(0);
    });
  });

  it("fails when an answer is wrong", async () => {
    await withRaw("handshake", "json", async ({ port }, contender) => {
      const pool = callPool(targetOf(contender, "json", port));
      const shifted: RequestPool = { ...pool, check: (index, response) => pool.check(index + 1, response) };
      await expect(loadFor(port, shifted, load)).rejects.toThrow("was answered with id");
    });
  });

  it("fails when there is nothing to send", async () => {
    await withRaw("handshake", "json", async ({ port }) => {
      await expect(loadFor(port, { requests: [], check: () => {} }, load)).rejects.toThrow(RangeError);
    });
  });

  it("fails when nobody listens", async () => {
    await withRaw("handshake", "json", async (server, contender) => {
      const pool = callPool(targetOf(contender, "json", server.port));
      await server.close();
      await expect(loadFor(server.port, pool, load)).rejects.toThrow("ECONNREFUSED");
    });
  });
});

describe("sendRequests", () => {
  it("sends as many as it was told", async () => {
    await withRaw("handshake", "json", async ({ port }, contender) => {
      const pool = callPool(targetOf(contender, "json", port));
      const sent: number[] = [];
      const counted: RequestPool = { requests: pool.requests, check: (index) => sent.push(index) };
      await sendRequests(port, counted, 3, 33);
      // One in 16 is checked: the first, the 17th and the 33rd.
      expect(sent.sort((a, b) => a - b)).toEqual([0, 16, 32]);
    });
  });
});

describe("sessions", () => {
  it("are opened one by one, and each has its stream", async () => {
    await withRaw("sessions", "json", async (server, contender) => {
      const target = targetOf(contender, "json", server.port);
      const sessions = await openSessions(target, 20);
      expect(new Set(sessions).size).toBe(20);
      await withStreams(target, sessions, async () => {
        const [session = ""] = sessions;
        await loadFor(server.port, callPool({ ...target, session }), load);
      });
    });
  });

  it("are needed where a server has them", async () => {
    await withRaw("sessions", "json", async ({ port }, contender) => {
      await expect(loadFor(port, callPool(targetOf(contender, "json", port)), load)).rejects.toThrow(
        "Status 404",
      );
    });
  });
});

describe("withConnections", () => {
  it("tells of a server that leaves", async () => {
    await withRaw("handshake", "json", async (server) => {
      await withConnections(server.port, 1, async ([connection]) => {
        await server.close();
        await expect(connection?.ask(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).rejects.toThrow();
      });
    });
  });
});

describe("HttpServerProcess", () => {
  it("tells the memory of the server once garbage is collected", async () => {
    await withRaw("handshake", "json", async (server) => {
      const { heapUsed, rss } = await server.memory();
      expect(heapUsed).toBeGreaterThan(1e6);
      expect(rss).toBeGreaterThan(heapUsed);
    });
  });

  it("fails with what a server wrote that does not listen", async () => {
    await expect(HttpServerProcess.start(context, "/no/such/server.mjs")).rejects.toThrow(
      "/no/such/server.mjs",
    );
  });

  it("leaves no process behind", async () => {
    await withRaw("handshake", "json", async (server) => {
      const { pid } = server;
      if (pid === undefined) throw new Error("The server has no process.");
      await server.close();
      expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    });
  });
});
