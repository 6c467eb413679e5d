import { httpServer } from "@towpath/mcp-core/http-node";
import { streamableHttp } from "@towpath/transport-http";
import { webSocket } from "@towpath/transport-ws";
import { playground } from "./playground.js";
import { createNotebookServer } from "./server.js";

// The notebook with its playground, alone on a port that is free: what the tests in a browser visit.

const running = await createNotebookServer().start(
  httpServer(
    { port: 0 },
    streamableHttp({ sessions: true, retryMs: 200 }),
    webSocket(),
    playground({ "streamable-http": "/mcp", websocket: "/ws" }),
  ),
);
for (const url of running.urls) process.stderr.write(`The notebook is at ${url}\n`);

process.once("SIGTERM", () => void running.drain({ timeoutMs: 0 }));
