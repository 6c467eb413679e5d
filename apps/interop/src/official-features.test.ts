import { eraOf, type Revision } from "@towpath/mcp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ASKING,
  CONFIG,
  CONFIG_TEXT,
  DEFAULTS,
  FORM,
  greeting,
  LANGUAGES,
  LOGGED,
  NOTE,
  NOTE_IDS,
  PAGE_URL,
  PIXEL,
  PIXEL_BASE64,
  QUESTION,
  WEATHER_TOOL,
} from "./fixtures/features.js";
import {
  officialV1,
  officialV2,
  TOOL_USE,
  towpath,
  type Answers,
  type Asked,
  type ConnectFeatures,
  type FeatureDriver,
} from "./harness/feature-drivers.js";
import type { Program } from "./harness/programs.js";
import { serving, type Over, type Served } from "./harness/servers.js";

const PIN = { pin: "2026-07-28" };
const LEGACY = { era: "handshake" } as const;

type Pair = readonly [
  pair: string,
  over: Over,
  connect: ConnectFeatures,
  program: Program,
  revision: Revision,
];

const pairs: readonly Pair[] = [
  ["official v1 client, our server", "stdio", officialV1, "features-main", "2025-11-25"],
  [
    "official v2 client, our server, handshake era",
    "stdio",
    officialV2("legacy"),
    "features-main",
    "2025-11-25",
  ],
  ["official v2 client, our server, stateless era", "stdio", officialV2(PIN), "features-main", "2026-07-28"],
  ["our client, official v1 server", "stdio", towpath(), "features-v1-main", "2025-11-25"],
  [
    "our client, official v2 server, handshake era",
    "stdio",
    towpath(LEGACY),
    "features-v2-main",
    "2025-11-25",
  ],
  ["our client, official v2 server, stateless era", "stdio", towpath(), "features-v2-main", "2026-07-28"],
  ["our client, our server", "stdio", towpath(), "features-main", "2026-07-28"],
  ["official v1 client, our server", "streamable-http-sessions", officialV1, "features-main", "2025-11-25"],
  [
    "official v2 client, our server, handshake era",
    "streamable-http-sessions",
    officialV2("legacy"),
    "features-main",
    "2025-11-25",
  ],
  [
    "official v2 client, our server, stateless era",
    "streamable-http-sessions",
    officialV2(PIN),
    "features-main",
    "2026-07-28",
  ],
  [
    "official v2 client, our server, stateless era",
    "streamable-http",
    officialV2(PIN),
    "features-main",
    "2026-07-28",
  ],
];

/** Our client of every server over HTTP. The official v2 SDK’s can ask nothing where it is to answer in JSON alone. */
const ours: readonly Pair[] = [
  ...(["streamable-http-sessions", "streamable-http-resumable", "streamable-http-json"] as const).map(
    (over): Pair => ["our client, official v1 server", over, towpath(), "features-v1-main", "2025-11-25"],
  ),
  ...(["streamable-http-sessions", "streamable-http-resumable"] as const).map((over): Pair => [
    "our client, official v2 server, handshake era",
    over,
    towpath(LEGACY),
    "features-v2-main",
    "2025-11-25",
  ]),
  ...(["streamable-http", "streamable-http-sessions", "streamable-http-json"] as const).map((over): Pair => [
    "our client, official v2 server, stateless era",
    over,
    towpath(),
    "features-v2-main",
    "2026-07-28",
  ]),
  [
    "our client, our server, handshake era",
    "streamable-http-sessions",
    towpath(LEGACY),
    "features-main",
    "2025-11-25",
  ],
  ...(["streamable-http", "streamable-http-sessions"] as const).map((over): Pair => [
    "our client, our server, stateless era",
    over,
    towpath(),
    "features-main",
    "2026-07-28",
  ]),
];

