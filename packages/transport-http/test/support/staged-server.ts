import { McpServer, type Context } from "@towpath/mcp-core";
import type { Era } from "@towpath/mcp-core/transport";
import { expect } from "vitest";
import { z } from "zod";
import { deferred } from "@towpath/test-support/deferred.js";
import { eventMessages, type AnyMessage } from "@towpath/test-support/event-messages.js";
import { HANDSHAKE, INITIALIZE, POST_HEADERS, post, request, toolCall, type Headers } from "./requests.js";

const SAYINGS = {
  progress: (ctx: Context, text: string, index: number) => ctx.progress(index + 1, undefined, text),
  log: async (ctx: Context, text: string) => ctx.log.info(text),
  question: (ctx: Context, text: string) => ctx.elicit(text, z.object({ ok: z.boolean() })),
} as const;

export type Saying = keyof typeof SAYINGS;

/** A server that says nothing more before its client has what it said last: one that waits for the end sees nothing. */
export interface StagedServer {
  readonly mcp: McpServer;
  /** Makes a call that says all of this, reads its stream as it comes, and gives what came. */
  readonly call: (
    url: string,
    era: Era,
    says: readonly Saying[],
    headers?: Headers,
  ) => Promise<readonly AnyMessage[]>;
  /** Adds a tool while the stream of a response is open, and settles when it says so. */
  readonly change: (response: Response) => Promise<void>;
}

const args = z.object({ call: z.string(), says: z.array(z.enum(["progress", "log", "question"])) });
let calls = 0;

export function stagedServer(): StagedServer {
  const mcp = new McpServer("staged");
  const seen = new Map<string, ReturnType<typeof deferred<void>>>();
  mcp.tool("add", { input: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => a + b);
  mcp.tool("staged", { input: args }, async ({ call, says }, ctx) => {
    for (const [index, saying] of says.entries()) {
      const text = `${call} says ${String(index)}`;
      const there = deferred();
      seen.set(text, there);
      await SAYINGS[saying](ctx, text, index);
      await there.promise;
    }
    return `${call} is done`;
  });
  const notice = (text: unknown): void => seen.get(String(text))?.resolve();
  return { mcp, call: (...how) => callStaged(notice, ...how), change: (response) => change(mcp, response) };
}

async function callStaged(
  notice: (text: unknown) => void,
  url: string,
  era: Era,
  says: readonly Saying[],
  headers: Headers = {},
): Promise<readonly AnyMessage[]> {
  const call = `call ${String((calls += 1))}`;
  const meta = {
    progressToken: call,
    ...(era === "stateless" && { "io.modelcontextprotocol/logLevel": "info" }),
  };
  const response = await post(url, toolCall(era, "staged", { call, says: [...says] }, { meta, headers }));
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const messages: AnyMessage[] = [];
  for await (const message of eventMessages(response)) {
    messages.push(message);
    const { id, method, params } = message;
    if (method === "elicitation/create" && id !== undefined) await answer(url, id, headers);
    notice(params?.["message"] ?? params?.["data"]);
  }
  expect(messages.at(-1)).toMatchObject({ result: { content: [{ text: `${call} is done` }] } });
  return messages;
}

async function answer(url: string, id: NonNullable<AnyMessage["id"]>, headers: Headers): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...POST_HEADERS, "mcp-protocol-version": HANDSHAKE, ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id, result: { action: "accept", content: { ok: true } } }),
  });
  expect(response.status).toBe(202);
}

async function change(mcp: McpServer, response: Response): Promise<void> {
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  mcp.tool(`another-${String((calls += 1))}`, {}, () => "something");
  for await (const { method } of eventMessages(response)) {
    if (method === "notifications/tools/list_changed") return;
  }
  throw new Error("The stream ended without the change");
}

/** Begins a session, and has it log. Gives the headers that name it. */
export async function beginSession(url: string): Promise<Headers> {
  const response = await post(url, INITIALIZE);
  await response.text();
  const headers = { "mcp-session-id": response.headers.get("mcp-session-id") ?? "" };
  const level = await post(url, request("handshake", "logging/setLevel", { level: "info" }, { headers }));
  expect(level.status).toBe(200);
  await level.text();
  return headers;
}
