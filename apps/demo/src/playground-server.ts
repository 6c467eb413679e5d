import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeHandler } from "@towpath/transport-http";
import { upgradeHandler } from "@towpath/transport-ws";
import { playground } from "./playground.js";
import { createNotebookServer } from "./server.js";

// The notebook with its playground, alone on a port that is free: what the tests in a browser visit.

const mcp = createNotebookServer();
const handler = nodeHandler(mcp, { sessions: true, retryMs: 200 });
const upgrades = upgradeHandler(mcp, { path: "/ws" });
const page = playground({ "streamable-http": "/mcp", websocket: "/ws" });

const server = createServer((request, response) => {
  const [path = "/"] = (request.url ?? "/").split("?");
  const file = page.file(path);
  if (file === undefined) handler(request, response);
  else response.writeHead(200, file.headers).end(file.body);
});

server.on("upgrade", upgrades);
server.listen(0, "127.0.0.1", () => {
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  process.stderr.write(`The notebook is at http://127.0.0.1:${String(port)}/mcp\n`);
});

process.once("SIGTERM", () => {
  server.close();
  const drained = [handler, upgrades].map((part) => part.drain({ timeoutMs: 0 }));
  void Promise.all(drained).then(() => server.closeAllConnections());
});
