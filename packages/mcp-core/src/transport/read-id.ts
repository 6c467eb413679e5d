import { isRequestId } from "../jsonrpc/guards.js";
import type { RequestId } from "../jsonrpc/messages.js";

/** A string, a number, or one structural character; whitespace is skipped between them. */
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\]:,]|true|false|null)/y;

/** How much of a text is searched. */
const HEAD_CHARACTERS = 64 * 1024;

/** Which kind of message a member is part of; `id` and `jsonrpc` are part of both. */
const KIND_OF_MEMBER = new Map<string, MessageKind>([
  ['"method"', "request"],
  ['"params"', "request"],
  ['"result"', "response"],
  ['"error"', "response"],
]);

type MessageKind = "request" | "response";

/**
 * Reads the top-level `"id"` from the beginning of a message that is not JSON, or was too large to be taken
 * whole, so that whoever waits can be told; looks at 65,536 characters at most. `undefined` when it does not stand in that part, or when the
 * message is not of that kind; one that may be either is a request.
 */
export function readIdFromHead(text: string, kind: MessageKind): RequestId | undefined {
  const head = text.slice(0, HEAD_CHARACTERS);
  let found: MessageKind | undefined;
  let id: RequestId | undefined;
  for (const [member, value, end] of topLevelMembers(head)) {
    found ??= KIND_OF_MEMBER.get(member);
    if (member === '"id"') id = parseId(value, end === head.length);
    if (found !== undefined && id !== undefined) break;
  }
  return (found ?? "request") === kind ? id : undefined;
}

/** The members of the outermost object: name, first token of the value, and where that token ends. */
function* topLevelMembers(head: string): Generator<readonly [member: string, value: string, end: number]> {
  const token = new RegExp(TOKEN);
  let depth = 0;
  let member = "";
  let previous = "";
  for (let match = token.exec(head); match !== null; match = token.exec(head)) {
    const text = match[1] ?? "";
    if (depth === 1 && text === ":") member = previous;
    if (depth === 1 && previous === ":") yield [member, text, token.lastIndex];
    if (text === "{" || text === "[") depth += 1;
    if (text === "}" || text === "]") depth -= 1;
    previous = text;
  }
  // The value that is cut, or is no JSON, has a name all the same.
  if (depth === 1 && previous === ":") yield [member, "", head.length];
}

function parseId(token: string, mayBeCut: boolean): RequestId | undefined {
  if (mayBeCut && !token.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(token);
    return isRequestId(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