/** Over HTTP+SSE, and over WebSocket, for which the official servers have the handshake era alone. */
const others = (["sse", "websocket"] as const).flatMap((over): readonly Pair[] => [
  ["our client, official v1 server", over, towpath(), "features-v1-main", "2025-11-25"],
  ["our client, official v2 server", over, towpath(), "features-v2-main", "2025-11-25"],
  ["our client, our server, handshake era", over, towpath(LEGACY), "features-main", "2025-11-25"],
  ["official v1 client, our server", over, officialV1, "features-main", "2025-11-25"],
  [
    "official v2 client, our server, handshake era",
    over,
    officialV2("legacy"),
    "features-main",
    "2025-11-25",
  ],
]);

const statelessWebSocket: readonly Pair[] = [
  ["our client, our server, stateless era", "websocket", towpath(), "features-main", "2026-07-28"],
  [
    "official v2 client, our server, stateless era",
    "websocket",
    officialV2(PIN),
    "features-main",
    "2026-07-28",
  ],
];

const PERSON = { name: "Ada", email: "ada@example.org" };
const ROOTS = [{ uri: "file:///notes", name: "Notes" }];

describe.each([...pairs, ...ours, ...others, ...statelessWebSocket])(
  "%s, over %s",
  (_pair, over, connect, program, revision) => {
    let server: Served;
    let driver: FeatureDriver;
    const asked: Asked[] = [];
    let roots = ROOTS;
    const heard: unknown[] = [];
    let tell: () => void = () => undefined;

    const answers: Answers = {
      elicit: (question) => {
        asked.push(question);
        if (question.mode === "url") return { action: "accept" };
        return { action: "accept", content: question.message === "Who?" ? { ...PERSON } : {} };
      },
      sample: (question) => {
        asked.push(question);
        const wantsTool = question.tools !== undefined;
        return {
          role: "assistant",
          model: "a model",
          stopReason: wantsTool ? "toolUse" : "endTurn",
          content: wantsTool ? [TOOL_USE] : { type: "text", text: "Fine." },
        };
      },
      roots: () => roots,
    };

    /** Settles when all of that was heard. */
    async function hears(...expected: readonly unknown[]): Promise<void> {
      const isMissing = (what: unknown) =>
        !heard.some((known) => JSON.stringify(known) === JSON.stringify(what));
      while (expected.some(isMissing)) await new Promise<void>((resolve) => (tell = resolve));
    }

    beforeAll(async () => {
      server = await serving(program, over);
      driver = await connect(server, answers, (what) => {
        heard.push(what);
        tell();
      });
    });
    afterAll(() => driver.close());

    it("agrees on a revision", () => {
      expect(driver.revision).toBe(revision);
    });

    it("lists resources, those of a template too, page by page", async () => {
      const notes = NOTE_IDS.map((id) => ({ uri: `note://${id}`, name: `note ${id}` }));
      expect(await driver.list("resources")).toMatchObject([CONFIG, PIXEL, ...notes]);
    });

    it("lists templates", async () => {
      expect(await driver.list("templates")).toMatchObject([NOTE, ASKING]);
    });

    it("reads text", async () => {
      expect(await driver.read(CONFIG.uri)).toMatchObject([
        { uri: CONFIG.uri, mimeType: CONFIG.mimeType, text: CONFIG_TEXT },
      ]);
    });

    it("asks again for what it may not keep, and not for what it may", async () => {
      await driver.read(CONFIG.uri);
      await driver.text("touch");
      await server.log.line("touched");
      const reads = server.log.text.match(/^read config$/gm);
      expect(reads).toHaveLength(eraOf(revision) === "stateless" ? 1 : 2);
    });

    it("reads binary data", async () => {
      expect(await driver.read(PIXEL.uri)).toMatchObject([
        { uri: PIXEL.uri, mimeType: PIXEL.mimeType, blob: PIXEL_BASE64 },
      ]);
    });

    it("reads what a template describes", async () => {
      expect(await driver.read("note://10")).toMatchObject([{ uri: "note://10", text: "note 10" }]);
    });

    it("is told that a resource is not there", async () => {
      await expect(driver.read("nowhere://at/all")).rejects.toThrow(/not found/i);
    });

    it("completes a variable of a template", async () => {
      expect(await driver.complete({ uri: NOTE.uriTemplate }, "id", "1")).toEqual(["1", "10"]);
    });

    it("lists prompts with their arguments", async () => {
      expect(await driver.list("prompts")).toMatchObject([
        {
          name: "greet",
          arguments: [
            { name: "name", required: true },
            { name: "language", required: false },
          ],
        },
        { name: "asking" },
      ]);
    });

    it("gets a prompt", async () => {
      expect(await driver.prompt("greet", { name: "Ada", language: "French" })).toMatchObject([
        { role: "user", content: { type: "text", text: greeting("Ada", "French") } },
      ]);
    });

    it("is told that an argument of a prompt is missing", async () => {
      await expect(driver.prompt("greet", {})).rejects.toThrow("name");
    });

    it("completes an argument of a prompt", async () => {
      expect(await driver.complete({ name: "greet" }, "language", "E")).toEqual(LANGUAGES.slice(0, 2));
    });

    it("answers a form, defaults filled in", async () => {
      const answer: unknown = JSON.parse(await driver.text("ask_form"));
      expect(answer).toMatchObject({ action: "accept", content: { ...PERSON, ...DEFAULTS } });
      expect(asked.pop()).toMatchObject({ message: "Who?", requestedSchema: FORM });
    });

    it("answers a question that is a URL", async () => {
      expect(await driver.text("ask_url")).toBe("accept");
      expect(asked.pop()).toMatchObject({ mode: "url", message: "Connect", url: PAGE_URL });
    });

    it("answers what a prompt and a resource ask", async () => {
      expect(await driver.prompt("asking", {})).toMatchObject([{ content: { text: "accept" } }]);
      expect(await driver.read("asking://form")).toMatchObject([{ text: "accept" }]);
      expect(asked.splice(0)).toMatchObject([{ message: "Really?" }, { message: "Really?" }]);
    });

    it("answers for a model", async () => {
      expect(await driver.text("sample")).toContain("Fine.");
      expect(asked.pop()).toMatchObject({
        maxTokens: 50,
        messages: [{ role: "user", content: { type: "text", text: QUESTION } }],
      });
    });

    it("answers for a model that wants to use a tool", async () => {
      expect(JSON.parse(await driver.text("sample_tools"))).toMatchObject([TOOL_USE]);
      expect(asked.pop()).toMatchObject({
        tools: [{ name: WEATHER_TOOL.name }],
        toolChoice: { mode: "required" },
      });
    });

    it("tells its roots", async () => {
      expect(JSON.parse(await driver.text("list_roots"))).toEqual(ROOTS);
    });

    if (eraOf(revision) === "handshake") {
      it("tells that its roots have changed", async () => {
        await driver.rootsChanged();
        if (program !== "features-main") await server.log.line("roots changed");
        roots = [{ uri: "file:///other", name: "Other" }];
        expect(JSON.parse(await driver.text("list_roots"))).toEqual(roots);
      });
    }

    // Not beside an answer in JSON, unless on the stream of GET.
    if (over !== "streamable-http-json" || program === "features-v1-main") {
      it("gets the log messages it asked for, and no others", async () => {
        await driver.text("log", "info");
        await hears(LOGGED);
        expect(heard).not.toContain("details");
      });
    }

    it("hears of changes: of a resource it subscribed to, and of every list", async () => {
      await driver.listen(CONFIG.uri);
      await driver.text("touch");
      await hears(CONFIG.uri);
      await driver.text("grow");
      await hears("tools", "prompts", "resources");
      expect(await driver.text("newcomer")).toBe("here");
      expect(await driver.list("prompts")).toHaveLength(3);
    });

    it("leaves no process behind", async () => {
      await driver.close();
      await server.end();
      server.log.expectGone(1);
      expect(asked).toEqual([]);
    });
  },
);
