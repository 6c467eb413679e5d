import type { JsonObject } from "../../src/jsonrpc/messages.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import { TASKS_EXTENSION as TASKS } from "../../src/tasks/wire.js";
import { connectedClient } from "./connected-client.js";
import { settled, type Wire } from "./link.js";
import { stepwise } from "./stepwise.js";
import { legacy, modern, type FarEnd, type Script } from "./scripted-server.js";

export { TASKS };

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
export const completed = task("completed", { result: done });

/** A question to the user. */
export const form = {
  method: "elicitation/create",
  params: { message: "?", requestedSchema: { type: "object", properties: {} } },
};

/** A task that asks under these keys. */
export function asking(...keys: readonly string[]): JsonObject {
  return task("input_required", { inputRequests: Object.fromEntries(keys.map((key) => [key, form])) });
}

/** The user says no. */
export const decline = () => ({ action: "decline" }) as const;

export type Method = (message: Wire, to: FarEnd) => void;

/** What a server does with each method; what is missing is not answered. */
export type Methods = Readonly<Record<string, Method>>;

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
export function inTurn(...results: readonly JsonObject[]): Method {
  let turn = 0;
  return ({ id }, to) => {
    to.result(id, results[Math.min(turn++, results.length - 1)] ?? {});
  };
}

export function refused(code: number): Method {
  return ({ id }, to) => {
    to.error(id, code);
  };
}

/** Answers the latest request when it is told to. */
export function held(result: JsonObject): { readonly answer: Method; readonly release: () => void } {
  let release = (): void => undefined;
  return {
    answer: ({ id }, to) => {
      release = () => {
        to.result(id, result);
      };
    },
    release: () => {
      release();
    },
  };
}

/** Has the server tell of something. */
export function tell(to: FarEnd, method: string, params: JsonObject): void {
  to.send({ jsonrpc: "2.0", method, params });
}

export function tokenOf(message: Wire | undefined): unknown {
  const { progressToken } = (message?.params?.["_meta"] ?? {}) as { progressToken?: unknown }; // always an object
  return progressToken;
}

export function tellProgress(to: FarEnd, token: unknown, progress: number): void {
  tell(to, "notifications/progress", { progressToken: token as string, progress }); // as it was sent
}

/** Lets time pass, and what that leads to happen at its time. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  await calm();
  await stepwise(clock, ms, 2);
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

/** Has a client load all that it loads for tasks: the first time takes longer than tests let pass. */
export async function loadTasks(): Promise<void> {
  const { client } = await connectedClient(
    extensionServer({
      "tools/list": inTurn({ tools: [], ttlMs: 0, cacheScope: "private" }),
      "tools/call": inTurn({ ...created, status: "input_required" }),
      "tasks/get": inTurn(asking("a")),
      "tasks/update": ({ id }, to) => {
        to.result(id, {});
        tell(to, "notifications/tasks", completed);
      },
      "subscriptions/listen": refused(-32601),
    }),
    { elicit: decline },
  );
  await client.callTool("slow");
  await client.listTools();
  await client.listen({ toolsListChanged: true }).catch(() => undefined);
  await client.close();
  let answered = (): void => undefined;
  const answer = new Promise<void>((resolve) => (answered = resolve));
  const served = experimentalServer({ "": answered });
  const receiver = await connectedClient(served, { elicit: decline });
  receiver.end.send({ jsonrpc: "2.0", id: 1, ...form, params: { ...form.params, task: {} } });
  await answer;
  await receiver.client.close();
}
