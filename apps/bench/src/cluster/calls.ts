import { messageOf } from "../http/events.js";
import { withConnections } from "../http/connection.js";
import { post, type RequestPool, type Target } from "../http/requests.js";
import { readAnswer } from "../answers.js";
import { callMessage, encodeMessage } from "../requests.js";

/** One call of a tool, to be told of its progress. */
export function toolCall(target: Target, name: string, args: Readonly<Record<string, unknown>> = {}): Buffer {
  const { params, ...message } = callMessage("handshake", 1, name, args);
  const told = { ...message, params: { ...(params as object), _meta: { progressToken: 1 } } };
  return post(target, encodeMessage(told), { method: "tools/call", name });
}

/** Calls a tool once, and gives the text that it answers with. */
export async function callOnce(
  target: Target,
  name: string,
  args?: Readonly<Record<string, unknown>>,
): Promise<string> {
  return withConnections(target.port, 1, async ([connection]) => {
    if (connection === undefined) throw new Error("There is no connection.");
    return readAnswer(messageOf(await connection.ask(toolCall(target, name, args)))).text;
  });
}

/** Calls whose progress is told of in so many events each, before their response. */
export function tellingPool(target: Target, events: number): RequestPool {
  const requests = [toolCall(target, "tell", { events, characters: 100 })];
  return {
    requests,
    check(_, response) {
      const { text } = readAnswer(messageOf(response));
      if (text !== "told") throw new Error(`A call was answered with "${text}".`);
    },
  };
}
