import type { JsonObject } from "../../src/jsonrpc/messages.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import { connectedClient } from "./connected-client.js";
import { settled, type Wire } from "./link.js";
import { legacy, modern, type FarEnd, type Script } from "./scripted-server.js";

export const TASKS = "io.modelcontextprotocol/tasks";

const times = { createdAt: "2026-01-01T00:00:00Z", lastUpdatedAt: "2026-01-01T00:00:00Z" };

/** A task as the extension describes it. */
export function task(status: string, more: JsonObject = {}): JsonObject {
  return { taskId: "t1", status, ...times, ttlMs: 60_000, ...more };
}

/** The same as 2025-11-25 describes it. */
export function experimental(status: string, more: JsonObject = {}): JsonObject {
  return { taskId: "t1", status, ...times, ttl: 60_000, ...more };
}

export const done: JsonObject = { content: [{ type: "text", text: "done" }] };
export const created: JsonObject = { resultType: "task", ...task("working") };

/** What a server does with each method; what is missing is not answered. */
export type Methods = Readonly<Record<string, (message: Wire, to: FarEnd) => void>>;

const byMethod =
  (methods: Methods): Script =>
  (message, to) =>
    methods[message.method ?? ""]?.(message, to);

/** A server of the stateless era whose tool is a task. */
export function extensionServer(methods: Methods = {}): Script {
  const create = ({ id }: Wire, to: FarEnd): void => {
    to.result(id, created);
  };
  return modern(byMethod({ "tools/call": create, ...methods }), { tools: {}, extensions: { [TASKS]: {} } });
}

/** A server of 2025-11-25 with the tools `must`, `may` and `never`. */
export function experimentalServer(methods: Methods = {}): Script {
  const usual: Methods = {
    "tools/list": ({ id }, to) => {
      const support = { must: "required", may: "optional", never: "forbidden" };
      const tools = Object.entries(support).map(([name, taskSupport]) => ({
        name,
        inputSchema: { type: "object" },
        execution: { taskSupport },
      }));
      to.result(id, { tools: [...tools, { name: "plain", inputSchema: { type: "object" } }] });
    },
    "tools/call": ({ id, params }, to) => {
      to.result(id, params?.["task"] === undefined ? done : { task: experimental("working") });
    },
  };
  return legacy(byMethod({ ...usual, ...methods }), {
    tools: {},
    tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
  });
}

/** Answers with one result after the other, and with the last for ever. */
export function inTurn(...results: readonly JsonObject[]): (message: Wire, to: FarEnd) => void {
  let turn = 0;
  return ({ id }, to) => {
    to.result(id, results[Math.min(turn++, results.length - 1)] ?? {});
  };
}

/** Lets time pass, and what that leads to happen at its time. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  await calm();
  for (let left = ms; left > 0; left -= 50) {
    clock.advance(Math.min(left, 50));
    await settled();
    await settled();
  }
}

/** Lets happen what needs no time. */
export async function calm(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await settled();
}

/** What has become of something that was begun. */
export function watch<T>(promise: Promise<T>): () => T | string | undefined {
  let outcome: T | string | undefined;
  promise.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = String(error)),
  );
  return () => outcome;
}

/** The params of what was sent with a method, without metadata. */
export function sent(messages: readonly Wire[], method: string): JsonObject[] {
  return messages
    .filter((message) => message.method === method)
    .map(({ params: { _meta, ...params } = {} }) => params);
}

const form = {
  method: "elicitation/create",
  params: { message: "?", requestedSchema: { type: "object", properties: {} } },
};

/** Has a client load all that it loads for tasks: the first time takes longer than tests let pass. */
export async function loadTasks(): Promise<void> {
  const elicit = () => ({ action: "decline" }) as const;
  const completed = task("completed", { result: done });
  const { client } = await connectedClient(
    extensionServer({
      "tools/list": inTurn({ tools: [], ttlMs: 0, cacheScope: "private" }),
      "tools/call": inTurn({ ...created, status: "input_required" }),
      "tasks/get": inTurn(task("input_required", { inputRequests: { a: form } })),
      "tasks/update": ({ id }, to) => {
        to.result(id, {});
        to.send({ jsonrpc: "2.0", method: "notifications/tasks", params: completed });
      },
      "subscriptions/listen": ({ id }, to) => {
        to.error(id, -32601);
      },
    }),
    { elicit },
  );
  await client.callTool("slow");
  await client.listTools();
  await client.listen({ toolsListChanged: true }).catch(() => undefined);
  await client.close();
  let answered = (): void => undefined;
  const answer = new Promise<void>((resolve) => (answered = resolve));
  const served = experimentalServer({ "": answered });
  const receiver = await connectedClient(served, { elicit });
  receiver.end.send({ jsonrpc: "2.0", id: 1, ...form, params: { ...form.params, task: {} } });
  await answer;
  await receiver.client.close();
}
