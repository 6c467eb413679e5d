import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  officialV1,
  officialV2,
  towpath,
  type Connect,
  type Driver,
  type Outcome,
} from "./harness/drivers.js";
import { serving, type Over, type Served } from "./harness/servers.js";

const PIN = { pin: "2026-07-28" };
const LEGACY = { era: "handshake" } as const;

const NAMES = {
  "zod-main": "towpath-zod",
  "official-v1-main": "official-v1",
  "official-v2-main": "official-v2",
};

type ServerOf = keyof typeof NAMES;

interface Pair {
  readonly pair: string;
  readonly connect: Connect;
  readonly program: ServerOf;
  readonly over: Over;
  /** What the server calls itself. */
  readonly name: string;
  readonly revision: string;
}

const pairs: readonly Pair[] = [
  between("official v1 client, our server", officialV1, "zod-main", "2025-11-25"),
  between(
    "official v2 client of the handshake era, our server",
    officialV2("legacy"),
    "zod-main",
    "2025-11-25",
  ),
  between("official v2 client of the stateless era, our server", officialV2(PIN), "zod-main", "2026-07-28"),
  between("official v2 client of both eras, our server", officialV2("auto"), "zod-main", "2026-07-28"),
  between("our client, official v1 server", towpath(), "official-v1-main", "2025-11-25"),
  between(
    "our client of the handshake era, official v1 server",
    towpath(LEGACY),
    "official-v1-main",
    "2025-11-25",
  ),
  between("our client, official v2 server", towpath(), "official-v2-main", "2026-07-28"),
  between(
    "our client of the handshake era, official v2 server",
    towpath(LEGACY),
    "official-v2-main",
    "2025-11-25",
  ),
  between("our client, our server", towpath(), "zod-main", "2026-07-28"),
];

function between(
  pair: string,
  connect: Connect,
  program: ServerOf,
  revision: string,
  over: Over = "stdio",
): Pair {
  return { pair, connect, program, name: NAMES[program], revision, over };
}

/** The official clients of our server, and our client of it and of the official ones, where both eras are spoken. */
function everybody(over: Over): readonly Pair[] {
  return [
    ...ours(over),
    between("our client, our server", towpath(), "zod-main", "2026-07-28", over),
    between("our client of the handshake era, our server", towpath(LEGACY), "zod-main", "2025-11-25", over),
    ...legacyOfficial(over),
    between(
      "official v2 client of the stateless era, our server",
      officialV2(PIN),
      "zod-main",
      "2026-07-28",
      over,
    ),
    between(
      "official v2 client of both eras, our server",
      officialV2("auto"),
      "zod-main",
      "2026-07-28",
      over,
    ),
  ];
}

/** The same over HTTP+SSE, which has the handshake era alone. */
function overSse(): readonly Pair[] {
  return [
    ...legacyOurs("sse"),
    between("our client, our server", towpath(), "zod-main", "2025-11-25", "sse"),
    ...legacyOfficial("sse"),
    between(
      "official v2 client of both eras, our server",
      officialV2("auto"),
      "zod-main",
      "2025-11-25",
      "sse",
    ),
  ];
}

/** The same over WebSocket, over which the official servers have the handshake era alone. */
function overWebSocket(): readonly Pair[] {
  const ownServer = everybody("websocket").filter(({ program }) => program === "zod-main");
  return [...legacyOurs("websocket"), ...ownServer];
}

/** The official clients of the handshake era, of our server. */
function legacyOfficial(over: Over): readonly Pair[] {
  return [
    between("official v1 client, our server", officialV1, "zod-main", "2025-11-25", over),
    between(
      "official v2 client of the handshake era, our server",
      officialV2("legacy"),
      "zod-main",
      "2025-11-25",
      over,
    ),
  ];
}

/** Our client of official servers that have the handshake era alone. */
function legacyOurs(over: Over): readonly Pair[] {
  return [
    between("our client, official v1 server", towpath(), "official-v1-main", "2025-11-25", over),
    between("our client, official v2 server", towpath(), "official-v2-main", "2025-11-25", over),
  ];
}

