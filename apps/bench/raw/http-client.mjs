// The upper limit of a client over HTTP: keep-alive `node:http`, JSON.parse, and nothing of MCP besides.
import { Agent, request } from "node:http";
import { callOf, eventReader, headersOf, openingOf } from "./messages.mjs";

function reader(res, receive) {
  if (res.headers["content-type"] === "text/event-stream") {
    res.on("data", eventReader(receive));
    return;
  }
  let text = "";
  res.on("data", (piece) => (text += piece));
  res.on("end", () => text !== "" && receive(JSON.parse(text)));
}

/** Returns `call(a, b, onProgress)`, which resolves to the text of the tool's answer. */
export async function connect(url, era) {
  const { hostname, port, pathname } = new URL(url);
  const agent = new Agent({ keepAlive: true });
  const headers = headersOf[era];
  const post = (body, receive) =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        hostname,
        port,
        path: pathname,
        method: "POST",
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
      };
      const req = request(options, (res) => {
        res.setEncoding("utf8");
        reader(res, receive);
        res.on("end", resolve);
        res.on("error", reject);
      });
      req.on("error", reject);
      req.end(body);
    });

  for (const message of openingOf[era]) await post(JSON.stringify(message), () => undefined);
  let id = 0;
  return async (a, b, onProgress) => {
    let answer;
    await post(callOf(era, ++id, { a, b }, onProgress !== undefined), (message) => {
      if (message.method === "notifications/progress") onProgress(message.params);
      else answer = message;
    });
    return answer.result.content[0].text;
  };
}
