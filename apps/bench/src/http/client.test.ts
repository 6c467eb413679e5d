import { afterAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { type HttpClientContender, httpClientContenders, peers, raw } from "../implementations.js";
import type { Context } from "../measure.js";
import { paths } from "../paths.js";
import { HttpClientProcess } from "./client.js";
import { HttpServerProcess } from "./server.js";

const context: Context = {
  implementations: [],
  node: process.execPath,
  cores: undefined,
  rounds: undefined,
};
const endpoint = join(paths.raw, "endpoint.mjs");
const servers: HttpServerProcess[] = [];

async function portOf(answers: "json" | "sse", progress: number): Promise<number> {
  const server = await HttpServerProcess.start(context, endpoint, answers, String(progress));
  servers.push(server);
  return server.port;
}

const contenders = httpClientContenders([raw, ...peers.filter(({ id }) => id === "fetch")]);
const [first] = contenders;
const calls = { inFlight: 3, leadMs: 5, durationMs: 60 };

async function measure(contender: HttpClientContender, port: number, progress: number) {
  const { httpClient, era } = contender;
  const url = `http://127.0.0.1:${port}/mcp`;
  const client = await HttpClientProcess.start(context, httpClient.calls, era, url, progress);
  try {
    return await client.call(calls);
  } finally {
    await client.close();
  }
}

describe("HttpClientProcess", () => {
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  it.each(contenders.map((one) => [`${one.implementation.label}, ${one.era}`, one] as const))(
    "tells how fast %s calls, and with how much of the processor",
    async (_, contender) => {
      const port = await portOf("json", 0);
      const { perSecond, cpuUsPerCall } = await measure(contender, port, 0);
      expect(perSecond).toBeGreaterThan(0);
      expect(cpuUsPerCall).toBeGreaterThan(0);
    },
  );

  it.each(contenders.map((one) => [`${one.implementation.label}, ${one.era}`, one] as const))(
    "has %s read streams with progress",
    async (_, contender) => {
      const port = await portOf("sse", 3);
      expect((await measure(contender, port, 3)).perSecond).toBeGreaterThan(0);
    },
  );

  it("fails where a call has less progress than expected", async () => {
    if (first === undefined) throw new Error("raw is a client");
    const port = await portOf("sse", 2);
    await expect(measure(first, port, 3)).rejects.toThrow("progress notifications, 3 expected for each");
  });

  it("fails with the reason where there is no server", async () => {
    if (first === undefined) throw new Error("raw is a client");
    await expect(measure(first, 1, 0)).rejects.toThrow("ECONNREFUSED");
  });
});