/** Our client of the official servers. */
function ours(over: Over): readonly Pair[] {
  return [
    between("our client, official v1 server", towpath(), "official-v1-main", "2025-11-25", over),
    between("our client, official v2 server", towpath(), "official-v2-main", "2026-07-28", over),
    between(
      "our client of the handshake era, official v2 server",
      towpath(LEGACY),
      "official-v2-main",
      "2025-11-25",
      over,
    ),
  ];
}

describe.each([
  ...pairs,
  ...everybody("streamable-http"),
  ...everybody("streamable-http-sessions"),
  ...ours("streamable-http-json"),
  ...overSse(),
  ...overWebSocket(),
])("$pair, over $over", ({ connect, program, name, revision, over }) => {
  /** Whether notifications can be told to be of the same client as requests. */
  const isKnown = over !== "streamable-http" || revision === "2026-07-28";
  /** Whether anything can come before the answer. */
  const isStreamed = over !== "streamable-http-json";
  let server: Served;
  let driver: Driver;

  beforeAll(async () => {
    server = await serving(program, over);
    driver = await connect(server);
  });
  afterAll(() => driver.close());

  it("agrees on a revision, and learns who the server is", () => {
    expect(driver).toMatchObject({ server: name, revision });
  });

  it("lists the tools with their schemas", async () => {
    const tools = await driver.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["add", "steps", "go", "wait", "fail", "grow"]);
    expect(tools[0]).toMatchObject({
      inputSchema: { type: "object", properties: { a: { type: "number" } } },
      outputSchema: { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
    });
  });

  it("calls a tool with validated arguments, defaults filled in, and gets structured output", async () => {
    expect(await driver.call("add", { a: 2 })).toEqual({
      text: '{"sum":3}',
      structured: { sum: 3 },
      isError: false,
    });
  });

  if (isStreamed) {
    it("reports progress, in order and before the answer", async () => {
      const reported: object[] = [];
      let complete: () => void = () => undefined;
      const allReported = new Promise<void>((resolve) => (complete = resolve));
      const onProgress = (progress: object): void => {
        if (reported.push(progress) === 3) complete();
      };
      const stepping = driver.call("steps", { count: 3 }, { onProgress });
      // The official clients lose progress that arrives in one chunk with the response.
      await allReported;
      await driver.call("go");
      expect(await stepping).toMatchObject({ text: "done" });
      expect(reported).toMatchObject(
        [1, 2, 3].map((progress) => ({ progress, total: 3, message: `step ${String(progress)}` })),
      );
    });
  }

  if (isKnown) {
    it("cancels a call, which the handler is told of", async () => {
      const controller = new AbortController();
      const waiting = driver.call("wait", {}, { signal: controller.signal });
      await server.log.line("waiting");
      controller.abort(new Error("no longer needed"));
      await expect(waiting).rejects.toThrow();
      await server.log.line("aborted");
      expect(await driver.call("add", { a: 1, b: 1 })).toMatchObject({ structured: { sum: 2 } });
    });
  }

  it("is told that arguments do not fit, and which", async () => {
    expect(await complaint(driver.call("add", { a: "two" }))).toMatch(/\ba\b/);
  });

  it("is told that a tool is unknown, and which", async () => {
    expect(await complaint(driver.call("nothing_known"))).toContain("nothing_known");
  });

  it("gets the failure of a tool as a result", async () => {
    expect(await driver.call("fail")).toMatchObject({ text: "the note is gone", isError: true });
  });

  if (isKnown) {
    it("hears that the list of tools has changed", async () => {
      let heard: () => void = () => undefined;
      const changed = new Promise<void>((resolve) => (heard = resolve));
      await driver.onListChanged(heard);
      await driver.call("grow");
      await changed;
      expect(await driver.call("newcomer")).toMatchObject({ text: "here" });
    });
  }

  it("leaves no process behind", async () => {
    await driver.close();
    await server.end();
    server.log.expectGone(1);
  });
});

/** What is said of a call that was refused, be it as an error or as a result. */
async function complaint(call: Promise<Outcome>): Promise<string> {
  try {
    const { isError, text } = await call;
    expect(isError).toBe(true);
    return text ?? "";
  } catch (error) {
    return String(error);
  }
}
