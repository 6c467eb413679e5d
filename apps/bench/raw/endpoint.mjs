// Usage: node endpoint.mjs <port> <json|sse> <progress notifications per call>
// What clients over HTTP are measured against: it answers with the bytes that a Towpath server does, in either era, and
// reads no more of HTTP than it takes to know where a request ends, so that it waits for its client and not the reverse.
import { createServer } from "node:net";
import { methods } from "./methods.mjs";

const [port, answers, progressCount] = process.argv.slice(2);
const tools = [
  {
    name: "add",
    inputSchema: {
      type: "object",
      properties: { a: { type: "number" }, b: { type: "number" } },
      required: ["a", "b"],
    },
  },
];
const listed = { tools, resultType: "complete", ttlMs: 0, cacheScope: "private" };

const jsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
const streamHead =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
const accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const notAllowed = "HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n";

// Everything that is sent is ASCII: characters are bytes.
const json = (text) => `${jsonHead}${text.length}\r\n\r\n${text}`;

/** An event in a chunk of its own, as a server sends it that flushes every event. */
function event(text) {
  const written = `event: message\ndata: ${text}\n\n`;
  return `${written.length.toString(16)}\r\n${written}\r\n`;
}

function stream(id, progressToken, result) {
  const token = JSON.stringify(progressToken);
  let text = streamHead;
  for (let done = 1; done <= progressCount; done++) {
    text += event(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${done},"total":${progressCount},"message":"step ${done}"}}`,
    );
  }
  return `${text}${event(JSON.stringify({ jsonrpc: "2.0", id, result }))}0\r\n\r\n`;
}

function answer(body) {
  const { id, method, params } = JSON.parse(body);
  if (id === undefined) return accepted;
  const result = method === "tools/list" ? listed : methods[method](params);
  return method === "tools/call" && answers === "sse"
    ? stream(id, params._meta?.progressToken, result)
    : json(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

const lengthOf = (head) => Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);

createServer({ noDelay: true }, (socket) => {
  let text = "";
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (piece) => {
    text += piece;
    for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
      const head = text.slice(0, end);
      const next = end + 4 + lengthOf(head);
      if (text.length < next) return;
      socket.write(head.startsWith("POST ") ? answer(text.slice(end + 4, next)) : notAllowed, "latin1");
      text = text.slice(next);
    }
  });
}).listen(Number(port), "127.0.0.1");
