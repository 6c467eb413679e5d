// Usage: node sse.mjs <port>
// The upper limit over HTTP+SSE: node:http, and a Map of the open responses. Read the body, JSON.parse, answer as event.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { methods } from "./methods.mjs";

const streams = new Map();
const messagePath = "/messages?sessionId=";

function openStream(req, res) {
  const id = randomUUID();
  streams.set(id, res);
  req.on("close", () => streams.delete(id));
  res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  res.write(`event: endpoint\ndata: ${messagePath}${id}\n\n`);
}

function answer(stream, body) {
  const { id, method, params } = JSON.parse(body);
  if (id === undefined) return;
  const text = JSON.stringify({ jsonrpc: "2.0", id, result: methods[method](params) });
  stream.write(`event: message\ndata: ${text}\n\n`);
}

function post(req, res) {
  const stream = streams.get(req.url.slice(messagePath.length));
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", () => {
    res.writeHead(stream === undefined ? 404 : 202, { "content-length": 0 }).end();
    if (stream !== undefined)
      answer(stream, (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString());
  });
}

createServer((req, res) => (req.method === "POST" ? post(req, res) : openStream(req, res))).listen(
  Number(process.argv[2]),
  "127.0.0.1",
);
