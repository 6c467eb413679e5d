import type { CallToolResult, Era, JsonObject, JsonValue } from "@towpath/mcp-core";
import type { Check } from "./check.js";
import { encodeRequest, openingOf } from "./raw-messages.js";
import { errorOf, textOf } from "./results.js";
import type { RawConnection } from "./target.js";

export const badInputChecks: readonly Check[] = [
  {
    name: "wrong arguments",
    run: async ({ client }) => {
      const result = await client.callTool("add_note", { title: 7 });
      const text = textOf(result);
      return {
        observed: { isError: result.isError ?? false, namesTheField: text.includes("title") },
        shown: `isError: ${text.replace(/^Invalid arguments for tool "add_note": /, "")}`,
      };
    },
    expected: () => ({ isError: true, namesTheField: true }),
  },
  {
    name: "unknown tool",
    run: async ({ client }) => {
      const { code, message } = await errorOf(client.callTool("sing"));
      return { observed: { code }, shown: `${String(code)}: ${message}` };
    },
    expected: () => ({ code: -32602 }),
  },
  {
    name: "second server",
    run: async (stage) => {
      const raw = await stage.connectRaw();
      const { id = null, error } = await open(raw, stage.era);
      return {
        observed: { id, refused: error !== undefined },
        shown: "for what no client would send",
      };
    },
    expected: () => ({ id: 1, refused: false }),
  },
  {
    name: "nobody to ask",
    run: async ({ era, raw }) => {
      await answerOf(raw, era, 2, "tools/call", { name: "add_note", arguments: { title: "Weirs" } });
      const { error } = await answerOf(raw, era, 3, "tools/call", {
        name: "delete_note",
        arguments: { id: 1 },
      });
      const { code = null, message = "" } = asError(error);
      return { observed: { code }, shown: `${String(code)}: ${message}` };
    },
    // A client that declared nothing cannot be asked: 2026-07-28 has an error of its own for that.
    expected: (era) => ({ code: era === "handshake" ? -32600 : -32021 }),
  },
  {
    name: "no tasks",
    run: async ({ era, raw }) => {
      const { result } = await answerOf(raw, era, 4, "tools/call", { name: "export_notes" });
      // A result of a tool's, if it is one at all.
      const { structuredContent = null } = (result as Partial<CallToolResult> | undefined) ?? {};
      return {
        observed: { structuredContent },
        shown: `export_notes is a call like others → ${JSON.stringify(structuredContent)}`,
      };
    },
    expected: () => ({ structuredContent: { format: "markdown", exported: 1, leftOut: 0 } }),
  },
  {
    name: "malformed JSON",
    run: async ({ era, raw }) => {
      raw.send('{"jsonrpc": "2.0", "id": 5, "method": "tools/li');
      const { error } = await raw.receive();
      const { id = null, result } = await answerOf(raw, era, 6, "tools/list", {});
      const { code = null } = asError(error);
      return {
        observed: { code, next: { id, answered: result !== undefined } },
        shown: `${JSON.stringify(code)}, and the next request is answered`,
      };
    },
    expected: () => ({ code: -32700, next: { id: 6, answered: true } }),
  },
];

/** Settles with the answer to the opening. */
async function open(raw: RawConnection, era: Era): Promise<JsonObject> {
  const { request, then } = openingOf(era);
  raw.send(request);
  const answer = await raw.receive();
  for (const text of then) raw.send(text);
  return answer;
}

/** Sends a request, and settles with its answer; notifications on the way are passed over. */
async function answerOf(
  raw: RawConnection,
  era: Era,
  id: number,
  method: string,
  params: JsonObject,
): Promise<JsonObject> {
  raw.send(encodeRequest(era, id, method, params));
  let message = await raw.receive();
  while ("method" in message) message = await raw.receive();
  return message;
}

function asError(error: JsonValue | undefined): { readonly code?: number; readonly message?: string } {
  // An error object, if there is one at all; what is in it is compared.
  return (error as ReturnType<typeof asError> | undefined) ?? {};
}
