import { describe, expect, it } from "vitest";
import { memoryState } from "../../state/memory/memory-state.js";
import { nodeView } from "../../testing/cluster/node-view.js";
import type { State } from "../../state/contract.js";
import type { ServerTransport } from "../../contract/index.js";
import { McpServer } from "../server.js";

const key = (name: string): string => name.repeat(32);
const [OLD, NEW] = [key("a"), key("b")];

const quiet: ServerTransport = {
  name: "quiet",
  start: () => Promise.resolve({ closed: new Promise(() => undefined), drain: () => Promise.resolve() }),
};

function start(state: State, stateKeys?: readonly string[], name = "s"): Promise<unknown> {
  return new McpServer(name, { state: nodeView(state), ...(stateKeys && { stateKeys }) }).start(quiet);
}

describe("nodes that share a state", () => {
  it.each<[string, readonly string[] | undefined, readonly string[] | undefined]>([
    ["have the same keys", [OLD], [OLD]],
    ["have none of their own", undefined, undefined],
    ["learn of a new one before it seals", [OLD], [OLD, NEW]],
    ["seal with a new one that all know", [OLD, NEW], [NEW, OLD]],
    ["forget the old one last", [NEW, OLD], [NEW]],
  ])("start when they %s", async (_, first, second) => {
    const state = memoryState();
    await start(state, first);
    await expect(start(state, second)).resolves.toBeDefined();
  });

  it.each<[string, readonly string[] | undefined, readonly string[] | undefined]>([
    ["have others", [OLD], [NEW]],
    ["seal with one that the others do not know yet", [OLD], [NEW, OLD]],
    ["have some where the others have none", undefined, [OLD]],
    ["have none where the others have some", [OLD], undefined],
  ])("do not start when they %s", async (_, first, second) => {
    const state = memoryState();
    await start(state, first);
    await expect(start(state, second)).rejects.toThrow(
      /could not open what the other seals.*TOWPATH_STATE_KEYS/,
    );
  });

  it("say which keys, and no secret", async () => {
    const state = memoryState();
    await start(state, [OLD]);
    const failure = await start(state, [NEW]).catch((error: unknown) => String(error));
    expect(failure).toMatch(/it seals with key [\w-]+, this one with key [\w-]+/);
    for (const secret of [OLD, NEW]) expect(failure).not.toContain(secret);
  });

  it("have nothing to agree on with another server, or with one that has ended", async () => {
    const state = memoryState();
    await start(state, [OLD], "one");
    await expect(start(state, [NEW], "other")).resolves.toBeDefined();
  });

  it("start while the state is away, as not everything needs it", async () => {
    const view = nodeView(memoryState());
    view.cutOff();
    const told: unknown[] = [];
    const mcp = new McpServer("s", { state: view, onError: (error) => told.push(error) });
    await mcp.start(quiet);
    expect(told).toEqual([expect.objectContaining({ code: "unavailable" })]);
  });
});
