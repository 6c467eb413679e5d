// What the runtime's fetch leaves of the speed, with nothing of MCP on top.
import { callOf, eventReader, headersOf, openingOf } from "./messages.mjs";

async function readEvents(response, receive) {
  const decoder = new TextDecoder();
  const read = eventReader(receive);
  for await (const piece of response.body) read(decoder.decode(piece, { stream: true }));
}

/** Returns `call(a, b, onProgress)`, which resolves to the text of the tool's answer. */
export async function connect(url, era) {
  const headers = headersOf[era];
  const post = (body) => fetch(url, { method: "POST", headers, body });
  for (const message of openingOf[era]) await (await post(JSON.stringify(message))).text();
  let id = 0;
  return async (a, b, onProgress) => {
    const response = await post(callOf(era, ++id, { a, b }, onProgress !== undefined));
    let answer;
    if (response.headers.get("content-type") === "text/event-stream") {
      await readEvents(response, (message) => {
        if (message.method === "notifications/progress") onProgress(message.params);
        else answer = message;
      });
    } else answer = await response.json();
    return answer.result.content[0].text;
  };
}
