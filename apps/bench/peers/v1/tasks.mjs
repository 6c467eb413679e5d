// Usage: node tasks.mjs <port>
import { randomUUID } from "node:crypto";
import { InMemoryTaskMessageQueue, InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

const [port] = process.argv.slice(2);
const taskStore = new InMemoryTaskStore();
const taskMessageQueue = new InMemoryTaskMessageQueue();
const waiting = new Set();

const textOf = (text) => ({ content: [{ type: "text", text }] });

/** A tool whose every call becomes a task, with what it does then. */
const asTask = (ttl, work) => ({
  async createTask(args, { taskStore: store }) {
    const task = await store.createTask({ ttl, pollInterval: 5_000 });
    setImmediate(async () => store.storeTaskResult(task.taskId, "completed", textOf(await work(args))));
    return { task };
  },
  getTask: (_, { taskId, taskStore: store }) => store.getTask(taskId),
  getTaskResult: (_, { taskId, taskStore: store }) => store.getTaskResult(taskId),
});

function createServer() {
  const server = new McpServer(
    { name: "bench", version: "1.0.0" },
    { capabilities: { tasks: { requests: { tools: { call: {} } } } }, taskStore, taskMessageQueue },
  );
  const inputSchema = { a: z.number(), b: z.number() };
  const sum = ({ a, b }) => String(a + b);
  server.registerTool("add", { inputSchema }, (args) => textOf(sum(args)));
  const { tasks } = server.experimental;
  tasks.registerToolTask("add_task", { inputSchema }, asTask(60_000, sum));
  const wait = () => new Promise((resolve) => waiting.add(resolve));
  tasks.registerToolTask("wait", { inputSchema: {} }, asTask(3_600_000, wait));
  return server;
}

const app = createMcpExpressApp();
const transports = new Map();
app.all("/mcp", async (req, res) => {
  let transport = transports.get(req.headers["mcp-session-id"]);
  if (transport === undefined) {
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: (id) => transports.set(id, transport),
    });
    transport.onclose = () => transports.delete(transport.sessionId);
    await createServer().connect(transport);
  }
  await transport.handleRequest(req, res, req.body);
});

app.listen(Number(port), "127.0.0.1");
