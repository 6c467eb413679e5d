import { McpClient, type Progress } from "@towpath/mcp-core";
import { Client as V2Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { GONE, QUESTION } from "./fixtures/task-features.js";
import { v2Transport } from "./harness/official-transports.js";
import type { Program } from "./harness/programs.js";
import { HttpProgram, serving, type Over, type Served } from "./harness/servers.js";
import { officialV1, towpath, type ConnectTasks, type TaskDriver } from "./harness/task-drivers.js";

const LEGACY = { era: "handshake" } as const;
const SAMPLED = { type: "text", text: "Fine." };

type Pair = readonly [pair: string, over: Over, connect: ConnectTasks, program: Program, revision: string];

const WITH_SESSIONS = ["stdio", "streamable-http-sessions", "sse", "websocket"] as const;

const pairs: readonly Pair[] = [
  ...WITH_SESSIONS.flatMap((over): readonly Pair[] => [
    ["official v1 client, our server", over, officialV1, "tasks-main", "2025-11-25"],
    ["our client, official v1 server", over, towpath(), "tasks-v1-main", "2025-11-25"],
    ["our client, our server, handshake era", over, towpath(LEGACY), "tasks-main", "2025-11-25"],
  ]),
  // The official server’s tasks can ask nothing where it is to answer in JSON alone.
  ["our client, official v1 server", "streamable-http-resumable", towpath(), "tasks-v1-main", "2025-11-25"],
  ...(["stdio", "streamable-http", "streamable-http-sessions", "websocket"] as const).map((over): Pair => [
    "our client, our server, stateless era",
    over,
    towpath(),
    "tasks-main",
    "2026-07-28",
  ]),
];

describe.each(pairs)("%s, over %s", (_pair, over, connect, program, revision) => {
  let server: Served;
  let driver: TaskDriver;
  let asked: string[] = [];
  let elicit: () => Promise<void> = () => Promise.resolve();
  const isOurs = program === "tasks-main";
  const isStateless = revision === "2026-07-28";

  beforeAll(async () => {
    server = await serving(program, over);
    driver = await connect(server, {
      elicit: async (message) => {
        asked.push(message);
        await elicit();
        return { action: "accept", content: { name: "Ada" } };
      },
    });
  });
  afterAll(() => driver.close());

  it("agrees on a revision", () => {
    expect(driver.revision).toBe(revision);
  });

  it("knows which tools are tasks", async () => {
    const supports = await driver.supports();
    const known = ["work", "maybe"].map((tool) => supports.get(tool));
    expect(known).toEqual(isStateless ? [undefined, undefined] : ["required", "optional"]);
    expect([undefined, "forbidden"]).toContain(supports.get("never"));
  });

  it("runs a tool as a task that has to be one", async () => {
    const { statuses, text, isError } = await driver.run("work", { on: "the roof" });
    expect({ text, isError }).toEqual({ text: "done: the roof", isError: false });
    expect([statuses[0], statuses.at(-1)]).toEqual(["working", "completed"]);
  });

  it("runs a tool as a task that can be one", async () => {
    expect(await driver.run("maybe")).toMatchObject({ text: "done" });
  });

  it("calls tools as ever that need not be tasks", async () => {
    expect(await driver.plain("never")).toBe("done");
    expect(await driver.plain("maybe")).toBe("done");
  });

  if (connect === officialV1) {
    it("refuses to call a tool as any other that has to be a task", async () => {
      await expect(driver.plain("work", { on: "the roof" })).rejects.toThrow(/task/);
    });
  } else {
    it("calls a tool as any other that has to be a task", async () => {
      expect(await driver.plain("work", { on: "the roof" })).toBe("done: the roof");
    });
  }

  it("answers a question of a task", async () => {
    asked = [];
    const { statuses, text } = await driver.run("ask");
    expect(text).toBe("Ada");
    expect(asked).toEqual([QUESTION]);
    expect(statuses.at(-1)).toBe("completed");
  });

  it("answers a task for a model", async () => {
    expect(JSON.parse((await driver.run("sample")).text)).toEqual(SAMPLED);
  });

  it("gets the result of a task whose tool failed", async () => {
    const { statuses, text, isError } = await driver.run("fail");
    expect({ text, isError }).toEqual({ text: GONE, isError: true });
    expect(statuses.at(-1)).toBe(isStateless ? "completed" : "failed");
  });

  it("cancels a task", async () => {
    expect(await driver.cancelled("wait", () => server.log.line("waiting"))).toBe("cancelled");
    if (isOurs) await server.log.line("aborted");
  });

  if (isOurs) {
    it("hears how far a task has come", async () => {
      const heard: Progress[] = [];
      let tell: () => void = () => undefined;
      const told = new Promise<void>((resolve) => (tell = resolve));
      const running = driver.run("report", {}, (progress) => {
        heard.push(progress);
        tell();
      });
      await told;
      await driver.plain("go");
      expect((await running).statuses.at(-1)).toBe("completed");
      expect(heard).toEqual([{ progress: 1, total: 2, message: "halfway" }]);
    });

    if (!isStateless) {
      it("is told how tasks ended", async () => {
        for (const status of ["completed", "failed", "cancelled"]) await driver.told(status);
      });
    }
  } else {
    it.each(["elicit_as_task", "sample_as_task"])("answers as a task of its own: %s", async (tool) => {
      asked = [];
      const { types, result } = JSON.parse(await driver.plain(tool)) as { types: string[]; result: object };
      expect([types[0], ...types.slice(-2)]).toEqual(["taskCreated", "completed", "result"]);
      expect(result).toMatchObject(
        tool === "elicit_as_task" ? { action: "accept", content: { name: "Ada" } } : { content: SAMPLED },
      );
      expect(asked).toEqual(tool === "elicit_as_task" ? [QUESTION] : []);
    });

    it("has a task of its own cancelled", async () => {
      elicit = () => new Promise(() => undefined);
      expect(JSON.parse(await driver.plain("cancel_as_task"))).toEqual({
        isListed: true,
        status: "cancelled",
        now: "cancelled",
      });
    });
  }

  it("leaves no process behind", async () => {
    await driver.close();
    await server.end();
    server.log.expectGone(1);
  });
});

describe.each(["handshake", "stateless"] as const)("a task that another client picks up, %s era", (era) => {
  it("is seen to its end", async () => {
    const server = await HttpProgram.start("tasks-main", "streamable-http-sessions");
    onTestFinished(() => server.end());
    const elicit = () => ({ action: "accept" as const, content: { name: "Grace" } });
    const first = await McpClient.connect(server.transport(), { era, elicit });
    const saved = JSON.stringify(await first.startTask("ask"));
    await first.close();
    const second = await McpClient.connect(server.transport(), { era, elicit });
    onTestFinished(() => second.close());
    const task = await second.resumeTask(saved);
    expect(await task.result()).toMatchObject({ content: [{ text: "Grace" }] });
  });
});

describe.each([
  ["legacy", -32601],
  [{ pin: "2026-07-28" }, -32021],
] as const)("an official v2 client, which knows no tasks, %j", (mode, code) => {
  it("gets the results of tools that need not be tasks, and is told of those that have to be", async () => {
    const server = await serving("tasks-main", "stdio");
    const client = new V2Client({ name: "v2", version: "1.0.0" }, { versionNegotiation: { mode } });
    await client.connect(v2Transport(server));
    onTestFinished(() => client.close());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("work");
    expect(await client.callTool({ name: "maybe" })).toMatchObject({ content: [{ text: "done" }] });
    const refused = client.callTool({ name: "work", arguments: { on: "the roof" } });
    await expect(refused).rejects.toMatchObject({ code });
  });
});
