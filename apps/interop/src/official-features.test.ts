import { eraOf, type Revision } from "@towpath/mcp-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CONFIG,
  CONFIG_TEXT,
  DEFAULTS,
  FORM,
  greeting,
  LANGUAGES,
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
  type Answers,
  type Asked,
  type ConnectFeatures,
  type FeatureDriver,
} from "./harness/feature-drivers.js";
import type { Program } from "./harness/programs.js";
import { ServerProgram } from "./harness/servers.js";

const PIN = { pin: "2026-07-28" };

type Pair = readonly [pair: string, connect: ConnectFeatures, program: Program, revision: Revision];

const pairs: readonly Pair[] = [
  ["official v1 client, official v1 server", officialV1, "features-v1-main", "2025-11-25"],
  ["official v2 client, official v2 server", officialV2(PIN), "features-v2-main", "2026-07-28"],
];

const PERSON = { name: "Ada", email: "ada@example.org" };
const ROOTS = [{ uri: "file:///notes", name: "Notes" }];
const TOOL_USE = { type: "tool_use" as const, id: "call-1", name: "weather", input: { city: "Tartu" } };

describe.each(pairs)("%s", (_pair, connect, program, revision) => {
  let server: ServerProgram;
  let driver: FeatureDriver;
  const asked: Asked[] = [];
  const heard: unknown[] = [];
  let tell: () => void = () => undefined;

  const answers: Answers = {
    elicit: (question) => {
      asked.push(question);
      return question.mode === "url" ? { action: "accept" } : { action: "accept", content: { ...PERSON } };
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
    roots: () => ROOTS,
  };

  /** Settles when all of that was heard. */
  async function hears(...expected: readonly unknown[]): Promise<void> {
    const isMissing = (what: unknown) =>
      !heard.some((known) => JSON.stringify(known) === JSON.stringify(what));
    while (expected.some(isMissing)) await new Promise<void>((resolve) => (tell = resolve));
  }

  beforeAll(async () => {
    server = new ServerProgram(program);
    driver = await connect(server, answers, (what) => {
      heard.push(what);
      tell();
    });
  });
  afterAll(() => driver.close());

  it("agrees on a revision", () => {
    expect(driver.revision).toBe(revision);
  });

  it("lists resources, those of a template too", async () => {
    const notes = NOTE_IDS.map((id) => ({ uri: `note://${id}`, name: `note ${id}` }));
    expect(await driver.list("resources")).toMatchObject([CONFIG, PIXEL, ...notes]);
  });

  it("lists templates", async () => {
    expect(await driver.list("templates")).toMatchObject([NOTE]);
  });

  it("reads text", async () => {
    expect(await driver.read(CONFIG.uri)).toMatchObject([
      { uri: CONFIG.uri, mimeType: CONFIG.mimeType, text: CONFIG_TEXT },
    ]);
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
      await server.log.line("roots changed");
    });
  }

  it("gets the log messages it asked for, and no others", async () => {
    await driver.text("log", "info");
    await hears({ left: 1 });
    expect(heard).not.toContain("details");
  });

  it("hears of changes: of a resource it subscribed to, and of every list", async () => {
    await driver.listen(CONFIG.uri);
    await driver.text("touch");
    await hears(CONFIG.uri);
    await driver.text("grow");
    await hears("tools", "prompts", "resources");
    expect(await driver.text("newcomer")).toBe("here");
    expect(await driver.list("prompts")).toHaveLength(2);
  });

  it("leaves no process behind", async () => {
    await driver.close();
    server.log.expectGone(1);
    expect(asked).toEqual([]);
  });
});
