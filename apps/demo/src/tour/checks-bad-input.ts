import { ProtocolError, type Era, type JsonObject } from "@towpath/mcp-core";
import type { Check } from "./check.js";
import { encodeRequest, openingOf } from "./raw-messages.js";
import { textOf } from "./results.js";
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
    name: "malformed JSON",
    run: async ({ era, raw }) => {
      raw.send('{"jsonrpc": "2.0", "id": 2, "method": "tools/li');
      const { error } = await raw.receive();
      raw.send(encodeRequest(era, 3, "tools/list", {}));
      const { id = null, result } = await raw.receive();
      // An error object, if it is there at all; what is in it is compared.
      const code = (error as JsonObject | undefined)?.["code"] ?? null;
      return {
        observed: { code, next: { id, answered: result !== undefined } },
        shown: `${JSON.stringify(code)}, and the next request is answered`,
      };
    },
    expected: () => ({ code: -32700, next: { id: 3, answered: true } }),
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

async function errorOf(call: Promise<unknown>): Promise<ProtocolError> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof ProtocolError) return outcome;
  throw new Error(`A protocol error was due, not ${outcome instanceof Error ? outcome.message : "a result"}`);
}
