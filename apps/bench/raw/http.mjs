// Usage: node http.mjs <port> <json|sse> <sessions|sessionless> [<result of tools/list>]
// The upper limit over HTTP: read the body, JSON.parse, answer. A session is an entry in a Map, which keeps its open
// response.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { methods } from "./methods.mjs";

const [port, answers, mode, list] = process.argv.slice(2);
/** Encoded once, as is every list that does not change. */
const tools = list === undefined ? "" : readFileSync(list, "utf8");
const sessions = new Map();

const sendJson = (res, text, headers) => {
  res.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
};
const streamHead = { "content-type": "text/event-stream", "cache-control": "no-cache" };
const sendEvent = (res, text, headers) => {
  res.writeHead(200, headers === undefined ? streamHead : { ...streamHead, ...headers });
  res.end(`event: message\ndata: ${text}\n\n`);
};
const send = answers === "json" ? sendJson : sendEvent;

function openSession() {
  const id = randomUUID();
  sessions.set(id, { stream: undefined });
  return { "mcp-session-id": id };
}

function answer(req, res, body) {
  const { id, method, params } = JSON.parse(body);
  const opens = mode === "sessions" && method === "initialize";
  if (mode === "sessions" && !opens && !sessions.has(req.headers["mcp-session-id"])) {
    res.writeHead(404).end();
  } else if (id === undefined) {
    res.writeHead(202).end();
  } else if (method === "tools/list") {
    send(res, `{"jsonrpc":"2.0","id":${id},"result":${tools}}`);
  } else {
    const text = JSON.stringify({ jsonrpc: "2.0", id, result: methods[method](params) });
    send(res, text, opens ? openSession() : undefined);
  }
}

function stream(req, res) {
  sessions.get(req.headers["mcp-session-id"]).stream = res;
  res.writeHead(200, streamHead);
  res.flushHeaders();
}

function post(req, res) {
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", () => answer(req, res, (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString()));
}

createServer((req, res) => (req.method === "POST" ? post(req, res) : stream(req, res))).listen(
  Number(port),
  "127.0.0.1",
);
