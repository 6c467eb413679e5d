import { memoryState, type LogReader } from "@towpath/mcp-core";
import { nodeView } from "@towpath/mcp-core/testing";
import { describe, expect, it } from "vitest";
import { LogAppender } from "./log-appender.js";

const LOG = "a log";

async function stage() {
  const state = memoryState();
  await state.logs.create(LOG);
  const view = nodeView(state);
  return { view, appender: new LogAppender(view.logs), all: async () => drain(await state.logs.read(LOG)) };
}

async function drain(reader: LogReader): Promise<string[]> {
  const all: string[] = [];
  for await (const { data } of reader) all.push(data);
  return all;
}

describe("what the state may not have taken", () => {
  it("is appended ahead of what comes next, in order, once", async () => {
    const { view, appender, all } = await stage();
    await appender.append(LOG, "a", "1");
    view.cutOff();
    for (const [entry, key] of [
      ["a", "1"],
      ["b", "2"],
      ["c", "3"],
    ] as const) {
      await expect(appender.append(LOG, entry, key)).rejects.toMatchObject({ code: "unavailable" });
      appender.owe(LOG, entry, key);
    }
    view.reconnect();
    await appender.append(LOG, "d", "4");
    await appender.complete(LOG, "e", "5");
    expect(await all()).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("is appended ahead of the end", async () => {
    const { appender, all } = await stage();
    appender.owe(LOG, "a", "1");
    await appender.complete(LOG, undefined, "last");
    expect(await all()).toEqual(["a"]);
  });

  it("is bounded: the oldest is given up", async () => {
    const { appender, all } = await stage();
    for (let i = 0; i < 65; i++) appender.owe(LOG, String(i), String(i));
    await appender.complete(LOG, undefined, "last");
    expect(await all()).toEqual(Array.from({ length: 64 }, (_, i) => String(i + 1)));
  });

  it("is forgotten with its log", async () => {
    const { appender, all } = await stage();
    appender.owe(LOG, "a", "1");
    appender.forget(LOG);
    await appender.complete(LOG, "b", "last");
    expect(await all()).toEqual(["b"]);
  });
});
